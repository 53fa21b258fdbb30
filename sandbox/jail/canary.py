"""May this machine run jails? Answered by running one that tries to get out, before a worker takes work. Fails closed.

``check()`` takes about 50 ms and gives a list of problems, each with its remedy; an empty list is the only good answer.
"""

from __future__ import annotations

import json
import os
import platform
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sandbox.errors import Fault
from sandbox.jail import bwrap, seccomp
from sandbox.jail.limits import Limits
from sandbox.jail.rootfs import TOOLS, UID, Rootfs

_PROBE = Path(__file__).with_name("probe.py")
_PROCESSES = 20
_SECONDS = 20
_NAMESPACES = ("user", "mnt", "pid", "net", "ipc", "uts")
_NO_CAPABILITIES = "0" * 16
_ORDINARY = "Do not start workers here: report this with the kernel's version and `bwrap --version`."

IN_A_CONTAINER = (
    "in docker-compose.yml give the worker, and the worker alone: "
    "security_opt: [seccomp=unconfined, apparmor=unconfined, systempaths=unconfined]"
)
APPARMOR = "echo kernel.apparmor_restrict_unprivileged_userns=0 | sudo tee /etc/sysctl.d/60-userns.conf && sudo sysctl --system"
USERNS_SETTINGS = (
    ("user/max_user_namespaces", "0", "sudo sysctl -w user.max_user_namespaces=15000   (keep it in /etc/sysctl.d/60-userns.conf)"),
    (
        "kernel/unprivileged_userns_clone",
        "0",
        "sudo sysctl -w kernel.unprivileged_userns_clone=1   (keep it in /etc/sysctl.d/60-userns.conf)",
    ),
    ("kernel/apparmor_restrict_unprivileged_userns", "1", APPARMOR),
)

# What the probe managed -> what that means.
_ESCAPES = {
    "sentinel": "A jail read a file outside it.",
    "signal": "A jail reached a process outside it with a signal.",
    "connect": "A jail connected to a port of this machine.",
    "abstract": "A jail connected to an abstract unix socket of this machine.",
    "route": "A jail has a route to other machines.",
    "core_pattern": "A jail may write the kernel's settings (core_pattern).",
    "root": "A jail's root folder is writable.",
    "usr": "A jail may write to /usr.",
    "mount": "A jail may mount file systems.",
    "namespace": "A jail may make user namespaces.",
    "raw": "A jail may open packet sockets.",
}


@dataclass(frozen=True, slots=True)
class Problem:
    """``code`` is stable; ``detail`` and ``remedy`` are sentences for an operator."""

    code: str
    detail: str
    remedy: str


def check(rootfs: Rootfs) -> list[Problem]:
    """Every reason not to run commands on this machine; empty when a jail started and nothing got out of it."""
    if problems := _before():
        return problems
    try:
        with tempfile.TemporaryDirectory(prefix="canary-", dir=rootfs.path.parent.parent) as folder:
            return _run(rootfs, Path(folder))
    except Fault as fault:
        return [Problem(fault.code, fault.detail, _ORDINARY)]
    except (OSError, ValueError, KeyError, TypeError) as error:
        return [Problem("canary", f"The jail that tests the others could not be run: {type(error).__name__}: {error}.", _ORDINARY)]


def _before() -> list[Problem]:
    """What can be known, and named, without starting a jail."""
    if os.geteuid() == 0:
        return [
            Problem("root", "Jails are not started as root.", "Start through manage.py, which becomes an unprivileged user, or as one.")
        ]
    problems = []
    for attempt in (seccomp.filter_bytes, bwrap.find_bwrap):
        try:
            attempt()
        except Fault as fault:
            problems.append(Problem(fault.code, fault.detail, fault.detail.rpartition("Remedy: ")[2]))
    if not Path("/proc/sys/kernel/seccomp").exists():
        problems.append(
            Problem(
                "no-seccomp", f"This kernel ({platform.release()}) has no seccomp filters.", "Use a kernel with CONFIG_SECCOMP_FILTER=y."
            )
        )
    if not os.access(bwrap.PRLIMIT, os.X_OK):
        problems.append(Problem("no-prlimit", f"{bwrap.PRLIMIT} is missing.", "apt install util-linux (or dnf, apk add util-linux)"))
    return problems


def _run(rootfs: Rootfs, folder: Path) -> list[Problem]:
    sentinel = folder / "sentinel"
    sentinel.write_text("outside")
    for name in ("home", "tmp"):
        (folder / name).mkdir()
    jail = bwrap.Jail(rootfs, folder / "home", folder / "tmp", "canary", {"PATH": "/usr/bin"}, limits=Limits(processes=_PROCESSES))
    with _listeners() as (port, abstract):
        targets = {
            "sentinel": str(sentinel),
            "port": port,
            "abstract": abstract,
            "pids": [os.getpid(), os.getppid()],
            "processes": _PROCESSES,
        }
        argv = [f"{TOOLS}/bin/python3", "-ISB", "-c", _PROBE.read_text(), json.dumps(targets)]
        with bwrap.command(jail, argv) as launch:
            status, output, errors = _communicate(launch)
    if status != 0:
        return [diagnose(errors, status)]
    return judge(json.loads(output))


@contextmanager
def _listeners() -> Iterator[tuple[int, str]]:
    """A port and an abstract name of this machine that a jail must not reach."""
    with socket.socket() as stream, socket.socket(socket.AF_UNIX) as unix:
        stream.bind(("127.0.0.1", 0))
        stream.listen(4)
        abstract = f"course-canary-{os.getpid()}-{stream.getsockname()[1]}"
        unix.bind("\0" + abstract)
        unix.listen(4)
        yield stream.getsockname()[1], abstract


def _communicate(launch: bwrap.Launch) -> tuple[int, str, str]:
    process = subprocess.Popen(
        launch.argv,
        env=launch.env,
        pass_fds=launch.pass_fds,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        output, errors = process.communicate(timeout=_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        output, errors = process.communicate()
        errors += f"no answer within {_SECONDS} seconds"
    return process.returncode, output, errors


def judge(report: dict[str, Any]) -> list[Problem]:
    """The problems in what the probe printed."""
    problems = [Problem(name, text, _ORDINARY) for name, text in _ESCAPES.items() if name in report["achieved"]]
    shared = [name for name in _NAMESPACES if report["namespaces"][name] == os.readlink(f"/proc/self/ns/{name}")]  # noqa: PTH115
    rules: list[tuple[str, bool, str]] = [
        ("namespaces", not shared, f"A jail shares namespaces with this machine: {', '.join(shared)}."),
        ("environment", report["environment"] == 0, "A jail can read the environment of the program that started it."),
        ("seccomp", report["seccomp"] == "2", "The system call filter is not in force in a jail."),
        ("capabilities", report["capabilities"] == _NO_CAPABILITIES, "A jail's program holds capabilities."),
        ("no-new-privs", report["no_new_privs"] == "1", "A jail's program could gain privileges through setuid files."),
        ("uid", report["uid"] == UID, f"A jail's program runs as uid {report['uid']}."),
    ]
    problems += [Problem(code, text, _ORDINARY) for code, holds, text in rules if not holds]
    if report["processes"] >= _PROCESSES:
        problems.append(
            Problem(
                "process-limit",
                f"A jail limited to {_PROCESSES} processes started {report['processes']}.",
                f"Use Linux 5.14 or newer, which counts processes per user namespace (this is {platform.release()}).",
            )
        )
    return problems


def diagnose(errors: str, status: int) -> Problem:
    """Why no jail started, from bwrap's words and the kernel's settings."""
    said = errors.strip().splitlines()[-1] if errors.strip() else f"status {status}"
    for recognise in (_masked_proc, _user_namespaces, _chroot):
        if problem := recognise(errors, said):
            return problem
    return Problem("jail", f"No jail can be started: {said}.", _ORDINARY)


def _masked_proc(errors: str, said: str) -> Problem | None:
    if "mount proc" not in errors:
        return None
    return Problem("masked-proc", f"This container hides parts of /proc, so the kernel refuses a jail its own: {said}.", IN_A_CONTAINER)


def _user_namespaces(errors: str, said: str) -> Problem | None:
    marks = ("namespace", "uid map", "gid map", "setgroups", "loopback", "/ slave", "RTM_NEWADDR", "Operation not permitted")
    if not any(mark in errors for mark in marks):
        return None
    for name, forbidding, remedy in USERNS_SETTINGS:
        if setting(name) == forbidding:
            why = f"{name.replace('/', '.')} is {forbidding}"
            return Problem("no-user-namespaces", f"Ordinary users may not make user namespaces here: {why} ({said}).", remedy)
    if in_container():
        return Problem("no-user-namespaces", f"This container may not make user namespaces ({said}).", IN_A_CONTAINER)
    return Problem(
        "no-user-namespaces",
        f"User namespaces are refused here ({said}).",
        "Use a kernel with CONFIG_USER_NS=y; look for a security module, or a service unit's RestrictNamespaces=, that forbids them.",
    )


def _chroot(errors: str, said: str) -> Problem | None:
    if "pivot_root" not in errors:
        return None
    return Problem(
        "chroot",
        f"Jails cannot be made inside a chroot or an initial RAM disk ({said}).",
        "Start on the machine itself, or in a container.",
    )


def setting(name: str) -> str | None:
    """A value below /proc/sys, or None where this kernel has none of that name."""
    try:
        return Path("/proc/sys", name).read_text().strip()
    except OSError:
        return None


def in_container() -> bool:
    return Path("/.dockerenv").exists() or Path("/run/.containerenv").exists() or "container" in os.environ
