"""Much output: how fast it goes through, and what it costs the worker."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from typing import Self

from course.bench.figures import Figure
from course.bench.processes import memory
from course.bench.stack import Stack

MEGABYTES = 20
FLOODS = {
    "plain lines": "yes 'a line of output such as a build or a long listing prints it, eighty wide or so'",
    "colours": "yes $'\\e[32mPASS\\e[0m tests/unit/\\e[1;34mtest_something\\e[0m.py::test_that_it_works \\e[33m[ 57%]\\e[0m'",
    "progress bars": "yes $'Completed 12.3 MiB/45.6 MiB (7.8 MiB/s) with 3 file(s) remaining' | tr '\\n' '\\r'",
}


def flooded(stack: Stack, count: int) -> Iterator[Figure]:
    megabytes = MEGABYTES if count >= 20 else 2
    worker = stack.pid("worker1")
    with stack.learner() as learner:
        learner.run("echo warm")
        for kind, line in FLOODS.items():
            before = memory(worker)
            with _Peak(worker) as peak:
                ran = learner.run(f"{line} | head -c {megabytes}000000")
            rate = megabytes / ran.done
            beside = {"worker grew MB": max(0.0, peak.value - before), "to the page KB": ran.size // 1024}
            yield Figure("flood", f"{megabytes} MB of output, {kind}", "MB/s", rate, 5, at_least=True, beside=beside)


class _Peak:
    """The most memory that a process had while the block ran."""

    def __init__(self, pid: int) -> None:
        self._pid, self.value = pid, 0.0
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._look)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_error: object) -> None:
        self._over.set()
        self._thread.join()

    def _look(self) -> None:
        while not self._over.wait(0.05):
            self.value = max(self.value, memory(self._pid))
