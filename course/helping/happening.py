"""What help makes of what happens in attempts (LABS_HAPPENED): who looks at a question sees that the learner goes on, and a proposed
command that was run is shown as run."""

from __future__ import annotations

from course.helping import live
from course.helping.models import HelpRequest, ProposedCommand
from labs import beside
from labs.publishing import in_language_of


def happened(what: str, attempt_id: int) -> None:
    """See ``labs.happening``. One question to the database where nobody asks."""
    if what not in {"ended", "looked", "moved"}:
        return
    question = HelpRequest.objects.not_closed().filter(attempt=attempt_id).select_related("attempt__user").first()
    if question is None:
        return
    if what == "ended" and ProposedCommand.objects.filter(answer__request=question).exists():
        with in_language_of(question.attempt):
            beside.changed(question.attempt)
    live.changed(question.attempt)
