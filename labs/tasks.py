"""What Celery wakes workers for. Every task may come twice, or late: the rows decide."""

# mypy: disable-error-code="untyped-decorator"
from __future__ import annotations

from typing import Any

from celery import current_app, shared_task
from celery.signals import worker_ready, worker_shutdown
from django.conf import settings

from labs import (
    control,
    events,
    forking,
    judging,
    preparing,
    reaching,  # noqa: F401 - serves visits
    rebuilding,
    running,
    sweeper,
    visits,
)

SWEEP_SECONDS = 5.0
FORKS_SECONDS = 3600.0


@shared_task
def run_command(command_id: int) -> None:
    """Run a queued command."""
    running.run(command_id)


@shared_task
def check_attempt(attempt_id: int) -> None:
    """Look at an attempt's current step."""
    judging.check(attempt_id)


@shared_task
def serve_visit(sandbox_id: str, name: str) -> None:
    """Do something in a sandbox that somebody waits for."""
    visits.serve(sandbox_id, name)


@shared_task
def skip_ahead(attempt_id: int) -> None:
    """Go to the next event of an attempt's account."""
    judging.skip(attempt_id)


@shared_task
def prepare_attempt(attempt_id: int) -> None:
    """Give an attempt its sandbox."""
    preparing.prepare(attempt_id)


@shared_task
def rebuild_attempt(attempt_id: int) -> None:
    """Make an attempt's value anew that another edition of the simulation froze."""
    rebuilding.rebuild(attempt_id)


@shared_task
def prebuild() -> None:
    """Build the starts that are missing."""
    preparing.prebuild()


@shared_task(expires=SWEEP_SECONDS)
def sweep() -> None:
    """Find what fell between."""
    sweeper.sweep()


@shared_task(expires=FORKS_SECONDS)
def close_forks() -> None:
    """Take away the forks that nobody has opened for long."""
    forking.close_untouched()


@worker_ready.connect
def _ready(**_: Any) -> None:
    sweeper.end_dead()
    control.listener()
    if settings.LABS_PREBUILD:
        prebuild.delay()


@worker_shutdown.connect
def _shutdown(**_: Any) -> None:
    control.close()
    events.close()


current_app.conf.beat_schedule.setdefault("labs-sweep", {"task": "labs.tasks.sweep", "schedule": SWEEP_SECONDS})
current_app.conf.beat_schedule.setdefault("labs-forks", {"task": "labs.tasks.close_forks", "schedule": FORKS_SECONDS})
