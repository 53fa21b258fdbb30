"""What the site adds to an attempt's page: labs know nothing of who helps whom, so the site says (LABS_BESIDE).

The function gets an attempt and gives {} or what templates need: ``css`` (names of style sheets), ``parts`` (templates by their place:
``head``, in the console's header, and ``panel``, above the instructions, each one element with an id of its own), and whatever those show.
"""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.template.loader import render_to_string
from django.utils.module_loading import import_string

from labs import events
from labs.models import Attempt


def beside(attempt: Attempt) -> dict[str, Any]:
    found: dict[str, Any] = import_string(settings.LABS_BESIDE)(attempt) if settings.LABS_BESIDE else {}
    return found


def html(context: dict[str, Any]) -> str:
    """The parts, to be put where they are on the page. ``context``: with ``attempt`` and ``beside``."""
    return "".join(render_to_string(name, context) for name in context["beside"].get("parts", {}).values())


def changed(attempt: Attempt, said: str = "") -> None:
    """Tell the pages, in the active language. ``said``: what is read out where the page is heard."""
    context = {"attempt": attempt, "beside": beside(attempt), "csrf_token": "NOTPROVIDED"}
    events.publish(attempt.pk, "beside", html=html(context), said=said)
