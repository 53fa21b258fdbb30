"""Jobs: what is done to many sandboxes, what they remember, and how it is undone."""

from datetime import timedelta

import pytest
from django.utils import timezone

from course.desk import doing, jobs
from course.desk.finding import sandboxes
from course.desk.models import Job, Piece
from course.people.models import Act
from labs import actions as labs
from labs.models import Attempt, Command, Passing
from sandbox import actions, workers
from sandbox.models import Sandbox, Version
from tests.course.desk.conftest import heads, typed

pytestmark = pytest.mark.django_db


@pytest.fixture
def done(boss, attempts):
    """Have an act done to all of the cohort."""

    def do(what: str, **options) -> Job:
        job = jobs.begin(what=what, by=boss, found=sandboxes({}), chosen={}, options=options)
        doing.work(job.pk)
        job.refresh_from_db()
        return job

    return do


@pytest.fixture
def undone(boss):
    def undo(job: Job) -> Job:
        back = jobs.undo(job=job, by=boss)
        doing.work(back.pk)
        back.refresh_from_db()
        return back

    return undo


def states(job: Job) -> list[tuple[str, str]]:
    return list(job.pieces.order_by("name").values_list("state", "reason"))


ALL = [("done", "")] * 3


def test_a_cohort_is_reset_and_the_whole_of_it_undone(undone, attempts, woken, django_capture_on_commit_callbacks, boss) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        job = jobs.begin(what="reset", by=boss, found=sandboxes({}), chosen={}, options={})
    assert (heads(), job.state) == ([1, 1, 1], "going")
    assert woken[-1] == ("course.desk.tasks.work", job.pk)
    assert doing.work(job.pk) is False
    job.refresh_from_db()
    assert (states(job), job.state, job.ended is None) == (ALL, "done", False)
    assert all(one.head.changes.keys() == {"left"} for one in Sandbox.objects.select_related("head"))
    assert Attempt.objects.get(pk=attempts[0].pk).console_from == 1  # progress went along
    back = undone(job)
    assert (states(back), heads()) == (ALL, [1, 1, 1])
    assert Sandbox.objects.filter(head__command="echo one").count() == 3
    assert Attempt.objects.get(pk=attempts[0].pk).console_from == 0
    assert [act.what for act in Act.objects.order_by("pk")] == ["sandboxes-reset", "sandboxes-undone"]
    assert Act.objects.earliest("pk").details["sandboxes"] == 3


def test_what_is_at_its_start_is_not_reset(done, attempts) -> None:
    actions.undo(sandbox=Sandbox.objects.get(owner__username="ben"), by="ben")
    assert states(done("reset")) == [("done", ""), ("same", "at-start"), ("done", "")]


def test_undo_and_redo_for_all_and_back(done, undone) -> None:
    job = done("undo")
    assert (states(job), heads()) == (ALL, [0, 0, 0])
    assert states(done("undo")) == [("same", "nothing-to-undo")] * 3
    again = done("redo")
    assert (states(again), heads()) == (ALL, [1, 1, 1])
    assert (states(undone(again)), heads()) == (ALL, [0, 0, 0])
    assert not again.undoable
    with pytest.raises(jobs.Refused, match="late"):
        undone(again)


def test_who_went_on_since_keeps_what_they_did(done, undone, attempts) -> None:
    job = done("undo")
    typed(attempts[1], "echo other")
    assert states(undone(job)) == [("done", ""), ("left", "moved-on"), ("done", "")]
    assert heads() == [1, 1, 1]
    assert Sandbox.objects.get(owner__username="ben").head.command == "echo other"


def test_time_that_passed_since_does_not_keep_it_from_being_undone(done, undone, attempts) -> None:
    job = done("undo")
    sandbox = Sandbox.objects.get(owner__username="ann")
    passed = Version.objects.create(parent=sandbox.head, sandbox=sandbox, number=1, passed=True, account="1" * 12)
    Sandbox.objects.filter(pk=sandbox.pk).update(head=passed)
    assert states(undone(job)) == ALL


def test_rewinding_to_a_moment(done, undone, attempts) -> None:
    moment = timezone.now() - timedelta(minutes=30)
    Sandbox.objects.update(created=moment - timedelta(hours=1))
    Sandbox.objects.filter(owner__username="cho").update(created=timezone.now())
    second = [typed(attempt, "echo two") for attempt in attempts]
    Version.objects.filter(command="echo one").update(created=moment - timedelta(minutes=1))
    Version.objects.filter(pk=second[1].pk).update(created=moment - timedelta(seconds=1))
    job = done("rewind", to=moment.isoformat())
    assert states(job) == [("done", ""), ("same", "there"), ("same", "not-yet")]
    assert heads() == [1, 2, 2]
    assert states(undone(job)) == [("done", "")]
    assert heads() == [2, 2, 2]


def test_busy_ones_are_waited_for_then_left_alone_and_named(done, attempts) -> None:
    Sandbox.objects.filter(owner__username="ben").update(lock_holder="other:1:1:x", lock_until=timezone.now() + timedelta(minutes=1))
    Command.objects.create(attempt=attempts[2], number=9, line="sleep 9", state=Command.State.QUEUED)
    job = done("reset")
    assert states(job) == [("done", ""), ("waiting", ""), ("waiting", "")]
    assert job.state == "going"
    Piece.objects.update(not_before=timezone.now())
    Command.objects.filter(line="sleep 9").update(state=Command.State.DONE)
    assert list(jobs.unfinished()) == [job.pk]
    doing.work(job.pk)
    assert states(job) == [("done", ""), ("waiting", ""), ("done", "")]
    Piece.objects.filter(state="waiting").update(not_before=timezone.now(), waits_until=timezone.now())
    doing.work(job.pk)
    job.refresh_from_db()
    assert (states(job)[1], job.state) == (("left", "busy"), "done")


def test_a_piece_whose_worker_died_is_done_once(done, boss, attempts) -> None:
    job = jobs.begin(what="reset", by=boss, found=sandboxes({}), chosen={}, options={})
    first = job.pieces.earliest("pk")
    assert Piece.objects.claim(first.pk)
    assert not Piece.objects.claim(first.pk)
    doing.work(job.pk)
    assert sorted(states(job)) == [("claimed", ""), ("done", ""), ("done", "")]
    Piece.objects.filter(pk=first.pk).update(claimed_until=timezone.now() - timedelta(seconds=1))
    doing.work(job.pk)
    assert (states(job), Version.objects.exclude(changes={}).count()) == (ALL, 3)


def test_a_worker_that_was_away_too_long_takes_its_act_back(boss, attempts, monkeypatch) -> None:
    job = jobs.begin(what="reset", by=boss, found=sandboxes({}), chosen={}, options={})
    real = actions.reset

    def slow(**given):
        Piece.objects.filter(sandbox=given["sandbox"]).update(state=Piece.State.DONE)  # another one did it
        return real(**given)

    monkeypatch.setattr(actions, "reset", slow)
    doing.work(job.pk)
    assert Version.objects.exclude(changes={}).count() == 0
    assert states(job) == ALL


def test_an_error_of_one_leaves_the_others_done(done, monkeypatch, attempts, caplog) -> None:
    real = actions.reset

    def broken(**given):
        if given["sandbox"].owner.username == "ben":
            raise RuntimeError("no")
        return real(**given)

    monkeypatch.setattr(actions, "reset", broken)
    assert states(done("reset")) == [("done", ""), ("left", "fault"), ("done", "")]


def test_a_job_can_be_stopped(boss, attempts) -> None:
    job = jobs.begin(what="reset", by=boss, found=sandboxes({}), chosen={}, options={})
    Piece.objects.claim(job.pieces.earliest("pk").pk)
    jobs.stop(job=job, by=boss)
    job.refresh_from_db()
    assert (job.state, jobs.counts(job)["stopped"]) == ("stopping", 2)
    Piece.objects.filter(state="claimed").update(claimed_until=timezone.now() - timedelta(seconds=1))
    doing.work(job.pk)
    job.refresh_from_db()
    assert (job.state, heads()) == ("stopped", [1, 1, 1])


def test_a_lock_left_behind_is_taken_away_and_no_other(done, attempts) -> None:
    now = timezone.now()
    Sandbox.objects.filter(owner__username="ann").update(lock_holder="far:1:1:x", lock_until=now - timedelta(seconds=1))
    Sandbox.objects.filter(owner__username="ben").update(lock_holder=f"{workers.me()}:x", lock_until=now + timedelta(minutes=1))
    Sandbox.objects.filter(owner__username="cho").update(lock_holder=f"{workers.host()}:999999:1:x", lock_until=now + timedelta(minutes=1))
    job = done("unlock")
    assert states(job) == [("done", ""), ("left", "held"), ("done", "")]
    assert not job.undoable
    assert Sandbox.objects.exclude(lock_holder="").count() == 1
    assert states(done("unlock"))[0] == ("same", "not-locked")


def test_a_quota_of_its_own_and_back(done, undone, settings) -> None:
    job = done("quota", bytes=1000, files=50)
    assert {one.quota for one in Sandbox.objects.all()} == {(1000, 50)}
    Sandbox.objects.filter(owner__username="ben").update(most_files=70)
    assert states(undone(job)) == [("done", ""), ("left", "moved-on"), ("done", "")]
    usual = (settings.SANDBOX_HOME_BYTES, settings.SANDBOX_HOME_FILES)
    assert Sandbox.objects.get(owner__username="ann").quota == usual


# --- deleted, and brought back -------------------------------------------------------------------------------------------------


def passed(attempt: Attempt) -> None:
    step = attempt.steps.get(step_id="make")
    step.complete(points=10, version=Sandbox.objects.get(pk=attempt.sandbox_id).head)
    Attempt.objects.filter(pk=attempt.pk).update(step="name")


def fresh(attempt: Attempt) -> Sandbox:
    start = Version.objects.get(number=0)
    return Sandbox.objects.create(owner=attempt.user, label="first", head=start, start=start)


def test_deleted_is_gone_for_the_learner_and_can_be_brought_back(done, undone, attempts) -> None:
    passed(attempts[0])
    job = done("delete")
    assert states(job) == ALL
    attempt = Attempt.objects.get(pk=attempts[0].pk)
    assert (attempt.sandbox, attempt.problem, attempt.ready) == (None, "put-away", False)
    assert not sandboxes({}).exists()
    assert sandboxes({"state": "away"}).count() == 3
    assert states(undone(job)) == ALL
    attempt.refresh_from_db()
    assert (attempt.sandbox_id, attempt.problem, attempt.step) == (attempts[0].sandbox_id, "", "name")
    assert sandboxes({}).count() == 3


def test_who_only_looked_at_a_new_one_gets_the_old_one_back(done, undone, attempts, lab, django_capture_on_commit_callbacks) -> None:
    passed(attempts[0])
    job = done("delete")
    begun = labs.start_attempt(user=attempts[0].user, lab=lab)
    new = fresh(attempts[0])
    Attempt.objects.filter(pk=begun.pk).update(sandbox=new)
    assert not begun.steps.filter(state="passed").exists()
    with django_capture_on_commit_callbacks(execute=True):
        assert states(undone(job)) == ALL
    begun.refresh_from_db()
    assert (begun.sandbox_id, begun.step, begun.console_from) == (attempts[0].sandbox_id, "name", 0)
    assert begun.steps.get(step_id="make").points == 10
    assert not Sandbox.objects.filter(pk=new.pk).exists()
    assert [move.how for move in begun.moves.all()] == []


def test_who_began_anew_keeps_the_new_one(done, undone, attempts, lab) -> None:
    job = done("delete")
    begun = labs.start_attempt(user=attempts[0].user, lab=lab)
    begun.sandbox = fresh(begun)
    begun.save()
    typed(begun, "echo anew")
    assert states(undone(job)) == [("left", "begun-anew"), ("done", ""), ("done", "")]
    begun.refresh_from_db()
    assert begun.sandbox_id != attempts[0].sandbox_id


def test_after_a_day_it_is_over(done, undone, attempts) -> None:
    deleted = done("delete")
    Job.objects.update(made=timezone.now() - timedelta(hours=25))
    deleted.refresh_from_db()
    assert not deleted.undoable
    with pytest.raises(jobs.Refused, match="late"):
        undone(deleted)
    jobs.forget()
    assert Sandbox.objects.count() == 3  # put away a moment ago only
    Sandbox.objects.update(put_away=timezone.now() - timedelta(hours=25))
    jobs.forget()
    assert not Sandbox.objects.exists()
    assert deleted.pieces.count() == 3
    assert {piece.name for piece in deleted.pieces.all()} == {"Ann · first", "Ben · first", "Cho · first"}


def test_versions_that_it_would_be_undone_to_are_kept_for_a_day(done, attempts) -> None:
    job = done("reset")
    before = job.pieces.first().before
    assert before.drop_unless_named() is False
    Passing.objects.all().delete()
    Job.objects.update(made=timezone.now() - timedelta(hours=25))
    jobs.forget()
    assert not Piece.objects.exclude(before=None).exists()


def test_nothing_is_no_job_and_too_much_neither(boss, attempts, monkeypatch) -> None:
    with pytest.raises(jobs.Refused, match="nothing"):
        jobs.begin(what="reset", by=boss, found=Sandbox.objects.none(), chosen={}, options={})
    monkeypatch.setattr(jobs, "MOST", 2)
    with pytest.raises(jobs.Refused, match="many"):
        jobs.begin(what="reset", by=boss, found=sandboxes({}), chosen={}, options={})
    assert not Job.objects.exists()
    assert not Act.objects.exists()
