"""The page hears which ports are listened on, from the moment something runs until it ends."""

import contextlib
import uuid

from labs import listening, publishing, sweeper
from labs.models import Command
from labs.views import fragments


class Pretended:
    """A live checkout whose programs begin to listen when the test says so."""

    @contextlib.contextmanager
    def listened(self, told):
        self.told = told
        yield


def test_pages_hear_of_ports_and_of_their_end(attempt, live_redis, monkeypatch) -> None:
    heard: list[tuple[str, str]] = []
    monkeypatch.setattr(publishing.events, "publish", lambda pk, name, **data: heard.append((name, data["html"])))
    live = Pretended()
    assert not listening.is_running(attempt.pk)
    attempt.language = "ko"
    with listening.told(attempt, live):
        assert listening.is_running(attempt.pk) and listening.ports(attempt.pk) == []
        live.told([3000, 8080])
        assert listening.ports(attempt.pk) == [3000, 8080]
        assert f'href="/attempts/{attempt.pk}/preview/8080/"' in fragments(attempt, readonly=False)["ports"]
        assert "8080" not in fragments(attempt, readonly=True)["ports"]
    assert not listening.is_running(attempt.pk) and listening.ports(attempt.pk) == []
    (first, html), (_second, last) = heard
    assert first == "ports" and "포트 8080에서 대기 중" in html and 'data-preview="3000"' in html
    assert 'data-ports=""' in last


def test_what_a_dead_worker_left_is_taken_away(attempt, live_redis, monkeypatch) -> None:
    heard: list[str] = []
    monkeypatch.setattr(publishing.events, "publish", lambda pk, name, **data: heard.append(name))
    live = Pretended()
    dead = listening.told(attempt, live)
    dead.__enter__()
    live.told([8080])
    command = Command.objects.create(attempt=attempt, number=1, line="serve", key=uuid.uuid4(), state="running", worker="gone:1:2")
    sweeper.end_lost(Command.objects.filter(pk=command.pk))
    assert heard == ["ports", "block", "ports"] and not listening.is_running(attempt.pk)


def test_what_listens_on_nothing_tells_nothing(attempt, live_redis, monkeypatch) -> None:
    monkeypatch.setattr(publishing.events, "publish", None)
    with listening.told(attempt, Pretended()):
        pass


def test_without_redis_the_command_runs_all_the_same(attempt, live_redis) -> None:
    live_redis.kill()
    live = Pretended()
    with listening.told(attempt, live):
        live.told([8080])
    assert listening.ports(attempt.pk) == []
