"""Reading and changing files under a sandbox's home from outside it, as the files panel does, while the learner's programs may run there.

Whatever is found there may change under our hands, and may be a trap: every folder on the way is opened from the one before it and never
through a link, which is what openat2 calls RESOLVE_BENEATH and RESOLVE_NO_SYMLINKS for a path without "..". Nothing is followed, nothing
but a regular file is read, and a file is replaced whole, so that a program reads the old one or the new one.

Paths are relative to the home, their bytes as str by surrogateescape. ``quoted`` makes them fit for an address or a form.
"""

from __future__ import annotations

import contextlib
import errno
import os
import secrets
import stat
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple
from urllib.parse import quote_from_bytes, unquote_to_bytes

from sandbox import folders
from sandbox.errors import LearnerError
from sandbox.store import blobs, tree
from sandbox.store.filediff import shown

MAX_NAME, MAX_PATH = 255, 2048  # bytes
MAX_LISTED = 5_000
MAX_COMPARED = 8 * 1024 * 1024  # bytes of a file that somebody else wrote where one is saved
_FOLDER_MODE, _FILE_MODE = 0o755, 0o644
_READ = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
_WRITE = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
_AT = os.O_PATH | os.O_NOFOLLOW | os.O_CLOEXEC


class Changed(Exception):
    """The file is not the one that was opened. ``data``: what it holds now, None where it is gone."""

    def __init__(self, data: bytes | None) -> None:
        super().__init__("the file is another by now")
        self.data = data


class Found(NamedTuple):
    """A name in a folder; ``kind`` as in ``tree.Entry``."""

    name: str
    kind: str
    size: int


def quoted(path: str) -> str:
    """ASCII, whatever the bytes: ``a b/\\xff`` → ``a%20b/%FF``."""
    return quote_from_bytes(os.fsencode(path), safe="/")


def unquoted(text: str) -> str:
    """The other way. Raises LearnerError files-name for what can be no path."""
    path = os.fsdecode(unquote_to_bytes(text))
    split(path)
    return path


def split(path: str) -> list[str]:
    """The names on the way; none for the home itself. Raises LearnerError files-name: "..", empty or overlong names, too deep."""
    if not path:
        return []
    names = path.split("/")
    size = len(os.fsencode(path))
    if size > MAX_PATH or len(names) > tree.MAX_DEPTH:
        raise LearnerError("files-deep", limit=tree.MAX_DEPTH)
    for name in names:
        if name in {"", ".", ".."} or "\0" in name or len(os.fsencode(name)) > MAX_NAME:
            raise LearnerError("files-name", name=shown(name))
    return names


# --- reading ---------------------------------------------------------------------------------------------------------------


def read(home: Path, path: str, limit: int) -> bytes:
    """A regular file's bytes. Raises LearnerError: files-gone, files-link, files-closed, files-not-file, files-large."""
    with _parent(home, path) as (folder, name):
        data = _content(folder, name, path, limit)
    if data is None:
        raise LearnerError("files-gone", path=shown(path))
    return data


def listing(home: Path, path: str) -> list[Found]:
    """What is in a folder, unsorted; sockets and the like are left out, as no version keeps them. Raises LearnerError as ``read`` does."""
    found: list[Found] = []
    with _folder(home, split(path), path) as folder, os.scandir(folder) as names:
        for item in names:
            with contextlib.suppress(OSError):  # gone meanwhile
                info = item.stat(follow_symlinks=False)
                kind = {stat.S_IFDIR: "d", stat.S_IFLNK: "l", stat.S_IFREG: "f"}.get(stat.S_IFMT(info.st_mode))
                if kind and len(found) < MAX_LISTED:
                    found.append(Found(item.name, kind, info.st_size if kind == "f" else 0))
    return found


def _content(folder: int, name: str, path: str, limit: int) -> bytes | None:
    """None where there is nothing of that name."""
    try:
        descriptor = os.open(name, _READ, dir_fd=folder)
    except FileNotFoundError:
        return None
    except OSError as error:
        raise _word(error, path) from error
    try:
        info = os.fstat(descriptor)
        if not stat.S_ISREG(info.st_mode):
            raise LearnerError("files-not-file", path=shown(path))
        if info.st_size > limit:
            raise LearnerError("files-large", path=shown(path), size=info.st_size)
        with os.fdopen(descriptor, "rb", closefd=False) as file:
            return file.read(info.st_size)  # not more than it was: a program may be writing without end
    finally:
        os.close(descriptor)


# --- changing --------------------------------------------------------------------------------------------------------------


def save(home: Path, path: str, data: bytes, *, opened: str | None) -> str:
    """Make ``path`` hold ``data``, with the folders on its way; its SHA-256.

    ``opened``: the SHA-256 of what it held when it was opened, "" for a file that is new, None to replace whatever is there.
    Raises Changed where it holds something else by now, and LearnerError: files-link, files-not-file, files-large, files-closed, …
    """
    with _parent(home, path, make=True) as (folder, name):
        mode = _replaceable(folder, name, path)
        if opened is not None:
            there = None if mode is None else _content(folder, name, path, MAX_COMPARED)
            if (blobs.digest(there) if there is not None else "") != opened:
                raise Changed(there)
        _replace(folder, name, path, data, _FILE_MODE if mode is None else mode)
    return blobs.digest(data)


def _replaceable(folder: int, name: str, path: str) -> int | None:
    """The mode of the file that is there, None where none is. What is no file is never replaced."""
    try:
        info = os.stat(name, dir_fd=folder, follow_symlinks=False)
    except FileNotFoundError:
        return None
    if stat.S_ISLNK(info.st_mode):
        raise LearnerError("files-link", path=shown(path))
    if not stat.S_ISREG(info.st_mode):
        raise LearnerError("files-not-file", path=shown(path))
    return stat.S_IMODE(info.st_mode)


def _replace(folder: int, name: str, path: str, data: bytes, mode: int) -> None:
    temporary = f".{secrets.token_hex(8)}.saving"
    try:
        descriptor = os.open(temporary, _WRITE, 0o600, dir_fd=folder)
        try:
            with os.fdopen(descriptor, "wb") as file:
                file.write(data)
                os.fchmod(file.fileno(), mode)
            os.rename(temporary, name, src_dir_fd=folder, dst_dir_fd=folder)
        except OSError:
            with contextlib.suppress(OSError):
                os.unlink(temporary, dir_fd=folder)
            raise
    except OSError as error:
        raise _word(error, path) from error


def make_folder(home: Path, path: str) -> None:
    """A new folder, with those on its way. Raises LearnerError: files-exists, files-link, files-closed, files-name, files-full."""
    with _parent(home, path, make=True) as (folder, name):
        _make(folder, name, path)


def move(home: Path, path: str, to: str) -> None:
    """Give it another name or folder; nothing is ever replaced. Raises LearnerError: files-gone, files-exists, files-into-itself, …"""
    if f"{to}/".startswith(f"{path}/"):
        raise LearnerError("files-exists" if to == path else "files-into-itself", path=shown(to))
    with _parent(home, path) as (folder, name):
        if not _there(folder, name):
            raise LearnerError("files-gone", path=shown(path))
        with _parent(home, to, make=True) as (other, new):
            if _there(other, new):
                raise LearnerError("files-exists", path=shown(to))
            try:
                os.rename(name, new, src_dir_fd=folder, dst_dir_fd=other)
            except OSError as error:
                raise _word(error, path) from error


def delete(home: Path, path: str) -> None:
    """A file, a link (not what it leads to), or a folder with all that is in it.

    Raises LearnerError: files-gone, files-closed, files-busy where a program goes on writing into the folder.
    """
    with _parent(home, path) as (folder, name):
        if not _there(folder, name):
            raise LearnerError("files-gone", path=shown(path))
        try:
            _delete(folder, name, path, 0)
        except FileNotFoundError:  # somebody else took it away
            return
        except OSError as error:
            raise _word(error, path) from error


def restore(home: Path, path: str, manifest: tree.Manifest, get: Callable[[str], bytes]) -> None:
    """Make what is at ``path``, and below it, what ``manifest`` (of a whole home) has there. Raises LearnerError as the others do."""
    with contextlib.suppress(LearnerError):  # it was never there
        delete(home, path)
    for one, entry in sorted(manifest.items()):
        if one == path or one.startswith(f"{path}/"):
            with _parent(home, one, make=True) as (folder, name):
                if entry.kind == "d":
                    _make(folder, name, one, entry.mode | 0o700)
                elif entry.kind == "l":
                    os.symlink(entry.data, name, dir_fd=folder)
                else:
                    _replace(folder, name, one, get(entry.data), entry.mode)


def _delete(folder: int, name: str, path: str, depth: int) -> None:
    if depth > tree.MAX_DEPTH:
        raise LearnerError("files-deep", limit=tree.MAX_DEPTH)
    at = os.open(name, _AT, dir_fd=folder)
    try:
        if not stat.S_ISDIR(os.fstat(at).st_mode):
            os.unlink(name, dir_fd=folder)
            return
        _open_up(at)
        inner = os.open(".", folders.FOLDER, dir_fd=at)
    finally:
        os.close(at)
    try:
        for child in os.listdir(inner):  # noqa: PTH208 - a descriptor has no path
            with contextlib.suppress(FileNotFoundError):
                _delete(inner, child, path, depth + 1)
    finally:
        os.close(inner)
    os.rmdir(name, dir_fd=folder)


def _open_up(at: int) -> None:
    """Let the owner into a folder closed to them. By its descriptor: by name, chmod would follow a link put there meanwhile."""
    if os.fstat(at).st_mode & 0o700 != 0o700:
        Path(f"/proc/self/fd/{at}").chmod(0o700)


# --- the way to a file -----------------------------------------------------------------------------------------------------


@contextlib.contextmanager
def _parent(home: Path, path: str, *, make: bool = False) -> Iterator[tuple[int, str]]:
    """(descriptor of its folder, its name)."""
    names = split(path)
    if not names:
        raise LearnerError("files-name", name="~")
    with _folder(home, names[:-1], path, make=make) as folder:
        yield folder, names[-1]


@contextlib.contextmanager
def _folder(home: Path, names: list[str], path: str, *, make: bool = False) -> Iterator[int]:
    """``make``: folders that are missing are made."""
    folder = os.open(home, folders.FOLDER)
    try:
        for name in names:
            if make and not _there(folder, name):
                _make(folder, name, path)
            try:
                inner = os.open(name, folders.FOLDER, dir_fd=folder)
            except OSError as error:
                raise _word(error, path, folder, name) from error
            os.close(folder)
            folder = inner
        yield folder
    finally:
        os.close(folder)


def _there(folder: int, name: str) -> bool:
    try:
        os.stat(name, dir_fd=folder, follow_symlinks=False)
    except FileNotFoundError:
        return False
    except PermissionError:  # the folder is closed to its owner: what follows says so
        return True
    return True


def _make(folder: int, name: str, path: str, mode: int = _FOLDER_MODE) -> None:
    try:
        os.mkdir(name, mode, dir_fd=folder)
    except OSError as error:
        raise _word(error, path) from error


_WORDS = {
    errno.ENOENT: "files-gone",
    errno.EEXIST: "files-exists",
    errno.ELOOP: "files-link",
    errno.ENOTDIR: "files-gone",
    errno.EISDIR: "files-not-file",
    errno.ENXIO: "files-not-file",  # a socket
    errno.EACCES: "files-closed",
    errno.EPERM: "files-closed",
    errno.ENOTEMPTY: "files-busy",
    errno.ENOSPC: "files-full",
    errno.EDQUOT: "files-full",
}


def _word(error: OSError, path: str, folder: int | None = None, name: str = "") -> OSError | LearnerError:
    """What the learner can make of it; the error itself where that is nothing."""
    code = _WORDS.get(error.errno or 0)
    if error.errno == errno.ENOTDIR and folder is not None:  # so the kernel says of a link where a folder is wanted
        with contextlib.suppress(OSError):
            code = "files-link" if stat.S_ISLNK(os.stat(name, dir_fd=folder, follow_symlinks=False).st_mode) else code
    return LearnerError(code, path=shown(path)) if code else error
