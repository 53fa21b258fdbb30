"""The current step completes by itself, and those after it that pass already."""

import pytest

from labs import actions, grading, presenting
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


BROKEN = """
title: {ko: ㄱ, en: a}
summary: {ko: ㄱ, en: a}
minutes: 1
steps:
  - {id: one, points: 9, cost: 4, check: {CHECK}, solve: [x]}
"""


@pytest.fixture
def breaking(attempt, settings, tmp_path):
    """``breaking("{aws: …}")``: a lab whose one step has this check, and the attempt in it."""

    def make(check: str):
        write_lab(tmp_path / "catalog", "other", BROKEN.replace("{CHECK}", check), "## One {#one}\n\nx\n")
        attempt.steps.all().delete()
        attempt.step = "one"
        attempt.save()
        attempt.steps.create(step_id="one")
        return catalog.get("other")

    return make


LISTS = "{aws: {service: s3, operation: list_buckets, query: Buckets}}"
SECRET = "hunter2-of-minji"


def test_an_error_is_never_the_learners(attempt, breaking, live):
    lab = breaking(LISTS)
    live.answers["s3", "list_buckets"] = CloudError("InternalFailure", "ours")
    graded(attempt, lab, live)
    step = attempt.steps.get(step_id="one")
    assert (step.outcome, step.tries, step.state) == (StepProgress.Outcome.ERROR, 0, "open")
    assert step.seen == [{"kind": "error", "code": "check-error"}]


def broken(path):
    raise RuntimeError(SECRET)


@pytest.mark.parametrize(
    ("check", "broke"),
    [
        (LISTS, "CloudError AccessDenied"),
        ("{script: {run: 'cat secret; exit 3'}}", "ScriptBroke status 3"),
        ("{file: {path: a, matches: x}}", "RuntimeError"),
    ],
)
def test_what_broke_is_logged_once_and_without_what_is_the_learners(attempt, breaking, live, caplog, check, broke):
    lab = breaking(check)
    live.answers["s3", "list_buckets"] = CloudError("AccessDenied", f"not with {SECRET}")
    live.scripts = [(3, SECRET)] * 2
    live.exists = broken
    assert graded(attempt, lab, live), "the page says that it is our fault"
    assert not graded(attempt, lab, live)
    (record,) = [one for one in caplog.records if one.name == "labs.grading"]
    facts = record.facts
    assert (record.levelname, facts["attempt"], facts["step"], facts["broke"], facts["line"]) == ("ERROR", attempt.pk, "one", broke, 6)
    assert "looking.py:" in facts["where"]
    assert SECRET not in caplog.text
    assert SECRET not in str(vars(record))


def test_what_breaks_beside_a_check_that_passes_is_logged(attempt, breaking, live, caplog):
    lab = breaking("{any: [" + LISTS + ", {variable: {name: x}}]}")
    live.answers["s3", "list_buckets"] = CloudError("AccessDenied", "no")
    live.variables = {"x": "1"}
    graded(attempt, lab, live)
    assert attempt.steps.get().passed
    assert [one.facts["check"] for one in caplog.records if one.name == "labs.grading"] == ["aws"]


def test_a_solution_shown_while_the_check_is_broken_costs_nothing(attempt, breaking, live, monkeypatch):
    lab = breaking(LISTS)
    live.answers["s3", "list_buckets"] = CloudError("InternalFailure", "ours")
    graded(attempt, lab, live)
    assert presenting.steps(lab, attempt)[0]["solution_cost"] == 0
    monkeypatch.setattr("labs.events.publish", lambda *words, **data: "")
    actions.show_solution(step=attempt.steps.get())
    live.answers["s3", "list_buckets"] = {"Buckets": []}
    graded(attempt, lab, live)  # the check is mended: not yet, and the price stays
    assert presenting.steps(lab, attempt)[0]["left"] == 9
    live.answers["s3", "list_buckets"] = {"Buckets": [{"Name": "one"}]}
    graded(attempt, lab, live)
    assert attempt.steps.get().points == 9


def test_judging_writes_nothing(attempt, lab, live):
    assert grading.judge(lab.steps[0], live, None).outcome == "not-yet"
    assert attempt.steps.get(step_id="make").outcome == ""
