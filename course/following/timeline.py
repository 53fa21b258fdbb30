"""An attempt's story, page by page: its commands, and between them moves, help, checks, questions and saved files. It writes nothing.

``item.html``  item: id kind at text, and by kind:
  command  number line terminal words ok failed running undone duration changes mistake printed url more_url
  hint, solution, not-yet, error, passed  step seen[kind word saw wanted]; move, file; help, answer  sentence
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Min, Q, QuerySet
from django.db.models.functions import Length
from django.urls import reverse
from django.utils.translation import gettext

from course.helping.presenting import name_of
from labs import changes, files_told, mistakes, presenting, undoing
from labs.lab.model import Lab
from labs.models import Attempt, Command, Move, Passing
from labs.wording import language
from labs.wording import words as ours
from sandbox.models import Version

PAGE = 30
"""Commands."""
BESIDES = 200
"""So many things of each other kind at most: somebody may click Undo and Redo for an hour."""
_FAILED = Q(state__in=[Command.State.LOST, Command.State.REFUSED]) | Q(exit_status__gt=0) | Q(exit_status__lt=0)


@dataclass(frozen=True, slots=True)
class Wanted:
    """``page`` from 1, 0 for the last; ``at``: the number of a command whose page is wanted; ``errors``: what failed alone."""

    page: int = 0
    at: int = 0
    errors: bool = False
    step: str = ""

    @property
    def filtered(self) -> bool:
        return self.errors or bool(self.step)


def timeline(attempt: Attempt, lab: Lab, wanted: Wanted, cohort: int) -> dict[str, Any]:
    """``items``, ``page``, ``pages``, ``commands`` (how many there are), ``last`` (whether what comes belongs on this page)."""
    rows, span = _filtered(attempt, lab, wanted)
    count = rows.count()
    pages = max(1, -(-count // PAGE))
    page = min(wanted.page or pages, pages)
    if wanted.at:
        page = min(pages, max(1, -(-rows.filter(number__lte=wanted.at).count() // PAGE)))
    # One more than is shown: what is told between two pages is told at the end of the first.
    found = list(rows.order_by("number")[(page - 1) * PAGE : page * PAGE + 1])
    shown = found[:PAGE]
    after = shown[0].queued if page > 1 and shown else span[0]
    before = found[PAGE].queued if len(found) > PAGE else span[1]
    items = [_command(one, attempt, cohort) for one in shown]
    if not wanted.errors:
        items += _besides(attempt, lab, after, before, wanted.step)
    items.sort(key=lambda item: (item["at"], item["kind"] != "command"))
    return {"items": items, "page": page, "pages": pages, "commands": count, "last": page == pages}


_Span = tuple[datetime | None, datetime | None]


def _filtered(attempt: Attempt, lab: Lab, wanted: Wanted) -> tuple[QuerySet[Any], _Span]:
    heavy = ("output", "diff", "screen")
    rows: QuerySet[Any] = attempt.commands.defer(*heavy).annotate(printed=Length("output"))
    if wanted.errors:
        rows = rows.filter(_FAILED)
    if not wanted.step:
        return rows, (None, None)
    span = _span(attempt, lab, wanted.step)
    return _within(rows, "queued", *span), span


def _span(attempt: Attempt, lab: Lab, step: str) -> _Span:
    """When a step was worked on: from when the one before it first passed to when it did."""
    first = dict(Passing.objects.filter(step__attempt=attempt).values_list("step__step_id").annotate(Min("at")).order_by())
    ids = [one.id for one in lab.steps]
    at = ids.index(step)
    return (first.get(ids[at - 1], attempt.started) if at else None), first.get(step)


def _within(rows: QuerySet[Any], field: str, after: datetime | None, before: datetime | None) -> QuerySet[Any]:
    rows = rows.filter(**{f"{field}__gte": after}) if after else rows
    return rows.filter(**{f"{field}__lt": before}) if before else rows


# --- commands --------------------------------------------------------------------------------------------------------------


def _command(command: Any, attempt: Attempt, cohort: int) -> dict[str, Any]:
    place = [cohort, attempt.user_id, attempt.pk, command.number]
    return {
        "id": f"c{command.number}",
        "kind": "command",
        "at": command.queued,
        "number": command.number,
        "line": command.line,
        "terminal": command.terminal,
        "printed": bool(command.printed),
        "undone": command.undone,
        "changes": changes.summary(command.changes),
        "mistake": mistakes.word(command.mistake),
        "url": reverse("replay", args=place),
        "more_url": reverse("command-output", args=place),
        **outcome(command),
    }


def outcome(command: Command) -> dict[str, Any]:
    """``words``: how it ended; ``ok``, ``failed``, ``running``, ``duration``."""
    state = Command.State(command.state)
    running = state in {Command.State.QUEUED, Command.State.RUNNING}
    ok = state in {Command.State.DONE, Command.State.ENDED} and command.exit_status == 0
    if state in {Command.State.DONE, Command.State.ENDED}:
        said = gettext("succeeded") if ok else gettext("exit status %(status)s") % {"status": command.exit_status}
    else:
        said = str(state.label)
    message = ours(command.message, **command.message_values) if command.message else ""
    duration = presenting.duration(command.duration_ms)
    return {"words": said, "message": message, "ok": ok, "failed": not ok and not running, "running": running, "duration": duration}


# --- what else happened ----------------------------------------------------------------------------------------------------


def _besides(attempt: Attempt, lab: Lab, after: datetime | None, before: datetime | None, step: str) -> list[dict[str, Any]]:
    return [
        *_moves(attempt, lab, after, before),
        *_steps(attempt, lab, after, before, step),
        *_saves(attempt, after, before),
        *_questions(attempt, after, before),
    ]


def _moves(attempt: Attempt, lab: Lab, after: datetime | None, before: datetime | None) -> Iterator[dict[str, Any]]:
    rows = attempt.moves.select_related("command", "by").defer("command__output", "command__diff", "command__changes")
    found = list(_within(rows, "at", after, before)[:BESIDES])
    for move in found:
        move.attempt = attempt
    for move, text in zip(found, undoing.told(attempt, lab, found), strict=True):
        said = gettext("The sandbox was gone; the lab began again with a new one.") if move.how == Move.How.LOST else text
        yield {"id": f"m{move.pk}", "kind": "move", "icon": "redo" if move.how == Move.How.REDO else "undo", "at": move.at, "text": said}


def _steps(attempt: Attempt, lab: Lab, after: datetime | None, before: datetime | None, step: str) -> Iterator[dict[str, Any]]:
    rows = attempt.step_events.filter(step_id=step) if step else attempt.step_events.all()
    titles = {one.id: lab.section(one.id, language()).title for one in lab.steps}
    for event in _within(rows, "at", after, before)[:BESIDES]:
        text = {
            "hint": gettext("Hint %(number)s was shown") % {"number": event.number},
            "solution": gettext("The solution was shown"),
            "not-yet": gettext("The check found: not yet"),
            "error": gettext("The check failed by a fault of ours"),
            "passed": gettext("The step passed"),
        }[event.what]
        seen = [presenting.look(one) for one in event.seen if one["kind"] == "not"]
        yield {"id": f"s{event.pk}", "kind": event.what, "at": event.at, "text": text, "step": titles.get(event.step_id, ""), "seen": seen}


def _saves(attempt: Attempt, after: datetime | None, before: datetime | None) -> Iterator[dict[str, Any]]:
    """What was done in the files panel, as its versions are still kept."""
    if attempt.sandbox_id is None:
        return
    made = Version.objects.filter(sandbox=attempt.sandbox_id).exclude(title="").only("pk", "title", "created").order_by("pk")
    for version in _within(made, "created", after, before)[:BESIDES]:
        yield {"id": f"f{version.pk}", "kind": "file", "at": version.created, "text": files_told.line(version)["text"]}


def _questions(attempt: Attempt, after: datetime | None, before: datetime | None) -> Iterator[dict[str, Any]]:
    for question in _within(attempt.help_requests.all(), "asked", after, before)[:BESIDES]:
        url = reverse("help", args=[question.pk])
        text = gettext("Asked for help")
        yield {"id": f"q{question.pk}", "kind": "help", "at": question.asked, "text": text, "sentence": question.sentence, "url": url}
    for question in _within(attempt.help_requests.select_related("taken_by"), "answered", after, before).exclude(answered=None)[:BESIDES]:
        text = gettext("%(who)s answered") % {"who": name_of(question.taken_by)}
        yield {"id": f"a{question.pk}", "kind": "answer", "at": question.answered, "text": text, "url": reverse("help", args=[question.pk])}
