"""The current step completes by itself, and those after it that pass already."""

import pytest

from labs import grading
from labs.lab import catalog
from labs.models import StepProgress
from sandbox.errors import CloudError
from tests.labs.conftest import FakeLive, write_lab


@pytest.fixture
def live(attempt) -> FakeLive:
    return FakeLive(attempt.sandbox)


def graded(attempt, lab, live, areas=grading.EVERYTHING) -> bool:
    return grading.grade(attempt, lab, live, last=None, version=live.head, areas=areas)


def test_not_yet_says_what_was_seen_and_counts_a_try(attempt, lab, live):
    assert graded(attempt, lab, live)
    step = attempt.steps.get(step_id="make")
    assert (step.state, step.outcome, step.tries) == ("open", "not-yet", 1)
    path = {"path": "~/environment/a.txt"}
    wanted = {"code": "wanted-file", "values": path}
    assert step.seen == [{"kind": "not", "code": "file-missing", "values": path, "wanted": wanted, "see": "ls -l ~/environment/a.txt"}]
    assert not graded(attempt, lab, live), "nothing new to show"
    assert attempt.step == "make"


def test_a_step_completes_and_the_next_is_current(attempt, lab, live):
    live.files["~/environment/a.txt"] = b""
    assert graded(attempt, lab, live)
    step = attempt.steps.get(step_id="make")
    assert (step.state, step.points, step.version) == ("passed", 10, live.head)
    assert step.passed_at
    assert attempt.step == "name"
    assert attempt.completed is None


def test_later_steps_that_pass_already_complete_in_turn(attempt, lab, live):
    live.variables = {"x": "1"}
    graded(attempt, lab, live)
    assert attempt.step == "make", "only the current step completes"
    live.files["~/environment/a.txt"] = b""
    graded(attempt, lab, live)
    attempt.refresh_from_db()
    assert attempt.step == ""
    assert attempt.completed
    assert attempt.points == 15


def test_a_shown_solution_costs(attempt, lab, live):
    attempt.steps.filter(step_id="make").update(solution_shown=True)
    live.files["~/environment/a.txt"] = b""
    graded(attempt, lab, live)
    assert attempt.steps.get(step_id="make").points == 6


def test_passing_again_never_gives_more(attempt, lab, live):
    step = attempt.steps.get(step_id="make")
    step.complete(points=6, version=None)
    step.reopen()
    step.complete(points=10, version=None)
    assert step.points == 6


def test_only_what_changed_is_looked_at(attempt, lab, live):
    live.files["~/environment/a.txt"] = b""
    assert not graded(attempt, lab, live, grading.touched({}, new_version=False))
    assert not graded(attempt, lab, live, grading.touched({"cloud": [1]}, new_version=True))
    assert graded(attempt, lab, live, grading.touched({"files": [1]}, new_version=True))
    live.variables = {"x": "1"}
    assert graded(attempt, lab, live, grading.touched({}, new_version=False)), "the shell may always have changed"


def test_old_changes_of_an_unmoved_head_are_not_new():
    assert grading.touched({"files": [1], "cloud": [1]}, new_version=False) == {"shell", "command"}


def test_an_error_is_never_the_learners(attempt, settings, tmp_path, live):
    yaml = """
title: {ko: ㄱ, en: a}
summary: {ko: ㄱ, en: a}
minutes: 1
steps:
  - {id: one, points: 1, check: {aws: {service: s3, operation: list_buckets}}, solve: [x]}
"""
    write_lab(tmp_path / "catalog", "other", yaml, "## One {#one}\n\nx\n")
    lab = catalog.get("other")
    attempt.step = "one"
    live.answers["s3", "list_buckets"] = CloudError("InternalFailure", "ours")
    graded(attempt, lab, live)
    step = attempt.steps.get(step_id="one")
    assert (step.outcome, step.tries, step.state) == (StepProgress.Outcome.ERROR, 0, "open")


def test_judging_writes_nothing(attempt, lab, live):
    assert grading.judge(lab.steps[0], live, None).outcome == "not-yet"
    assert attempt.steps.get(step_id="make").outcome == ""
