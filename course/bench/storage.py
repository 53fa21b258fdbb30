"""What a version costs: in time to commit, in bytes to keep, in processes while nobody types."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

from django.conf import settings
from django.db import connection

from course.bench.figures import Figure, of_times
from course.bench.processes import below, memory
from course.bench.stack import Stack
from course.local import site
from labs import starts
from labs.lab import catalog
from sandbox import actions
from sandbox.checkout import checkout
from sandbox.models import Sandbox

S3_COMMANDS = 30


def committed(_stack: Stack, count: int) -> Iterator[Figure]:
    times = commit_times(200, 1024 * 1024, count)
    yield of_times("commit", "commit with 1 MB in 200 files, one changed", times, 40)


def commit_times(files: int, size: int, count: int) -> list[float]:
    """Seconds of each commit of ``files`` files of ``size`` bytes together, one of them changed since the one before."""
    box = blank_sandbox()
    times = []
    with checkout(box) as live:
        live.run(f"head -c {size} /dev/urandom | split -d -a 4 -b {size // files} - f", write=_nowhere)
        live.commit()
    for number in range(count):
        with checkout(box) as live:
            live.run(f"echo {number} > f{number % files:04}", write=_nowhere)
            begun = time.monotonic()
            live.commit()
            times.append(time.monotonic() - begun)
    actions.delete(sandbox=box, by="bench")
    return times


def blank_sandbox() -> Sandbox:
    return actions.create_sandbox(owner=None, start=starts.ensure(catalog.get("playground")), label="bench")


def _nowhere(_data: bytes) -> None:
    pass


def stored(stack: Stack, _count: int) -> Iterator[Figure]:
    with stack.learner() as learner:
        before = blob_bytes(), _rows()
        learner.run("aws s3 mb s3://thirty-objects")
        for number in range(S3_COMMANDS - 1):
            if not learner.run(f"echo {number} | aws s3 cp - s3://thirty-objects/{number}").ok:
                raise RuntimeError("a copy failed")
        blobs, rows = blob_bytes() - before[0], _rows() - before[1]
    kilobytes = (blobs + rows) / 1024
    beside = {"blobs KB": blobs / 1024, "rows KB": rows / 1024}
    yield Figure("stored", f"stored for a sandbox after {S3_COMMANDS} S3 commands", "KB", kilobytes, 400, beside=beside)


def blob_bytes() -> int:
    return sum(path.stat().st_size for path in Path(settings.VAR / "blobs").rglob("*") if path.is_file())


def _rows() -> int:
    """What the database holds, whole pages and indexes included."""
    if connection.vendor != "sqlite":
        return 0
    with connection.cursor() as cursor:
        numbers = [cursor.execute(f"PRAGMA {name}").fetchone()[0] for name in ("page_count", "freelist_count", "page_size")]
    return int((numbers[0] - numbers[1]) * numbers[2])


def idle(stack: Stack, _count: int) -> Iterator[Figure]:
    """After commands have run: what is left below a worker while nobody types."""
    worker = stack.pid("worker1")
    _use(stack)
    warm = below(worker)
    _use(stack)
    left = below(worker)
    yield Figure("idle", "processes for a sandbox while nobody types", "", float(len(left) - len(warm)), 0)
    sizes: dict[str, float] = {"worker MB": memory(worker)}
    for pid, name in left.items():
        sizes[f"{name} MB"] = sizes.get(f"{name} MB", 0.0) + memory(pid)
    beside = {"processes": len(left), **sizes}
    yield Figure("warm", "the warm set of a worker, for all its sandboxes", "MB", sum(sizes.values()), beside=beside)


def _use(stack: Stack) -> None:
    with stack.learner() as learner:
        learner.run("aws s3 ls")
    held = Sandbox.objects.exclude(lock_holder="")
    site.wait("The end of the command", lambda: not held.exists(), settings.VAR / "log" / "worker1.log", 20)
