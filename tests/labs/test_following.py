"""Progress follows the value, whoever moves it: steps, points, console, prompt."""

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from labs import actions, following, presenting
from labs.lab.model import Lab
from labs.models import Attempt, Command, Move, Passing
from sandbox import actions as sandboxes
from sandbox.errors import Busy, LearnerError
from sandbox.models import Sandbox, Version
from sandbox.store import prune

pytestmark = pytest.mark.usefixtures("live_redis")


def refused(code: str):
    return pytest.raises(LearnerError, check=lambda error: error.code == code)


def run(attempt: Attempt, line: str, *, passes: str = "", points: int = 0, changes: bool = True, cwd: str = "") -> Command:
    """A command as a worker leaves it: its version, and the steps that its look completed."""
    box = Sandbox.objects.get(pk=attempt.sandbox_id)
    version = box.head
    if changes:
        version = Version.objects.create(parent=box.head, sandbox=box, number=box.head.number + 1, command=line, account="1" * 12)
        Sandbox.objects.filter(pk=box.pk).update(head=version, tip=None)
    command = Command.objects.create(
        attempt=attempt, number=attempt.next_number(), line=line, state="done", exit_status=0, version=version, cwd_after=cwd
    )
    if passes:
        attempt.steps.get(step_id=passes).complete(points=points, version=version)
        following_step = {"make": "name", "name": ""}[passes]
        Attempt.objects.filter(pk=attempt.pk).update(step=following_step)
    attempt.sandbox.refresh_from_db()
    return command


def state(attempt: Attempt) -> tuple[str, list[str], list[int]]:
    """(current step, steps passed, numbers of the shown commands that are not undone)."""
    attempt.refresh_from_db()
    passed = [step.step_id for step in attempt.steps.all() if step.passed]
    return attempt.step, passed, list(attempt.console().filter(undone=False).values_list("number", flat=True))


def undo(attempt: Attempt, **options: Any) -> None:
    actions.undo_attempt(attempt=attempt, by=attempt.user, **options)


def redo(attempt: Attempt) -> None:
    actions.redo_attempt(attempt=attempt, by=attempt.user)


def test_undoing_what_passed_a_step_opens_it_and_redo_passes_it_again(attempt: Attempt) -> None:
    run(attempt, "touch a.txt", passes="make", points=6)
    run(attempt, "ls")
    undo(attempt)
    assert state(attempt) == ("name", ["make"], [1])
    undo(attempt)
    assert state(attempt) == ("make", [], [])
    step = attempt.steps.get(step_id="make")
    assert (step.points, step.seen, step.passed_at) == (6, [], None)
    redo(attempt)
    assert state(attempt) == ("name", ["make"], [1])
    step.refresh_from_db()
    assert (step.points, step.passed_at) == (6, Passing.objects.get().at)


def test_a_step_passed_again_elsewhere_counts_at_either_place(attempt: Attempt) -> None:
    first = run(attempt, "touch a.txt", passes="make", points=10)
    undo(attempt)
    second = run(attempt, "cp x a.txt", passes="make", points=10)
    actions.rewind_attempt(attempt=attempt, command=first, by=attempt.user)
    assert state(attempt) == ("name", ["make"], [1])
    assert attempt.steps.get(step_id="make").version == first.version
    actions.rewind_attempt(attempt=attempt, command=second, by=attempt.user)
    assert state(attempt) == ("name", ["make"], [2])
    undo(attempt)
    assert state(attempt) == ("make", [], [])


def test_all_passed_is_completed_and_undone_it_is_not(attempt: Attempt) -> None:
    run(attempt, "touch a.txt", passes="make")
    run(attempt, "x=1", passes="name")
    Attempt.objects.update(completed="2026-01-01T00:00Z")
    undo(attempt)
    assert state(attempt)[0] == "name"
    assert attempt.completed is None
    redo(attempt)
    attempt.refresh_from_db()
    assert (attempt.step, attempt.completed is None) == ("", False)


def test_a_reset_of_the_lab_puts_the_console_away_and_its_undo_brings_it_back(attempt: Attempt) -> None:
    run(attempt, "touch a.txt", passes="make", points=6)
    run(attempt, "ls")
    actions.reset_attempt(attempt=attempt, by=attempt.user)
    assert state(attempt) == ("make", [], [])
    assert (attempt.console_from, list(attempt.console())) == (2, [])
    run(attempt, "pwd")
    undo(attempt)
    undo(attempt)
    assert state(attempt) == ("name", ["make"], [1, 2])
    assert [(move.how, move.step) for move in attempt.moves.all()] == [("lab", ""), ("undo", ""), ("undo", "")]
    redo(attempt)
    assert state(attempt) == ("make", [], [])


def test_a_reset_of_the_step_goes_to_where_the_one_before_passed(attempt: Attempt) -> None:
    made = run(attempt, "touch a.txt", passes="make")
    run(attempt, "rm -rf ~")
    actions.reset_step(attempt=attempt, by=attempt.user)
    assert attempt.sandbox.head.parent == made.version
    assert state(attempt) == ("name", ["make"], [1])
    assert (attempt.moves.get().how, attempt.moves.get().step) == ("step", "name")
    undo(attempt)
    assert state(attempt) == ("name", ["make"], [1, 2])


def test_the_first_step_begins_where_the_lab_does(attempt: Attempt) -> None:
    run(attempt, "ls")
    actions.reset_step(attempt=attempt, by=attempt.user)
    assert attempt.sandbox.head.parent == attempt.sandbox.start
    assert attempt.moves.get().how == "lab"


def test_how_much_a_reset_would_undo(attempt: Attempt) -> None:
    run(attempt, "touch a.txt", passes="make")
    run(attempt, "ls")
    run(attempt, "true", changes=False)
    attempt.refresh_from_db()
    assert following.undone_by_reset(attempt, step=True) == 2
    assert following.undone_by_reset(attempt, step=False) == 3


def test_a_command_that_changed_nothing_goes_with_the_one_before(attempt: Attempt) -> None:
    run(attempt, "cd /tmp", cwd="/tmp")
    run(attempt, "true", changes=False, cwd="/tmp")
    undo(attempt)
    assert state(attempt)[2] == []
    assert presenting.prompt(attempt) == "~/environment"
    redo(attempt)
    assert state(attempt)[2] == [1, 2]
    assert presenting.prompt(attempt) == "/tmp"


def test_one_that_never_ran_is_left_as_it_is(attempt: Attempt) -> None:
    run(attempt, "a")
    Command.objects.create(attempt=attempt, number=2, line="'", state="refused", message="incomplete")
    undo(attempt)
    assert state(attempt)[2] == [2]


def test_a_stale_click_moves_nothing(attempt: Attempt) -> None:
    run(attempt, "a")
    seen = run(attempt, "b").version_id
    undo(attempt, at=seen)
    undo(attempt, at=seen)
    assert state(attempt)[2] == [1]
    assert attempt.moves.count() == 1


def test_no_move_while_a_command_waits_or_runs(attempt: Attempt) -> None:
    first = run(attempt, "a")
    run(attempt, "b")
    Command.objects.create(attempt=attempt, number=3, line="sleep 9", state="queued")
    for act in (
        lambda: undo(attempt),
        lambda: redo(attempt),
        lambda: actions.rewind_attempt(attempt=attempt, command=first, by=attempt.user),
        lambda: actions.reset_step(attempt=attempt, by=attempt.user),
        lambda: actions.reset_attempt(attempt=attempt, by=attempt.user),
    ):
        with refused("busy"):
            act()


def test_one_queued_at_the_same_moment_is_found_under_the_lock(attempt: Attempt) -> None:
    """An administrator's move, or a click that raced with a command: the head stays."""
    run(attempt, "a")
    head = attempt.sandbox.head
    Command.objects.create(attempt=attempt, number=2, line="sleep 9", state="queued")
    with pytest.raises(Busy):
        sandboxes.undo(sandbox=attempt.sandbox, by="an administrator")
    assert Sandbox.objects.get(pk=attempt.sandbox_id).head == head


def test_refusals_in_their_own_words(attempt: Attempt) -> None:
    with refused("nothing-to-undo"):
        undo(attempt)
    with refused("nothing-to-redo"):
        redo(attempt)
    only = run(attempt, "a")
    with refused("already-there"):
        actions.rewind_attempt(attempt=attempt, command=only, by=attempt.user)
    Command.objects.update(version=None)
    only.refresh_from_db()
    with refused("version-gone"):
        actions.rewind_attempt(attempt=attempt, command=only, by=attempt.user)
    attempt.sandbox = None
    with refused("preparing"):
        undo(attempt)
    attempt.finished = attempt.started
    with refused("closed"):
        undo(attempt)


def test_a_look_that_found_it_not_yet_done_is_stale_after_a_move(attempt: Attempt) -> None:
    run(attempt, "a")
    attempt.steps.get(step_id="make").looked("not-yet", [{"kind": "not", "code": "file-missing"}])
    undo(attempt)
    step = attempt.steps.get(step_id="make")
    assert (step.seen, step.outcome, step.tries) == ([], "", 1)


def test_what_passed_a_step_is_not_pruned(attempt: Attempt, settings) -> None:
    settings.SANDBOX_VERSIONS_KEPT = 3
    made = run(attempt, "touch a.txt", passes="make")
    for number in range(8):
        run(attempt, str(number))
    prune.prune_versions()
    undo(attempt)
    assert state(attempt)[1] == ["make"]
    actions.reset_step(attempt=attempt, by=attempt.user)
    assert attempt.sandbox.head.parent == made.version


def test_an_administrators_move_is_told_as_one(attempt: Attempt, django_user_model: Any) -> None:
    run(attempt, "a")
    boss = django_user_model.objects.create_user("boss")
    sandboxes.undo(sandbox=attempt.sandbox, by=boss)
    assert attempt.moves.get().by == boss


def test_a_lost_sandbox_lets_go_of_its_versions(attempt: Attempt, lab: Lab) -> None:
    run(attempt, "touch a.txt", passes="make")
    actions.reset_attempt(attempt=attempt, by=attempt.user)
    Sandbox.objects.all().delete()
    actions.start_attempt(user=attempt.user, lab=lab)
    assert not Passing.objects.exists()
    assert attempt.moves.last().how == Move.How.LOST
    assert prune.prune_versions() > 0


def test_the_queries_of_a_move_do_not_grow_with_the_history(attempt: Attempt) -> None:
    counts = []
    for commands in (3, 40):
        for number in range(commands):
            run(attempt, str(number))
        with CaptureQueriesContext(connection) as queries:
            undo(attempt)
        counts.append(len(queries))
        redo(attempt)
    assert counts[1] <= counts[0], "the first one also loads what the others find loaded"


def test_the_page_has_as_many_queries_with_many_commands_as_with_few(attempt: Attempt, lab: Lab) -> None:
    counts = []
    for commands in (3, 40):
        for number in range(commands):
            run(attempt, str(number))
            if number % 2:
                undo(attempt)
        with CaptureQueriesContext(connection) as queries:
            presenting.page(lab, Attempt.objects.select_related("sandbox", "user").get(pk=attempt.pk))
        counts.append(len(queries))
    assert counts[0] == counts[1]
