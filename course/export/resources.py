"""Where the rows come from. A resource reads one kind of row of one cohort, a bounded page at a time, ordered by its table's key."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from django.db.models import Count, Q, QuerySet
from django.utils.translation import gettext, gettext_noop

from course.export import described, rows
from course.helping.models import HelpRequest
from course.people.models import LEARNER, Cohort, Membership
from course.reading.models import Answer
from labs.models import Attempt, Command, StepProgress
from labs.terminal_text import text

CHUNK = 500
CHUNK_WITH_OUTPUT = 20
"""An output has up to 256 KB."""


@dataclass(frozen=True, slots=True)
class Resource:
    """``read``: the table's rows of a cohort; ``since``: of those, what is new or other since a moment; ``row``: one, to be told."""

    name: str
    row: type
    title: str
    read: Callable[[Cohort], QuerySet[Any]]
    since: Callable[[datetime], Q]
    make: Callable[[Any], Any]
    output: bool = False

    @property
    def words(self) -> str:
        return gettext(self.title)

    @property
    def fields(self) -> tuple[described.Field, ...]:
        return described.fields(self.row)

    def page(self, cohort: Cohort, *, after: int = 0, many: int = CHUNK, since: datetime | None = None, output: bool = False) -> list[Any]:
        """Up to ``many`` of the table's rows whose key is above ``after``."""
        found = self.read(cohort).filter(pk__gt=after).order_by("pk")
        if since is not None:
            found = found.filter(self.since(since))
        if self.output and not output:
            found = found.defer("output")
        return list(found[:many])

    def told(self, found: Any, *, output: bool = False) -> Any:
        return _command(found, output=output) if self.output else self.make(found)

    def all(self, cohort: Cohort, *, output: bool = False) -> Iterator[list[Any]]:
        """All of a cohort's, in pieces: each is a query of its own, so that nothing is held open between them."""
        many, after = CHUNK_WITH_OUTPUT if output and self.output else CHUNK, 0
        while page := self.page(cohort, after=after, many=many, output=output):
            after = page[-1].pk
            yield [self.told(one, output=output) for one in page]


def _learners(cohort: Cohort) -> Any:
    """Who has left is no longer looked at."""
    return Membership.objects.filter(cohort=cohort, role=LEARNER, left=None).values("user")


def _attempts(cohort: Cohort) -> Any:
    found = Attempt.objects.filter(user__in=_learners(cohort), fork_of=None)
    return (found.filter(lab__in=cohort.labs) if cohort.labs else found).values("pk")


def _members(cohort: Cohort) -> QuerySet[Membership]:
    return Membership.objects.filter(cohort=cohort, role=LEARNER).select_related("user")


def _steps(cohort: Cohort) -> QuerySet[StepProgress]:
    return StepProgress.objects.filter(attempt__in=_attempts(cohort)).select_related("attempt__user")


def _commands(cohort: Cohort) -> QuerySet[Command]:
    found = Command.objects.filter(attempt__in=_attempts(cohort)).select_related("attempt__user")
    return found.exclude(message="incomplete").defer("diff", "changes", "screen")


def _questions(cohort: Cohort) -> QuerySet[HelpRequest]:
    found = HelpRequest.objects.filter(attempt__in=_attempts(cohort)).select_related("attempt__user")
    return found.annotate(many=Count("answers"))


def _answers(cohort: Cohort) -> QuerySet[Answer]:
    found = Answer.objects.filter(user__in=_learners(cohort)).select_related("user")
    return found.filter(note__in=cohort.notes) if cohort.notes else found


def cohort_row(cohort: Any) -> rows.CohortRow:
    """``cohort.learners``: counted by the query."""
    return rows.CohortRow(
        id=cohort.pk, name=cohort.name, starts=cohort.starts, ends=cohort.ends, made=_utc(cohort.made), labs=cohort.labs,
        notes=cohort.notes, learners=cohort.learners,
    )  # fmt: skip


def counted(cohorts: QuerySet[Cohort]) -> QuerySet[Any]:
    return cohorts.annotate(learners=Count("memberships", filter=Q(memberships__role=LEARNER, memberships__left=None)))


def _member(one: Membership) -> rows.MemberRow:
    user, here = one.user, one.left is None
    return rows.MemberRow(
        learner=user.pk, user_name=user.username, name=user.get_full_name() if here else "", email=user.email if here else "",
        joined=_utc(one.joined), left=_maybe(one.left), extra=one.extra if here else 0,
    )  # fmt: skip


def _step(one: StepProgress) -> rows.ProgressRow:
    attempt = one.attempt
    return rows.ProgressRow(
        **_whose(attempt), started=_utc(attempt.started), completed=_maybe(attempt.completed), closed=_maybe(attempt.finished),
        spent_seconds=attempt.spent, step=one.step_id, state=_of(one.state), points=one.points, tries=one.tries, hints=one.hints_shown,
        solution=one.solution_shown, passed_at=_maybe(one.passed_at),
    )  # fmt: skip


def _command(one: Command, *, output: bool) -> rows.CommandRow:
    return rows.CommandRow(
        **_whose(one.attempt), number=one.number, terminal=one.terminal, line=one.line, state=_of(one.state), exit_status=one.exit_status,
        queued=_utc(one.queued), ended=_maybe(one.ended), duration_ms=one.duration_ms, mistake=(one.mistake or {}).get("id", ""),
        undone=one.undone, output=text(bytes(one.output)) if output and one.output else None,
    )  # fmt: skip


def _question(one: Any) -> rows.QuestionRow:
    return rows.QuestionRow(
        **_whose(one.attempt), question=one.pk, step=one.step, sentence=one.sentence, state=one.state, ending=one.ending,
        asked=_utc(one.asked), answered=_maybe(one.answered), closed=_maybe(one.closed), answers=one.many,
    )  # fmt: skip


def _answer(one: Answer) -> rows.AnswerRow:
    return rows.AnswerRow(
        learner=one.user_id, user_name=one.user.username, note=one.note, question=one.question, right=one.right, tries=one.tries,
        first=_utc(one.first), last=_utc(one.last), solved=_maybe(one.solved),
    )  # fmt: skip


def _whose(attempt: Attempt) -> dict[str, Any]:
    return {"learner": attempt.user_id, "user_name": attempt.user.get_username(), "lab": attempt.lab, "attempt": attempt.pk}


def _of(choice: str) -> Any:
    """One of the words that the row's type names: the test of the schema holds them against the model's."""
    return choice


def _utc(moment: datetime) -> datetime:
    return moment.astimezone(UTC)


def _maybe(moment: datetime | None) -> datetime | None:
    return moment and _utc(moment)


RESOURCES = {
    one.name: one
    for one in (
        Resource("members", rows.MemberRow, gettext_noop("Members"), _members, lambda at: Q(joined__gte=at) | Q(left__gte=at), _member),
        Resource(
            "progress", rows.ProgressRow, gettext_noop("Progress in labs, step by step"), _steps,
            lambda at: Q(passed_at__gte=at) | Q(attempt__last_seen__gte=at) | Q(attempt__finished__gte=at), _step,
        ),
        Resource(
            "commands", rows.CommandRow, gettext_noop("Commands"), _commands, lambda at: Q(queued__gte=at) | Q(ended__gte=at),
            lambda one: _command(one, output=False), output=True,
        ),
        Resource(
            "questions", rows.QuestionRow, gettext_noop("Requests for help"), _questions,
            lambda at: Q(asked__gte=at) | Q(taken__gte=at) | Q(answered__gte=at) | Q(closed__gte=at), _question,
        ),
        Resource("answers", rows.AnswerRow, gettext_noop("Answers to the notes' questions"), _answers, lambda at: Q(last__gte=at), _answer),
    )
}  # fmt: skip
