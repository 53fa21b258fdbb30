"""What is done with questions. Each is whole or not at all; the pages are told when it is kept: the learner's, those of
who answers, and the boards."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext

from course.board import live as board
from course.helping import live, news
from course.helping.models import SENTENCE_CHARS, HelpAnswer, HelpRequest, ProposedCommand
from course.people.acts import record
from labs import beside, forking
from labs.actions import MAX_LINE
from labs.models import Attempt, Command
from labs.publishing import in_language_of

MOST_COMMANDS = 30


class Gone(Exception):
    """Somebody else has taken it meanwhile, or its learner has closed it."""


# --- the learner's ---------------------------------------------------------------------------------------------------------


@transaction.atomic
def ask(*, attempt: Attempt, sentence: str, step: str) -> HelpRequest:
    """The attempt's question: the one that waits already, or a new one, for which an answered one is closed."""
    # The row of the attempt is the lock: a double click asks once.
    attempt = Attempt.objects.select_for_update().get(pk=attempt.pk)
    earlier = attempt.help_requests.not_closed().first()
    if earlier is not None and earlier.state != HelpRequest.State.ANSWERED:
        return earlier
    if earlier is not None:
        _close(earlier, HelpRequest.Ending.AGAIN)
    known = step and attempt.steps.filter(step_id=step).exists()
    made = HelpRequest.objects.create(
        attempt=attempt,
        step=step if known else attempt.step,
        command=last_command(attempt),
        version=attempt.sandbox.head if attempt.sandbox else None,
        sentence=sentence.strip()[:SENTENCE_CHARS],
    )
    _tell(attempt)
    return made


def last_command(attempt: Attempt) -> Command | None:
    """The last command that has ended."""
    running = [Command.State.QUEUED, Command.State.RUNNING]
    return attempt.console().exclude(state__in=running).order_by("-number").first()


@transaction.atomic
def close(*, question: HelpRequest, ending: str) -> None:
    """The learner needs no answer (any more); its version may be pruned again. The same again changes nothing."""
    if _close(question, ending):
        _tell(question.attempt)


def _close(question: HelpRequest, ending: str) -> bool:
    mine = HelpRequest.objects.not_closed().filter(pk=question.pk)
    return mine.update(state=HelpRequest.State.CLOSED, ending=ending, closed=timezone.now(), version=None) == 1


def saw(*, question: HelpRequest) -> None:
    """The learner has the newest answer before them."""
    answered = HelpRequest.objects.filter(pk=question.pk, state=HelpRequest.State.ANSWERED, seen=None)
    if answered.update(seen=timezone.now()):
        live.changed(Attempt.objects.select_related("user").get(help_requests=question.pk))


@transaction.atomic
def decline(*, command: ProposedCommand) -> None:
    if ProposedCommand.objects.filter(pk=command.pk, declined=None).update(declined=timezone.now()):
        _tell(command.answer.request.attempt)


# --- an instructor's -------------------------------------------------------------------------------------------------------


@transaction.atomic
def take(*, question: HelpRequest, by: Any) -> None:
    """``by`` answers it, and nobody else. Raises Gone."""
    if not HelpRequest.objects.take(question.pk, by):
        raise Gone
    record("help-taken", by=by, target=question.attempt, question=question.pk)
    _tell(question.attempt)


@transaction.atomic
def release(*, question: HelpRequest, by: Any) -> None:
    """Let others answer it. Raises Gone."""
    if not HelpRequest.objects.release(question.pk, by):
        raise Gone
    record("help-released", by=by, target=question.attempt, question=question.pk)
    _tell(question.attempt)


@transaction.atomic
def answer(*, question: HelpRequest, by: Any, text: str, lines: Sequence[str] = (), fork: Attempt | None = None) -> HelpAnswer:
    """In words, with commands that are proposed, or both; the learner runs them or does not. Raises Gone."""
    states = [HelpRequest.State.TAKEN, HelpRequest.State.ANSWERED]
    mine = HelpRequest.objects.filter(pk=question.pk, state__in=states, taken_by=by)
    if mine.update(state=HelpRequest.State.ANSWERED, answered=timezone.now(), seen=None) != 1:
        raise Gone
    made = HelpAnswer.objects.create(request=question, by=by, text=text.strip(), fork=fork)
    wanted = [line for line in (_line(one) for one in lines) if line][:MOST_COMMANDS]
    ProposedCommand.objects.bulk_create(ProposedCommand(answer=made, order=at, line=line) for at, line in enumerate(wanted, 1))
    record("help-answered", by=by, target=question.attempt, question=question.pk, commands=len(wanted))
    _tell(question.attempt, answered=True)
    return made


def _line(text: str) -> str:
    """As a command's row keeps it, so that what was run of it is found."""
    return text.replace("\r\n", "\n").replace("\0", "").strip("\n")[:MAX_LINE] if text.strip() else ""


@transaction.atomic
def fork(*, question: HelpRequest, by: Any, language: str) -> Attempt:
    """``by``'s own fork of what was asked about. Raises LearnerError version-gone, Fault lab-gone."""
    version = question.version or forking.version_after(question.attempt, question.command)
    made = forking.fork(attempt=question.attempt, version=version, command=question.command, by=by, language=language)
    record("forked", by=by, target=question.attempt, number=question.command.number if question.command else 0)
    return made


def _tell(attempt: Attempt, *, answered: bool = False) -> None:
    transaction.on_commit(partial(_told, attempt.pk, answered=answered))


def _told(pk: int, *, answered: bool) -> None:
    attempt = Attempt.objects.select_related("user").get(pk=pk)
    with in_language_of(attempt):
        beside.changed(attempt, gettext("Your question has an answer.") if answered else "")
    if answered:
        news.tell(attempt)
    live.changed(attempt)
    board.changed(attempt.user_id)
