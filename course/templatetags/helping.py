"""What pages show of answers to a learner's questions."""

from __future__ import annotations

from typing import Any

from django import template

from course.helping.models import HelpRequest
from course.models import Role
from course.people import access
from labs.templatetags.moments import since

register = template.Library()
register.filter(since)


@register.inclusion_tag("helping/news.html", takes_context=True)
def help_news(context: dict[str, Any]) -> dict[str, Any]:
    """Answers that the learner has not seen, wherever they are; but those of the attempt that this page is about. One question to the
    database."""
    user = getattr(context.get("request"), "user", None)
    if user is None or not user.is_authenticated or user.role != Role.LEARNER:
        return {"news": []}
    found = HelpRequest.objects.filter(attempt__user=user.pk, state=HelpRequest.State.ANSWERED, seen=None).only("pk", "attempt_id")
    here = getattr(context.get("attempt"), "pk", None)
    return {"news": [one for one in found[:5] if one.attempt_id != here]}


@register.simple_tag(takes_context=True)
def waiting_questions(context: dict[str, Any]) -> int:
    """How many wait for an instructor, and nobody has taken them."""
    user = getattr(context.get("request"), "user", None)
    return HelpRequest.objects.seen_by(user).filter(state=HelpRequest.State.OPEN).count() if access.teaches(user) else 0
