"""Every task that is sent for by name is there, and the sweeper is on beat's list."""

import re

import pytest
from celery import current_app
from django.conf import settings

from labs import judging, preparing, running, sweeper, tasks
from labs.actions import start_attempt
from labs.models import Attempt
from sandbox.errors import Fault
from sandbox.models import Version


def test_names_that_are_sent_are_tasks():
    sent = {name for path in (settings.BASE_DIR / "labs").glob("*.py") for name in re.findall(r'wake\("([\w.]+)"', path.read_text())}
    assert {"labs.tasks.run_command", "labs.tasks.prepare_attempt", "labs.tasks.check_attempt"} <= sent
    assert sent <= current_app.tasks.keys()


def test_beat_sweeps():
    assert current_app.conf.beat_schedule["labs-sweep"]["task"] == tasks.sweep.name


@pytest.mark.parametrize(
    ("task", "module", "function", "args"),
    [
        (tasks.run_command, running, "run", (7,)),
        (tasks.check_attempt, judging, "check", (7,)),
        (tasks.skip_ahead, judging, "skip", (7,)),
        (tasks.prepare_attempt, preparing, "prepare", (7,)),
        (tasks.prebuild, preparing, "prebuild", ()),
        (tasks.sweep, sweeper, "sweep", ()),
    ],
)
def test_a_task_does_one_thing(monkeypatch, task, module, function, args):
    called = []
    monkeypatch.setattr(module, function, lambda *given: called.append(given))
    task(*args)
    assert called == [args]


@pytest.fixture
def waiting(db, lab, learner, woken, live_redis) -> Attempt:
    return start_attempt(user=learner, lab=lab)


def test_everybody_who_waits_for_the_same_start_gets_a_sandbox(waiting, lab, woken, django_user_model, monkeypatch):
    other = start_attempt(user=django_user_model.objects.create_user("other"), lab=lab)

    def build(start, lab, progress):
        start.version = Version.objects.create(account="1" * 12)
        start.save()
        return start.version

    monkeypatch.setattr("labs.starts._build_claimed", build)
    preparing.prepare(waiting.pk)
    boxes = {attempt.sandbox for attempt in Attempt.objects.all()}
    assert len(boxes) == 2
    assert {box.owner for box in boxes} == {waiting.user, other.user}
    assert {box.label for box in boxes} == {"first"}


def test_a_lab_that_cannot_be_built_says_so_and_can_be_tried_again(waiting, lab, learner, monkeypatch, caplog):
    def broken(start, lab, progress):
        raise Fault("lab-broken", "setup.sh ended with 1")

    monkeypatch.setattr("labs.starts._build_claimed", broken)
    preparing.prepare(waiting.pk)
    waiting.refresh_from_db()
    assert (waiting.ready, waiting.problem) == (False, "lab-broken")
    assert start_attempt(user=learner, lab=lab).problem == ""


def test_one_broken_lab_stops_no_other(lab, db, monkeypatch, caplog, tmp_path):
    built = []
    monkeypatch.setattr("labs.starts.try_build", lambda lab: built.append(lab.name))
    (tmp_path / "catalog" / "aaa").mkdir()
    (tmp_path / "catalog" / "aaa" / "lab.yaml").write_text("title: x\n")
    preparing.prebuild()
    assert built == ["first"]
    assert "aaa/lab.yaml" in caplog.text
