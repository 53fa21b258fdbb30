"""Started as root, become a user of our own: no jail, no site and no worker ever runs as uid 0. Standard library only.

A jail made by root has root's kuid outside, and the kernel's settings and limits look at that one: sysctls open for
writing, RLIMIT_NPROC ignored. So before anything else the process becomes an unprivileged user that owns the run-time
folder and nothing else.

That user may be unable to reach the project or the interpreter: /root is closed, and pyenv lives in it. Then the process
gets a mount namespace of its own, in which the closed folder is an empty one with only the needed paths mounted back at
their names; the rest of root's home is then out of reach for everything that is started later.

no_new_privs is left alone: bwrap sets it for every jail, a setuid bwrap is refused, and an AppArmor profile for bwrap
(Ubuntu) must still be entered on exec.
"""

from __future__ import annotations

import ctypes
import errno
import os
import pwd
import stat
import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

PREFERRED_UID = 61357
_CLONE_NEWNS = 0x00020000
_MS_NOSUID, _MS_NODEV, _MS_BIND, _MS_REC, _MS_PRIVATE = 0x2, 0x4, 0x1000, 0x4000, 0x40000
_PR_SET_DUMPABLE = 4
_MAX_LINKS = 40


class UidError(Exception):
    """It cannot be done on this machine; ``remedy`` says what to do about it."""

    def __init__(self, problem: str, remedy: str) -> None:
        super().__init__(problem)
        self.remedy = remedy


@dataclass(frozen=True)
class Identity:
    uid: int
    gid: int


def become_unprivileged(paths_needed: Sequence[Path], owned: Sequence[Path]) -> Identity | None:
    """Leave uid 0 for good; None when the process is not root. Call it before starting threads.

    ``owned``: run-time folders, made when missing and given to the user; the first holds its HOME. ``paths_needed``: what
    it must be able to read (project, virtual environments, the interpreter's prefix; interpreters of the environments among
    them are found by themselves). Raises UidError.
    """
    if os.geteuid() != 0:
        return None
    identity = choose(owned)
    try:
        for folder in owned:
            folder.mkdir(parents=True, exist_ok=True)
            _give(folder, identity)
    except OSError as error:
        raise UidError(
            f"{error.filename} cannot be given to uid {identity.uid}: {error.strerror}.",
            "Start as an ordinary user, or set COURSE_VAR to a folder on a disk that keeps owners.",
        ) from error
    _make_reachable([*_with_interpreters(paths_needed), *owned], identity)
    _switch(identity, owned[0])
    return identity


def choose(owned: Sequence[Path]) -> Identity:
    """The owner of an existing run-time folder unless that is root, else 61357 or the next number nobody has."""
    for folder in owned:
        if folder.exists() and (about := folder.stat()).st_uid != 0:
            return Identity(about.st_uid, about.st_gid or about.st_uid)
    taken = {entry.pw_uid for entry in pwd.getpwall()}
    uid = next(number for number in range(PREFERRED_UID, 65000) if number not in taken)
    return Identity(uid, uid)


def _give(folder: Path, identity: Identity) -> None:
    """Everything below the first time, later only what root has put directly into it. Never through links, nor a file
    with a second name, which may lie outside."""
    first_time = folder.stat().st_uid != identity.uid
    for _path, folders, files, folder_fd in os.fwalk(folder, follow_symlinks=False):
        for name in [*folders, *files]:
            about = os.stat(name, dir_fd=folder_fd, follow_symlinks=False)
            single = stat.S_ISDIR(about.st_mode) or about.st_nlink == 1
            if about.st_uid != identity.uid and single and (first_time or about.st_uid == 0):
                os.chown(name, identity.uid, identity.gid, dir_fd=folder_fd, follow_symlinks=False)
        if not first_time:
            break
    os.chown(folder, identity.uid, identity.gid)


def _with_interpreters(paths: Iterable[Path]) -> list[Path]:
    """Adds, for each virtual environment, the links to its interpreter and the folder that one is installed in."""
    found: list[Path] = []
    for path in [*paths, Path(sys.prefix), Path(sys.base_prefix)]:
        found.append(path)
        python = path / "bin" / "python3"
        if python.exists():
            found += [python, python.resolve().parent.parent]
    return found


def _make_reachable(paths: Sequence[Path], identity: Identity) -> None:
    links, targets = _follow(paths)
    closed = _closed_folders(sorted({*links, *targets}), identity)
    needed = [path for path in targets if not any(path != other and path.is_relative_to(other) for other in targets)]
    if shut := [path for path in needed if path in closed]:
        raise UidError(
            f"uid {identity.uid}, which the site takes instead of root, may not read {', '.join(map(str, shut))}.",
            f"chmod -R go+rX {' '.join(map(str, shut))}   (or start as the user they belong to)",
        )
    tops = {folder for folder in closed if not any(folder != other and folder.is_relative_to(other) for other in closed)}
    if not tops:
        return
    _own_mount_namespace(sorted(tops))
    here = Path.cwd()
    for top in sorted(tops):
        _replace(top, [path for path in needed if path.is_relative_to(top)], [link for link in links if link.is_relative_to(top)])
    os.chdir(here if here.exists() else "/")


def _follow(paths: Iterable[Path]) -> tuple[set[Path], set[Path]]:
    """The symbolic links met on the way to ``paths``, and where the paths really are."""
    links: set[Path] = set()
    targets: set[Path] = set()
    for path in paths:
        waiting, followed = Path.cwd() / os.path.normpath(path), 0
        while (link := next((part for part in [*reversed(waiting.parents), waiting] if part.is_symlink()), None)) is not None:
            followed += 1
            if followed > _MAX_LINKS:
                raise UidError(f"{path} is a loop of links.", "Mend the links, or install Python anew.")
            links.add(link)
            waiting = Path(os.path.normpath(link.parent / link.readlink() / waiting.relative_to(link)))
        if waiting.exists():
            targets.add(waiting)
    return links, targets


def _closed_folders(paths: Sequence[Path], identity: Identity) -> set[Path]:
    """Those of the paths and of the folders above them that are by themselves closed to the user. Asked of the kernel by a
    child that is the user, so that access lists count; by descriptor, so that the folders above do not."""
    asked = sorted({folder for path in paths for folder in [*path.parents, path] if not folder.is_symlink()})
    fds = [os.open(folder, os.O_PATH | os.O_CLOEXEC) for folder in asked]
    try:
        answer = _ask_as(identity, fds)
    finally:
        for fd in fds:
            os.close(fd)
    return {folder for folder, is_open in zip(asked, answer, strict=True) if not is_open}


def _ask_as(identity: Identity, fds: Sequence[int]) -> bytes:
    """One byte a descriptor: 1 when the user may enter that folder or read that file."""
    read_end, write_end = os.pipe()
    child = os.fork()
    if child == 0:
        status = 1
        try:
            _switch_ids(identity)
            answer = bytes(os.access(f"/proc/self/fd/{fd}", os.X_OK if stat.S_ISDIR(os.fstat(fd).st_mode) else os.R_OK) for fd in fds)
            os.write(write_end, answer)
            status = 0
        finally:
            os._exit(status)
    os.close(write_end)
    with os.fdopen(read_end, "rb") as pipe:
        answer = pipe.read()
    os.waitpid(child, 0)
    if len(answer) != len(fds):
        raise UidError(
            f"This process is root but may not become uid {identity.uid}.",
            "Start as an ordinary user; in a container add the capabilities SETUID, SETGID and CHOWN, or `--user 1000`.",
        )
    return answer


def _own_mount_namespace(closed: Sequence[Path]) -> None:
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.unshare(_CLONE_NEWNS) != 0:
        names = " ".join(map(str, closed))
        raise UidError(
            f"The site does not run as root, and the user it becomes may not enter {names} "
            f"(and may not be shown a part of it: {os.strerror(ctypes.get_errno())}).",
            f"chmod o+x {names}   (or move the project and Python to a readable place such as /opt, or start as an ordinary user)",
        )
    _mount("none", Path("/"), None, _MS_REC | _MS_PRIVATE)


def _replace(top: Path, paths: Sequence[Path], links: Sequence[Path]) -> None:
    """An empty folder over ``top``, and in it only the ways to ``paths``. Their descriptors are opened before it hides them."""
    kept = [(path, os.open(path, os.O_PATH | os.O_CLOEXEC)) for path in sorted(paths)]
    texts = [(link, link.readlink()) for link in sorted(links)]
    try:
        _mount("tmpfs", top, "tmpfs", _MS_NOSUID | _MS_NODEV, "mode=0755,size=1m")
        for path, fd in kept:
            _stand_in(path, stat.S_ISDIR(os.fstat(fd).st_mode), top)
            _mount(f"/proc/self/fd/{fd}", path, None, _MS_BIND | _MS_REC)
        for link, text in texts:
            if not link.is_symlink() and not link.exists():
                _stand_in(link.parent, True, top)
                link.symlink_to(text)
    finally:
        for _path, fd in kept:
            os.close(fd)


def _stand_in(path: Path, is_folder: bool, top: Path) -> None:
    """Something to mount on; every folder down from ``top`` open whatever the umask."""
    for folder in [*reversed(path.parents), path] if is_folder else reversed(path.parents):
        if folder.is_relative_to(top) and not folder.exists():
            folder.mkdir()
            folder.chmod(0o755)
    if not is_folder:
        path.touch()


def _mount(source: str, target: Path, kind: str | None, flags: int, options: str | None = None) -> None:
    libc = ctypes.CDLL(None, use_errno=True)
    arguments = [None if text is None else os.fsencode(text) for text in (source, target, kind)]
    if libc.mount(*arguments, ctypes.c_ulong(flags), None if options is None else options.encode()) != 0:
        code = ctypes.get_errno()
        raise UidError(
            f"Mounting on {target} failed: {errno.errorcode.get(code, code)}, {os.strerror(code)}.",
            f"chmod o+x {target}   (or move the project and Python to a readable place such as /opt, or start as an ordinary user)",
        )


def _switch_ids(identity: Identity) -> None:
    os.setgroups([])
    os.setresgid(identity.gid, identity.gid, identity.gid)
    os.setresuid(identity.uid, identity.uid, identity.uid)
    # The change made /proc/self root's; a helper that enters namespaces writes its own uid_map there.
    ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_DUMPABLE, 1, 0, 0, 0)


def _switch(identity: Identity, state: Path) -> None:
    """What is written from here on is the user's alone."""
    os.umask(0o077)
    _switch_ids(identity)
    home = state / "home"
    home.mkdir(exist_ok=True)
    os.environ["HOME"] = str(home)
    for name in ("XDG_RUNTIME_DIR", "XDG_CACHE_HOME", "XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_STATE_HOME", "MAIL"):
        os.environ.pop(name, None)
    if "TMPDIR" in os.environ and not os.access(os.environ["TMPDIR"], os.W_OK | os.X_OK):
        del os.environ["TMPDIR"]
