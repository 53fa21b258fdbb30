"""Two terminals' commands in one live checkout: kept together, or lost together, in words."""

from __future__ import annotations

import contextlib
import threading
import uuid
from datetime import timedelta

import pytest
from django.utils import timezone

from labs import actions, control, joining, presenting, rebuilding, running, sweeper, undoing
from labs.models import Command
from sandbox import door
from sandbox.errors import LearnerError, OverQuota
from sandbox.models import Sandbox, Version
from tests.labs.conftest import in_thread
from tests.processes import until

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("live_redis"), pytest.mark.slow]
WAITS = "echo up; read x < /dev/tty; echo $x > first"


@pytest.fixture
def attempt(real_attempt, workers):
    return real_attempt


def submit(attempt, line: str, terminal: int = 1) -> Command:
    return actions.submit_command(attempt=attempt, line=line, key=uuid.uuid4(), terminal=terminal)


def now(command: Command) -> Command:
    return Command.objects.get(pk=command.pk)


def ended(command: Command) -> Command:
    until(lambda: now(command).state not in {"queued", "running", "ended"})
    return now(command)


def let_go(command: Command) -> Command:
    assert control.listener().listening.wait(20)
    with contextlib.suppress(LearnerError):  # it may end between the look and the typing
        until(lambda: now(command).finished or actions.send_input(command=command, text="typed\n"))
    return ended(command)


@pytest.fixture
def first(attempt):
    """Runs in the first terminal until something is typed."""
    command = submit(attempt, WAITS)
    until(lambda: b"up" in bytes(now(command).output) or door.is_open(attempt.sandbox_id))
    yield command
    if not now(command).finished:
        let_go(command)


def test_kept_together_with_what_runs_on_and_undone_together(attempt, first):
    second = submit(attempt, "x=2; cd /tmp; echo two > ~/environment/second", 2)
    until(lambda: now(second).state == "ended")
    block = presenting.block(now(second))
    assert (block["message"], block["running"], block["failed"]) == ("Done. Kept when the command in terminal 1 ends.", False, False)
    assert (presenting.prompt(attempt, 2), presenting.prompt(attempt)) == ("/tmp", "~/environment")
    with pytest.raises(LearnerError, match="busy"):
        submit(attempt, "ls", 1)
    with pytest.raises(LearnerError, match="busy"):
        actions.undo_attempt(attempt=attempt, by=attempt.user)
    third = submit(attempt, "echo $x", 2)
    until(lambda: now(third).state == "ended")
    one, two, three = let_go(first), ended(second), ended(third)
    assert bytes(three.output) == b"2\r\n"
    assert one.version == two.version == three.version
    assert (one.state, two.state, two.message, two.message_values) == ("done", "done", "together", {"numbers": "#3, #1"})
    assert [row["path"] for row in one.changes["files"]] == ["~/environment/first", "~/environment/second"]
    assert (two.changes, one.version.command) == ({}, "\n".join([second.line, third.line, first.line]))
    attempt.sandbox.refresh_from_db()
    acts = undoing.acts(attempt)
    assert acts["undo"]["number"] == "1 + #2 + #3"
    actions.undo_attempt(attempt=attempt, by=attempt.user)
    assert Command.objects.filter(undone=True).count() == 3
    assert "#1 + #2 + #3" in undoing.notice(attempt.moves.get(), presenting_lab(attempt))["text"]
    assert bytes(ended(submit(attempt, "ls; pwd; echo [$x]", 2)).output) == b"/home/ec2-user/environment\r\n[]\r\n"


def presenting_lab(attempt):
    from labs.editions import lab_of

    return lab_of(attempt)


@pytest.fixture
def renewing(monkeypatch):
    monkeypatch.setattr("labs.output.RENEW_SECONDS", 0.0)


def test_what_has_ended_lives_as_long_as_what_runs_beside_it(attempt, renewing, first):
    second = submit(attempt, "echo two > second", 2)
    until(lambda: now(second).state == "ended")
    for _ in range(2):
        Command.objects.filter(pk=second.pk).update(lease_until=timezone.now())
        until(lambda: now(second).lease_until > timezone.now() + timedelta(seconds=10))
        sweeper.sweep()
    assert (let_go(first).state, ended(second).state) == ("done", "done")


def test_the_one_that_came_first_may_end_first(attempt, first):
    second = submit(attempt, "read y < /dev/tty; echo $y > second", 2)
    until(lambda: now(second).stream_id)
    actions.send_input(command=first, text="typed\n")
    until(lambda: now(first).state == "ended")
    again = submit(attempt, "cat first", 1)
    until(lambda: now(again).state == "ended")
    assert bytes(now(again).output) == b"typed\r\n"
    assert {let_go(second).version, ended(first).version, ended(again).version} == {now(second).version}


def test_another_worker_that_holds_it_runs_it(attempt, first, monkeypatch):
    """As another process would meet it: nothing to enter there, the lock taken."""
    entered, outside = door.entered, threading.local()

    def blind(pk):
        return entered(None if getattr(outside, "yes", False) else pk)

    def wake(task, pk):
        outside.yes = True
        threads.append(in_thread(lambda: (setattr(outside, "yes", True), running.run(pk))))
        outside.yes = False

    threads: list[threading.Thread] = []
    monkeypatch.setattr(joining.door, "entered", blind)
    monkeypatch.setattr(actions, "wake", wake)
    second = submit(attempt, "echo two", 2)
    until(lambda: now(second).state == "ended")
    assert let_go(first).version == ended(second).version
    threads[0].join(20)


def test_a_fault_loses_all_of_them_in_words(attempt, first, caplog):
    second = submit(attempt, "echo two > second", 2)
    until(lambda: now(second).state == "ended")
    with door.entered(attempt.sandbox_id) as live:
        live.abort()
    for command in (first, second):
        assert (ended(command).state, now(command).message) == ("lost", "lost")
    assert bytes(now(first).output) == b"up\r\n"
    assert Sandbox.objects.get(pk=attempt.sandbox_id).head == attempt.sandbox.head


def test_what_can_not_be_kept_is_kept_of_none(attempt, first, monkeypatch):
    second = submit(attempt, "echo two", 2)
    until(lambda: now(second).state == "ended")
    over = OverQuota("home-files", what="files", used=2, limit=1)
    monkeypatch.setattr("sandbox.checkout.Live.commit", lambda *_, **__: (_ for _ in ()).throw(over))
    assert [(let_go(first).state, now(first).message), (ended(second).state, now(second).message)] == [("refused", "home-files")] * 2


def test_with_none_live_the_second_has_one_of_its_own_with_its_own_shell(attempt):
    ended(submit(attempt, "x=1; cd /tmp"))
    assert bytes(ended(submit(attempt, "echo [$x] $PWD; x=2", 2)).output) == b"[] /home/ec2-user/environment\r\n"
    assert bytes(ended(submit(attempt, "echo $x $PWD")).output) == b"1 /tmp\r\n"
    assert bytes(ended(submit(attempt, "echo $x", 2)).output) == b"2\r\n"


def test_what_ends_with_its_command_is_said(attempt):
    assert ended(submit(attempt, "sleep 100 & echo on")).message == "background"
    assert ended(submit(attempt, "sleep 0 & wait")).message == ""


def test_the_sweeper_ends_those_that_wait_for_a_worker_that_is_gone(attempt):
    old = {
        "worker": "elsewhere:1:1",
        "claimed": timezone.now() - timedelta(minutes=1),
        "lease_until": timezone.now() - timedelta(seconds=1),
    }
    lost = Command.objects.create(attempt=attempt, number=1, line="ls", state="ended", **old)
    sweeper.sweep()
    assert now(lost).state == "lost"
    kept = Command.objects.create(attempt=attempt, number=2, line="true", state="ended", **old)
    version = Version.objects.create(sandbox=attempt.sandbox, command="sleep 1\ntrue", number=1, account="1" * 12)
    sweeper.sweep()
    assert (now(kept).state, now(kept).version) == ("done", version)


def test_what_ran_together_is_not_repeated(attempt):
    version = Version.objects.create(sandbox=attempt.sandbox, command="a\nb", number=1, account="1" * 12)
    for number, live in ((1, "x"), (2, "x"), (3, "y")):
        row = {"state": "done", "exit_status": 0, "version": version, "live": live}
        Command.objects.create(attempt=attempt, number=number, line="a", **row)
    assert [one.whole for one in rebuilding._Rebuilding(attempt, attempt.sandbox)._recorded([version])] == [False]
    Command.objects.filter(number=2).update(live="z")
    assert [one.whole for one in rebuilding._Rebuilding(attempt, attempt.sandbox)._recorded([version])] == [True]
