"""From Enter to what a learner sees."""

from __future__ import annotations

from collections.abc import Iterator

from course.bench.figures import Figure, median, of_times, p95
from course.bench.learner import Learner
from course.bench.plain import plain
from course.bench.stack import Stack

IDENTITY = "aws sts get-caller-identity"
TYPED = 50
OBJECTS = 1000


def first_output(stack: Stack, count: int) -> Iterator[Figure]:
    """In turns with the executable, so that both meet the same machine."""
    with stack.learner() as learner, plain() as executable:
        learner.run(IDENTITY)
        executable.first_output("sts", "get-caller-identity")
        pairs = [(first(learner, IDENTITY), executable.first_output("sts", "get-caller-identity")) for _ in range(count)]
    ours, theirs = [one for one, _ in pairs], [one for _, one in pairs]
    yield Figure(
        "first-output", f"Enter → first output, {IDENTITY}, to the plain executable", "×", median(ours) / median(theirs), 0.25,
        p95(ours) / median(theirs), count, beside={"ms": median(ours) * 1000, "plain ms": median(theirs) * 1000},
    )  # fmt: skip


def aged(stack: Stack, count: int) -> Iterator[Figure]:
    """``aws s3 ls`` in a sandbox that has been used, in turns with one that has not."""
    with stack.learner() as fresh, stack.learner() as used:
        fresh.run("aws s3 mb s3://only-one")
        fill(used, OBJECTS if count >= 20 else 10)
        for number in range(TYPED if count >= 20 else 3):
            used.run(f"echo {number} >> notes.txt")
        pairs = [(first(used, "aws s3 ls"), first(fresh, "aws s3 ls")) for _ in range(count)]
    old, new = [one for one, _ in pairs], [one for _, one in pairs]
    yield Figure(
        "aged", f"aws s3 ls after {TYPED} commands and with {OBJECTS:,} objects, to a fresh sandbox", "×", median(old) / median(new), 1.2,
        p95(old) / median(new), count, beside={"ms": median(old) * 1000, "fresh ms": median(new) * 1000},
    )  # fmt: skip


def nothing(stack: Stack, count: int) -> Iterator[Figure]:
    with stack.learner() as learner:
        learner.run("true")
        yield of_times("true", "true, Enter → done and committed", [learner.run("true").done for _ in range(count)], 80)


def first(learner: Learner, line: str) -> float:
    """Seconds to the first output. Raises RuntimeError where the command failed or printed nothing."""
    ran = learner.run(line)
    if ran.first is None or not ran.ok:
        raise RuntimeError(f"{line} failed")
    return ran.first


def fill(learner: Learner, objects: int) -> None:
    """A bucket with so many small objects."""
    made = learner.run(
        "aws s3 mb s3://only-one && mkdir -p /tmp/many && "
        f"for i in $(seq {objects}); do echo $i > /tmp/many/$i; done && "
        "aws s3 sync --only-show-errors /tmp/many s3://only-one && rm -r /tmp/many"
    )
    if not made.ok:
        raise RuntimeError("the bucket could not be filled")
