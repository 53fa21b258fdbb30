"""Learners who type while processes are killed, against a running stack; prints what came of it as JSON.

``kills.py share``: commands of many learners under way in two workers, one of which is killed.
``kills.py race``: processes of their own, each a worker, that all want the same sandbox.
``kills.py browser``: the page is closed in the middle of a command.
``kills.py rampage SEED``: 100 kills at random moments. Every learner looks, after each command, whether their sandbox is what its
head says, and leaves a word in ``wrong`` where it is not.
"""

from __future__ import annotations

import contextlib
import json
import os
import random
import re
import signal
import socket
import struct
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import django

django.setup()

from django.db import OperationalError, connection  # noqa: E402
from django.test import Client  # noqa: E402
from django.utils import timezone  # noqa: E402

from labs.models import Attempt, Command  # noqa: E402
from labs.wording import words  # noqa: E402
from sandbox.checkout import checkout  # noqa: E402
from sandbox.errors import Busy  # noqa: E402
from sandbox.jail import shell  # noqa: E402
from sandbox.models import Sandbox, Version  # noqa: E402
from sandbox.store import blobs  # noqa: E402
from sandbox.store.cloudstate import CloudState  # noqa: E402
from sandbox.store.working import Snapshot  # noqa: E402
from tests import driver  # noqa: E402
from tests.processes import alive, comm, command_line, descendants, descendants_with_parents, until  # noqa: E402

PLAN = {"jail": 40, "cloud": 25, "supervisor": 13, "zygote": 10, "worker": 8, "valkey": 4}
LEARNERS = 5
LINES = [
    'n=$((n+1)); echo $n >> log; echo "is $n $(wc -l < log)"',
    'n=$((n+1)); echo $n >> log; sleep 0.4; echo "is $n $(wc -l < log)"',
    'n=$((n+1)); echo $n >> log; curl -s https://sts.amazonaws.com/ >/dev/null; sleep 0.2; echo "is $n $(wc -l < log)"',
    'n=$((n+1)); echo $n >> log; aws s3 mb s3://b-$RANDOM-$n >/dev/null; echo "is $n $(wc -l < log)"',
]


# --- whom to kill ---


def victims(up: int) -> dict[str, list[int]]:
    """All there is to kill below ``up`` at this moment, by kind. Forks keep the command line of what they were forked from."""
    tree = descendants_with_parents(up)
    lines = {pid: command_line(pid) for pid in tree}
    workers = [pid for pid, parent in tree.items() if parent == up and "celery -A course worker" in lines[pid]]
    supervisors = [pid for pid, parent in tree.items() if parent in workers and "sandbox.jail.supervisor" in lines[pid]]
    zygotes = [pid for pid in tree if "sandbox.cloud.zygote" in lines[pid]]
    forks = [pid for pid in zygotes if "bwrap" not in lines[pid] and tree[pid] in zygotes and "bwrap" not in lines[tree[pid]]]
    spares = [pid for pid in forks if comm(pid) == "spare"]  # nobody's yet: one waits all the time
    clouds = [pid for pid in forks if pid not in spares]
    warm = [pid for pid in tree if "sandbox.tools.zygote" in lines[pid]]
    # A jail: bwrap and the first process of the pid namespace, which is a bwrap too.
    jails = [pid for pid in tree if "bwrap" in lines[pid] and pid not in {*zygotes, *warm}]
    return {
        "jail": jails,
        "cloud": clouds,
        "supervisor": supervisors,
        "zygote": [pid for pid in [*zygotes, *warm] if pid not in forks],
        "worker": workers,
        "valkey": [pid for pid in tree if "valkey-server" in lines[pid] or "redis-server" in lines[pid]],
    }


def rampage(up: int, rng: random.Random) -> Counter[str]:
    """The plan in a random order, at random moments; a kind that is not there just then is tried again later."""
    order = [what for what, count in PLAN.items() for _ in range(count)]
    rng.shuffle(order)
    killed: Counter[str] = Counter()
    while order:
        time.sleep(rng.uniform(0.02, 0.35))
        there = victims(up)
        index = next((index for index, what in enumerate(order) if there[what]), None)
        if index is not None:
            with contextlib.suppress(ProcessLookupError):
                os.kill(rng.choice(sorted(there[order[index]])), signal.SIGKILL)
                killed[order.pop(index)] += 1
    return killed


# --- what must hold ---


def value_of(version: Version) -> tuple[int, int]:
    """``n`` and the lines of the log in a version, every blob of which is read. Raises Fault where one is missing or wrong."""
    snapshot = Snapshot.load(version.manifest)
    for manifest in snapshot.parts.values():
        for entry in manifest.values():
            if entry.kind == "f":
                blobs.get(entry.data)
    cloud = CloudState.load(version.cloud)
    for sha in {cloud.root, *cloud.bodies} - {""}:
        blobs.get(sha)
    log = snapshot.find("~/environment/log")
    variables = shell.variables(blobs.get(version.shell)) if version.shell else {}
    return int(variables.get("n", 0)), len(blobs.get(log.data).splitlines()) if log else 0


class Learner(threading.Thread):
    def __init__(self, number: int, seed: int, over: threading.Event) -> None:
        super().__init__(name=f"learner-{number}", daemon=True)
        self.rng, self.over = random.Random(f"{seed}-{number}"), over
        self.attempt = driver.attempt_of(f"kills-{seed}-{number}")
        self.ended: Counter[str] = Counter()
        self.by: set[str] = set()
        self.wrong: list[str] = []

    def run(self) -> None:
        try:
            while not self.over.is_set():
                self.type(self.rng.choice(LINES))
            self.type(LINES[0], must="done")
            self.look_at_the_page()
        except BaseException as error:  # the main thread reports it
            self.wrong.append(f"{self.name}: {type(error).__name__}: {error}")
        finally:
            connection.close()

    def head(self) -> Version:
        return Sandbox.objects.select_related("head").get(pk=self.attempt.sandbox_id).head

    def type(self, line: str, must: str = "") -> None:
        before = self.head()
        n, lines = value_of(before)
        command = patiently(lambda: driver.finished(driver.submit(self.attempt, line), 60))
        after = self.head()
        value_of(after)
        self.ended[f"{command.state} {command.message}".strip()] += 1
        self.by.add(command.worker)
        said = re.findall(rb"^is (\d+) (\d+)", bytes(command.output), re.MULTILINE)
        self._judge(command, before, after, said, (n + 1, lines + 1))
        if must and command.state != must:
            self.wrong.append(f"{self.name}: {command.state} {command.message} with nothing being killed")

    def _judge(self, command: Command, before: Version, after: Version, said: list[Any], expected: tuple[int, int]) -> None:
        where = f"{self.name}: command {command.number} ({command.state} {command.message})"
        if any((int(n), int(lines)) != expected for n, lines in said):
            self.wrong.append(f"{where} began from another value than its head: {said} instead of {expected}")
        if command.state == Command.State.DONE and command.version_id != after.pk:
            self.wrong.append(f"{where} is not what the head holds")
        if command.state == Command.State.DONE and not said and command.exit_status == 0 and command.message != "worker-lost-kept":
            self.wrong.append(f"{where} said nothing: {bytes(command.output)!r}")
        if command.state != Command.State.DONE and after.pk != before.pk:
            self.wrong.append(f"{where} moved the head")
        if command.state != Command.State.DONE and (not command.message or words(command.message) == ""):
            self.wrong.append(f"{where} has no words")

    def look_at_the_page(self) -> None:
        client = Client(HTTP_HOST="127.0.0.1")
        client.force_login(self.attempt.user)
        text = client.get(f"/attempts/{self.attempt.pk}/").content.decode()
        if "Traceback" in text or "log" not in text:
            self.wrong.append(f"{self.name}: the page shows a traceback, or no command")


def patiently(action: Callable[[], Any]) -> Any:
    """A page's request would be answered 500 where the one writer of SQLite is away too long; that is not looked at here."""
    deadline = time.monotonic() + 30
    while True:
        try:
            return action()
        except OperationalError:
            if time.monotonic() > deadline:
                raise


def left_over(up: int) -> list[str]:
    """Jails and cloud processes that are there though nobody types."""
    until(lambda: not victims(up)["jail"] and not victims(up)["cloud"], 20)
    below = set(descendants(up))
    strays = []
    for folder in Path("/proc").iterdir():
        if folder.name.isdigit() and int(folder.name) not in below:
            with contextlib.suppress(OSError):
                namespaces = re.search(r"^NSpid:(.*)$", (folder / "status").read_text(), re.MULTILINE)
                inside = namespaces is not None and len(namespaces[1].split()) > 1
                if inside and str(os.environ["COURSE_VAR"]) in (folder / "mountinfo").read_text() and alive(int(folder.name)):
                    strays.append(command_line(int(folder.name))[:100])
    return strays


def play(seed: int) -> dict[str, Any]:
    up, over = int(os.environ["UP_PID"]), threading.Event()
    learners = [Learner(number, seed, over) for number in range(LEARNERS)]
    for learner in learners:
        learner.start()
    begun = time.monotonic()
    killed = rampage(up, random.Random(seed))
    killing = time.monotonic() - begun
    over.set()
    for learner in learners:
        learner.join(120)
    open_rows = Command.objects.filter(state__in=[Command.State.QUEUED, Command.State.RUNNING])
    # Who was killed gives nothing back: a lock is free when its lease is over, too.
    until(lambda: not Sandbox.objects.exclude(lock_holder="").filter(lock_until__gt=timezone.now()).exists(), 60)
    ended: Counter[str] = sum((learner.ended for learner in learners), Counter())
    return {
        "killed": dict(killed),
        "seconds": [round(killing, 1), round(time.monotonic() - begun, 1)],
        "ended": dict(sorted(ended.items())),
        "workers": len({worker for learner in learners for worker in learner.by}),
        "wrong": [word for learner in learners for word in learner.wrong]
        + [f"{learner.name} never ended" for learner in learners if learner.is_alive()]
        + [f"command {command.pk} never ended" for command in open_rows],
        "left": left_over(up),
        "attempts": Attempt.objects.count(),
    }


def share() -> dict[str, Any]:
    up = int(os.environ["UP_PID"])
    attempts = [driver.attempt_of(f"share-{number}") for number in range(12)]
    running = [driver.submit(attempt, "echo on; read x; echo $x") for attempt in attempts]
    running = [driver.printed(command, b"on") for command in running]
    workers = sorted({command.worker for command in running})
    dead = int(workers[0].split(":")[1])
    os.kill(dead, signal.SIGKILL)
    for command in running:
        if command.worker != workers[0]:
            until(lambda command=command: typed(command), 20)
    ended = [driver.finished(command) for command in running]
    words = {worker: sorted({f"{one.state} {one.message}".strip() for one in ended if one.worker == worker}) for worker in workers}
    after = [driver.run(attempt, "true").state for attempt in attempts]
    return {
        "by": len(workers),
        "of_the_killed": words[workers[0]],
        "of_the_other": words[workers[-1]],
        "after": after,
        "left": left_over(up),
    }


RACERS, LAPS = 3, 4


def race() -> dict[str, Any]:
    """Every command adds one to what it finds: a lost or doubled one shows."""
    attempt = driver.attempt_of("race")
    argv = [sys.executable, "-m", "tests.kills", "racer", str(attempt.sandbox_id)]
    racers = [subprocess.Popen(argv, stdout=subprocess.PIPE, text=True) for _ in range(RACERS)]
    printed = [number for racer in racers for number in racer.communicate(timeout=150)[0].split()]
    head = Sandbox.objects.select_related("head").get(pk=attempt.sandbox_id).head
    return {
        "printed": sorted(map(int, printed)),
        "value": value_of(head),
        "number": head.number,
        "statuses": [one.returncode for one in racers],
    }


def racer(sandbox: str) -> None:
    laps = 0
    while laps < LAPS:
        chunks: list[bytes] = []
        try:
            with checkout(Sandbox.objects.get(pk=sandbox)) as live:
                live.run("n=$((n+1)); echo $n | tee -a log", write=chunks.append)
                live.commit(command="lap")
        except Busy:
            time.sleep(0.01)
            continue
        laps += 1
        sys.stdout.write(b"".join(chunks).decode())


def browser() -> dict[str, Any]:
    attempt = driver.attempt_of("browser")
    client = Client()
    client.force_login(attempt.user)
    cookie = f"sessionid={client.cookies['sessionid'].value}"
    page = socket.create_connection(("127.0.0.1", int(os.environ["UP_PORT"])), timeout=30)
    page.sendall(f"GET /attempts/{attempt.pk}/stream/ HTTP/1.1\r\nHost: 127.0.0.1\r\nCookie: {cookie}\r\n\r\n".encode())
    command = driver.submit(attempt, "echo on; read x; echo $x; y=kept")
    heard = page.recv(65536)
    driver.printed(command, b"on")
    page.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))  # a reset, as from a machine that went away
    page.close()
    until(lambda: typed(command), 20)
    ended, following = driver.finished(command), driver.run(attempt, "echo $y")
    return {"status": heard[:15].decode(), "state": ended.state, "next": [following.state, bytes(following.output).decode()]}


def typed(command: Command) -> bool:
    try:
        driver.actions.send_input(command=command, text="x\n")
    except driver.actions.LearnerError:
        return False
    return True


if __name__ == "__main__":
    if sys.argv[1] == "racer":
        racer(sys.argv[2])
    else:
        plays = {"share": share, "race": race, "browser": browser, "rampage": lambda: play(int(sys.argv[2]))}
        sys.stdout.write(json.dumps(plays[sys.argv[1]]()))
