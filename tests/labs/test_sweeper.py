"""What fell between is found: rows nobody claimed, workers that are gone."""

from datetime import timedelta

import pytest
from django.utils import timezone

from labs import sweeper
from labs.models import Attempt, Command
from sandbox import workers
from sandbox.models import Version

CHANGES = {"files": [{"path": "a", "change": "added", "size": 1}]}
pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("live_redis")]


def running(attempt, **fields) -> Command:
    now = timezone.now()
    fields = {"worker": "elsewhere:1:1", "claimed": now, "lease_until": now + timedelta(seconds=20)} | fields
    return Command.objects.create(attempt=attempt, number=1, line="ls", state="running", **fields)


def test_an_expired_lease_ends_its_row(attempt):
    command = running(attempt, lease_until=timezone.now() - timedelta(seconds=1), output=b"half")
    sweeper.sweep()
    command.refresh_from_db()
    assert (command.state, command.message, bytes(command.output)) == ("lost", "worker-lost", b"half")


def test_a_lease_that_lasts_is_left(attempt):
    command = running(attempt)
    sweeper.sweep()
    command.refresh_from_db()
    assert command.state == "running"


def test_a_lease_renewed_meanwhile_is_left(attempt):
    command = running(attempt, lease_until=timezone.now() - timedelta(seconds=1))
    stale = Command.objects.filter(pk=command.pk)
    found = list(stale.select_related("attempt__sandbox"))
    Command.objects.renew(command.pk, command.worker)

    class Stale:
        def select_related(self, *_names):
            return found

    sweeper.end_lost(Stale())
    command.refresh_from_db()
    assert command.state == "running"


def test_what_was_committed_before_the_worker_went_is_done(attempt):
    command = running(attempt, lease_until=timezone.now() - timedelta(seconds=1))
    version = Version.objects.create(sandbox=attempt.sandbox, command="ls", number=1, account="1" * 12, changes=CHANGES)
    sweeper.sweep()
    command.refresh_from_db()
    assert (command.state, command.message, command.version, command.changes) == ("done", "worker-lost-kept", version, CHANGES)


def test_an_unclaimed_row_wakes_a_worker_again(attempt, woken):
    old = timezone.now() - timedelta(seconds=30)
    command = Command.objects.create(attempt=attempt, number=1, line="ls", queued=old)
    Command.objects.create(attempt=attempt, number=2, line="ls")
    sweeper.sweep()
    assert woken == [("labs.tasks.run_command", command.pk)]


def test_an_attempt_that_waits_wakes_a_worker_again(attempt, woken):
    now = timezone.now()
    for ago, expected in ((0, 0), (30, 1), (7200, 0)):
        woken.clear()
        Attempt.objects.update(sandbox=None, last_seen=now - timedelta(seconds=ago))
        sweeper.sweep()
        assert len(woken) == expected, ago


def test_rows_of_dead_workers_of_this_host_end_at_once(attempt):
    command = running(attempt, worker=f"{workers.host()}:999999999:1")
    sweeper.end_dead()
    command.refresh_from_db()
    assert command.state == "lost"


@pytest.mark.parametrize("worker", ["other-host:999999999:1", "", "nonsense"])
def test_other_hosts_are_told_by_their_lease_alone(attempt, worker):
    command = running(attempt, worker=worker)
    sweeper.end_dead()
    command.refresh_from_db()
    assert command.state == "running"


def test_a_pid_used_again_is_another_worker():
    host, pid, started = workers.me().split(":")
    assert not workers.is_gone(workers.me())
    assert workers.is_gone(f"{host}:{pid}:{int(started) - 1}")
