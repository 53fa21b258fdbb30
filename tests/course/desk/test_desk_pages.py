"""The desk's pages: who gets in, what the filters find, what is asked before anything is done, what the workers are at."""

import json
import time
from datetime import timedelta

import pytest
from django.contrib.admin.models import LogEntry
from django.test import Client
from django.utils import timezone

from course.desk import doing, pulse, storage
from course.desk.models import Job
from course.models import Role, User
from course.people.models import Act, Cohort
from labs import events
from labs.models import Command
from sandbox import workers
from sandbox.models import Sandbox, Version

pytestmark = pytest.mark.django_db
PAGES = ("/desk/", "/desk/jobs/", "/desk/work/", "/desk/acts/")


def names(page: str) -> set[str]:
    return {name for name in ("Ann", "Ben", "Cho") if f">{name}</a>" in page}


def text(client: Client, url: str, **data) -> str:
    answer = client.get(url, data)
    assert answer.status_code == 200
    return answer.content.decode()


@pytest.mark.parametrize("role", [Role.GUEST, Role.LEARNER, Role.INSTRUCTOR])
def test_it_is_there_for_administrators_alone(attempts, role: str) -> None:
    someone = Client()
    assert {someone.get(url).status_code for url in PAGES} == {302}
    someone.force_login(User.objects.create_user("someone", role=role))
    job = Job.objects.create(what="reset")
    for url in (*PAGES, f"/desk/jobs/{job.pk}/"):
        assert someone.get(url).status_code == 404
    for url in ("/desk/act/", f"/desk/jobs/{job.pk}/stop/", f"/desk/jobs/{job.pk}/undo/", f"/desk/work/{Command.objects.first().pk}/stop/"):
        assert someone.post(url, {"act": "reset", "which": "all", "yes": "yes"}).status_code == 404
    assert Job.objects.count() == 1


@pytest.mark.parametrize("url", PAGES)
def test_every_page_opens_empty_too(client, url: str) -> None:
    assert client.get(url).status_code == 200


def test_filters_narrow_and_sort(client, attempts, cohort) -> None:
    ann, ben, cho = Sandbox.objects.order_by("owner__username")
    other = Cohort.objects.create(name="Empty")
    Sandbox.objects.filter(pk=ben.pk).update(last_used=timezone.now() - timedelta(days=8), label="playground")
    Version.objects.filter(pk=cho.head_id).update(home_bytes=11 * 1024 * 1024)
    Sandbox.objects.filter(pk=cho.pk).update(created=timezone.now() - timedelta(days=31))
    Sandbox.objects.filter(pk=ann.pk).update(lock_holder="far:1:1:x", lock_until=timezone.now() + timedelta(minutes=1), most_files=9)
    everybody = {"Ann", "Ben", "Cho"}
    for asked, found in (
        ({}, everybody),
        ({"cohort": cohort.pk}, everybody),
        ({"cohort": other.pk}, set()),
        ({"who": "be"}, {"Ben"}),
        ({"who": "Cho nobody"}, set()),
        ({"lab": "first"}, {"Ann", "Cho"}),
        ({"size": "10"}, {"Cho"}),
        ({"idle": "7"}, {"Ben"}),
        ({"idle": "-1"}, {"Ann", "Cho"}),
        ({"age": "30"}, {"Cho"}),
        ({"age": "7"}, {"Cho"}),
        ({"age": "-1"}, {"Ann", "Ben"}),
        ({"age": "-1", "idle": "7"}, {"Ben"}),
        ({"state": "locked"}, {"Ann"}),
        ({"state": "quota"}, {"Ann"}),
        ({"state": "stuck"}, set()),
        ({"state": "away"}, set()),
        ({"cohort": "x", "lab": "../x", "size": "9' OR", "sort": "owner__password", "page": "99", "idle": "1e9", "age": "x"}, everybody),
    ):
        assert names(text(client, "/desk/", **asked)) == found, asked
    page = text(client, "/desk/", sort="size")
    assert page.index(">Cho</a>") < page.index(">Ann</a>")


def test_the_table_asks_the_database_as_often_for_many_as_for_few(client, attempts, django_assert_max_num_queries) -> None:
    for number in range(60):
        owner = User.objects.create_user(f"more{number}")
        Sandbox.objects.create(owner=owner, label="first", head=Version.objects.get(number=0), start=Version.objects.get(number=0))
    with django_assert_max_num_queries(16):
        page = text(client, "/desk/")
    assert page.count('name="pk"') == 50
    assert "63 sandboxes found" in page
    assert "page=2" in page


def test_forks_and_what_belongs_to_nobody_are_none_of_it(client, attempts) -> None:
    Sandbox.objects.create(owner=None, label="start of first", head=Version.objects.get(number=0), start=Version.objects.get(number=0))
    attempts[0].fork_of = attempts[1]
    attempts[0].save()
    assert names(text(client, "/desk/")) == {"Ben", "Cho"}


def test_it_asks_before_it_acts(client, attempts, cohort) -> None:
    asked = {"act": "reset", "which": "all", "cohort": cohort.pk, "who": "n"}
    page = client.post("/desk/act/", asked).content.decode()
    assert "Reset: 2 sandboxes" in page
    assert not Job.objects.exists()
    answer = client.post("/desk/act/", asked | {"yes": "yes"})
    job = Job.objects.get()
    assert answer["Location"] == f"/desk/jobs/{job.pk}/"
    assert (job.chosen, job.pieces.count(), job.by_name) == ({"cohort": str(cohort.pk), "who": "n"}, 2, "Bo")


def test_those_that_are_ticked(client, attempts) -> None:
    ticked = [str(one.sandbox_id) for one in attempts[:2]]
    page = client.post("/desk/act/", {"act": "delete", "which": "chosen", "pk": [*ticked, "x"], "lab": "playground"}).content.decode()
    assert page.count('name="pk"') == 3
    assert "Delete: 2 sandboxes" in page
    client.post("/desk/act/", {"act": "delete", "which": "chosen", "pk": ticked, "yes": "yes"})
    assert Job.objects.get().pieces.count() == 2


@pytest.mark.parametrize("fields", [{"act": "undo"}, {"act": "undo", "pk": "x"}, {"act": "undo", "which": "all", "who": "nobody at all"}])
def test_nothing_ticked_is_said(client, attempts, fields: dict) -> None:
    page = client.post("/desk/act/", fields | {"yes": "yes"}, follow=True).content.decode()
    assert "No sandbox is meant" in page
    assert not Job.objects.exists()


def test_what_an_act_wants_to_be_told(client, attempts) -> None:
    for act, wrong, right, options in (
        ("rewind", {"to": "x"}, {"to": "2026-01-02T03:04"}, {"to": "2026-01-02T03:04:00+09:00"}),
        ("rewind", {"to": "2999-01-01T00:00"}, {"to": "2026-01-02T03:04"}, {"to": "2026-01-02T03:04:00+09:00"}),
        ("quota", {"megabytes": "0"}, {"megabytes": "100", "entries": ""}, {"bytes": 104857600, "files": None}),
    ):
        fields = {"act": act, "which": "all", "yes": "yes"}
        answer = client.post("/desk/act/", fields | wrong)
        assert (answer.status_code, "field-error" in answer.content.decode()) == (422, True)
        client.post("/desk/act/", fields | right)
        assert Job.objects.latest("pk").options == options
    assert client.post("/desk/act/", {"act": "explode", "which": "all", "yes": "yes"}).status_code == 404


def test_a_jobs_page_follows_it_and_names_what_was_left(client, attempts) -> None:
    Sandbox.objects.filter(owner__username="ben").update(lock_holder="far:1:1:x", lock_until=timezone.now() + timedelta(minutes=1))
    client.post("/desk/act/", {"act": "unlock", "which": "all", "yes": "yes"})
    job = Job.objects.get()
    url = f"/desk/jobs/{job.pk}/"
    page = text(client, url)
    assert "0 of 3" in page
    assert 'hx-trigger="every 1s"' in page
    doing.work(job.pk)
    part = client.get(f"{url}?part=1", headers={"hx-request": "true"}).content.decode()
    assert "3 of 3" in part
    assert "hx-trigger" not in part
    assert "<html" not in part
    assert "hx-swap-oob" in part
    assert "Ben · first" in part
    assert "a worker that is alive holds it" in part
    assert "Undo all of it" not in part


def test_a_job_is_stopped_and_undone_by_buttons(client, attempts) -> None:
    client.post("/desk/act/", {"act": "reset", "which": "all", "yes": "yes"})
    job = Job.objects.get()
    assert "Stop it" in text(client, f"/desk/jobs/{job.pk}/")
    doing.work(job.pk)
    assert "Undo all of it" in text(client, f"/desk/jobs/{job.pk}/")
    answer = client.post(f"/desk/jobs/{job.pk}/undo/")
    back = Job.objects.get(undoes=job)
    assert answer["Location"] == f"/desk/jobs/{back.pk}/"
    assert "be undone any more" in client.post(f"/desk/jobs/{job.pk}/undo/", follow=True).content.decode()
    client.post(f"/desk/jobs/{back.pk}/stop/")
    assert "stopped" in text(client, "/desk/jobs/")


# --- the workers ---------------------------------------------------------------------------------------------------------------


@pytest.fixture
def running(attempts) -> Command:
    line = "for i in 1 2 3; do\n  sleep 100\ndone"
    return Command.objects.create(
        attempt=attempts[0], number=7, line=line, state=Command.State.RUNNING, worker=workers.me(), claimed=timezone.now()
    )


def test_workers_queue_and_running_commands(client, running, live_redis) -> None:
    Command.objects.create(attempt=running.attempt, number=8, line="ls", terminal=2)
    pulse.say(time.time() - 3700)
    storage.measure()
    page = text(client, "/desk/work/")
    for words in ("for i in 1 2 3; do …", ">Ann</a>", workers.host(), "moto", "1 / 64", "Measured", "Blobs"):
        assert words in page, words
    assert "sleep 100" not in page
    assert "No worker was heard" not in page
    events.client().hset(pulse.KEY, workers.me(), json.dumps({**json.loads(events.client().hget(pulse.KEY, workers.me())), "heard": 1.0}))
    assert "No worker was heard" in text(client, "/desk/work/", part=1)
    assert not events.client().hexists(pulse.KEY, workers.me())


def test_without_redis_the_page_says_so(client, running, settings) -> None:
    settings.REDIS_URL = "unix:///nowhere/at/all"
    page = text(client, "/desk/work/")
    assert "No worker was heard" in page
    assert "It has not been measured yet" in page


def test_how_commands_ended(client, attempts) -> None:
    Command.objects.update(ended=timezone.now())
    Command.objects.filter(attempt=attempts[0]).update(exit_status=1)
    Command.objects.filter(attempt=attempts[1]).update(state=Command.State.LOST, ended=timezone.now() - timedelta(hours=5))
    page = " ".join(text(client, "/desk/work/").split())
    assert '1 hour</th><td class="num">2</td><td class="num">1 <small>50.0 %' in page
    assert '24 hours</th><td class="num">3</td>' in page


def test_one_command_is_stopped_and_that_is_written_down(client, running, live_redis) -> None:
    url = f"/desk/work/{running.pk}/stop/"
    assert "as by Ctrl-C" in client.post(url, follow=True).content.decode()
    assert "at once" in client.post(url, follow=True).content.decode()
    running.refresh_from_db()
    assert running.stopping == "KILL"
    assert [act.details["killed"] for act in Act.objects.filter(what="command-stopped").order_by("pk")] == [False, True]
    Command.objects.update(state=Command.State.DONE)
    assert "has ended already" in client.post(url, follow=True).content.decode()
    assert Act.objects.count() == 2


# --- the record ----------------------------------------------------------------------------------------------------------------


def test_what_is_done_in_djangos_admin_is_written_down(client, attempts) -> None:
    ann = attempts[0].user
    client.post(f"/admin/course/user/{ann.pk}/change/", {"username": "ann", "role": "instructor", "is_active": "on"})
    client.post("/admin/sandbox/sandbox/", {"action": "reset_chosen", "_selected_action": str(attempts[1].sandbox_id), "confirmed": "yes"})
    assert LogEntry.objects.count() == 2
    assert [(act.what, act.by_name) for act in Act.objects.order_by("pk")] == [("admin-changed", "boss")] * 2
    page = text(client, "/desk/acts/")
    assert "changed in the administration" in page
    assert "user: ann" in page


def test_the_record_is_filtered_and_paged(client, attempts, cohort, django_assert_max_num_queries) -> None:
    Act.objects.bulk_create(Act(by_name=f"teacher{number % 2}", what="invited", cohort=cohort) for number in range(150))
    Act.objects.create(by_name="boss", what="cohort-made", target="Autumn")
    with django_assert_max_num_queries(12):
        page = text(client, "/desk/acts/")
    assert page.count("made an invitation</td>") == 99
    assert "page=2" in page
    assert "Autumn" in text(client, "/desk/acts/", who="autumn", what="cohort-made", cohort="x")
    assert "Nothing fits" in text(client, "/desk/acts/", who="autumn", cohort=cohort.pk)
    assert text(client, "/desk/acts/", who="teacher1", page=1).count("teacher1</th>") == 75


def test_a_learners_page_says_that_it_was_deleted(client, attempts) -> None:
    client.post("/desk/act/", {"act": "delete", "which": "chosen", "pk": str(attempts[0].sandbox_id), "yes": "yes"})
    doing.work(Job.objects.get().pk)
    ann = Client(headers={"accept-language": "en"})
    ann.force_login(attempts[0].user)
    page = text(ann, f"/attempts/{attempts[0].pk}/")
    assert "The sandbox was deleted" in page
    assert "An administrator has deleted this sandbox" in page
