"""Tells the pages of an attempt what changed, as HTML in the learner's language.

Events: ``block`` {html}, ``output`` {id, lines, current}, ``guide`` {html}, ``prompt`` {html}, ``clock`` {html}, ``reload`` {}.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.template.loader import render_to_string
from django.utils import translation

from labs import events, presenting
from labs.lab.model import Lab
from labs.models import Attempt, Command
from labs.terminal import Update


@contextmanager
def in_language_of(attempt: Attempt) -> Iterator[None]:
    """Set for the block, and put back: a worker's thread goes on to serve others."""
    with translation.override(attempt.language):
        yield


def _render(name: str, attempt: Attempt, **context: Any) -> str:
    # A worker has no request: forms in events carry no token of their own, the page's script sends the page's.
    return render_to_string(f"labs/{name}.html", {**context, "attempt": attempt, "csrf_token": "NOTPROVIDED", "readonly": False})


def command_changed(command: Command) -> str:
    """The block as it is in the row; the event's position."""
    attempt = command.attempt
    with in_language_of(attempt):
        html = _render("block", attempt, block=presenting.block(command), urls=presenting.urls(attempt))
    return events.publish(attempt.pk, "block", id=command.pk, html=html)


def output(command: Command, update: Update) -> str:
    """Lines to append to the block and the line that it stands in; the event's position."""
    return events.publish(command.attempt_id, "output", id=command.pk, lines=update.lines_html, current=update.tail_html)


def guide_changed(lab: Lab, attempt: Attempt) -> None:
    """The steps and how far the attempt is."""
    with in_language_of(attempt):
        urls = presenting.urls(attempt)
        html = [_render("step", attempt, step=step, urls=urls) for step in presenting.steps(lab, attempt)]
        if lab.steps:
            html.append(_render("track", attempt, track=presenting.track(lab, attempt)))
    events.publish(attempt.pk, "guide", html="".join(html))


def clock_changed(attempt: Attempt, clock: dict[str, Any]) -> None:
    """``clock``: see ``labs.clock``."""
    with in_language_of(attempt):
        html = _render("clock", attempt, clock=clock, urls=presenting.urls(attempt))
    events.publish(attempt.pk, "clock", html=html)


def prompt_changed(attempt: Attempt) -> None:
    with in_language_of(attempt):
        html = _render("prompt_sign", attempt, prompt=presenting.prompt(attempt))
    events.publish(attempt.pk, "prompt", html=html)


def page_changed(attempt: Attempt) -> None:
    """Too much changed for pieces: the page loads itself again."""
    events.publish(attempt.pk, "reload")
