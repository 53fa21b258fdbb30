"""The notices that a page shows to a learner (``{% notices %}``)."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest

from course.board import notices
from course.board.models import Notice

PAGES = {"course", "notes", "labs"}
"""``nav`` of the pages that show them."""


def shown(request: HttpRequest, nav: str, lab: str) -> dict[str, Any]:
    """``notices``, and whether there is a place for them at all. ``lab``: of the page's attempt, if it has one."""
    user = request.user
    here = nav in PAGES and user.is_authenticated and user.role == "learner"
    if not here:
        return {"here": False}
    found = Notice.objects.unseen_by(user).filter(lab__in={"", lab}).select_related("by")
    return {"here": True, "notices": [notices.shown(one) for one in found[:5]]}
