"""The page of what is hard: what it counts, whom, and how few questions it asks."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from course.insight import questions, reading
from course.models import Role, User
from course.people.models import Cohort, Membership
from course.reading import library
from course.reading.models import Answer
from labs.lab import catalog
from labs.models import Attempt, StepProgress
from tests.exporting import typed
from tests.labs.conftest import lab

pytestmark = pytest.mark.django_db
__all__ = ["lab"]
NOW = timezone.now()


@pytest.fixture
def teacher(db) -> User:
    return User.objects.create_user("teacher", role=Role.INSTRUCTOR)


@pytest.fixture
def cohort(lab, teacher: User) -> Cohort:
    made = Cohort.objects.create(name="Spring")
    Membership.objects.create(cohort=made, user=teacher, role="instructor")
    return made


def learner(cohort: Cohort, name: str, *minutes: float | None, step: str = "", **fields: Any) -> Attempt:
    """At the lab since two days ago; ``minutes``: after how many each step passed, or None."""
    user = User.objects.filter(username=name).first()
    if user is None:
        user = User.objects.create_user(name)
        Membership.objects.create(cohort=cohort, user=user)
    found = Attempt.objects.create(user=user, lab="first", content_hash="", step=step, **fields)
    began = NOW - timedelta(days=2)
    Attempt.objects.filter(pk=found.pk).update(started=began)
    for name_, after in zip(("make", "name"), minutes, strict=True):
        at = None if after is None else began + timedelta(minutes=after)
        StepProgress.objects.create(attempt=found, step_id=name_, state="passed" if at else "open", passed_at=at)
    return found


def after(minutes: float) -> Any:
    return NOW - timedelta(days=2) + timedelta(minutes=minutes)


def steps(cohort: Cohort) -> list[reading.Step]:
    return reading.steps(cohort, catalog.get("first"))[0]


def page(cohort: Cohort, teacher: User, **query: str) -> str:
    client = Client()
    client.force_login(teacher)
    answer = client.get(reverse("hard", args=[cohort.pk]), query)
    assert answer.status_code == 200
    return answer.content.decode()


def test_how_far_they_get(cohort) -> None:
    learner(cohort, "a", 4, 9)
    learner(cohort, "b", 6, None, step="name")
    learner(cohort, "c", 8, None, step="name")
    learner(cohort, "d", None, None, step="make")
    make, name = steps(cohort)
    assert (make.reached, make.passed, name.reached, name.passed) == (4, 3, 3, 1)
    assert make.time.median == 6 * 60
    assert (name.time.count, name.time.median) == (1, None)


def test_time_is_measured_from_what_came_before_without_pauses(cohort) -> None:
    for number in range(3):
        found = learner(cohort, f"l{number}", 5, 605)
        for minute in (7, 9, 601):
            typed(found, "ls", queued=after(minute))
    _make, name = steps(cohort)
    assert name.time.median == (2 + 2 + 10 + 4) * 60


def test_of_several_attempts_the_furthest_counts(cohort) -> None:
    learner(cohort, "a", 4, 9, finished=NOW)
    learner(cohort, "a", None, None, step="make")
    make, name = steps(cohort)
    assert (make.reached, make.passed, name.passed) == (1, 1, 1)


def test_who_is_gone_forks_and_others_do_not_count(cohort) -> None:
    mine = learner(cohort, "a", 4, None, step="name")
    learner(cohort, "fork", 4, 5, fork_of=mine)
    learner(cohort, "gone", 4, 5)
    Membership.objects.filter(user__username="gone").update(left=NOW)
    learner(Cohort.objects.create(name="Autumn"), "other", 4, 5)
    assert [(one.reached, one.passed) for one in steps(cohort)] == [(1, 1), (1, 0)]


def test_help_is_counted(cohort) -> None:
    for number, (tries, hints, solution) in enumerate([(3, 2, True), (0, 1, False), (2, 0, False)]):
        found = learner(cohort, f"l{number}", 4, None, step="name")
        found.steps.filter(step_id="make").update(tries=tries, hints_shown=hints, solution_shown=solution)
    make = steps(cohort)[0]
    assert (make.tried, make.tries, make.hinted, make.hints, make.solved) == (2, 5, 2, 3, 1)


def fail(attempt: Attempt, minute: float, line: str, output: str, **fields: Any) -> None:
    typed(attempt, line, output.encode(), queued=after(minute), exit_status=fields.pop("exit_status", 254), **fields)


def test_an_error_belongs_to_the_step_it_was_met_in(cohort) -> None:
    for number in range(3):
        found = learner(cohort, f"l{number}", 5, None, step="name")
        fail(found, 3, "aws s3 ls", f"An error occurred (NoSuchBucket): bucket-{number}7 is not there\n")
        fail(found, 7, f"cat {number}.txt", f"cat: {number}.txt: No such file or directory\n")
    make, name = steps(cohort)
    assert [one.shape for one in make.errors.groups] == ["An error occurred (NoSuchBucket): … is not there"]
    assert [one.shape for one in name.errors.groups] == ["cat: …: No such file or directory"]
    assert name.errors.groups[0].learners == 3


def test_answers_interrupts_and_our_faults_are_no_errors(cohort) -> None:
    for number in range(3):
        found = learner(cohort, f"l{number}", None, None, step="make")
        fail(found, 1, "grep x a.txt", "", exit_status=1)
        fail(found, 2, "sleep 9", "^C", exit_status=130)
        fail(found, 3, "ls", "", state="lost", exit_status=None)
        fail(found, 4, "ls", "a.txt\n", exit_status=0)
    assert steps(cohort)[0].errors.groups == ()
    assert steps(cohort)[0].errors.others == 0


def test_a_failure_may_print_nothing(cohort, teacher) -> None:
    for number in range(3):
        fail(learner(cohort, f"l{number}", None, None, step="make"), 1, "bash -c 'exit 3'", "", exit_status=3)
    assert [one.learners for one in steps(cohort)[0].errors.groups] in ([], [3])
    assert page(cohort, teacher)


def test_what_few_met_is_not_on_the_page(cohort, teacher) -> None:
    for number in range(2):
        fail(learner(cohort, f"l{number}", None, None, step="make"), 1, "secretly", "oh dear: error\n")
    text = page(cohort, teacher)
    assert "oh dear" not in text
    assert "secretly" not in text
    assert "1 kind of error, met by too few" in text
    fail(learner(cohort, "l2", None, None, step="make"), 1, "secretly", "oh dear: error\n")
    assert "oh dear" in page(cohort, teacher)


def test_what_was_printed_is_hostile(cohort, teacher) -> None:
    for number in range(3):
        fail(learner(cohort, f"l{number}", None, None, step="make"), 1, "<script>1</script>", "error <img src=x onerror=alert(1)>\n")
    text = page(cohort, teacher)
    assert "<script>1" not in text
    assert "<img src=x" not in text
    assert "&lt;img src=x" in text


def test_a_mistake_of_the_table_is_said_in_its_words(cohort, teacher, monkeypatch) -> None:
    from labs.mistakes import table

    known = table.entries()[0].id
    for number in range(3):
        fail(learner(cohort, f"l{number}", None, None, step="make"), 1, "x", "anything\n", mistake={"id": known, "values": {}})
    [group] = steps(cohort)[0].errors.groups
    assert group.mistake == known
    assert "error-word" in page(cohort, teacher)


def test_it_says_in_words_what_stands_out(cohort, teacher) -> None:
    for number in range(4):
        learner(cohort, f"l{number}", 2, 9 if number else None, step="" if number else "name")
    text = page(cohort, teacher)
    assert "Most time goes into step 2" in text
    assert "Most are held up at step 2" in text
    assert "3 of 4 who reached it have passed it" in text
    assert "75 %" not in text


def test_nobody_has_begun(cohort, teacher) -> None:
    assert "Nothing to see yet" in page(cohort, teacher)
    assert "Nobody of this cohort has begun this lab" in page(cohort, teacher, lab="first")


def test_a_lab_that_there_is_not_is_not_found(cohort, teacher, client) -> None:
    client.force_login(teacher)
    assert client.get(reverse("hard", args=[cohort.pk]), {"lab": "none"}).status_code == 404


@pytest.mark.parametrize("who", ["learner", "stranger"])
def test_others_find_nothing(cohort, client, who: str) -> None:
    learner(cohort, "learner", 1, 2)
    User.objects.create_user("stranger", role=Role.INSTRUCTOR)
    client.force_login(User.objects.get(username=who))
    assert client.get(reverse("hard", args=[cohort.pk])).status_code == 404


def test_no_more_is_asked_for_more_learners(cohort, teacher, client, django_assert_max_num_queries) -> None:
    for number in range(12):
        found = learner(cohort, f"l{number}", 4, 9)
        fail(found, 1, "x", "error\n")
    client.force_login(teacher)
    with django_assert_max_num_queries(11):  # four of them ask who this is and whose cohort it is
        client.get(reverse("hard", args=[cohort.pk]))


def test_a_note_that_is_gone_is_passed_over(cohort, teacher) -> None:
    for name in ("a", "b", "c"):
        user = User.objects.create_user(name)
        Membership.objects.create(cohort=cohort, user=user)
        Answer.objects.create(user=user, note="gone", question="gone", given=[0], right=False, tries=1)
    assert questions.hardest(cohort, "en") == []


# --- questions -------------------------------------------------------------------------------------------------------------


def choices() -> Any:
    note = library.get("s3")
    return note, next(question for question in note.questions if question.kind == "single" and len(question.choices) > 2)


def answered(cohort: Cohort, note: Any, question: Any, name: str, given: list[int], *, first: bool) -> None:
    user, _made = User.objects.get_or_create(username=name)
    Membership.objects.get_or_create(cohort=cohort, user=user)
    right = question.choices[given[0]].right
    solved = NOW if first else NOW + timedelta(minutes=1) if right else None
    Answer.objects.create(
        user=user, note=note.slug, question=question.id, given=given, right=right, tries=1 if first else 2, first=NOW, solved=solved
    )


def test_a_question_tells_who_was_right_at_once_and_what_is_chosen_instead(cohort) -> None:
    note, question = choices()
    right = next(at for at, choice in enumerate(question.choices) if choice.right)
    wrong = next(at for at, choice in enumerate(question.choices) if not choice.right)
    answered(cohort, note, question, "a", [right], first=True)
    answered(cohort, note, question, "b", [right], first=False)
    for name in ("c", "d", "e"):
        answered(cohort, note, question, name, [wrong], first=False)
    [found] = questions.hardest(cohort, "en")
    assert (found.answered, found.first, found.by_now, found.wrong_by) == (5, 1, 2, 3)
    assert found.wrong == question.choices[wrong].text["en"]


def test_of_few_answers_nothing_is_told(cohort) -> None:
    note, question = choices()
    for name in ("a", "b"):
        answered(cohort, note, question, name, [0], first=False)
    assert questions.hardest(cohort, "en") == []


def test_a_choice_that_an_author_took_away_is_passed_over(cohort) -> None:
    note, question = choices()
    for name in ("a", "b", "c"):
        user = User.objects.create_user(name)
        Membership.objects.create(cohort=cohort, user=user)
        Answer.objects.create(user=user, note=note.slug, question=question.id, given=[99], right=False, tries=1)
    [found] = questions.hardest(cohort, "en")
    assert found.wrong == ""
