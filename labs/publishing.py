"""Tells the pages of an attempt what changed, as HTML in the learner's language.

Events: ``block`` {html}, ``output`` {id, lines, current}, ``screen`` {id, html or rows}, ``guide`` {html}, ``prompt`` {html},
``clock`` {html}, ``moved`` (``move_state``), ``notice`` {html}, ``reload`` {}.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from django.template.loader import render_to_string
from django.utils import translation

from labs import events, finishing, presenting, undoing
from labs.editions import lab_of
from labs.lab.model import Lab
from labs.models import Attempt, Command
from labs.terminal import Update
from sandbox.errors import Fault


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
    return events.publish(attempt.pk, "block", id=command.pk, terminal=command.terminal, html=html)


def output(command: Command, update: Update) -> str:
    """Lines to append to the block and the line that it stands in; the event's position."""
    return events.publish(command.attempt_id, "output", id=command.pk, lines=update.lines_html, current=update.tail_html)


def screen(command: Command, state: dict[str, Any]) -> str:
    """The whole screen of a program (``labs.screen.Shown.state``), or that there is none any more; the event's position."""
    html = ""
    if state:
        attempt = command.attempt
        shown = {"id": command.pk, "line": command.line, "screen": presenting.screen(state)}
        html = _render("screen", attempt, block=shown, urls=presenting.urls(attempt))
    return events.publish(command.attempt_id, "screen", id=command.pk, html=html)


def screen_rows(command: Command, rows: dict[str, str]) -> str:
    """Those that changed, by their number; the event's position."""
    return events.publish(command.attempt_id, "screen", id=command.pk, rows=rows)


def guide_changed(lab: Lab, attempt: Attempt) -> None:
    """The steps and how far the attempt is."""
    with in_language_of(attempt):
        html = _guide(lab, attempt)
    events.publish(attempt.pk, "guide", html=html)


def _guide(lab: Lab, attempt: Attempt) -> str:
    urls = presenting.urls(attempt)
    html = [_render("step", attempt, step=step, urls=urls) for step in presenting.steps(lab, attempt)]
    if lab.steps:
        html.append(_render("track", attempt, track=presenting.track(lab, attempt)))
        html.append(_render("finish", attempt, finish=finishing.finish(lab, attempt)))
    return "".join(html)


def clock_changed(attempt: Attempt, clock: dict[str, Any]) -> None:
    """``clock``: see ``labs.clock``."""
    with in_language_of(attempt):
        html = _render("clock", attempt, clock=clock, urls=presenting.urls(attempt))
    events.publish(attempt.pk, "clock", html=html)


def prompt_changed(attempt: Attempt) -> None:
    """Where the shell stands, what undo would undo, and how long the learner has been at it."""
    with in_language_of(attempt):
        html = _prompt(attempt) + _track(attempt)
    events.publish(attempt.pk, "prompt", html=html)


def _track(attempt: Attempt) -> str:
    try:
        lab = lab_of(attempt)
    except Fault:  # it is gone from the catalogue; commands run all the same
        return ""
    return _render("track", attempt, track=presenting.track(lab, attempt)) if lab.steps else ""


def _prompt(attempt: Attempt) -> str:
    acts = _render("acts", attempt, acts=undoing.acts(attempt), urls=presenting.urls(attempt))
    first = _render("prompt_sign", attempt, prompt=presenting.prompt(attempt))
    return acts + first + _render("prompt_sign", attempt, prompt=presenting.prompt(attempt, 2), suffix="-2")


_told: ContextVar[dict[tuple[int, str], dict[str, Any]] | None] = ContextVar("told", default=None)


@contextmanager
def told() -> Iterator[dict[tuple[int, str], dict[str, Any]]]:
    """What ``moved`` tells within the block, by attempt and language: who asked for the move need not render it a second time."""
    kept: dict[tuple[int, str], dict[str, Any]] = {}
    mark = _told.set(kept)
    try:
        yield kept
    finally:
        _told.reset(mark)


def moved(attempt: Attempt, *, whole: bool) -> None:
    with in_language_of(attempt):
        state = move_state(attempt, whole=whole)
    events.publish(attempt.pk, "moved", **state)
    if (kept := _told.get()) is not None:
        kept[attempt.pk, attempt.language] = state


def move_state(attempt: Attempt, *, whole: bool) -> dict[str, Any]:
    """What a move changed on the page, in the active language; the same again changes nothing.

    ``html``: elements to put where they are (steps, progress, prompt, undo and redo); ``undone``: ids of the shown commands that are;
    ``notice``: to append to the log; ``log``: where other commands are shown than before (``whole``), all of it, and ``second``,
    the second terminal's.
    """
    attempt = Attempt.objects.select_related("sandbox", "user").get(pk=attempt.pk)
    lab = lab_of(attempt)
    last = attempt.moves.select_related("command").last()
    state: dict[str, Any] = {
        "move": last.pk if last else 0,
        "html": _guide(lab, attempt) + _prompt(attempt),
        "undone": list(attempt.console().filter(undone=True).values_list("pk", flat=True)),
        "notice": _render("notice", attempt, notice=undoing.notice(last, lab)) if last else "",
    }
    if whole:
        commands = presenting.shown_commands(attempt)
        context = {"steps": bool(lab.steps), "urls": presenting.urls(attempt)}
        state["log"] = _render("log", attempt, entries=presenting.entries(lab, attempt, commands), **context)
        state["second"] = _render("log", attempt, entries=presenting.second_entries(commands), terminal=2, **context)
    return state


def noted(attempt: Attempt, notice: dict[str, Any]) -> None:
    """A line for the console's log."""
    events.publish(attempt.pk, "notice", html=_render("notice", attempt, notice=notice))


def page_changed(attempt: Attempt) -> None:
    """Too much changed for pieces: the page loads itself again."""
    events.publish(attempt.pk, "reload")
