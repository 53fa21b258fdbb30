"""What a learner can do. Each is one atomic write; work is handed to a worker when the write is committed."""

from __future__ import annotations

import logging
import uuid
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone
from kombu.exceptions import OperationalError
from redis.exceptions import RedisError

from labs import budget, control, following, happening, pace, preparing, presenting, publishing
from labs.editions import keep_edition, lab_of
from labs.lab.model import Lab
from labs.models import Attempt, Command, Move, Passing, StepEvent, StepProgress
from labs.screen_grid import MOST_COLS, MOST_ROWS
from sandbox import actions as sandboxes
from sandbox import waking
from sandbox.errors import LearnerError
from sandbox.models import Sandbox

log = logging.getLogger(__name__)

MAX_LINE = 16_384
MAX_INPUT = 65_536
WAIT_SECONDS = 2.0
"""So long a click waits for the sandbox: the grading of a command that has ended holds it for a moment more."""


def start_attempt(*, user: Any, lab: Lab, language: str = "en") -> Attempt:
    """The learner's attempt at ``lab``: the open one, or a new one. Until it is ``ready`` a worker prepares its sandbox."""
    with transaction.atomic():
        keep_edition(lab)
        attempt, _created = Attempt.objects.get_or_create(
            user=user, lab=lab.name, finished=None, fork_of=None, defaults={"content_hash": lab.content_hash, "language": language[:2]}
        )
        Attempt.objects.filter(pk=attempt.pk).update(language=language[:2])
        attempt.language = language[:2]
        pace.touch(attempt, arrives=True)
        if not attempt.ready:
            _begin_again(attempt, lab)
    if not attempt.ready:
        attempt = preparing.give(attempt.pk)
    if not attempt.ready:
        wake("labs.tasks.prepare_attempt", attempt.pk)
    happening.told("opened", attempt.pk)
    return attempt


def _begin_again(attempt: Attempt, lab: Lab) -> None:
    """An attempt whose sandbox is not there yet, or no longer: the lab as it is now, from its first step. Points are kept."""
    attempt.content_hash, attempt.problem = lab.content_hash, ""
    attempt.save(update_fields=["content_hash", "problem"])
    _to_first_step(attempt, lab)


def _to_first_step(attempt: Attempt, lab: Lab) -> None:
    for progress in attempt.steps.all():
        progress.reopen()
    have = set(attempt.steps.values_list("step_id", flat=True))
    for step in lab.steps:
        if step.id not in have:
            StepProgress.objects.create(attempt=attempt, step_id=step.id)
    attempt.step = lab.steps[0].id if lab.steps else ""
    # What led to versions of the lost sandbox lets go of them.
    Passing.objects.filter(step__attempt=attempt).delete()
    attempt.moves.update(version=None)
    attempt.console_from, attempt.completed = attempt.next_number() - 1, None
    attempt.save(update_fields=["step", "console_from", "completed"])
    if attempt.console_from:
        Move.objects.create(attempt=attempt, how=Move.How.LOST, after=attempt.console_from)


def seen(*, attempt: Attempt, language: str) -> None:
    """The learner looks at it, in this language."""
    Attempt.objects.filter(pk=attempt.pk).update(language=language[:2])
    pace.touch(attempt, arrives=True)
    if attempt.sandbox_id is not None:
        waking.seen(attempt.sandbox_id)
    happening.told("opened", attempt.pk)


def submit_command(*, attempt: Attempt, line: str, key: uuid.UUID, rows: int = 24, cols: int = 100, terminal: int = 1) -> Command:
    """Queue a line in a terminal of the page, the first or the second. The same ``key`` again returns the row that there is.

    Raises LearnerError: busy, preparing, empty, too-long, closed, budget-hour, budget-day.
    """
    line = line.replace("\r\n", "\n").strip("\n")
    try:
        _refuse(attempt, line)
        return _queue(attempt, line, key, rows=rows, cols=cols, terminal=2 if terminal == 2 else 1)
    except (LearnerError, IntegrityError):
        # The same click again, or twice at once: the row is there.
        if earlier := attempt.commands.filter(key=key).first():
            return earlier
        raise


def _refuse(attempt: Attempt, line: str) -> None:
    if attempt.finished:
        raise LearnerError("closed")
    if not attempt.ready:
        raise LearnerError("preparing")
    if attempt.rebuilding:
        raise LearnerError("rebuilding")
    if not line.strip():
        raise LearnerError("empty")
    if len(line) > MAX_LINE:
        raise LearnerError("too-long", limit=MAX_LINE)


@transaction.atomic
def _queue(attempt: Attempt, line: str, key: uuid.UUID, *, rows: int, cols: int, terminal: int) -> Command:
    # The row of the attempt is the lock under which numbers are given and busy is decided.
    attempt.console_from = Attempt.objects.select_for_update().values_list("console_from", flat=True).get(pk=attempt.pk)
    if attempt.commands.occupying().filter(terminal=terminal).exists():
        raise LearnerError("busy")
    budget.hold(attempt.user)
    # What bash asked more of stays until the next line, which is the whole of it, or another.
    attempt.commands.filter(state=Command.State.REFUSED, message="incomplete", terminal=terminal).delete()
    command = Command.objects.create(
        attempt=attempt,
        key=key,
        number=attempt.next_number(),
        line=line.replace("\0", ""),
        terminal=terminal,
        rows=max(5, min(rows, MOST_ROWS)),
        cols=max(20, min(cols, MOST_COLS)),
        cwd_before=presenting.cwd_of(attempt, terminal),
    )
    pace.touch(attempt)
    # The page that asked gets the block with its answer; the others hear of it when it runs.
    transaction.on_commit(lambda: wake("labs.tasks.run_command", command.pk))
    return command


def stop_command(*, command: Command) -> None:
    """Ask for an end: ^C first, the second time the kill. Raises LearnerError not-running."""
    name = "KILL" if command.stopping else "INT"
    queued = Command.objects.filter(pk=command.pk, state=Command.State.QUEUED)
    if queued.update(state=Command.State.REFUSED, message="stopped", stopping=name, ended=timezone.now()):
        command.refresh_from_db()
        publishing.command_changed(command)
        return
    if not Command.objects.filter(pk=command.pk, state=Command.State.RUNNING).update(stopping=name):
        raise LearnerError("not-running")
    control.send(command.pk, "signal", name=name)


def send_input(*, command: Command, text: str) -> None:
    """Type into the program, also where it is still to start: as at a terminal it finds there what was typed ahead. Raises LearnerError:
    not-running, too-long, not-delivered."""
    if len(text) > MAX_INPUT:
        raise LearnerError("too-long", limit=MAX_INPUT)
    try:
        if not _is_up(command):
            control.keep(command.pk, text)
            # Between the look and the keeping it may have come up, and taken what was there.
            text = control.kept(command.pk) if _is_up(command) else ""
    except RedisError as error:
        raise LearnerError("not-delivered") from error
    if text and not control.send(command.pk, "input", text=text):
        raise LearnerError("not-delivered")


def _is_up(command: Command) -> bool:
    """Whether the program takes what is sent. Raises LearnerError not-running where it has ended."""
    found = Command.objects.occupying().filter(pk=command.pk).values_list("state", "stream_id").first()
    if found is None:
        raise LearnerError("not-running")
    return found[0] == Command.State.RUNNING and bool(found[1])


def resize(*, command: Command, rows: int, cols: int) -> None:
    """The running command's terminal has another size from now on."""
    control.send(command.pk, "resize", rows=max(5, min(rows, MOST_ROWS)), cols=max(20, min(cols, MOST_COLS)))


def show_hint(*, step: StepProgress) -> StepProgress:
    """One more hint; the last is what the check sees, for which a worker looks if none has. Raises LearnerError no-more-hints."""
    with transaction.atomic():
        step = StepProgress.objects.select_for_update().select_related("attempt").get(pk=step.pk)
        hints = presenting.hints_of(lab_of(step.attempt).step(step.step_id))
        if step.hints_shown >= hints:
            raise LearnerError("no-more-hints")
        step.hints_shown += 1
        step.save(update_fields=["hints_shown"])
        StepEvent.objects.create(attempt=step.attempt, step_id=step.step_id, what=StepEvent.What.HINT, number=step.hints_shown)
    pace.touch(step.attempt)
    if step.hints_shown == hints and not step.outcome and step.attempt.usable:
        wake("labs.tasks.check_attempt", step.attempt_id)
    publishing.guide_changed(lab_of(step.attempt), step.attempt)
    happening.told("helped", step.attempt_id)
    return step


def show_solution(*, step: StepProgress) -> StepProgress:
    """The step's solution; passing it afterwards gives its points less its price. No undo and no reset hides it again."""
    with transaction.atomic():
        if StepProgress.objects.filter(pk=step.pk, solution_shown=False).update(solution_shown=True):
            # That the check is broken is kept with it: StepProgress.price.
            broken = step.seen if step.outcome == StepProgress.Outcome.ERROR else []
            StepEvent.objects.create(attempt=step.attempt, step_id=step.step_id, what=StepEvent.What.SOLUTION, seen=broken)
    step.refresh_from_db()
    pace.touch(step.attempt)
    publishing.guide_changed(lab_of(step.attempt), step.attempt)
    happening.told("helped", step.attempt_id)
    return step


def check_now(*, attempt: Attempt) -> None:
    """Let a worker look at the current step; what it finds comes as an event. Raises LearnerError: busy, preparing."""
    if not attempt.ready:
        raise LearnerError("preparing")
    if attempt.rebuilding:
        raise LearnerError("rebuilding")
    if attempt.running_command():
        raise LearnerError("busy")
    wake("labs.tasks.check_attempt", attempt.pk)


# --- going back, and forward again -----------------------------------------------------------------------------------------
# The sandbox's head moves, and ``labs.following`` takes the attempt along in the same transaction. ``at``: the head that the page showed;
# where it is another one by now nothing moves, so that a double click, or a page that is behind, undoes nothing that was not seen.


def undo_attempt(*, attempt: Attempt, by: Any, at: int | None = None) -> None:
    """Back to before the last command, or the last reset. Raises LearnerError: busy, preparing, nothing-to-undo, version-gone."""
    sandboxes.undo(sandbox=_movable(attempt), by=by, at=at, wait=WAIT_SECONDS)


def redo_attempt(*, attempt: Attempt, by: Any, at: int | None = None) -> None:
    """What was undone last, again. Raises LearnerError: busy, preparing, nothing-to-redo."""
    sandboxes.redo(sandbox=_movable(attempt), by=by, at=at, wait=WAIT_SECONDS)


def rewind_attempt(*, attempt: Attempt, command: Command, by: Any) -> None:
    """To where the sandbox stood after ``command``, undone or not. Raises LearnerError: busy, preparing, already-there, version-gone."""
    sandbox = _movable(attempt)
    if command.version_id == sandbox.head_id:
        raise LearnerError("already-there")
    sandboxes.rewind(sandbox=sandbox, to=command.version_id, by=by, wait=WAIT_SECONDS)


def reset_step(*, attempt: Attempt, by: Any, at: int | None = None) -> None:
    """Back to where the current step began; undo brings back what was done since. Raises LearnerError: busy, preparing."""
    sandbox = _movable(attempt)
    attempt.refresh_from_db(fields=["step"])
    start = following.step_start(attempt)
    sandboxes.reset(sandbox=sandbox, by=by, to=start, at=at, wait=WAIT_SECONDS)


def reset_attempt(*, attempt: Attempt, by: Any, at: int | None = None) -> None:
    """Everything back to the lab's start; points stay as the most that the steps can give again. Raises LearnerError: busy, preparing."""
    sandboxes.reset(sandbox=_movable(attempt), by=by, at=at, wait=WAIT_SECONDS)


def _movable(attempt: Attempt) -> Sandbox:
    if attempt.finished:
        raise LearnerError("closed")
    if attempt.sandbox is None:
        raise LearnerError("preparing")
    if attempt.rebuilding:
        raise LearnerError("rebuilding")
    if attempt.running_command():
        raise LearnerError("busy")
    return attempt.sandbox


def finish(*, attempt: Attempt) -> None:
    """Close the attempt; starting the lab again begins a new one. Raises LearnerError busy."""
    if attempt.running_command():
        raise LearnerError("busy")
    Attempt.objects.filter(pk=attempt.pk, finished=None).update(finished=timezone.now())
    happening.told("moved", attempt.pk)


def wake(task: str, *args: Any) -> None:
    """Wake a worker. Where the broker is away the row stays, and the sweeper wakes one later."""
    from celery import current_app  # noqa: PLC0415 - the application is made after the models are loaded

    try:
        current_app.send_task(task, args=args, retry=False)
    except (OperationalError, OSError) as error:
        log.warning("%s%r was not sent: %s", task, args, error)
