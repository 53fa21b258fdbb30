"""A fork is somebody's own: nothing of the learner's changes, and nothing of it counts."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from course.following import forks
from course.helping.models import HelpRequest
from course.models import Role, User
from course.people.models import Cohort
from labs import actions, forking, grading, planning, presenting, progress, tasks
from labs.lab import catalog
from labs.models import Attempt, Command, Passing
from sandbox import actions as sandboxes
from sandbox.errors import Busy, LearnerError
from sandbox.models import Sandbox, Version
from sandbox.store import prune
from tests.course.following.rows import rows
from tests.labs.test_following import run
from tests.people import cohort_of

pytestmark = pytest.mark.usefixtures("live_redis")


def url(cohort: Cohort, attempt: Attempt, end: str = "") -> str:
    return f"/cohorts/{cohort.pk}/learners/{attempt.user_id}/{attempt.pk}/{end}"


def made(client: Client, cohort: Cohort, attempt: Attempt, number: int) -> Attempt:
    answer = client.post(url(cohort, attempt, f"replay/{number}/fork/"))
    assert answer.status_code == 302
    found = Attempt.objects.exclude(fork_of=None).latest("pk")
    assert answer["Location"] == f"/attempts/{found.pk}/"
    return found


def without(found: dict[str, list[Any]], before: dict[str, list[Any]]) -> dict[str, list[Any]]:
    """The rows that there were before, as they are now."""
    keys = {table: {row[0] for row in kept} for table, kept in before.items()}
    return {table: [row for row in kept if row[0] in keys[table]] for table, kept in found.items()}


def test_nothing_of_the_learners_changes(client: Client, cohort: Cohort, attempt: Attempt) -> None:
    run(attempt, "touch a.txt", passes="make", points=10)
    run(attempt, "ls", cwd="/tmp")
    before = rows()
    fork = made(client, cohort, attempt, 1)
    client.get(f"/attempts/{fork.pk}/")
    run(fork, "rm a.txt")
    actions.undo_attempt(attempt=fork, by=fork.user)
    actions.reset_attempt(attempt=fork, by=fork.user)
    client.post(f"/forks/{fork.pk}/close/")
    after = without(rows(), before)
    for table in before:
        teacher = fork.user_id if table == "course_user" else None  # who signed in, and when
        assert [row for row in after[table] if row[0] != teacher] == [row for row in before[table] if row[0] != teacher], table


def test_it_stands_where_the_learner_stood(client: Client, cohort: Cohort, attempt: Attempt) -> None:
    first = run(attempt, "touch a.txt", passes="make", points=10, cwd="/tmp")
    run(attempt, "x=1", passes="name", points=5)
    fork = made(client, cohort, attempt, 1)
    assert (fork.sandbox.head, fork.sandbox.start, fork.sandbox.owner) == (first.version, first.version, fork.user)
    assert (fork.step, [step.step_id for step in fork.steps.all() if step.passed], fork.points) == ("name", ["make"], 0)
    assert (fork.fork_of, fork.fork_command) == (attempt, first)
    assert presenting.prompt(fork) == "/tmp"
    page = client.get(f"/attempts/{fork.pk}/").content.decode()
    assert "A fork of what learner did" in page
    assert "As it was after command 1" in page
    assert "points" not in presenting.track(catalog.get("first"), fork)["current"]["title"]
    assert "0/10" not in page


def test_what_was_done_before_it_was_made_is_not_undone_in_it(client: Client, cohort: Cohort, attempt: Attempt) -> None:
    run(attempt, "touch a.txt")
    fork = made(client, cohort, attempt, 1)
    with pytest.raises(LearnerError, check=lambda error: error.code == "nothing-to-undo"):
        actions.undo_attempt(attempt=fork, by=fork.user)
    run(fork, "ls -l")
    actions.undo_attempt(attempt=fork, by=fork.user)
    fork.sandbox.refresh_from_db()
    assert fork.sandbox.head == fork.sandbox.start


def test_a_step_that_passes_in_it_gives_nothing(client: Client, cohort: Cohort, attempt: Attempt, monkeypatch) -> None:
    run(attempt, "ls")
    fork = made(client, cohort, attempt, 1)
    monkeypatch.setattr(grading, "judge", lambda step, value, last: grading.Judgement("pass", ()))
    grading.grade(fork, catalog.get("first"), None, last=None, version=fork.sandbox.head)
    fork.refresh_from_db()
    assert (fork.step, fork.points, fork.completed is not None) == ("", 0, True)
    assert attempt.steps.filter(state="passed").count() == 0


def test_forks_collide_with_nothing(client: Client, cohort: Cohort, attempt: Attempt, teacher: User) -> None:
    run(attempt, "ls")
    own = actions.start_attempt(user=teacher, lab=catalog.get("first"))
    one, two = made(client, cohort, attempt, 1), made(client, cohort, attempt, 0)
    assert actions.start_attempt(user=teacher, lab=catalog.get("first")) == own
    assert [fork.pk for fork in forks.open_forks(teacher, attempt)] == [two.pk, one.pk]
    assert {row["attempt"] for row in progress._rows(teacher, progress.latest(teacher), planning.of(teacher)) if row["attempt"]} == {own}
    assert client.get("/labs/first/")["Location"] == f"/attempts/{own.pk}/"
    with pytest.raises(IntegrityError), transaction.atomic():
        Attempt.objects.create(user=teacher, lab="first", content_hash="x")


def test_its_version_is_kept_for_as_long_as_it_lives(client: Client, cohort: Cohort, attempt: Attempt, settings) -> None:
    settings.SANDBOX_VERSIONS_KEPT = 1
    first = run(attempt, "one")
    for line in ("two", "three", "four"):
        run(attempt, line)
    fork = made(client, cohort, attempt, 1)
    prune.prune_versions()
    assert Version.objects.filter(pk=first.version_id).exists()
    forking.close(fork=fork)
    prune.prune_versions()
    assert not Version.objects.filter(pk=first.version_id).exists()


def test_a_step_passed_there_holds_the_version_no_longer_than_the_fork(client: Client, cohort: Cohort, attempt: Attempt) -> None:
    first = run(attempt, "touch a.txt", passes="make", points=10)
    fork = made(client, cohort, attempt, 1)
    assert Passing.objects.filter(version=first.version).count() == 2
    forking.close(fork=fork)
    assert [one.step.attempt for one in Passing.objects.filter(version=first.version)] == [attempt]


def test_closing_deletes_its_sandbox_and_keeps_what_was_typed(client: Client, cohort: Cohort, attempt: Attempt) -> None:
    run(attempt, "ls")
    fork = made(client, cohort, attempt, 1)
    run(fork, "date")
    answer = client.post(f"/forks/{fork.pk}/close/")
    assert answer["Location"] == url(cohort, attempt, "replay/1/")
    fork.refresh_from_db()
    assert (fork.sandbox, fork.finished is not None, fork.commands.count()) == (None, True, 1)
    assert [box.owner for box in Sandbox.objects.all()] == [attempt.user]
    assert "date" in client.get(f"/attempts/{fork.pk}/").content.decode()
    assert client.post(f"/forks/{fork.pk}/close/").status_code == 404


def test_one_that_runs_is_not_closed(client: Client, cohort: Cohort, attempt: Attempt) -> None:
    fork = made(client, cohort, attempt, 0)
    Command.objects.create(attempt=fork, number=1, line="sleep 9", state="running")
    with pytest.raises(Busy):
        forking.close(fork=fork)
    assert client.post(f"/forks/{fork.pk}/close/")["Location"] == f"/attempts/{fork.pk}/"
    fork.refresh_from_db()
    assert fork.sandbox is not None


def test_one_whose_sandbox_was_deleted_says_so(client: Client, cohort: Cohort, attempt: Attempt) -> None:
    fork = made(client, cohort, attempt, 0)
    sandboxes.delete(sandbox=fork.sandbox, by="test")
    page = client.get(f"/attempts/{fork.pk}/").content.decode()
    assert "The sandbox of this fork was deleted." in page
    assert "/labs/first/start/" not in page
    assert Attempt.objects.filter(user=fork.user).count() == 1


def test_a_fork_goes_with_what_it_is_of(client: Client, cohort: Cohort, attempt: Attempt, django_capture_on_commit_callbacks: Any) -> None:
    run(attempt, "ls")
    fork = made(client, cohort, attempt, 1)
    with django_capture_on_commit_callbacks(execute=True):
        attempt.user.delete()
    assert not Attempt.objects.filter(pk=fork.pk).exists()
    assert not Sandbox.objects.exists()


def test_a_fork_is_its_owners_alone_and_only_while_they_teach(client: Client, cohort: Cohort, attempt: Attempt, teacher: User) -> None:
    fork = made(client, cohort, attempt, 0)
    other = User.objects.create_user("other", role=Role.INSTRUCTOR)
    cohort_of(other, attempt.user, teacher, name="Autumn")
    boss = User.objects.create_user("boss", role=Role.ADMIN)
    for user in (other, boss, attempt.user):
        somebody = Client()
        somebody.force_login(user)
        assert somebody.get(f"/attempts/{fork.pk}/").status_code == 404, user
        assert somebody.post(f"/forks/{fork.pk}/close/").status_code == 404, user
    assert client.get(f"/attempts/{fork.pk}/").status_code == 200
    cohort.memberships.filter(user=attempt.user).delete()
    assert client.get(f"/attempts/{fork.pk}/").status_code == 404
    assert client.post(f"/attempts/{fork.pk}/commands/", {"line": "ls"}).status_code == 404


# --- how many, and for how long --------------------------------------------------------------------------------------------


def test_so_many_are_open_and_it_is_said_what_to_do(client: Client, cohort: Cohort, attempt: Attempt, teacher: User, settings) -> None:
    settings.LABS_FORKS_OPEN = 2
    first, _second = made(client, cohort, attempt, 0), made(client, cohort, attempt, 0)
    refused = client.post(url(cohort, attempt, "replay/0/fork/"), follow=True)
    assert "2 forks of yours are open, and that is as many as there may be. Close one" in refused.content.decode()
    client.cookies["django_language"] = "ko"
    assert "포크가 이미 2개" in client.post(url(cohort, attempt, "replay/0/fork/"), follow=True).content.decode()
    question = HelpRequest.objects.create(attempt=attempt, version=attempt.sandbox.head)
    client.post(f"/help/{question.pk}/take/")
    assert "포크가 이미 2개" in client.post(f"/help/{question.pk}/fork/", follow=True).content.decode()
    assert forking.open_ones(teacher).count() == 2
    boss = User.objects.create_user("boss", role=Role.ADMIN)
    forking.fork(attempt=attempt, version=attempt.sandbox.head, command=None, by=boss, language="en")  # each has their own
    forking.close(fork=first)
    made(client, cohort, attempt, 0)


def test_they_are_listed_and_closed_where_the_message_says(client: Client, cohort: Cohort, attempt: Attempt) -> None:
    assert "Your forks" not in client.get("/cohorts/").content.decode()
    run(attempt, "ls")
    fork = made(client, cohort, attempt, 1)
    page = client.get("/cohorts/").content.decode()
    assert "Your forks" in page and f"/attempts/{fork.pk}/" in page and "learner · First steps" in page and "after #1" in page
    assert "It is closed once you have not opened it for 14 days." in client.get(f"/attempts/{fork.pk}/").content.decode()
    assert client.post(f"/forks/{fork.pk}/close/", {"back": "list"})["Location"] == "/cohorts/#forks"
    assert "Your forks" not in client.get("/cohorts/").content.decode()


def test_many_cost_no_more_than_one(client: Client, cohort: Cohort, attempt: Attempt) -> None:
    run(attempt, "ls")
    asked = []
    for _ in range(2):
        for number in (0, 1, 1):
            made(client, cohort, attempt, number)
        with CaptureQueriesContext(connection) as queries:
            client.get("/cohorts/")
        asked.append(len(queries))
    assert asked[0] == asked[1]


def test_one_left_alone_is_taken_away_and_what_was_typed_stays(client: Client, cohort: Cohort, attempt: Attempt, settings) -> None:
    settings.LABS_FORK_DAYS = 3
    old, young, busy = (made(client, cohort, attempt, 0) for _ in range(3))
    run(old, "date")
    Command.objects.create(attempt=busy, number=1, line="sleep 9", state="running")
    Attempt.objects.exclude(pk=young.pk).update(last_seen=timezone.now() - timedelta(days=4))
    tasks.close_forks()
    for fork in (old, young, busy, attempt):
        fork.refresh_from_db()
    assert old.finished is not None and old.sandbox is None and old.commands.count() == 1
    assert young.finished is None and busy.finished is None, "one is used, in the other a command runs"
    assert attempt.finished is None and attempt.sandbox is not None, "a learner's own work is none of it"
    assert "date" in client.get(f"/attempts/{old.pk}/").content.decode()
    busy.commands.all().delete()
    assert forking.close_untouched() == 1


def test_opening_one_keeps_it(client: Client, cohort: Cohort, attempt: Attempt) -> None:
    fork = made(client, cohort, attempt, 0)
    Attempt.objects.filter(pk=fork.pk).update(last_seen=timezone.now() - timedelta(days=15))
    client.get(f"/attempts/{fork.pk}/")
    assert forking.close_untouched() == 0
