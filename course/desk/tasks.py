"""What is done for the desk in workers, and now and then. Every task may come twice, or late: the rows decide."""

# mypy: disable-error-code="untyped-decorator"
from __future__ import annotations

from typing import Any

from celery import current_app, shared_task
from celery.signals import worker_ready, worker_shutdown

from course.desk import doing, jobs, pulse, storage, tallies
from labs.actions import wake

SWEEP_SECONDS, TALLY_SECONDS, STORAGE_SECONDS, FORGET_SECONDS = 3.0, 10.0, 600.0, 600.0


@shared_task
def work(job_id: int) -> None:
    """Do some of a job; go on in a task of its own, so that what learners wait for comes between."""
    if doing.work(job_id):
        wake("course.desk.tasks.work", job_id)


@shared_task(expires=SWEEP_SECONDS)
def sweep() -> None:
    """Jobs whose worker died, or that waited for busy sandboxes, go on."""
    for pk in jobs.unfinished():
        work.delay(pk)


@shared_task(expires=TALLY_SECONDS)
def tally() -> None:
    """Count the commands that have ended."""
    tallies.count()


@shared_task(expires=STORAGE_SECONDS)
def measure() -> None:
    """How much is stored."""
    storage.measure()


@shared_task(expires=FORGET_SECONDS)
def forget() -> None:
    """What is older than a day can't be undone any more."""
    jobs.forget()


@worker_ready.connect
def _ready(sender: Any = None, **_: Any) -> None:
    pulse.begin(getattr(getattr(sender, "controller", None), "concurrency", None))
    measure.delay()


@worker_shutdown.connect
def _shutdown(**_: Any) -> None:
    pulse.end()


for _name, _every in (("sweep", SWEEP_SECONDS), ("tally", TALLY_SECONDS), ("measure", STORAGE_SECONDS), ("forget", FORGET_SECONDS)):
    current_app.conf.beat_schedule.setdefault(f"desk-{_name}", {"task": f"course.desk.tasks.{_name}", "schedule": _every})
