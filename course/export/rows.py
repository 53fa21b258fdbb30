"""What is told about a cohort, a frozen dataclass a kind of row. CSV headers, JSON, the API's schema and its manual all come from these,
so that none of them can say what another does not.

A field's words (English; ``course.export.described`` translates them) stand in its type: ``Annotated[int, _("…")]``.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Annotated, Literal

from django.utils.translation import gettext_noop as _

CommandState = Literal["queued", "running", "ended", "done", "lost", "refused"]


@dataclass(frozen=True, slots=True)
class CohortRow:
    """People who take the course together."""

    id: Annotated[int, _("The cohort's number: the other addresses name it.")]
    name: Annotated[str, _("Its name.")]
    starts: Annotated[date | None, _("Its first day.")]
    ends: Annotated[date | None, _("Its last day.")]
    made: Annotated[datetime, _("When it was made.")]
    labs: Annotated[list[str], _("The labs it uses, in its order; empty: all.")]
    notes: Annotated[list[str], _("The notes it uses, in its order; empty: all.")]
    learners: Annotated[int, _("So many learn in it now.")]


@dataclass(frozen=True, slots=True)
class MemberRow:
    """Somebody who learns in the cohort, or did."""

    learner: Annotated[int, _("The learner's number, the same everywhere.")]
    user_name: Annotated[str, _("The name that they sign in with.")]
    name: Annotated[str, _("Their full name; empty where they gave none.")]
    email: Annotated[str, _("Their e-mail address; empty where they gave none.")]
    joined: Annotated[datetime, _("When they joined the cohort.")]
    left: Annotated[datetime | None, _("When they left it; empty while they are in it. Of who has left nothing else is told.")]
    extra: Annotated[int, _("So many percent more time they have until what is due.")]


@dataclass(frozen=True, slots=True)
class ProgressRow:
    """A step of somebody's attempt at a lab."""

    learner: Annotated[int, _("The learner's number, the same everywhere.")]
    user_name: Annotated[str, _("The name that they sign in with.")]
    lab: Annotated[str, _("The lab's name.")]
    attempt: Annotated[int, _("The attempt's number: who closes a lab and begins it again has a second one.")]
    started: Annotated[datetime, _("When the attempt began.")]
    completed: Annotated[datetime | None, _("When its last step passed.")]
    closed: Annotated[datetime | None, _("When the learner closed it.")]
    spent_seconds: Annotated[int, _("The time spent in the attempt, without long pauses.")]
    step: Annotated[str, _("The step's name.")]
    state: Annotated[Literal["open", "passed"], _("Whether the step has passed.")]
    points: Annotated[int | None, _("The points it gave; empty while it has given none.")]
    tries: Annotated[int, _("So many looks found it not yet done.")]
    hints: Annotated[int, _("So many hints were shown.")]
    solution: Annotated[bool, _("Whether its solution was shown.")]
    passed_at: Annotated[datetime | None, _("When it passed.")]


@dataclass(frozen=True, slots=True)
class CommandRow:
    """A line that somebody typed."""

    learner: Annotated[int, _("The learner's number, the same everywhere.")]
    user_name: Annotated[str, _("The name that they sign in with.")]
    lab: Annotated[str, _("The lab's name.")]
    attempt: Annotated[int, _("The attempt's number: who closes a lab and begins it again has a second one.")]
    number: Annotated[int, _("The line's number within the attempt.")]
    terminal: Annotated[int, _("The terminal that it was typed in: 1 or 2.")]
    line: Annotated[str, _("The line.")]
    state: Annotated[CommandState, _("What became of it; “lost” is a fault of ours.")]
    exit_status: Annotated[int | None, _("Its exit status; empty where it has none.")]
    queued: Annotated[datetime, _("When it was typed.")]
    ended: Annotated[datetime | None, _("When it ended.")]
    duration_ms: Annotated[int | None, _("So many milliseconds it ran.")]
    mistake: Annotated[str, _("The common mistake that its end showed, by its name; empty where none was recognised.")]
    undone: Annotated[bool, _("Whether it was undone.")]
    output: Annotated[str | None, _("What it printed, without colours, at most 256 KB; empty unless asked for, or if no longer kept.")]


@dataclass(frozen=True, slots=True)
class QuestionRow:
    """A request for help, and what came of it."""

    learner: Annotated[int, _("The learner's number, the same everywhere.")]
    user_name: Annotated[str, _("The name that they sign in with.")]
    lab: Annotated[str, _("The lab's name.")]
    attempt: Annotated[int, _("The attempt's number: who closes a lab and begins it again has a second one.")]
    question: Annotated[int, _("The question's number.")]
    step: Annotated[str, _("The step's name.")]
    sentence: Annotated[str, _("What the learner wrote; may be empty.")]
    state: Annotated[Literal["open", "taken", "answered", "closed"], _("Where it stands.")]
    ending: Annotated[Literal["", "solved", "withdrawn", "again"], _("How it was closed; empty until then.")]
    asked: Annotated[datetime, _("When it was asked.")]
    answered: Annotated[datetime | None, _("When it was answered last.")]
    closed: Annotated[datetime | None, _("When it was closed.")]
    answers: Annotated[int, _("So many answers it got.")]


@dataclass(frozen=True, slots=True)
class AnswerRow:
    """Somebody's newest answer to a question of a note."""

    learner: Annotated[int, _("The learner's number, the same everywhere.")]
    user_name: Annotated[str, _("The name that they sign in with.")]
    note: Annotated[str, _("The note's name.")]
    question: Annotated[str, _("The question's name within the note.")]
    right: Annotated[bool, _("Whether the newest answer is right.")]
    tries: Annotated[int, _("So often it was answered.")]
    first: Annotated[datetime, _("When it was answered first.")]
    last: Annotated[datetime, _("When it was answered last.")]
    solved: Annotated[datetime | None, _("When it was answered right for the first time.")]


@dataclass(frozen=True, slots=True)
class ErrorRow:
    """Why there is no answer."""

    code: Annotated[str, _("A word for programs.")]
    message: Annotated[str, _("A sentence for people, in the language that was asked for.")]
