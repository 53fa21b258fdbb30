"""What learners are told by their instructors."""

from __future__ import annotations

from typing import Any

from django import template

from course.board import showing

register = template.Library()


@register.inclusion_tag("board/notices_here.html", takes_context=True)
def notices(context: dict[str, Any]) -> dict[str, Any]:
    """On the course map, notes and labs: what was said to the learner's cohorts, and a place for what is said while the page is open."""
    request = context.get("request")
    if request is None or not hasattr(request, "user"):
        return {"here": False}
    lab = getattr(context.get("attempt"), "lab", "")
    return showing.shown(request, context.get("nav", ""), lab) | {"csrf_token": context.get("csrf_token", "")}
