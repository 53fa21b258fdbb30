"""A worker runs one Command row: claim, run, commit, tell, grade.

Whatever goes wrong, the row ends: refused where the learner can mend it, lost where we cannot (the head is then as it was).
"""

from __future__ import annotations

import contextlib
import functools
import logging
import re
import time
from typing import Any

from django.conf import settings

from labs import clock, control, grading, listening, mistakes, publishing, rebuilding, whole
from labs.editions import lab_of
from labs.looking import LastCommand
from labs.models import Attempt, Command, changed_by
from labs.output import Output
from sandbox import actions as sandboxes
from sandbox import workers
from sandbox.checkout import Live, Result, checkout
from sandbox.errors import Busy, Fault, LearnerError, SandboxError
from sandbox.models import Sandbox, Version

log = logging.getLogger(__name__)

WAIT_SECONDS = 20.0
"""So long a command waits for the sandbox: what holds it then is the grading of the one before, or a reset."""
_DAMAGED = {"blob-missing", "blob-corrupt"}
"""Faults that running it again does not mend: another version of the sandbox has to be gone to."""
_ESCAPES = re.compile(r"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)|[@-Z\\-_])")


def run(command_id: int) -> bool:
    """Run the row if it is still queued. False where another worker has it, or it was stopped before."""
    worker = workers.me()
    if not Command.objects.claim(command_id, worker):
        return False
    command = Command.objects.select_related("attempt__sandbox").get(pk=command_id)
    with publishing.in_language_of(command.attempt):
        try:
            _run(command)
        except LearnerError as error:
            _end(command, state=Command.State.REFUSED, message=error.code, message_values=error.values)
        except Fault as fault:
            _end(command, **_fallen(command.attempt, fault))
        except Exception:
            log.exception("command %s was lost", command_id)
            _end(command, state=Command.State.LOST, message="lost")
    return True


def held(stack: contextlib.ExitStack, sandbox: Sandbox) -> Live:
    """Check out ``sandbox`` until ``stack`` ends, waiting a little for whoever holds it. Raises Busy, Fault."""
    end = time.monotonic() + WAIT_SECONDS
    while True:
        try:
            return stack.enter_context(checkout(sandbox))
        except Busy:
            if time.monotonic() > end:
                raise
            time.sleep(0.005)


def _run(command: Command) -> None:
    attempt = command.attempt
    if attempt.sandbox is None:
        raise LearnerError("preparing")
    with contextlib.ExitStack() as stack:
        live = held(stack, attempt.sandbox)
        before, shown = live.head.pk, clock.clock(attempt)
        result, output = _run_line(command, live)
        try:
            version = _commit(command, live, result, output)
        except Exception:
            output.keep()
            raise
        clock.changed(attempt, shown)
        if version is not None:
            changes = version.changes if version.pk != before else {}
            last = LastCommand(command.line, result.status, plain(output.value()), changes)
            _grade(attempt, live, last, version, grading.touched(command.changes, new_version=version.pk != before))


def _run_line(command: Command, live: Live) -> tuple[Result, Output]:
    reins = control.Reins(live)
    output = Output(command, reins, functools.partial(publishing.in_language_of, command.attempt))
    with control.listener().controls(command.pk, reins), output, listening.told(command.attempt, live), live.open_door():
        result = live.run(command.line, write=output.write, started=functools.partial(_told, command), rows=command.rows, cols=command.cols)
    return result, output


def _told(command: Command) -> None:
    """The page sees it running; the row holds no output up to this event. Done while the jail comes up, before any output."""
    command.stream_id = publishing.command_changed(command)
    Command.objects.filter(pk=command.pk).update(stream_id=command.stream_id)


def _commit(command: Command, live: Live, result: Result, output: Output) -> Version | None:
    """Commit and end the row; None where nothing is kept."""
    found: dict[str, Any] = {
        "output": output.value(),
        "stream_id": command.stream_id,
        "exit_status": result.status,
        "reason": result.reason,
        "first_output_ms": result.first_output_ms,
        "duration_ms": result.duration_ms,
        **output.whole,
    }
    if result.incomplete:
        _end(command, state=Command.State.REFUSED, message="incomplete", **found)
        return None
    # A worker that was away so long that its row was given up must not move the head any more.
    if not Command.objects.renew(command.pk, command.worker):
        raise Fault("lost", f"command {command.pk} was ended by the sweeper")
    before = live.head.pk
    try:
        version = live.commit(command=command.line)
    except LearnerError as error:
        _end(command, state=Command.State.REFUSED, message=error.code, message_values=error.values, **found)
        return None
    found |= changed_by(version) if version.pk != before else {}
    message, values = _reason(result)
    if output.full_screen and not message:
        message = "full-screen"
    _end(
        command,
        state=Command.State.DONE,
        message=message,
        message_values=values,
        version=version,
        cwd_after=result.cwd or live.cwd,
        mistake=_mistake(command, result, output),
        **found,
    )
    if output.whole:
        whole.forget_older(command)
    return version


def _mistake(command: Command, result: Result, output: Output) -> dict[str, Any]:
    """A word about it is an extra: no fault of the table may cost the command."""
    try:
        return mistakes.find(command.line, result.status, plain(output.value())) if result.reason == "exit" else {}
    except Exception:
        log.exception("command %s was not held against the table of mistakes", command.pk)
        return {}


def _reason(result: Result) -> tuple[str, dict[str, Any]]:
    if result.reason == "exit":
        return "", {}
    return result.reason, limits_of(result.reason)


def limits_of(reason: str) -> dict[str, Any]:
    """What the words for ``reason`` need: the limit that was met, in seconds."""
    limits = {"wall": settings.SANDBOX_WALL_SECONDS, "cpu": settings.SANDBOX_CPU_SECONDS}
    return {"limit": limits[reason]} if reason in limits else {}


def _end(command: Command, **fields: Any) -> None:
    """Close the row and tell the pages."""
    if not Command.objects.close(command.pk, command.worker, **fields):
        return
    for name, value in fields.items():
        setattr(command, name, value)
    publishing.command_changed(command)
    publishing.prompt_changed(command.attempt)


def _grade(attempt: Attempt, live: Live, last: LastCommand | None, version: Version, areas: frozenset[str]) -> None:
    attempt.refresh_from_db(fields=["step", "completed", "content_hash"])
    try:
        lab = lab_of(attempt)
        if grading.grade(attempt, lab, live, last=last, version=version, areas=areas):
            publishing.guide_changed(lab, attempt)
    except Exception:  # the command is done and kept; a look that failed changes nothing of it
        log.exception("attempt %s could not be graded", attempt.pk)


def skip(attempt_id: int) -> None:
    """Go to the next event of the attempt's account. What happens then reaches the page by ``time_passed``."""
    attempt = Attempt.objects.select_related("sandbox", "user").get(pk=attempt_id)
    if attempt.sandbox is None:
        return
    try:
        sandboxes.skip(sandbox=attempt.sandbox, by=attempt.user)
    except SandboxError as error:
        _not_opened(attempt, error)
    finally:
        clock.changed(attempt)


def looked(live: Live, version: Version) -> None:
    """``version`` was made by no command: something due has happened, or a visit. The current step is looked at, the pages are told."""
    for attempt in Attempt.objects.select_related("sandbox").filter(sandbox=live.sandbox, finished=None):
        with publishing.in_language_of(attempt):
            _grade(attempt, live, _last(attempt), version, grading.touched(version.changes, new_version=True))
            if version.title:
                publishing.prompt_changed(attempt)
        clock.changed(attempt)


def _fallen(attempt: Attempt, fault: Fault) -> dict[str, Any]:
    """How a command ends that a fault took. An account of another edition of the simulation is no loss: it is rebuilt."""
    if fault.code != "cloud-state-version" or attempt.sandbox is None:
        log.error("attempt %s: a fault of ours: %s", attempt.pk, fault.detail, exc_info=fault)
        return {"state": Command.State.LOST, "message": "damaged" if fault.code in _DAMAGED else "lost"}
    rebuilding.begin(attempt.sandbox)
    return {"state": Command.State.REFUSED, "message": "rebuilding"}


def _not_opened(attempt: Attempt, error: SandboxError) -> None:
    """A look or a skip could not be done. The page says what was last found."""
    if isinstance(error, Fault):
        _fallen(attempt, error)
    else:
        log.error("attempt %s: its sandbox could not be used: %s", attempt.pk, error.code)


def check(attempt_id: int) -> None:
    """Look at the current step now. What it finds reaches the page as an event."""
    attempt = Attempt.objects.select_related("sandbox").get(pk=attempt_id)
    if attempt.sandbox is None:
        return
    with publishing.in_language_of(attempt):
        try:
            with contextlib.ExitStack() as stack:
                live = held(stack, attempt.sandbox)
                _grade(attempt, live, _last(attempt), live.head, grading.EVERYTHING)
        except SandboxError as error:  # the page still says "looking": what it says then is the last look's finding
            _not_opened(attempt, error)
        finally:
            publishing.guide_changed(lab_of(attempt), attempt)


def _last(attempt: Attempt) -> LastCommand | None:
    last = attempt.console().filter(state=Command.State.DONE, undone=False).order_by("-number").first()
    if last is None:
        return None
    return LastCommand(last.line, last.exit_status or 0, plain(bytes(last.output)), last.changes | {"diff": last.diff})


def plain(output: bytes) -> str:
    """The output as text, without colours and other sequences."""
    return _ESCAPES.sub("", output.decode(errors="replace")).replace("\r\n", "\n")
