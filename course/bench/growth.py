"""How it grows: with learners, files, history and resources. ``factor``: to the smallest size."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from course.bench import crowd, latency, storage
from course.bench.figures import Figure, median, p95
from course.bench.stack import Stack

LEARNERS, FILES, VERSIONS, OBJECTS = (5, 15, 30), (50, 500, 4900), (10, 50, 200), (10, 100, 1000)
REPEAT = 10


def grown(stack: Stack, count: int) -> Iterator[Figure]:
    short = count < 20
    yield from _series("learners", LEARNERS[: 1 if short else 3], lambda size: _crowd(stack, size, 1.0 if short else 30.0))
    yield from _series("files", FILES[: 2 if short else 3], lambda size: storage.commit_times(size, 1024 * 1024, REPEAT))
    yield from _series("versions", VERSIONS[: 1 if short else 3], lambda size: _history(stack, size))
    yield from _series("objects", OBJECTS[: 1 if short else 3], lambda size: _objects(stack, size))
    yield from _stored(stack, OBJECTS[: 1 if short else 3])


_WHAT = {
    "learners": "p95 of first output of a crowd", "files": "commit of 1 MB, one file changed", "versions": "true, with a history",
    "objects": "aws s3 ls, first output",
}  # fmt: skip


def _series(kind: str, sizes: Sequence[int], measure: Callable[[int], list[float]]) -> Iterator[Figure]:
    smallest = 0.0
    for size in sizes:
        times = measure(size)
        value = (p95 if kind == "learners" else median)(times) * 1000
        smallest = smallest or value
        beside = {"size": size, "factor": value / smallest}
        yield Figure(f"growth-{kind}", f"{_WHAT[kind]}: {size:,} {kind}", "ms", value, None, p95(times) * 1000, len(times), beside=beside)


def _crowd(stack: Stack, learners: int, seconds: float) -> list[float]:
    return crowd.firsts(crowd.type_all(stack, learners, seconds))


def _history(stack: Stack, versions: int) -> list[float]:
    with stack.learner() as learner:
        for number in range(versions):
            learner.run(f"echo {number} >> log.txt")
        return [learner.run("true").done for _ in range(REPEAT)]


def _stored(stack: Stack, sizes: Sequence[int]) -> Iterator[Figure]:
    smallest = 0.0
    for size in sizes:
        with stack.learner() as learner:
            latency.fill(learner, size)
            before = storage.blob_bytes()
            learner.run("echo one more | aws s3 cp - s3://only-one/one-more")
            kilobytes = (storage.blob_bytes() - before) / 1024
        smallest = smallest or kilobytes
        beside = {"size": size, "factor": kilobytes / smallest}
        yield Figure("growth-stored", f"stored by one S3 command: {size:,} objects", "KB", kilobytes, beside=beside)


def _objects(stack: Stack, objects: int) -> list[float]:
    with stack.learner() as learner:
        latency.fill(learner, objects)
        return [latency.first(learner, "aws s3 ls") for _ in range(REPEAT)]
