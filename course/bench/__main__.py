"""``python -m course.bench``: measures in the folder that COURSE_VAR names. ``manage.py bench`` makes one, and takes it away again."""

from __future__ import annotations

import argparse
import json
import logging
import os
import platform
import signal
import sys
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

import django

from sandbox.jail import kernel

if TYPE_CHECKING:
    from course.bench.figures import Figure
    from course.bench.stack import Stack

COUNT, QUICK_COUNT, CORES = 20, 2, 2


def main() -> int:
    options = _options()
    kernel.die_with(os.getppid())
    os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[:CORES])
    django.setup()
    from course.bench import figures, stack  # noqa: PLC0415 - they need the settings

    logging.disable(logging.INFO)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(130))
    chosen = _chosen(options)
    found: list[Figure] = []
    with stack.running() as site:
        for measure in chosen:
            for figure in measure(site, QUICK_COUNT if options.quick else COUNT):
                found.append(figure)
                sys.stderr.write(figures.line(figure) + "\n")
    if options.json:
        machine = {"cores": CORES, "python": platform.python_version(), "kernel": platform.release(), "machine": platform.machine()}
        told = json.dumps({"machine": machine, "figures": [figure.as_dict() for figure in found]}, indent=1)
    else:
        told = figures.table(found)
    sys.stdout.write(told + "\n")
    return 0 if options.quick or all(figure.met is not False for figure in found) else 1


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="manage.py bench")
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--growth", action="store_true")
    parser.add_argument("--only", action="append")
    return parser.parse_args()


def _chosen(options: argparse.Namespace) -> list[Callable[[Stack, int], Iterator[Figure]]]:
    from course.bench import board, crowd, flood, growth, latency, opening, pages, storage  # noqa: PLC0415

    measures = {
        "first-output": latency.first_output, "aged": latency.aged, "true": latency.nothing, "open": opening.opened,
        "note-page": pages.read, "board": board.rendered, "fan-out": board.fanned_out, "commit": storage.committed,
        "stored": storage.stored, "idle": storage.idle, "crowd": crowd.crowded, "flood": flood.flooded,
    }  # fmt: skip
    names = options.only or [*measures, *(["growth"] if options.growth else [])]
    measures["growth"] = growth.grown
    if unknown := set(names) - measures.keys():
        sys.exit(f"There is no measurement {', '.join(sorted(unknown))}; there are {', '.join(measures)}.")
    return [measures[name] for name in names]


if __name__ == "__main__":
    sys.exit(main())
