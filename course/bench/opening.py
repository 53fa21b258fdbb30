"""Opening a lab for the first time, and beginning again."""

from __future__ import annotations

from collections.abc import Iterator

from course.bench.figures import Figure, of_times
from course.bench.stack import Stack

LAB = "heartbeat-pipeline"


def opened(stack: Stack, count: int) -> Iterator[Figure]:
    opens, resets = [], []
    for _ in range(count):
        with stack.learner(None) as learner:
            opens.append(learner.open(LAB))
            learner.run("echo changed > file")
            resets.append(learner.reset())
    yield of_times("open", "open a lab for the first time → prompt ready", opens, 300)
    yield of_times("reset", "reset a lab", resets, 150)
