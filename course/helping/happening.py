"""What help makes of what happens in attempts (LABS_HAPPENED): a proposed command that was run is shown as run."""

from __future__ import annotations

from course.helping.models import HelpRequest, ProposedCommand
from labs import beside
from labs.models import Attempt
from labs.publishing import in_language_of


def happened(what: str, attempt_id: int) -> None:
    """See ``labs.happening``. One question to the database where nothing is proposed."""
    if what != "ended":
        return
    open_ones = ProposedCommand.objects.filter(answer__request__attempt=attempt_id).exclude(answer__request__state=HelpRequest.State.CLOSED)
    if open_ones.exists():
        attempt = Attempt.objects.select_related("user").get(pk=attempt_id)
        with in_language_of(attempt):
            beside.changed(attempt)
