"""The grid: what a cell says, who comes first, and that it takes few queries and little time."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from course.board import grid, rows
from course.board.grid import Cell
from course.board.models import Alarm
from course.helping.models import HelpRequest
from course.models import User
from course.people.models import LEARNER, Membership
from labs.lab import catalog
from labs.models import Attempt, Command, StepProgress
from tests.labs.conftest import YAML, write_lab


def read(cohort, user=None):
    return grid.rows(grid.read(cohort, grid.labs_of(cohort), user))


def alarm(attempt, reason="check", minutes=5, **fields) -> Alarm:
    given = {"since": timezone.now() - timedelta(minutes=minutes), "values": {"tries": 9}, "step": attempt.step}
    return Alarm.objects.create(attempt=attempt, reason=reason, **given | fields)


def test_cells(attempt, cohort):
    StepProgress.objects.filter(step_id="make").update(tries=3, hints_shown=1)
    StepProgress.objects.filter(step_id="name").update(state="passed", tries=7, solution_shown=True)
    minji = next(row for row in read(cohort) if row.name == "Minji")
    jisoo = next(row for row in read(cohort) if row.name == "Jisoo")
    assert minji.cells == (Cell("current", 3, 1), Cell("passed", 0, 0, solution=True))
    assert (minji.passed, minji.now.step, minji.now.attempt) == (1, 1, attempt.pk)
    assert jisoo.cells == (grid.NOTHING, grid.NOTHING)
    assert (jisoo.now, jisoo.seen, jisoo.online) == (None, None, False)


def test_who_needs_help_comes_first(attempt, cohort, lab):
    people = {name: User.objects.create_user(name) for name in ("stuck-long", "stuck", "runs", "far", "near")}
    Membership.objects.bulk_create(Membership(cohort=cohort, user=user) for user in people.values())
    made = {name: Attempt.objects.create(user=user, lab="first", content_hash="x", step="make") for name, user in people.items()}
    alarm(made["stuck-long"], minutes=20)
    alarm(made["stuck"], minutes=2)
    Command.objects.create(attempt=made["runs"], number=1, line="sleep 9", state="running")
    StepProgress.objects.create(attempt=made["near"], step_id="make", state="passed")
    names = [row.name for row in read(cohort)]
    assert names == ["stuck-long", "stuck", "runs", "Jisoo", "Minji", "far", "near"]
    assert next(row for row in read(cohort) if row.name == "runs").now.line == "sleep 9"


def test_dismissed_and_other_steps_alarms_put_nobody_first(attempt, cohort):
    alarm(attempt, dismissed_at=timezone.now())
    alarm(attempt, "unchanged", step="name")
    alarm(attempt, "hints", over=timezone.now())
    minji = next(row for row in read(cohort) if row.name == "Minji")
    assert minji.alarm is None
    assert [one.reason for one in minji.alarms] == ["check"]


def test_who_is_on_line(attempt, cohort, here):
    Attempt.objects.update(last_seen=timezone.now() - timedelta(minutes=5))
    assert [row.online for row in read(cohort)] == [False, False]
    here.add(attempt.user_id)
    assert {row.name for row in read(cohort) if row.online} == {"Minji"}


def test_of_several_attempts_the_open_one_counts(attempt, cohort, minji):
    Attempt.objects.filter(pk=attempt.pk).update(last_seen=timezone.now() - timedelta(days=1))
    closed = Attempt.objects.create(user=minji, lab="first", content_hash="x", finished=timezone.now())
    StepProgress.objects.create(attempt=closed, step_id="make", state="passed")
    fork = Attempt.objects.create(user=minji, lab="first", content_hash="x", fork_of=attempt)
    StepProgress.objects.create(attempt=fork, step_id="name", state="passed")
    (row,) = read(cohort, minji.pk)
    assert (row.now.attempt, row.passed) == (attempt.pk, 0)


def test_who_left_and_who_teaches_are_no_rows(cohort, jisoo):
    Membership.objects.filter(user=jisoo).update(left=timezone.now())
    assert [row.name for row in read(cohort)] == ["Minji"]


def test_the_cohorts_labs_in_its_order(lab, cohort, tmp_path):
    write_lab(tmp_path / "catalog", "second")
    assert [one.name for one in grid.labs_of(cohort)] == ["first", "second"]
    cohort.labs = ["second", "gone", "first"]
    assert [one.name for one in grid.labs_of(cohort)] == ["second", "first"]


def test_a_row_escapes_and_says_everything_in_words(attempt, cohort, minji):
    minji.first_name = "<b>Minji</b>"
    minji.save()
    StepProgress.objects.filter(step_id="make").update(tries=2, hints_shown=2)
    Command.objects.create(attempt=attempt, number=1, line="echo '<script>'", state="running")
    alarm(attempt, "same-error", values={"count": 3, "line": "cat <x>", "mistake": ""})
    (row,) = read(cohort, minji.pk)
    html = rows.row(row, rows.Place(cohort.pk, token="to'ken"))
    assert "<script>" not in html
    assert "<b>Minji" not in html
    assert "cat &lt;x&gt;" in html
    assert "to&#x27;ken" in html
    assert "working on it, 2 tries, 2 hints" in html
    assert "The same error 3 times" in html
    assert f"{reverse('page', args=[attempt.pk])}#step-make" in html


def many(cohort, learners: int, steps: int) -> None:
    """So many learners, each with an attempt at the lab and a row for each of its steps."""
    users = User.objects.bulk_create(User(username=f"u{learners}-{at}", first_name="Learner", last_name=str(at)) for at in range(learners))
    Membership.objects.bulk_create(Membership(cohort=cohort, user=user, role=LEARNER) for user in users)
    attempts = Attempt.objects.bulk_create(Attempt(user=user, lab="large", content_hash="x", step="step-9") for user in users)
    StepProgress.objects.bulk_create(
        StepProgress(attempt=one, step_id=f"step-{at}", tries=(at * number) % 5, state="passed" if at < 9 else "open")
        for number, one in enumerate(attempts)
        for at in range(steps)
    )
    Alarm.objects.bulk_create(
        Alarm(attempt=one, step="step-9", reason="check", since=timezone.now(), values={"tries": 8}) for one in attempts[::7]
    )
    HelpRequest.objects.bulk_create(HelpRequest(attempt=one, step="step-9") for one in attempts[::20])


@pytest.fixture
def large(lab, tmp_path):
    """A lab of forty steps."""
    head, step = YAML.split("steps:\n")[0], "  - {{id: step-{0}, points: 1, check: {{file: {{path: a}}}}, solve: [touch a]}}\n"
    prose = "".join(f"## Step {at} {{#step-{at}}}\n\nDo.\n\n" for at in range(40))
    write_lab(tmp_path / "catalog", "large", head + "steps:\n" + "".join(step.format(at) for at in range(40)), prose)
    return catalog.get("large")


def test_the_page_takes_as_many_queries_for_many_as_for_few(client, cohort, teacher, large, here, django_assert_max_num_queries):
    client.force_login(teacher)
    address = reverse("board", args=[cohort.pk]) + "?lab=large"
    client.get(address)
    counted = []
    for learners in (3, 197):
        many(cohort, learners, 40)
        with django_assert_max_num_queries(10) as queries:  # the session, the user, the header's; the cohort; six of the grid
            answer = client.get(address)
        counted.append(len(queries))
    assert counted[0] == counted[1]
    assert answer.content.count(b'<tr id="learner-') == 202
    assert answer.content.count(b'<td class="b-passed') == 200 * 9
