"""What a learner can do, and what is refused with which word."""

import uuid

import pytest
from django.utils import timezone

from labs import actions, control, starts
from labs.models import Attempt, Command, Edition, Start
from sandbox.errors import Busy, LearnerError
from sandbox.models import Sandbox, Version

pytestmark = pytest.mark.usefixtures("live_redis")


def refused(code: str):
    return pytest.raises(LearnerError, check=lambda error: error.code == code)


def submit(attempt, line="ls", key=None, **options) -> Command:
    return actions.submit_command(attempt=attempt, line=line, key=key or uuid.uuid4(), **options)


def test_starting_makes_one_attempt_and_wakes_a_worker(lab, learner, woken, django_capture_on_commit_callbacks):
    first = actions.start_attempt(user=learner, lab=lab, language="ko-KR")
    assert (first.language, first.step, first.ready) == ("ko", "make", False)
    assert woken == [("labs.tasks.prepare_attempt", first.pk)]
    assert actions.start_attempt(user=learner, lab=lab).pk == first.pk
    assert [step.step_id for step in first.steps.all()] == ["make", "name"]
    assert Edition.objects.filter(content_hash=lab.content_hash).exists()


def test_a_ready_attempt_is_left_as_it_is(attempt, lab, learner, woken):
    attempt.steps.get(step_id="make").complete(points=10, version=None)
    again = actions.start_attempt(user=learner, lab=lab)
    assert again.pk == attempt.pk
    assert again.steps.get(step_id="make").passed
    assert woken == []


def test_a_lab_whose_start_is_built_is_ready_at_once(lab, learner, woken):
    start = Version.objects.create(account="1" * 12)
    starts.row(lab)
    Start.objects.filter(lab=lab.name).update(version=start)
    attempt = actions.start_attempt(user=learner, lab=lab)
    assert attempt.ready
    assert (attempt.sandbox.head, attempt.sandbox.label, attempt.problem) == (start, lab.name, "")
    assert woken == []


def test_a_lost_sandbox_begins_again_with_the_points_kept(attempt, lab, learner, woken):
    attempt.steps.get(step_id="make").complete(points=6, version=None)
    Sandbox.objects.all().delete()
    again = actions.start_attempt(user=learner, lab=lab)
    assert not again.ready
    step = again.steps.get(step_id="make")
    assert (step.state, step.points) == ("open", 6)
    assert woken == [("labs.tasks.prepare_attempt", attempt.pk)]


def test_submitting_queues_and_wakes(attempt, woken, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        command = submit(attempt, "ls\r\n", rows=1000, cols=1)
    assert (command.line, command.number, command.state, command.rows, command.cols) == ("ls", 1, "queued", 80, 20)
    assert command.cwd_before == "/home/ec2-user/environment"
    assert woken == [("labs.tasks.run_command", command.pk)]


def test_a_double_click_is_one_row(attempt):
    key = uuid.uuid4()
    assert submit(attempt, key=key).pk == submit(attempt, key=key).pk
    Command.objects.update(state="done")
    assert submit(attempt, key=key).state == "done"
    assert attempt.commands.count() == 1


def test_one_at_a_time(attempt):
    submit(attempt)
    with refused("busy"):
        submit(attempt)
    Command.objects.update(state="running")
    with refused("busy"):
        submit(attempt)
    Command.objects.update(state="lost")
    assert submit(attempt).number == 2


@pytest.mark.parametrize(("line", "code"), [("", "empty"), ("  \n ", "empty"), ("x" * 20_000, "too-long")])
def test_lines_that_are_none(attempt, line, code):
    with refused(code):
        submit(attempt, line)


def test_no_commands_before_it_is_ready_or_after_it_is_closed(attempt):
    attempt.sandbox = None
    with refused("preparing"):
        submit(attempt)
    attempt.finished = timezone.now()
    with refused("closed"):
        submit(attempt)


def test_stopping_a_queued_command_ends_it(attempt):
    command = submit(attempt)
    actions.stop_command(command=command)
    command.refresh_from_db()
    assert (command.state, command.message) == ("refused", "stopped")
    with refused("not-running"):
        actions.stop_command(command=command)


def test_stopping_a_running_command_is_kept_in_its_row(attempt, monkeypatch):
    sent: list = []
    monkeypatch.setattr(control, "send", lambda *args, **data: sent.append((*args, data)))
    command = submit(attempt)
    Command.objects.update(state="running")
    for name in ("INT", "KILL", "KILL"):
        actions.stop_command(command=command)
        command.refresh_from_db()
        assert command.stopping == name
        assert sent[-1] == (command.pk, "signal", {"name": name})


def test_input(attempt, monkeypatch):
    command = submit(attempt)
    Command.objects.update(state="running", stream_id="a:1")
    with refused("not-delivered"):
        actions.send_input(command=command, text="y\n")
    with refused("too-long"):
        actions.send_input(command=command, text="y" * 70_000)
    monkeypatch.setattr(control, "send", lambda *args, **data: True)
    actions.send_input(command=command, text="y\n")
    Command.objects.update(state="done")
    with refused("not-running"):
        actions.send_input(command=command, text="y\n")


def test_what_is_typed_ahead_waits_for_the_program(attempt, monkeypatch):
    command = submit(attempt)
    actions.send_input(command=command, text="예\n")
    Command.objects.update(state="running")  # claimed, and its jail is not up
    actions.send_input(command=command, text="no\n")
    assert (control.kept(command.pk), control.kept(command.pk)) == ("예\nno\n", "")


def test_what_is_typed_while_the_program_comes_up_is_sent_once(attempt, monkeypatch):
    sent: list = []
    monkeypatch.setattr(control, "send", lambda *args, **data: sent.append(data["text"]) or True)
    keep = control.keep

    def comes_up(pk, text):
        keep(pk, text)
        Command.objects.update(state="running", stream_id="a:1")

    monkeypatch.setattr(control, "keep", comes_up)
    command = submit(attempt)
    actions.send_input(command=command, text="y\n")
    assert (sent, control.kept(command.pk)) == (["y\n"], "")


def test_where_redis_is_away_nothing_is_typed_ahead(attempt, live_redis):
    command = submit(attempt)
    live_redis.kill()
    with refused("not-delivered"):
        actions.send_input(command=command, text="y\n")


def test_hints_one_by_one_and_then_none(attempt, woken):
    step = attempt.steps.get(step_id="make")
    assert actions.show_hint(step=step).hints_shown == 1
    assert actions.show_hint(step=step).hints_shown == 2
    assert woken == []
    assert actions.show_hint(step=step).hints_shown == 3, "the last is what the check sees"
    assert woken == [("labs.tasks.check_attempt", attempt.pk)], "nobody had looked yet"
    with refused("no-more-hints"):
        actions.show_hint(step=step)


def test_a_solution_is_remembered(attempt):
    step = actions.show_solution(step=attempt.steps.get(step_id="make"))
    assert step.solution_shown
    step.reopen()
    step.refresh_from_db()
    assert step.solution_shown, "no reset takes it back"


def test_checking_wakes_a_worker_unless_one_is_at_it(attempt, woken):
    actions.check_now(attempt=attempt)
    assert woken == [("labs.tasks.check_attempt", attempt.pk)]
    submit(attempt)
    with refused("busy"):
        actions.check_now(attempt=attempt)


def test_a_reset_goes_to_the_start_and_keeps_points(attempt):
    box = attempt.sandbox
    box.head = Version.objects.create(parent=box.start, number=1, account="1" * 12)
    box.save()
    Command.objects.create(attempt=attempt, number=1, line="x=1", state="done", cwd_after="/tmp")
    attempt.steps.get(step_id="make").complete(points=6, version=box.head)
    Attempt.objects.update(step="name")
    actions.reset_attempt(attempt=attempt, by=attempt.user)
    attempt.refresh_from_db()
    box.refresh_from_db()
    assert box.head.parent == box.start
    assert (attempt.step, attempt.console_from, list(attempt.console())) == ("make", 1, [])
    step = attempt.steps.get(step_id="make")
    assert (step.state, step.points) == ("open", 6)


def test_no_reset_while_a_command_runs(attempt):
    submit(attempt)
    with refused("busy"):
        actions.reset_attempt(attempt=attempt, by="learner")
    Command.objects.update(state="done")
    Sandbox.objects.lock(attempt.sandbox.pk, "somebody")
    with pytest.raises(Busy):
        actions.reset_attempt(attempt=attempt, by="learner")
    attempt.refresh_from_db()
    assert attempt.step == "make"


def test_finished_is_closed_and_the_next_start_is_new(attempt, lab, learner):
    actions.finish(attempt=attempt)
    assert actions.start_attempt(user=learner, lab=lab).pk != attempt.pk


def test_a_broker_that_is_away_is_no_error(attempt, monkeypatch, caplog):
    from celery import current_app
    from kombu.exceptions import OperationalError

    def away(*_args, **_options):
        raise OperationalError("away")

    monkeypatch.undo()
    monkeypatch.setattr(current_app, "send_task", away)
    actions.wake("labs.tasks.sweep")
    assert "was not sent" in caplog.text
