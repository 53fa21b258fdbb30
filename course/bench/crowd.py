"""Many learners at once."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack

from course.bench.figures import Figure, median, p95
from course.bench.learner import Learner, Ran
from course.bench.stack import Stack

LEARNERS = 30
SECONDS = 60.0
EVERY = 10.0
LINES = (
    "echo hello; ls -la", "aws sts get-caller-identity", "for i in 1 2 3; do echo $i >> log.txt; done; cat log.txt", "aws s3 ls",
    "printf '%s\\n' *", "aws s3api list-buckets --query 'Buckets[].Name'",
)  # fmt: skip


def crowded(stack: Stack, count: int) -> Iterator[Figure]:
    yield crowd(stack, *((LEARNERS, SECONDS) if count >= 20 else (2, 1.0)))


def crowd(stack: Stack, learners: int, seconds: float) -> Figure:
    ran = type_all(stack, learners, seconds)
    times = firsts(ran)
    wrong = [one for one in ran if not isinstance(one, Ran) or not one.ok]
    what = f"{learners} learners, a line each {EVERY:.0f} s for {seconds:.0f} s: p95 of first output, none failed"
    beside = {"failed": len(wrong), "median ms": median(times) * 1000, "slowest ms": max(times) * 1000}
    failed = f"failed: {str(wrong[0])[:200]}" if wrong else ""
    return Figure("crowd", what, "ms", p95(times) * 1000, 1500, count=len(ran), failed=failed, beside=beside)


def firsts(ran: list[Ran | Exception]) -> list[float]:
    return [one.first for one in ran if isinstance(one, Ran) and one.first is not None]


def type_all(stack: Stack, learners: int, seconds: float) -> list[Ran | Exception]:
    """``learners`` each type a line every 10 s, half of them ``aws``, evenly spread over time."""
    ran: list[Ran | Exception] = []
    with ExitStack() as opened:
        everybody = [opened.enter_context(stack.learner()) for _ in range(learners)]
        begin = time.monotonic() + 0.5
        threads = [
            threading.Thread(target=_type, args=(one, number, begin + EVERY * number / learners, begin + seconds, ran))
            for number, one in enumerate(everybody)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    return ran


def _type(learner: Learner, number: int, at: float, end: float, ran: list[Ran | Exception]) -> None:
    turn = number
    while at < end:
        time.sleep(max(0.0, at - time.monotonic()))
        try:
            ran.append(learner.run(LINES[turn % len(LINES)]))
        except Exception as error:  # it counts as a failure, and the others go on
            ran.append(error)
        at, turn = at + EVERY, turn + 1
