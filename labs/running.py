"""A worker runs one Command row: check out or join, claim, run, commit, tell, grade.

Who has the checkout holds it until all that joined it have ended, and commits for all. Whatever goes wrong, the rows end: refused where
the learner can mend it, lost where we cannot (the head is then as it was).
"""

from __future__ import annotations

import contextlib
import functools
import time
from typing import Any

from redis.exceptions import RedisError

from labs import clock, control, ending, grading, happening, joining, keeping, listening, publishing
from labs.ending import Ended
from labs.judging import grade
from labs.looking import LastCommand
from labs.models import Command
from labs.output import RENEW_SECONDS, Output
from labs.plain_text import plain
from sandbox import workers
from sandbox.checkout import Live, Result
from sandbox.errors import LearnerError


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
                ending.lose(one, found, error)
        happening.told("ended", command.attempt_id)
    return True


def _enter(stack: contextlib.ExitStack, command: Command, *, only_here: bool) -> tuple[Live, bool]:
    """The checkout that is live, or one of our own, after waiting a little for whoever holds it. Raises Busy, Fault."""
    sandbox = command.attempt.sandbox
    if sandbox is None:
        raise LearnerError("preparing")
    end = time.monotonic() + joining.WAIT_SECONDS
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


def _hold(command: Command, live: Live, fallen: list[tuple[Command, dict[str, Any]]]) -> None:
    """The checkout is ours. Others may join it; when the last of them has left all that ran in it is kept together. Raises what loses it;
    ``fallen`` are then the rows that end with it, and what they printed."""
    attempt, before = command.attempt, live.head.pk
    ran: Ended | None = None
    try:
        shown = clock.clock(attempt)
        with listening.told(attempt, live), live.open_door() as inside:
            ran = _type(command, live)
            pause = 0.0
            while not inside.shut(pause):
                _show_outlived(ran)
                for one in ending.ended_in(live):
                    Command.objects.renew(one.command.pk, one.command.worker)
                pause = RENEW_SECONDS
        version = keeping.commit(live)
    except Exception:
        fallen[:] = ([(command, {})] if ran is None else []) + [(one.command, ending.printed(one)) for one in ending.ended_in(live)]
        raise
    clock.changed(attempt, shown)
    if version is not None:
        changes = version.changes if version.pk != before else {}
        for one in ending.ended_in(live):
            last = LastCommand(one.command.line, one.result.status, plain(one.output.value()), changes)
            grade(attempt, live, last, version, grading.touched(changes, new_version=version.pk != before))


def _join(command: Command, live: Live) -> None:
    """Another thread holds the checkout, and keeps what is done here with its own. What can't be told as it was must not be kept."""
    ran: Ended | None = None
    try:
        ran = _type(command, live)
        if ran is not None:
            ending.show_ended(ran)
    except Exception as error:
        live.abort()
        ending.lose(command, ending.printed(ran) if ran else {}, error)


def _type(command: Command, live: Live) -> Ended | None:
    """Run the line; None where bash asks for more, which ends the row."""
    terminal = live.terminal(command.terminal)
    reins = control.Reins(terminal)
    output = Output(command, reins, functools.partial(publishing.in_language_of, command.attempt))
    with control.listener().controls(command.pk, reins), output:
        started = functools.partial(_told, command, terminal)
        result = terminal.run(command.line, write=output.write, started=started, rows=command.rows, cols=command.cols)
    ran = Ended(command, result, output, _found(command, live, result, output))
    if result.incomplete:
        ending.end(command, state=Command.State.REFUSED, message="incomplete", **ran.found)
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


def _told(command: Command, terminal: control.Controlled) -> None:
    """The page sees it running; the row holds no output up to this event. Done while the jail comes up, before any output. What was typed
    ahead is taken after the row says that it is up: from then on it is sent, and kept no more."""
    command.stream_id = publishing.command_changed(command)
    Command.objects.filter(pk=command.pk).update(stream_id=command.stream_id)
    with contextlib.suppress(RedisError):
        if typed := control.kept(command.pk):
            terminal.send(typed.encode())
    happening.told("started", command.attempt_id)


def _show_outlived(ran: Ended | None) -> None:
    """Where another terminal's command runs on the page is told, once, that this one has ended. A save is over before it could be."""
    if ran is None or ran.command.state == Command.State.ENDED:
        return
    others = Command.objects.filter(attempt=ran.command.attempt_id, state=Command.State.RUNNING).exclude(pk=ran.command.pk)
    if others.exists():
        ending.show_ended(ran)


joining.here("command", lambda _sandbox, pk: run(pk, only_here=True))
