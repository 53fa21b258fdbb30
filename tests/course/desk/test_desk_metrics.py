"""What is told to machines: whether it is well, whether it is ready, and how it goes."""

import re
import time
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from course.desk import metrics, pulse, storage, tallies
from labs import events, presence
from labs.models import Command

pytestmark = pytest.mark.django_db
# A sample line, and what may stand in its braces: the text format's grammar.
SAMPLE = re.compile(r'[a-zA-Z_:][\w:]*(\{[a-zA-Z_]\w*="(?:[^"\\\n]|\\[\\"n])*"(,[a-zA-Z_]\w*="(?:[^"\\\n]|\\[\\"n])*")*\})? -?[\d.e+-]+')


def read(**headers: str) -> dict[str, float]:
    answer = Client().get("/metrics", headers=headers)
    assert answer.status_code == 200
    assert answer["Content-Type"] == "text/plain; version=0.0.4; charset=utf-8"
    lines = answer.content.decode().splitlines()
    samples = [line for line in lines if not line.startswith("#")]
    assert all(SAMPLE.fullmatch(line) for line in samples), samples
    families = [line.split()[2] for line in lines if line.startswith("# TYPE")]
    assert len(families) == len(set(families))
    return {name: float(value) for name, _, value in (line.rpartition(" ") for line in samples)}


@pytest.fixture
def counted(attempts, live_redis) -> None:
    """Since a minute ago, of which each command ended half a minute ago."""
    tallies.count()
    events.client().set(tallies.UNTIL, time.time() - 60)
    Command.objects.update(ended=timezone.now() - timedelta(seconds=30), first_output_ms=150)


def test_commands_are_counted_once_by_state_and_lab(counted, attempts) -> None:
    Command.objects.filter(attempt=attempts[0]).update(state=Command.State.LOST)
    Command.objects.filter(attempt=attempts[1]).update(first_output_ms=70_000)
    Command.objects.create(attempt=attempts[2], number=5, line="ls", state=Command.State.RUNNING, claimed=timezone.now())
    assert (tallies.count(), tallies.count()) == (3, 0)
    told = read()
    assert told['course_commands_total{state="done",lab="first"}'] == 2
    assert told['course_commands_total{state="lost",lab="first"}'] == 1
    buckets = [told[f'course_first_output_seconds_bucket{{le="{limit}"}}'] for limit in ("0.1", "0.2", "30", "+Inf")]
    assert buckets == [0, 1, 1, 2]
    assert (told["course_first_output_seconds_count"], told["course_first_output_seconds_sum"]) == (2, 70.15)
    assert told["course_commands_running"] == 1


def test_what_ends_at_this_moment_is_counted_the_next_time(counted, attempts) -> None:
    Command.objects.filter(attempt=attempts[0]).update(ended=timezone.now())
    assert tallies.count() == 2
    Command.objects.filter(attempt=attempts[0]).update(ended=timezone.now() - timedelta(seconds=10))
    events.client().set(tallies.UNTIL, time.time() - 11)
    assert tallies.count() == 1


def test_of_two_workers_that_count_at_once_one_does(counted, monkeypatch) -> None:
    real = tallies._ended

    def meanwhile(since, until):
        monkeypatch.setattr(tallies, "_ended", real)
        assert tallies.count() == 3
        return real(since, until)

    monkeypatch.setattr(tallies, "_ended", meanwhile)
    assert tallies.count() == 0
    assert read()['course_commands_total{state="done",lab="first"}'] == 3


def test_workers_queue_learners_storage_errors(attempts, live_redis, settings, tmp_path) -> None:
    Command.objects.create(attempt=attempts[0], number=5, line="ls", queued=timezone.now() - timedelta(seconds=20))
    pulse.say(time.time())
    presence.here(attempts[0].user_id)
    tallies.erred("labs")
    storage.measure()
    told = read()
    assert told["course_workers"] == told["course_learners_online"] == told["course_commands_queued"] == 1
    assert told["course_worker_threads"] == settings.CELERY_WORKER_CONCURRENCY
    assert 20 <= told["course_commands_queued_seconds"] < 60
    assert told['course_errors_total{source="labs"}'] == 1
    assert told['course_sandboxes{lab="first"}'] == 3
    assert told['course_storage_bytes{what="database"}'] > 0


def test_without_redis_it_still_answers(attempts, settings) -> None:
    settings.REDIS_URL = "unix:///nowhere/at/all"
    assert tallies.count() == 0
    assert read()["course_workers"] == 0


def test_no_label_names_a_person(counted, attempts) -> None:
    tallies.count()
    assert not re.search(r"\b(ann|ben|cho|boss|teacher)\b", Client().get("/metrics").content.decode(), re.IGNORECASE)


def test_labels_are_escaped() -> None:
    line = "".join(metrics.family("x", "gauge", "X.", [("", {"lab": 'a"b\\c\nd'}, 1.5)])).splitlines()[-1]
    assert line == 'x{lab="a\\"b\\\\c\\nd"} 1.5'
    assert SAMPLE.fullmatch(line)


@pytest.mark.parametrize(
    ("token", "proxies", "address", "headers", "status"),
    [
        ("", 0, "127.0.0.1", {}, 200),
        ("", 0, "::1", {}, 200),
        ("", 0, "10.0.0.5", {}, 404),
        ("", 0, "127.0.0.1", {"x-forwarded-for": "10.0.0.5"}, 404),
        ("", 1, "127.0.0.1", {"x-forwarded-proto": "https"}, 404),
        ("s3cret", 1, "10.0.0.5", {"authorization": "Bearer s3cret", "x-forwarded-proto": "https"}, 200),
        ("s3cret", 0, "127.0.0.1", {}, 404),
        ("s3cret", 0, "127.0.0.1", {"authorization": "Bearer s3cre"}, 404),
        ("s3cret", 0, "127.0.0.1", {"authorization": "Basic s3cret"}, 404),
    ],
)
def test_who_may_read_them(live_redis, settings, token: str, proxies: int, address: str, headers: dict, status: int) -> None:
    settings.METRICS_TOKEN, settings.PROXIES = token, proxies
    assert Client(REMOTE_ADDR=address).get("/metrics", headers=headers).status_code == status


# --- well, and ready -----------------------------------------------------------------------------------------------------------


def test_ready_where_all_parts_are(live_redis) -> None:
    pulse.say(time.time())
    answer = Client().get("/readyz")
    assert (answer.status_code, answer.json()) == (200, {"ready": True, "database": True, "redis": True, "worker": True, "blobs": True})
    assert Client().get("/healthz").content == b"ok"


def test_not_ready_names_the_part_and_keeps_the_reason(live_redis, settings, caplog) -> None:
    answer = Client().get("/readyz")
    assert (answer.status_code, answer.json()) == (503, {"ready": False, "database": True, "redis": True, "worker": False, "blobs": True})
    settings.REDIS_URL = "unix:///nowhere/at/all"
    answer = Client().get("/readyz")
    assert [name for name, ready in answer.json().items() if not ready] == ["ready", "redis", "worker"]
    assert "nowhere" not in answer.content.decode()
    assert "nowhere" in caplog.text
    assert "Service Unavailable" not in caplog.text  # a probe's finding is no error of the site


def test_not_ready_where_blobs_cannot_be_written(live_redis, monkeypatch) -> None:
    def full(*_: object, **__: object) -> str:
        raise OSError("No space left on device")

    monkeypatch.setattr("sandbox.store.storage.BlobStorage._save", full)
    assert Client().get("/readyz").json()["blobs"] is False


def test_a_worker_beats_until_it_ends(live_redis, monkeypatch) -> None:
    monkeypatch.setattr(pulse, "EVERY_SECONDS", 0.01)
    pulse.begin()
    try:
        until = time.monotonic() + 10
        while not pulse.alive() and time.monotonic() < until:
            pass
        (one,) = pulse.alive()
        assert one.threads > 0
        assert one.versions["moto"]
    finally:
        pulse.end()
    assert pulse.alive() == []


def test_blobs_are_measured(live_redis) -> None:
    from sandbox.store import blobs

    before = storage.measure()
    blobs.put(b"x" * 5000 + str(time.time()).encode())
    storage.measure()
    after = storage.known()
    assert after["blobs"] == before["blobs"] + 1
    assert after["blob_bytes"] - before["blob_bytes"] > 5000
