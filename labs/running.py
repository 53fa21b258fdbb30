"""A worker runs one Command row: check out or join, claim, run, commit, tell, grade.

Who has the checkout holds it until all that joined it have ended, and commits for all. Whatever goes wrong, the rows end: refused where
the learner can mend it, lost where we cannot (the head is then as it was).
"""

from __future__ import annotations

import contextlib
import functools
import logging
import re
import time
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.utils import timezone

from labs import clock, control, grading, happening, joining, listening, mistakes, publishing, rebuilding, whole
from labs.editions import lab_of
from labs.looking import LastCommand
from labs.models import CWD_LENGTH, LEASE, Attempt, Command, changed_by
from labs.output import RENEW_SECONDS, Output
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


def run(command_id: int, *, only_here: bool = False) -> bool:
    """Run the row if it is still queued. False where another worker has it, or it was stopped before.

    ``only_here``: only beside a command of another terminal that this process has live.
    """
    command = Command.objects.select_related("attempt__sandbox").filter(pk=command_id, state=Command.State.QUEUED).first()
    if command is None:
        return False
    with publishing.in_language_of(command.attempt):
        fallen: list[tuple[Command, dict[str, Any]]] = []
        try:
            with contextlib.ExitStack() as stack:
                live, mine = _enter(stack, command, only_here=only_here)
                if not _claim(command):
                    return False
                fallen.append((command, {}))
                if mine:
                    _hold(command, live, fallen)
                else:
                    _join(command, live)
        except Exception as error:  # whatever it is, the rows end; after the checkout has, so that what is typed next meets nothing of it
            if not fallen and (only_here or not _claim(command)):
                return False
            for one, found in fallen or [(command, {})]:
                _lose(one, found, error)
        happening.told("ended", command.attempt_id)
    return True


def _enter(stack: contextlib.ExitStack, command: Command, *, only_here: bool) -> tuple[Live, bool]:
    """The checkout that is live, or one of our own, after waiting a little for whoever holds it. Raises Busy, Fault."""
    sandbox = command.attempt.sandbox
    if sandbox is None:
        raise LearnerError("preparing")
    end = time.monotonic() + WAIT_SECONDS
    queued = Command.objects.filter(pk=command.pk, state=Command.State.QUEUED)
    return joining.enter(
        stack,
        sandbox,
        wanted=lambda: time.monotonic() < end and queued.exists(),
        announce=lambda: joining.announce("command", sandbox.pk, command.pk),
        only_here=only_here,
    )


def _claim(command: Command) -> bool:
    if not Command.objects.claim(command.pk, workers.me()):
        return False
    command.refresh_from_db(fields=["state", "worker", "claimed", "lease_until"])
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


@dataclass(slots=True, eq=False)
class _Ended:
    """A command whose program has ended. ``found``: what its row gets of that."""

    command: Command
    result: Result
    output: Output
    found: dict[str, Any]


def _hold(command: Command, live: Live, fallen: list[tuple[Command, dict[str, Any]]]) -> None:
    """The checkout is ours. Others may join it; when the last of them has left all that ran in it is kept together. Raises what loses it;
    ``fallen`` are then the rows that end with it, and what they printed."""
    attempt, before = command.attempt, live.head.pk
    ran: _Ended | None = None
    try:
        shown = clock.clock(attempt)
        with listening.told(attempt, live), live.open_door() as inside:
            ran = _type(command, live)
            pause = 0.0
            while not inside.shut(pause):
                _show_outlived(ran)
                for one in _rows(live):
                    Command.objects.renew(one.command.pk, one.command.worker)
                pause = RENEW_SECONDS
        version = _commit(live)
    except Exception:
        fallen[:] = ([(command, {})] if ran is None else []) + [(one.command, _printed(one)) for one in _rows(live)]
        raise
    clock.changed(attempt, shown)
    if version is not None:
        changes = version.changes if version.pk != before else {}
        for one in _rows(live):
            last = LastCommand(one.command.line, one.result.status, plain(one.output.value()), changes)
            _grade(attempt, live, last, version, grading.touched(changes, new_version=version.pk != before))


def _join(command: Command, live: Live) -> None:
    """Another thread holds the checkout, and keeps what is done here with its own. What can't be told as it was must not be kept."""
    ran: _Ended | None = None
    try:
        ran = _type(command, live)
        if ran is not None:
            _show_ended(ran)
    except Exception as error:
        live.abort()
        _lose(command, _printed(ran) if ran else {}, error)


def _rows(live: Live) -> list[_Ended]:
    return [one for one in live.left if isinstance(one, _Ended)]


def _type(command: Command, live: Live) -> _Ended | None:
    """Run the line; None where bash asks for more, which ends the row."""
    terminal = live.terminal(command.terminal)
    reins = control.Reins(terminal)
    output = Output(command, reins, functools.partial(publishing.in_language_of, command.attempt))
    with control.listener().controls(command.pk, reins), output:
        started = functools.partial(_told, command)
        result = terminal.run(command.line, write=output.write, started=started, rows=command.rows, cols=command.cols)
    ran = _Ended(command, result, output, _found(command, live, result, output))
    if result.incomplete:
        _end(command, state=Command.State.REFUSED, message="incomplete", **ran.found)
        return None
    live.left.append(ran)
    return ran


def _found(command: Command, live: Live, result: Result, output: Output) -> dict[str, Any]:
    return {
        "output": output.value(),
        "stream_id": command.stream_id,
        "exit_status": result.status,
        "reason": result.reason,
        "first_output_ms": result.first_output_ms,
        "duration_ms": result.duration_ms,
        "live": live.name,
        **output.whole,
    }


def _printed(ran: _Ended) -> dict[str, Any]:
    return {"output": ran.found["output"], "stream_id": ran.found["stream_id"], **ran.output.whole}


def _told(command: Command) -> None:
    """The page sees it running; the row holds no output up to this event. Done while the jail comes up, before any output."""
    command.stream_id = publishing.command_changed(command)
    Command.objects.filter(pk=command.pk).update(stream_id=command.stream_id)
    happening.told("started", command.attempt_id)


def _show_outlived(ran: _Ended | None) -> None:
    """Where another terminal's command runs on the page is told, once, that this one has ended. A save is over before it could be."""
    if ran is None or ran.command.state == Command.State.ENDED:
        return
    others = Command.objects.filter(attempt=ran.command.attempt_id, state=Command.State.RUNNING).exclude(pk=ran.command.pk)
    if others.exists():
        _show_ended(ran)


def _show_ended(ran: _Ended) -> None:
    """Done, and not kept yet: its terminal is free."""
    command = ran.command
    running = Command.objects.filter(pk=command.pk, worker=command.worker, state=Command.State.RUNNING)
    fields = {"state": Command.State.ENDED, "cwd_after": ran.result.cwd[:CWD_LENGTH], "screen": {}, **ran.found}
    if running.update(ended=timezone.now(), lease_until=timezone.now() + LEASE, **fields) != 1:
        raise _swept(command)
    for name, value in fields.items():
        setattr(command, name, value)
    publishing.command_changed(command)
    publishing.prompt_changed(command.attempt)


def _swept(command: Command) -> Fault:
    return Fault("lost", f"command {command.pk} was ended by the sweeper")


def _commit(live: Live) -> Version | None:
    """Commit and end the rows; None where nothing is kept."""
    rows, before = _rows(live), live.head.pk
    for one in rows:
        # A worker that was away so long that its row was given up must not move the head any more.
        if not Command.objects.renew(one.command.pk, one.command.worker):
            raise _swept(one.command)
    try:
        if rows:
            version = live.commit(command="\n".join(one.command.line for one in rows))
        elif live.left:  # a save, while bash found that there was nothing to run yet
            version = live.commit(title=str(live.left[-1]))
        else:
            return None
    except LearnerError as error:
        for one in rows:
            _end(one.command, state=Command.State.REFUSED, message=error.code, message_values=error.values, **one.found)
        return None
    for one in rows:
        # What changed is told once, where the last of them ended.
        changed = changed_by(version) if version.pk != before and one is rows[-1] else {}
        message, values = _message(one, rows)
        _end(
            one.command,
            state=Command.State.DONE,
            message=message,
            message_values=values,
            version=version,
            cwd_after=(one.result.cwd or live.cwd)[:CWD_LENGTH],
            mistake=_mistake(one.command, one.result, one.output),
            **one.found,
            **changed,
        )
        if one.output.whole:
            whole.forget_older(one.command)
    return version


def _message(ran: _Ended, rows: list[_Ended]) -> tuple[str, dict[str, Any]]:
    """What is said of how it ended; the first that applies."""
    if ran.result.reason != "exit":
        return ran.result.reason, limits_of(ran.result.reason)
    if ran.output.full_screen:
        return "full-screen", {}
    if ran.result.background:
        return "background", {}
    if others := [f"#{one.command.number}" for one in rows if one is not ran]:
        return "together", {"numbers": ", ".join(others)}
    return "", {}


def _mistake(command: Command, result: Result, output: Output) -> dict[str, Any]:
    """A word about it is an extra: no fault of the table may cost the command."""
    try:
        return mistakes.find(command.line, result.status, plain(output.value())) if result.reason == "exit" else {}
    except Exception:
        log.exception("command %s was not held against the table of mistakes", command.pk)
        return {}


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
        happening.told("looked", attempt.pk)


def _lose(command: Command, found: dict[str, Any], error: Exception) -> None:
    """End a row of which nothing is kept; ``found``: what it printed."""
    if isinstance(error, LearnerError):
        _end(command, state=Command.State.REFUSED, message=error.code, message_values=error.values, **found)
    elif isinstance(error, Fault):
        _end(command, **_fallen(command.attempt, error), **found)
    else:
        log.error("command %s was lost", command.pk, exc_info=error)
        _end(command, state=Command.State.LOST, message="lost", **found)


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
            happening.told("looked", attempt.pk)


def _last(attempt: Attempt) -> LastCommand | None:
    last = attempt.console().filter(state=Command.State.DONE, undone=False).order_by("-number").first()
    if last is None:
        return None
    return LastCommand(last.line, last.exit_status or 0, plain(bytes(last.output)), last.changes | {"diff": last.diff})


def plain(output: bytes) -> str:
    """The output as text, without colours and other sequences."""
    return _ESCAPES.sub("", output.decode(errors="replace")).replace("\r\n", "\n")


joining.here("command", lambda _sandbox, pk: run(pk, only_here=True))
