"""An answer is said on the learner's other pages, too: quietly, where their instructor's words to all stand."""

from __future__ import annotations

from django.template.loader import render_to_string

from course.board import notices
from labs import events
from labs.models import Attempt
from labs.publishing import in_language_of


def tell(attempt: Attempt) -> None:
    """``attempt``: the one whose question has an answer. Its own page shows the answer itself."""
    mine = notices.open_ones().filter(user=attempt.user_id).exclude(pk=attempt.pk).select_related("user")
    for other in mine:
        with in_language_of(other):
            html = render_to_string("helping/notice.html", {"attempt": attempt})
        events.publish(other.pk, notices.EVENT, html=html)
