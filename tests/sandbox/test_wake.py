"""Time goes by in sandboxes in which nobody types. KMS's deletion of a key stands for everything that takes time."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from sandbox import actions, runtime, signals, tasks, waking
from sandbox.checkout import checkout
from sandbox.errors import Busy, Fault
from sandbox.models import Sandbox, Version

pytestmark = pytest.mark.django_db(transaction=True)
WEEK = 7 * 86400.0


@pytest.fixture
def row() -> Sandbox:
    """A sandbox that only is a row."""
    start = Version.objects.create(account="1" * 12)
    return actions.create_sandbox(owner=None, start=start)


def later(sandbox: Sandbox, seconds: float) -> None:
    """As if its head had been put there so long ago."""
    Sandbox.objects.filter(pk=sandbox.pk).update(head_since=timezone.now() - timedelta(seconds=seconds))
    if sandbox.due:
        Sandbox.objects.filter(pk=sandbox.pk).update(due=sandbox.due - timedelta(seconds=seconds))
    sandbox.refresh_from_db()


# --- rows ------------------------------------------------------------------------------------------------------------------


def test_the_clock_goes_at_its_rate_and_stops_when_the_machines_is_set_back(row: Sandbox) -> None:
    row.head.clock, row.clock_rate = 100.0, 60.0
    row.head_since = timezone.now() - timedelta(seconds=10)
    assert row.clock_now() == pytest.approx(700, abs=60)
    row.head_since = timezone.now() + timedelta(hours=1)
    assert row.clock_now() == 100


def test_a_sandbox_that_starts_in_mid_wait_is_due(row: Sandbox) -> None:
    start = Version.objects.create(account="1" * 12, due_in=120)
    made = actions.create_sandbox(owner=None, start=start, clock_rate=60)
    assert made.due is not None
    assert (made.due - made.head_since).total_seconds() == 2
    assert row.due is None


def due(row: Sandbox, *, due_in: float = 0.0) -> None:
    Version.objects.filter(pk=row.head_id).update(due_in=due_in)
    Sandbox.objects.filter(pk=row.pk).update(due=timezone.now() - timedelta(seconds=1))
    row.refresh_from_db()


def test_of_two_that_claim_at_once_one_gets_it(row: Sandbox) -> None:
    due(row)
    other: list[Any] = []

    def another_comes_between(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        if sql.startswith("UPDATE") and not other:
            other.append(None)
            other[:] = waking.claim_due()
        return execute(sql, params, many, context)

    with connection.execute_wrapper(another_comes_between):
        mine = waking.claim_due()
    assert (other, mine) == ([row.pk], [])


def test_a_claim_that_came_to_nothing_comes_due_again(row: Sandbox) -> None:
    due(row)
    assert waking.claim_due() == [row.pk]
    assert waking.claim_due() == []
    row.refresh_from_db()
    assert row.due is not None
    Sandbox.objects.update(due=row.due - waking.CLAIM)
    assert waking.claim_due() == [row.pk]


def test_a_tick_is_one_query_where_nothing_is_due(row: Sandbox, django_assert_num_queries: Any) -> None:
    with django_assert_num_queries(1):
        assert waking.claim_due() == []


def test_what_nobody_uses_rests_until_somebody_looks(row: Sandbox) -> None:
    due(row)
    Sandbox.objects.update(last_used=timezone.now() - timedelta(days=2))
    assert waking.claim_due() == []
    row.refresh_from_db()
    assert row.due is None
    waking.seen(row.pk)
    assert waking.claim_due() == [row.pk]


def test_looking_wakes_nothing_that_waits_or_has_nothing(row: Sandbox) -> None:
    waking.seen(row.pk)
    row.refresh_from_db()
    assert row.due is None


def test_each_is_a_task_of_its_own(row: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    due(row)
    sent: list[str] = []
    monkeypatch.setattr(tasks.wake, "delay", sent.append)
    tasks.wake_due()
    assert sent == [str(row.pk)]
    woken: list[str] = []
    monkeypatch.setattr(waking, "wake", woken.append)
    tasks.wake(sent[0])
    assert woken == sent


def test_a_busy_one_comes_due_again_soon(row: Sandbox) -> None:
    due(row)
    Sandbox.objects.lock(row.pk, "elsewhere:1:1")
    waking.wake(row.pk)
    row.refresh_from_db()
    assert row.due is not None
    assert timedelta(0) < row.due - timezone.now() <= waking.BUSY
    assert row.failed_wakes == 0


def test_a_fault_is_backed_off_and_forgotten_when_the_head_moves(row: Sandbox, monkeypatch: pytest.MonkeyPatch, caplog: Any) -> None:
    def broken(sandbox: Sandbox) -> None:
        raise Fault("jail", "nothing works")

    monkeypatch.setattr(waking, "checkout", broken)
    pauses = []
    for _ in range(9):
        due(row)
        waking.wake(row.pk)
        row.refresh_from_db()
        assert row.due is not None
        pauses.append(round((row.due - timezone.now()).total_seconds(), -1))
    assert pauses == [30, 60, 120, 240, 480, 960, 1920, 3600, 3600]
    assert "nothing works" in caplog.text
    actions.reset(sandbox=row, by="test")
    row.refresh_from_db()
    assert row.failed_wakes == 0


def test_another_editions_account_is_said(row: Sandbox, monkeypatch: pytest.MonkeyPatch, caplog: Any) -> None:
    def broken(sandbox: Sandbox) -> None:
        raise Fault("cloud-state-version")

    monkeypatch.setattr(waking, "checkout", broken)
    told: list[Any] = []

    def hear(sender: object, sandbox: Sandbox, **_: Any) -> None:
        told.append(sandbox.pk)

    signals.outdated.connect(hear)
    try:
        due(row)
        waking.wake(row.pk)
    finally:
        signals.outdated.disconnect(hear)
    assert told == [row.pk]


def test_a_task_that_comes_too_late_opens_nothing(row: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(waking, "checkout", None)
    due(row, due_in=5000)
    waking.wake(row.pk)
    row.refresh_from_db()
    assert row.due is not None
    assert (row.due - timezone.now()).total_seconds() == pytest.approx(5000, abs=60)
    due(row)
    Version.objects.update(due_in=None)
    waking.wake(row.pk)
    row.refresh_from_db()
    assert row.due is None
    actions.delete(sandbox=row, by="test")
    waking.wake(row.pk)


# --- real ones -------------------------------------------------------------------------------------------------------------


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    """A key waits in it to be deleted in a week."""
    runtime.supervisor()
    made = actions.create_sandbox(owner=None, start=actions.blank(account="111122223333"), label="test")
    with checkout(made) as live:
        key = live.call("kms", "create_key", {})["KeyMetadata"]["KeyId"]
        live.call("kms", "schedule_key_deletion", {"KeyId": key, "PendingWindowInDays": 7})
        live.commit(command="aws kms schedule-key-deletion")
    made.refresh_from_db()
    yield made


def keys(sandbox: Sandbox) -> int:
    with checkout(sandbox) as live:
        return len(live.call("kms", "list_keys", {})["Keys"])


def skip(sandbox: Sandbox) -> bool:
    with checkout(sandbox) as live:
        return waking.advance(live, skip=True)


@pytest.mark.slow
def test_time_that_goes_on_passing_is_one_version(sandbox: Sandbox) -> None:
    with checkout(sandbox) as live:
        for days in (8, 9):
            key = live.call("kms", "create_key", {})["KeyMetadata"]["KeyId"]
            live.call("kms", "schedule_key_deletion", {"KeyId": key, "PendingWindowInDays": days})
        typed = live.commit(command="two more")
    found = []
    for _ in range(3):
        skip(sandbox)
        sandbox.refresh_from_db()
        assert (sandbox.head.parent, sandbox.head.number, sandbox.head.passed) == (typed, typed.number + 1, True)
        found.append((typed.children.count(), len(sandbox.head.changes["cloud"])))
        if len(found) == 2:
            Sandbox.objects.filter(pk=sandbox.pk).update(tip=sandbox.head)  # what somebody names stays
    assert found == [(1, 1), (1, 2), (2, 3)], "and it says all that happened since somebody typed"
    assert keys(sandbox) == 0


def touch(sandbox: Sandbox) -> Version:
    with checkout(sandbox) as live:
        live.run("touch file", write=lambda data: None)
        return live.commit(command="touch file")


@pytest.mark.slow
def test_what_is_due_happens_with_nobody_typing(sandbox: Sandbox) -> None:
    assert sandbox.due is not None
    assert sandbox.head.due_in == pytest.approx(WEEK, abs=60)
    assert waking.claim_due() == []
    later(sandbox, WEEK)
    told: list[tuple[int, int]] = []

    def hear(sender: object, live: Any, version: Version, **_: Any) -> None:
        told.append((version.pk, len(live.call("kms", "list_keys", {})["Keys"])))

    signals.advanced.connect(hear)
    used, before = sandbox.last_used, sandbox.head
    try:
        for pk in waking.claim_due():
            waking.wake(pk)
    finally:
        signals.advanced.disconnect(hear)
    sandbox.refresh_from_db()
    assert told == [(sandbox.head.pk, 0)]
    assert (sandbox.head.command, sandbox.head.parent, sandbox.due) == ("", before, None)
    assert [(row["service"], row["change"]) for row in sandbox.head.changes["cloud"]] == [("kms", "removed")]
    assert sandbox.last_used == used, "nobody used it"
    later(sandbox, WEEK)
    assert waking.claim_due() == []


@pytest.mark.slow
def test_what_is_due_has_happened_when_somebody_looks(sandbox: Sandbox) -> None:
    later(sandbox, WEEK - 60)
    assert keys(sandbox) == 1
    later(sandbox, WEEK)
    assert keys(sandbox) == 0
    sandbox.refresh_from_db()
    assert keys(sandbox) == 0, "nothing was committed, and it happens anew"


@pytest.mark.slow
def test_commands_that_never_touch_the_account_keep_its_clock(sandbox: Sandbox) -> None:
    later(sandbox, WEEK - 86400)
    version = touch(sandbox)
    sandbox.refresh_from_db()
    assert version.cloud == sandbox.start.children.get().cloud
    assert version.due_in == pytest.approx(86400, abs=60)
    later(sandbox, 86400 * 2)
    assert touch(sandbox).due_in is not None, "late, but not lost"
    assert keys(sandbox) == 0


@pytest.mark.slow
def test_skip_and_undo(sandbox: Sandbox) -> None:
    waiting = sandbox.head
    with checkout(sandbox), pytest.raises(Busy):
        skip(sandbox)
    assert skip(sandbox)
    sandbox.refresh_from_db()
    assert sandbox.head.clock == pytest.approx(WEEK, abs=60)
    assert keys(sandbox) == 0
    assert not skip(sandbox)
    actions.reset(sandbox=sandbox, by="test", to=waiting)
    sandbox.refresh_from_db()
    assert sandbox.due is not None
    assert keys(sandbox) == 1


def test_what_a_process_that_died_left_behind_goes(row: Sandbox, django_user_model: Any) -> None:
    owned = actions.create_sandbox(owner=django_user_model.objects.create_user("learner"), start=row.start)
    held = actions.create_sandbox(owner=None, start=row.start)
    Sandbox.objects.lock(held.pk, "elsewhere:1:1")
    assert actions.delete_abandoned() == 0
    Sandbox.objects.update(last_used=timezone.now() - timedelta(days=2))
    assert actions.delete_abandoned() == 1
    assert set(Sandbox.objects.all()) == {owned, held}
