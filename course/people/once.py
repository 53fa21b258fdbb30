"""A secret that the next page shows, and no other: a form that made one answers with the way there, so that a reload makes no second one.

It waits in the session, which its owner alone has, for as long as a browser takes to follow.
"""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest

_KEY = "shown_once"


def keep(request: HttpRequest, what: str, **shown: Any) -> None:
    request.session[_KEY] = {"what": what, **shown}


def take(request: HttpRequest, what: str) -> dict[str, Any]:
    """What was kept of it; empty where nothing was, or this is no page that is looked at."""
    if request.method != "GET" or request.session.get(_KEY, {}).get("what") != what:
        return {}
    found: dict[str, Any] = request.session.pop(_KEY)
    return found
