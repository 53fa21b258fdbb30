"""Asking, taking, answering: who wins where two want the same, what is kept, what is told."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from course.helping import actions, happening, presenting
from course.helping.models import STALE, HelpRequest, taught_learner, teachers_of
from course.models import Role, User
from course.people.models import Act, Cohort
from labs.models import Attempt, Command
from sandbox.models import Version
from sandbox.store import prune
from tests.labs.test_following import run

pytestmark = pytest.mark.usefixtures("live_redis", "cohort")


def asked(attempt: Attempt, sentence: str = "Why?") -> HelpRequest:
    return actions.ask(attempt=attempt, sentence=sentence, step="make")


def test_a_question_carries_where_the_learner_stands(attempt: Attempt) -> None:
    command = run(attempt, "ls")
    Command.objects.create(attempt=attempt, number=2, line="sleep 9", state="running")
    found = asked(attempt, "  Why?\n")
    assert (found.command, found.version, found.step, found.sentence, found.state) == (command, command.version, "make", "Why?", "open")


def test_a_step_that_there_is_not_means_the_current_one(attempt: Attempt) -> None:
    assert actions.ask(attempt=attempt, sentence="", step="nosuch").step == "make"


def test_a_double_click_asks_once(attempt: Attempt) -> None:
    assert asked(attempt) == asked(attempt, "again")
    with pytest.raises(IntegrityError), transaction.atomic():
        HelpRequest.objects.create(attempt=attempt)


def test_its_version_is_kept_until_it_is_closed(attempt: Attempt, settings) -> None:
    settings.SANDBOX_VERSIONS_KEPT = 1
    first = run(attempt, "one")
    found = asked(attempt)
    for line in ("two", "three", "four"):
        run(attempt, line)
    prune.prune_versions()
    assert Version.objects.filter(pk=first.version_id).exists()
    actions.close(question=found, ending="withdrawn")
    prune.prune_versions()
    assert not Version.objects.filter(pk=first.version_id).exists()


def test_of_two_who_take_it_one_answers(attempt: Attempt, teacher: User, second: User) -> None:
    found = asked(attempt)
    actions.take(question=found, by=teacher)
    with pytest.raises(actions.Gone):
        actions.take(question=found, by=second)
    for call in (actions.release, lambda **who: actions.answer(text="x", **who)):
        with pytest.raises(actions.Gone):
            call(question=found, by=second)
    actions.release(question=found, by=teacher)
    actions.take(question=found, by=second)
    found.refresh_from_db()
    assert found.taken_by == second
    assert list(Act.objects.order_by("pk").values_list("what", flat=True)) == ["help-taken", "help-released", "help-taken"]


def test_one_that_is_held_for_long_can_be_taken_over(attempt: Attempt, teacher: User, second: User) -> None:
    found = asked(attempt)
    actions.take(question=found, by=teacher)
    HelpRequest.objects.update(taken=timezone.now() - STALE - timedelta(seconds=1))
    actions.take(question=found, by=second)
    with pytest.raises(actions.Gone):
        actions.answer(question=found, by=teacher, text="late")


def test_an_answer_with_commands(attempt: Attempt, teacher: User) -> None:
    found = asked(attempt)
    with pytest.raises(actions.Gone):
        actions.answer(question=found, by=teacher, text="not taken")
    actions.take(question=found, by=teacher)
    made = actions.answer(question=found, by=teacher, text=" Look. ", lines=["touch a.txt\r\n", "  ", "ls"])
    found.refresh_from_db()
    assert (found.state, made.text) == ("answered", "Look.")
    assert list(made.commands.values_list("order", "line")) == [(1, "touch a.txt"), (2, "ls")]
    actions.answer(question=found, by=teacher, text="And one more thing.")
    assert found.answers.count() == 2


def test_a_closed_question_is_not_answered(attempt: Attempt, teacher: User) -> None:
    found = asked(attempt)
    actions.take(question=found, by=teacher)
    actions.close(question=found, ending="solved")
    with pytest.raises(actions.Gone):
        actions.answer(question=found, by=teacher, text="late")
    found.refresh_from_db()
    assert (found.state, found.ending, found.version) == ("closed", "solved", None)


def test_asking_again_closes_what_was_answered(attempt: Attempt, teacher: User) -> None:
    first = asked(attempt)
    actions.take(question=first, by=teacher)
    actions.answer(question=first, by=teacher, text="x")
    second = asked(attempt, "And now?")
    first.refresh_from_db()
    assert (first.state, first.ending, second.state) == ("closed", "again", "open")


def test_what_was_run_of_a_proposal_is_known(attempt: Attempt, teacher: User) -> None:
    run(attempt, "touch a.txt")  # before: it is not the proposal's
    found = asked(attempt)
    actions.take(question=found, by=teacher)
    made = actions.answer(question=found, by=teacher, text="", lines=["touch a.txt", "ls", "rm x"])
    run(attempt, "touch a.txt")
    Command.objects.create(attempt=attempt, number=3, line="ls", state="done", exit_status=1)
    actions.decline(command=made.commands.get(line="rm x"))
    commands = presenting.question(HelpRequest.objects.get())["answers"][0]["commands"]
    assert [(one["run"] and (one["run"]["number"], one["run"]["ok"]), bool(one["declined"])) for one in commands] == [
        ((2, True), False), ((3, False), False), (None, True),
    ]  # fmt: skip


def test_it_says_that_the_sandbox_has_moved_on(attempt: Attempt, teacher: User) -> None:
    from labs import actions as learner

    def moved() -> str:
        return presenting.question(HelpRequest.objects.get())["moved"]

    run(attempt, "ls")
    found = asked(attempt)
    assert moved() == ""
    actions.take(question=found, by=teacher)
    actions.answer(question=found, by=teacher, text="", lines=["touch a.txt"])
    run(attempt, "touch a.txt")
    assert moved() == "", "what was proposed does not count"
    run(attempt, "date")
    assert moved() == "The sandbox has moved on since the question: 1 command has been run."
    Command.objects.filter(line="date").delete()
    learner.undo_attempt(attempt=attempt, by=attempt.user)
    learner.undo_attempt(attempt=attempt, by=attempt.user)
    learner.undo_attempt(attempt=attempt, by=attempt.user)
    assert moved() == "The sandbox stands at another point than when the question was asked."


def test_the_page_is_told_in_the_learners_language(
    attempt: Attempt, teacher: User, told: list[dict], django_capture_on_commit_callbacks: Any
) -> None:
    Attempt.objects.filter(pk=attempt.pk).update(language="ko")
    with django_capture_on_commit_callbacks(execute=True):
        found = asked(attempt)
    with django_capture_on_commit_callbacks(execute=True):
        actions.take(question=found, by=teacher)
    with django_capture_on_commit_callbacks(execute=True):
        actions.answer(question=found, by=teacher, text="**Look**", lines=["ls <x>"])
    mine = [event for event in told if event["name"] == "beside"]
    assert [event["to"] for event in mine] == [attempt.pk] * 3
    assert all('id="help"' in event["html"] and 'id="help-button"' in event["html"] for event in mine)
    assert "Hana" in mine[1]["html"]
    assert "<strong>Look</strong>" in mine[2]["html"]
    assert 'data-run="ls &lt;x&gt;"' in mine[2]["html"]
    assert mine[2]["said"] == "질문에 답이 왔습니다."
    assert [event["said"] for event in mine[:2]] == ["", ""]


def test_a_proposal_that_was_run_is_shown_as_run_at_once(attempt: Attempt, teacher: User, told: list[dict]) -> None:
    found = asked(attempt)
    actions.take(question=found, by=teacher)
    happening.happened("ended", attempt.pk)
    assert [one for one in told if one["to"] == attempt.pk] == [], "nothing is proposed"
    actions.answer(question=found, by=teacher, text="", lines=["ls"])
    run(attempt, "ls")
    happening.happened("started", attempt.pk)
    happening.happened("ended", attempt.pk)
    (event,) = [one for one in told if one["to"] == attempt.pk]
    assert "run as #1" in event["html"]


def test_an_answer_cannot_bring_scripts(attempt: Attempt, teacher: User) -> None:
    found = asked(attempt)
    actions.take(question=found, by=teacher)
    actions.answer(question=found, by=teacher, text="<script>alert(1)</script> [x](javascript:alert(1)) <b onclick=x()>b</b>")
    html = presenting.question(HelpRequest.objects.get())["answers"][0]["html"]
    assert not any(bad in html for bad in ("<script", "javascript:", "onclick"))


def test_who_can_be_asked(attempt: Attempt, cohort: Cohort, teacher: User, second: User) -> None:
    assert taught_learner(attempt.user)
    cohort.memberships.filter(user=second).update(left=timezone.now())
    assert [one.user for one in teachers_of(attempt.user)] == [teacher]
    User.objects.filter(pk=teacher.pk).update(role=Role.LEARNER)  # in the cohort an instructor, by the account none
    assert not taught_learner(attempt.user)
    User.objects.filter(pk=teacher.pk).update(role=Role.INSTRUCTOR)
    cohort.archived = timezone.now()
    cohort.save()
    assert not taught_learner(attempt.user)
    assert not taught_learner(teacher)
