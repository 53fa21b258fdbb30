"""The making of the cohort: whole, once, through deaths, behind everybody else."""

from __future__ import annotations

import itertools
from datetime import timedelta

import pytest
from django.utils import timezone

from course.board.models import Alarm
from course.demo import copying, making, playing, states, tasks
from course.demo.models import Demo, Player, Take
from course.helping.models import HelpRequest
from course.models import User
from course.people.models import Due, Membership
from labs import actions as lab_actions
from labs import presence, running
from labs.models import Attempt, Command, Move, StepEvent
from sandbox import actions as sandboxes
from sandbox import workers
from sandbox.models import Sandbox, Version
from sandbox.store import prune
from tests.course.demo.conftest import play

pytestmark = pytest.mark.slow


def attempt_of(role: str) -> Attempt:
    return Attempt.objects.select_related("sandbox").get(user__username=f"demo-{role}")


def lines(role: str) -> list[str]:
    return list(attempt_of(role).commands.order_by("number").values_list("line", flat=True))


def told(role: str) -> dict[str, tuple]:
    """Of each step: state, hints, tries."""
    return {one.step_id: (one.state, one.hints_shown, one.tries) for one in attempt_of(role).steps.all()}


def test_all_are_made_each_as_far_as_their_mark(demo, cohort):
    play()
    demo.refresh_from_db()
    assert (demo.state, Take.objects.count()) == (Demo.State.DONE, 0)
    assert set(cohort.members("learner").values_list("user__username", flat=True)) == {
        "real", "demo-ann", "demo-bora", "demo-carl", "demo-dana",
    }  # fmt: skip
    assert lines("ann") == ["toch a.txt", "touch b.txt", "touch a.txt", "x=1"]
    assert lines("bora") == ["toch a.txt", "touch b.txt", "touch a.txt"]
    assert (lines("carl"), lines("dana")) == (["ls"], ["ls", "ls"])
    assert attempt_of("ann").completed
    assert (attempt_of("bora").step, attempt_of("bora").completed) == ("name", None)
    assert told("ann")["name"] == ("passed", 1, 1)
    assert told("bora") == {"make": ("passed", 0, 1), "name": ("open", 0, 1)}
    assert told("carl")["make"][:2] == ("open", 3)


def test_who_shares_stands_where_who_played_had_stood(demo):
    play()
    mine = Command.objects.get(attempt=attempt_of("ann"), line="touch a.txt")
    theirs = Command.objects.get(attempt=attempt_of("bora"), line="touch a.txt")
    assert theirs.version.manifest == mine.version.manifest
    assert theirs.version_id != mine.version_id
    assert attempt_of("bora").sandbox.head == theirs.version
    assert theirs.version.sandbox.owner.username == "demo-bora"
    assert (theirs.output, theirs.exit_status, theirs.changes) == (mine.output, mine.exit_status, mine.changes)
    undone = Command.objects.get(attempt=attempt_of("bora"), line="touch b.txt")
    move = Move.objects.get(attempt=attempt_of("bora"))
    assert (undone.undone, move.command, move.how) == (True, undone, "undo")


def test_the_times_are_the_story_s(demo):
    play()
    now = timezone.now()
    for role, ago in {"ann": 60, "bora": 5, "carl": 2, "dana": 30}.items():
        attempt = attempt_of(role)
        assert abs(now - attempt.last_seen - timedelta(minutes=ago)) < timedelta(seconds=30), role
        moments = list(attempt.commands.order_by("number").values_list("queued", flat=True))
        assert moments == sorted(moments)
        assert attempt.started <= moments[0]
        assert all(a.queued < a.ended for a in attempt.commands.all())
        assert not attempt.step_events.filter(at__lt=attempt.started).exists()
        assert not Version.objects.filter(sandbox=attempt.sandbox, created__gt=attempt.last_seen + timedelta(seconds=1)).exists()
    for role in ("ann", "bora"):
        first, _second, third, *_ = Command.objects.filter(attempt=attempt_of(role)).order_by("number")
        assert timedelta(days=1) < third.queued - first.queued < timedelta(days=1, minutes=2)
        made = attempt_of(role).steps.get(step_id="make")
        assert made.passed_at == third.queued + copying.LOOKED
        assert made.passings.get().at == made.passed_at
    passed = StepEvent.objects.get(attempt=attempt_of("ann"), what="passed", step_id="make")
    assert passed.at == attempt_of("ann").steps.get(step_id="make").passed_at
    assert attempt_of("bora").spent == 30 + 10 + 20 + 600, "the night counts as a pause"


def test_nobody_can_sign_in_and_each_is_marked(demo):
    play()
    for player in Player.objects.select_related("user"):
        assert player.done
        assert not player.user.is_active
        assert not player.user.has_usable_password()
        assert not player.user.email
    assert Player.objects.count() == 4
    assert not Player.objects.filter(user__username="real").exists()


def test_a_question_waits_and_alarms_ring(demo):
    play()
    question = HelpRequest.objects.get()
    assert (question.attempt, question.sentence, question.state) == (attempt_of("carl"), "What now?", "open")
    assert question.asked == attempt_of("carl").last_seen
    assert Alarm.objects.filter(over=None, attempt=attempt_of("carl"), reason="hints").exists()


def test_due_dates_are_set_but_none_is_changed(demo, cohort, lab):
    mine = Due.objects.create(cohort=cohort, lab="first", at=timezone.now())
    play()
    demo.refresh_from_db()
    assert list(cohort.dues.all()) == [mine]
    assert demo.dues == []


def test_those_who_are_here_are_seen_while_it_is_new(demo):
    play()
    bora = User.objects.get(username="demo-bora").pk
    assert presence.online() == {bora}
    presence.events.client().flushall()
    Demo.objects.update(made=timezone.now() - making.NEW - timedelta(minutes=1))
    making.open_pages()
    assert presence.online() == set()


# --- once ------------------------------------------------------------------------------------------------------------------


def test_done_is_done(demo):
    play()
    before = Command.objects.count(), Version.objects.count(), User.objects.count()
    assert making.turn() is None
    assert not making.begin()
    assert not making.make()
    assert (Command.objects.count(), Version.objects.count(), User.objects.count()) == before


def test_planned_is_not_begun(tiny, cohort):
    making.plan(cohort)
    assert making.turn() is None
    assert not making.is_missed()
    assert not Player.objects.exists()


# --- deaths ----------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("turns", range(1, 20, 3))
def test_a_death_between_an_action_and_its_take(demo, monkeypatch, turns):
    """Whatever the turn was at, what is there in the end is the same as without."""
    for _ in range(turns):
        making.turn()

    def die(attempt):
        raise SystemExit

    with monkeypatch.context() as dying:
        dying.setattr(states, "state", die)
        try:
            making.turn()
        except SystemExit:
            Demo.objects.update(worker=f"{demo.pk}")  # nobody has released it
            Demo.objects.update(lease_until=timezone.now() - timedelta(seconds=1))
    play()
    assert lines("ann") == ["toch a.txt", "touch b.txt", "touch a.txt", "x=1"]
    assert told("ann")["name"] == ("passed", 1, 1)
    assert told("bora") == {"make": ("passed", 0, 1), "name": ("open", 0, 1)}
    assert (told("carl")["make"][1], told("dana")["make"][1]) == (3, 3)
    assert Move.objects.filter(attempt=attempt_of("ann")).count() == 1


def test_a_command_lost_with_its_worker_is_typed_again(demo, monkeypatch):
    making.turn()
    with monkeypatch.context() as dying:
        dying.setattr(running, "run", lambda pk: Command.objects.filter(pk=pk).update(state=Command.State.LOST))
        assert making.turn() == making.AGAIN
    play()
    assert lines("ann") == ["toch a.txt", "touch b.txt", "touch a.txt", "x=1"]
    assert not Command.objects.filter(state=Command.State.LOST).exists()


def test_a_command_that_another_worker_is_at_is_waited_for(demo, monkeypatch):
    making.turn()
    with monkeypatch.context() as busy:
        busy.setattr(running, "run", lambda pk: Command.objects.filter(pk=pk).update(state=Command.State.RUNNING))
        assert making.turn() == playing.WAITS
        assert making.turn() == playing.WAITS
    assert Command.objects.get().state == Command.State.RUNNING
    assert Take.objects.count() == 1


def test_one_at_a_time(demo):
    Demo.objects.update(worker="elsewhere:1:1", lease_until=timezone.now() + timedelta(minutes=1), turned=timezone.now())
    assert making.turn() is None
    assert not making.is_missed()
    host, pid, started = workers.me().split(":")
    Demo.objects.update(worker=f"{host}:{pid}:{int(started) - 1}")  # a process that had this number before
    assert making.turn() is not None
    Demo.objects.update(worker="elsewhere:1:1", lease_until=timezone.now() - timedelta(minutes=1))
    assert making.turn() is not None


def test_what_always_fails_is_given_up_and_can_be_taken_up(demo, monkeypatch):
    with monkeypatch.context() as failing:
        failing.setattr(playing, "go_on", lambda *_: 1 / 0)
        assert play() == [making.AGAIN] * (making.MOST_FAILURES - 1)
    demo.refresh_from_db()
    assert demo.state == Demo.State.FAILED
    assert making.make()
    play()
    demo.refresh_from_db()
    assert demo.state == Demo.State.DONE


def test_missed_turns_are_found(demo, monkeypatch):
    sent = []
    monkeypatch.setattr(tasks.go_on, "apply_async", lambda **options: sent.append(options))
    tasks.look()
    assert sent == [{"priority": tasks.LAST}]
    making.turn()
    tasks.look()
    assert len(sent) == 1, "somebody is at it"
    Demo.objects.update(turned=timezone.now() - timedelta(minutes=1))
    tasks.look()
    assert len(sent) == 2
    tasks.go_on()
    assert sent[-1] == {"countdown": playing.GONE_ON, "priority": tasks.LAST}


def test_learners_come_first(demo, real, lab, woken):
    attempt = lab_actions.start_attempt(user=real, lab=lab)
    command = Command.objects.create(attempt=attempt, number=1, line="ls")
    assert making.turn() == making.YIELDS
    assert not Player.objects.exists()
    Command.objects.filter(pk=command.pk).update(state=Command.State.RUNNING, claimed=timezone.now())
    assert making.turn() == making.YIELDS
    Command.objects.filter(pk=command.pk).update(claimed=timezone.now() - timedelta(minutes=1))
    assert making.turn() == playing.GONE_ON, "one that runs for long keeps nobody"


# --- what they have is theirs ----------------------------------------------------------------------------------------------


def test_deleting_one_sandbox_leaves_the_others(demo):
    play()
    sandboxes.delete(sandbox=attempt_of("ann").sandbox, by="test")
    prune.prune_versions()
    head = attempt_of("bora").sandbox.head
    assert Version.objects.filter(sandbox=attempt_of("bora").sandbox).count() == 2
    assert head.parent == attempt_of("bora").sandbox.start


def test_undo_and_redo_of_one_touch_no_other(demo):
    play()
    bora, ann = attempt_of("bora"), attempt_of("ann")
    lab_actions.undo_attempt(attempt=bora, by=bora.user)
    assert told("bora")["make"][0] == "open"
    assert told("ann")["make"][0] == "passed"
    assert Sandbox.objects.get(pk=bora.sandbox_id).head_id == bora.sandbox.start_id
    lab_actions.redo_attempt(attempt=attempt_of("bora"), by=bora.user)
    assert told("bora")["make"][0] == "passed"
    assert Sandbox.objects.get(pk=ann.sandbox_id).head_id == ann.sandbox.head_id


def test_pruning_keeps_what_each_needs(demo, settings):
    settings.SANDBOX_VERSIONS_KEPT = 1
    play()
    prune.prune_versions()
    for sandbox in Sandbox.objects.select_related("head"):
        assert sandbox.head in itertools.chain(Version.objects.filter(sandbox=sandbox), [sandbox.start])
    assert attempt_of("bora").steps.get(step_id="make").version is not None


def test_memberships_began_before_anything_was_typed(demo, cohort):
    play()
    first = min(Attempt.objects.values_list("started", flat=True))
    assert not Membership.objects.filter(user__player__isnull=False, joined__gt=first).exists()
