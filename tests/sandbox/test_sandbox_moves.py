"""Undo, redo, rewind and reset: the head moves, nothing is lost, and the way back and forward is the one that people expect."""

from __future__ import annotations

import threading
from typing import Any

import pytest
from django.db import connection
from django.test import override_settings
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from sandbox import actions, signals
from sandbox.errors import Busy, LearnerError
from sandbox.history import History
from sandbox.models import Sandbox, Version
from sandbox.store import prune

pytestmark = pytest.mark.django_db


def refused(code: str):
    return pytest.raises(LearnerError, check=lambda error: error.code == code)


@pytest.fixture
def sandbox() -> Sandbox:
    start = Version.objects.create(account="1" * 12, number=7, pinned=True, parent=Version.objects.create(account="1" * 12, pinned=True))
    return actions.create_sandbox(owner=None, start=start)


def run(sandbox: Sandbox, command: str, *, quiet: bool = False) -> Version:
    """What ``sandbox.checkout`` does at a commit; "" is time that passes, ``quiet`` a look around."""
    sandbox.refresh_from_db()
    version = Version.objects.create(
        parent=sandbox.head, sandbox=sandbox, number=sandbox.head.number + 1, command=command, account="1" * 12, manifest="",
        quiet=quiet,
    )  # fmt: skip
    Sandbox.objects.filter(pk=sandbox.pk).update(head=version, **({"tip": None} if command and not quiet else {}))
    sandbox.refresh_from_db()
    return version


def undo(sandbox: Sandbox, **options: Any) -> Version:
    return actions.undo(sandbox=sandbox, by="me", **options)


def redo(sandbox: Sandbox, **options: Any) -> Version:
    return actions.redo(sandbox=sandbox, by="me", **options)


def test_back_to_the_start_and_forward_again(sandbox: Sandbox) -> None:
    a, b, c = (run(sandbox, name) for name in "abc")
    assert [undo(sandbox) for _ in range(3)] == [b, a, sandbox.start]
    with refused("nothing-to-undo"):
        undo(sandbox)
    assert [redo(sandbox) for _ in range(3)] == [a, b, c]
    with refused("nothing-to-redo"):
        redo(sandbox)
    assert sandbox.tip is None


def test_what_is_fresh_has_nothing_to_undo(sandbox: Sandbox) -> None:
    with refused("nothing-to-undo"):
        undo(sandbox)
    with refused("nothing-to-redo"):
        redo(sandbox)


def test_a_new_command_takes_the_redo_away_but_not_the_versions(sandbox: Sandbox) -> None:
    a, b = run(sandbox, "a"), run(sandbox, "b")
    undo(sandbox)
    c = run(sandbox, "c")
    with refused("nothing-to-redo"):
        redo(sandbox)
    assert actions.rewind(sandbox=sandbox, to=b.pk, by="me") == b
    assert undo(sandbox) == a
    assert redo(sandbox) == b
    assert actions.rewind(sandbox=sandbox, to=c.pk, by="me") == c


def test_a_look_around_is_no_stop_and_bars_nothing(sandbox: Sandbox) -> None:
    a = run(sandbox, "mkdir d")
    seen = run(sandbox, "ls", quiet=True)
    assert undo(sandbox) == sandbox.start
    run(sandbox, "ls", quiet=True)
    assert redo(sandbox) == seen
    b = run(sandbox, "rmdir d")
    run(sandbox, "ls", quiet=True)
    assert undo(sandbox) == seen
    assert actions.rewind(sandbox=sandbox, to=a.pk, by="me") == a
    assert redo(sandbox).parent == b
    with refused("nothing-to-redo"):
        redo(sandbox)


def test_time_that_passed_goes_and_comes_with_its_command(sandbox: Sandbox) -> None:
    a, later, b = run(sandbox, "a"), run(sandbox, ""), run(sandbox, "b")
    last = run(sandbox, "")
    assert undo(sandbox) == later
    assert undo(sandbox) == sandbox.start
    assert redo(sandbox) == later
    assert redo(sandbox) == last
    actions.rewind(sandbox=sandbox, to=a.pk, by="me")
    assert redo(sandbox) == last, "from before the time that passed, too: what is next is the next command"
    assert last.parent == b


def test_time_that_passes_after_an_undo_does_not_bar_the_redo(sandbox: Sandbox) -> None:
    a, b = run(sandbox, "a"), run(sandbox, "b")
    undo(sandbox)
    run(sandbox, "")
    assert sandbox.head.parent == a
    assert redo(sandbox) == b


def test_rewinding_leaves_a_redo_to_where_one_was(sandbox: Sandbox) -> None:
    versions = [run(sandbox, name) for name in "abcd"]
    assert actions.rewind(sandbox=sandbox, to=versions[0].pk, by="me") == versions[0]
    assert [redo(sandbox) for _ in range(3)] == versions[1:]


def test_rewinding_to_an_abandoned_branch_offers_its_newest(sandbox: Sandbox) -> None:
    a, b, c = (run(sandbox, name) for name in "abc")
    actions.rewind(sandbox=sandbox, to=a.pk, by="me")
    d = run(sandbox, "d")
    actions.rewind(sandbox=sandbox, to=b.pk, by="me")
    assert redo(sandbox) == c
    assert d in Version.objects.filter(sandbox=sandbox)


def test_a_reset_is_undone_and_done_again(sandbox: Sandbox) -> None:
    a, b = run(sandbox, "a"), run(sandbox, "b")
    fresh = actions.reset(sandbox=sandbox, by="me")
    assert (fresh.parent, fresh.number, sandbox.head) == (sandbox.start, 8, fresh)
    c = run(sandbox, "c")
    assert [undo(sandbox) for _ in range(4)] == [fresh, b, a, sandbox.start]
    assert [redo(sandbox) for _ in range(4)] == [a, b, fresh, c]
    assert list(History(sandbox).line(c.pk))[:3] == [c.pk, fresh.pk, sandbox.start_id]


def test_a_reset_to_a_step_keeps_what_was_before_it(sandbox: Sandbox) -> None:
    a, b = run(sandbox, "a"), run(sandbox, "b")
    actions.reset(sandbox=sandbox, by="me", to=a)
    assert set(History(sandbox).line(sandbox.head_id)) == {sandbox.head_id, a.pk, sandbox.start_id, sandbox.start.parent_id}
    assert undo(sandbox) == b


def test_a_reset_has_the_value_of_where_it_goes(sandbox: Sandbox) -> None:
    Version.objects.filter(pk=sandbox.start_id).update(
        manifest="m", shell="s", cloud="c", home_bytes=5, cloud_bytes=6, home_files=7, due_in=3.5
    )
    sandbox.refresh_from_db()
    run(sandbox, "a")
    made = actions.reset(sandbox=sandbox, by="me")
    assert (made.manifest, made.shell, made.cloud, made.home_bytes, made.cloud_bytes, made.home_files) == ("m", "s", "c", 5, 6, 7)
    assert sandbox.due is not None


def test_a_click_that_has_seen_another_head_moves_nothing(sandbox: Sandbox) -> None:
    a, b = run(sandbox, "a"), run(sandbox, "b")
    assert undo(sandbox, at=b.pk) == a
    assert undo(sandbox, at=b.pk) == a
    assert redo(sandbox, at=b.pk) == a
    assert actions.reset(sandbox=sandbox, by="me", at=b.pk) == a


def test_only_ones_own_versions_can_be_gone_to(sandbox: Sandbox) -> None:
    other = actions.create_sandbox(owner=None, start=sandbox.start)
    theirs = run(other, "x")
    for to in (theirs.pk, 10**9, None):
        with refused("version-gone"):
            actions.rewind(sandbox=sandbox, to=to, by="me")
    assert actions.rewind(sandbox=sandbox, to=sandbox.start_id, by="me") == sandbox.start


def test_who_holds_it_is_waited_for_and_then_left_alone(sandbox: Sandbox) -> None:
    run(sandbox, "a")
    Sandbox.objects.lock(sandbox.pk, "somebody")
    with pytest.raises(Busy):
        undo(sandbox)
    with pytest.raises(Busy):
        undo(sandbox, wait=0.05)


@pytest.mark.django_db(transaction=True)
def test_it_goes_on_as_soon_as_it_is_let_go(sandbox: Sandbox) -> None:
    run(sandbox, "a")
    Sandbox.objects.lock(sandbox.pk, "somebody")
    tried = threading.Event()
    lock = type(Sandbox.objects).lock

    def watched(self: Any, *args: Any) -> bool:
        found = lock(self, *args)
        tried.set()
        return found

    def let_go() -> None:
        tried.wait(10)
        Sandbox.objects.unlock(sandbox.pk, "somebody")
        connection.close()

    thread = threading.Thread(target=let_go)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(type(Sandbox.objects), "lock", watched)
        thread.start()
        assert undo(sandbox, wait=10) == sandbox.start
    thread.join()


def test_who_is_told_can_refuse_and_then_nothing_moved(sandbox: Sandbox) -> None:
    def refuse(**_: Any) -> None:
        raise Busy("busy")

    b = run(sandbox, "b")
    signals.moved.connect(refuse, weak=False)
    try:
        for act in (undo, lambda box: actions.reset(sandbox=box, by="me")):
            with pytest.raises(Busy):
                act(sandbox)
    finally:
        signals.moved.disconnect(refuse)
    found = Sandbox.objects.get(pk=sandbox.pk)
    assert (found.head, found.tip, found.lock_holder) == (b, None, "")
    assert Version.objects.filter(sandbox=sandbox).count() == 1


def test_who_is_told_hears_what_happened(sandbox: Sandbox) -> None:
    told: list[tuple] = []

    def hear(sender: Any, *, sandbox: Sandbox, how: str, by: Any, node: Any, history: History, **_: Any) -> None:
        told.append((how, by, node.pk, sandbox.head_id))

    a, b = run(sandbox, "a"), run(sandbox, "b")
    signals.moved.connect(hear)
    try:
        undo(sandbox)
        redo(sandbox)
        actions.rewind(sandbox=sandbox, to=a.pk, by="me")
        made = actions.reset(sandbox=sandbox, by="me")
    finally:
        signals.moved.disconnect(hear)
    assert told == [("undo", "me", b.pk, a.pk), ("redo", "me", b.pk, b.pk), ("rewind", "me", a.pk, a.pk), ("reset", "me", made.pk, made.pk)]


def test_a_move_costs_as_many_queries_with_a_long_history_as_with_a_short_one(sandbox: Sandbox) -> None:
    counts = []
    for commands in (3, 60):
        for number in range(commands):
            run(sandbox, str(number))
        with CaptureQueriesContext(
            connection,
        ) as queries:
            undo(sandbox)
        counts.append(len(queries))
        redo(sandbox)
    assert counts[0] == counts[1] <= 12


@override_settings(SANDBOX_VERSIONS_KEPT=8)
def test_pruning_keeps_the_way_back_and_forward(sandbox: Sandbox) -> None:
    versions = [run(sandbox, str(number)) for number in range(20)]
    actions.rewind(sandbox=sandbox, to=versions[9].pk, by="me")
    prune.prune_versions()
    assert undo(sandbox) == versions[8]
    assert [redo(sandbox) for _ in range(3)] == versions[9:12]
    assert actions.rewind(sandbox=sandbox, to=versions[19].pk, by="me") == versions[19]
    left = Version.objects.filter(sandbox=sandbox).count()
    assert left <= 8 + 2, "and the head and the tip"


@override_settings(SANDBOX_VERSIONS_KEPT=4)
def test_what_pruning_took_is_said_to_be_gone_and_not_jumped_over(sandbox: Sandbox) -> None:
    versions = [run(sandbox, str(number)) for number in range(12)]
    prune.prune_versions()
    assert [undo(sandbox) for _ in range(3)] == versions[10:7:-1]
    with refused("version-gone"):
        undo(sandbox)
    with refused("version-gone"):
        actions.rewind(sandbox=sandbox, to=versions[0].pk, by="me")


def test_one_that_is_put_away_is_not_woken_and_comes_back_as_it_was(sandbox: Sandbox) -> None:
    made = run(sandbox, "a")
    Version.objects.filter(pk=made.pk).update(due_in=60.0)
    heard: list[tuple[str, dict[str, Any]]] = []

    def away(sender: object, kept: dict[str, Any], **_: Any) -> None:
        kept["of somebody"] = 7

    def back(sender: object, kept: dict[str, Any], **_: Any) -> None:
        heard.append(("back", kept))

    signals.put_away.connect(away)
    signals.brought_back.connect(back)
    actions.put_away(sandbox=sandbox, by="me")
    actions.put_away(sandbox=sandbox, by="me")
    assert (sandbox.put_away is None, sandbox.due) == (False, None)
    actions.bring_back(sandbox=sandbox, by="me")
    assert (sandbox.put_away, sandbox.head, sandbox.due is None) == (None, made, False)
    assert [(how, kept["of somebody"]) for how, kept in heard] == [("back", 7)]
    assert actions.delete_put_away(before=timezone.now()) == 0


def test_who_refuses_keeps_it_from_being_put_away(sandbox: Sandbox) -> None:
    def no(sender: object, **_: Any) -> None:
        raise Busy("busy")

    signals.put_away.connect(no)
    with pytest.raises(Busy):
        actions.put_away(sandbox=sandbox, by="me")
    signals.put_away.disconnect(no)
    sandbox.refresh_from_db()
    assert (sandbox.put_away, sandbox.lock_holder) == (None, "")


def test_what_is_put_away_is_deleted_when_its_time_is_over(sandbox: Sandbox) -> None:
    actions.put_away(sandbox=sandbox, by="me")
    assert actions.delete_put_away(before=timezone.now()) == 1
    assert not Sandbox.objects.exists()
