"""Files changed from outside a sandbox: nothing is followed, nothing is lost, nothing outside is touched."""

import contextlib
import os
import shutil
import socket
import stat
import threading
from pathlib import Path

import pytest

from sandbox import files
from sandbox.errors import LearnerError
from sandbox.store import tree
from sandbox.store.blobs import digest
from sandbox.store.tree import MAX_DEPTH


@pytest.fixture
def outside(tmp_path: Path) -> Path:
    """What nobody in the sandbox may reach."""
    found = tmp_path / "outside"
    found.mkdir()
    (found / "secret").write_text("secret")
    return found


@pytest.fixture
def home(tmp_path: Path) -> Path:
    found = tmp_path / "home"
    (found / "environment").mkdir(parents=True)
    (found / "environment/a.txt").write_bytes(b"one\n")
    return found


def refused(code: str, act, *arguments, **options) -> LearnerError:
    with pytest.raises(LearnerError) as caught:
        act(*arguments, **options)
    assert caught.value.code == code
    return caught.value


def test_a_path_travels_as_ascii_whatever_its_bytes() -> None:
    for path in ("environment/a.txt", "한글 이름.md", os.fsdecode(b"\xff\xfe"), "a%20b", "a\nb", "a?b#c&d"):
        assert files.quoted(path).isascii()
        assert files.unquoted(files.quoted(path)) == path


@pytest.mark.parametrize("path", ["..", "a/../b", "/etc/passwd", "a//b", "a/", ".", "a/./b", "a\0b", "x" * 256, "가" * 86])
def test_what_can_be_no_path_is_refused(home: Path, path: str) -> None:
    for act in (files.make_folder, files.delete):
        refused("files-name", act, home, path)
    refused("files-name", files.save, home, path, b"", opened=None)
    refused("files-name", files.move, home, "environment/a.txt", path)


def test_nor_is_a_way_too_deep(home: Path) -> None:
    refused("files-deep", files.make_folder, home, "/".join("x" for _ in range(MAX_DEPTH + 1)))
    refused("files-deep", files.make_folder, home, "/".join("x" * 200 for _ in range(11)))


def test_saving_replaces_what_was_opened_and_keeps_its_mode(home: Path) -> None:
    file = home / "environment/a.txt"
    file.chmod(0o750)
    sha = files.save(home, "environment/a.txt", b"two\n", opened=digest(b"one\n"))
    assert (file.read_bytes(), sha, stat.S_IMODE(file.stat().st_mode)) == (b"two\n", digest(b"two\n"), 0o750)
    assert [found.name for found in files.listing(home, "environment")] == ["a.txt"]


def test_saving_over_a_change_is_refused_and_shows_it(home: Path) -> None:
    for opened in (digest(b"zero"), ""):
        with pytest.raises(files.Changed) as caught:
            files.save(home, "environment/a.txt", b"mine", opened=opened)
        assert caught.value.data == b"one\n"
    with pytest.raises(files.Changed) as caught:
        files.save(home, "environment/gone.txt", b"mine", opened=digest(b"x"))
    assert caught.value.data is None
    assert (home / "environment/a.txt").read_bytes() == b"one\n"
    files.save(home, "environment/a.txt", b"mine", opened=None)
    assert (home / "environment/a.txt").read_bytes() == b"mine"


def test_a_new_file_brings_its_folders(home: Path) -> None:
    files.save(home, "new/deep/b.txt", b"b", opened="")
    files.make_folder(home, "new/other")
    assert (home / "new/deep/b.txt").read_bytes() == b"b"
    assert sorted((found.name, found.kind) for found in files.listing(home, "new")) == [("deep", "d"), ("other", "d")]
    refused("files-exists", files.make_folder, home, "new/other")
    refused("files-gone", files.save, home, "environment/a.txt/x", b"", opened="")


def test_links_lead_nowhere(home: Path, outside: Path) -> None:
    (home / "way").symlink_to(outside)
    (home / "file").symlink_to(outside / "secret")
    (home / "nowhere").symlink_to(outside / "new")
    for path in ("way/secret", "file", "nowhere"):
        refused("files-link", files.read, home, path, 100)
    for path in ("way/secret", "way/new/x", "file", "nowhere"):
        refused("files-link", files.save, home, path, b"mine", opened=None)
    refused("files-link", files.make_folder, home, "way/new")
    refused("files-link", files.move, home, "environment/a.txt", "way/a.txt")
    refused("files-link", files.move, home, "way/secret", "mine")
    refused("files-link", files.delete, home, "way/secret")
    refused("files-link", files.listing, home, "way")
    files.delete(home, "way")
    assert [path.name for path in outside.iterdir()] == ["secret"]
    assert (outside / "secret").read_text() == "secret"


def test_a_folder_is_deleted_with_its_links_not_with_what_they_lead_to(home: Path, outside: Path) -> None:
    closed = home / "d/closed"
    closed.mkdir(parents=True)
    (closed / "x").write_text("x")
    (home / "d/way").symlink_to(outside)
    os.mkfifo(home / "d/pipe")
    closed.chmod(0)
    files.delete(home, "d")
    assert [found.name for found in files.listing(home, "")] == ["environment"]
    assert (outside / "secret").read_text() == "secret"


def test_what_is_no_file_is_neither_read_nor_replaced(home: Path) -> None:
    os.mkfifo(home / "pipe")
    with socket.socket(socket.AF_UNIX) as listening:
        folder = os.open(home, os.O_RDONLY)
        listening.bind(f"/proc/self/fd/{folder}/socket")
        os.close(folder)
        for path in ("pipe", "socket", "environment"):
            refused("files-not-file", files.read, home, path, 100)
            refused("files-not-file", files.save, home, path, b"", opened=None)
    assert {found.name for found in files.listing(home, "")} == {"environment"}


def test_a_large_file_is_not_read(home: Path) -> None:
    with (home / "sparse").open("wb") as file:
        file.truncate(10**12)
    assert refused("files-large", files.read, home, "sparse", 1000).values == {"path": "sparse", "size": 10**12}


def test_a_program_that_swaps_folders_for_links_meanwhile_gets_nothing(home: Path, outside: Path) -> None:
    (home / "d").mkdir()
    over = threading.Event()

    def swap() -> None:
        while not over.is_set():
            shutil.rmtree(home / "away", ignore_errors=True)
            for step in (
                lambda: (home / "d").rename(home / "away"),
                lambda: (home / "d").symlink_to(outside),
                lambda: (home / "d").unlink(),
                lambda: (home / "away").rename(home / "d"),
            ):
                with contextlib.suppress(OSError):  # a save has made the folder anew
                    step()

    hostile = threading.Thread(target=swap)
    hostile.start()
    done = 0
    try:
        for number in range(40_000):
            if number >= 400 and done:
                break
            for act in (lambda: files.save(home, "d/secret", b"mine", opened=None), lambda: files.delete(home, "d/secret")):
                with contextlib.suppress(LearnerError):
                    act()
                    done += 1
            if number % 50 == 0:
                with contextlib.suppress(LearnerError):
                    assert files.read(home, "d/secret", 100) != b"secret"
    finally:
        over.set()
        hostile.join()
    assert done
    assert {path.name: path.read_text() for path in outside.iterdir()} == {"secret": "secret"}


def test_moving_replaces_nothing(home: Path) -> None:
    files.move(home, "environment/a.txt", "other/b.txt")
    assert (home / "other/b.txt").read_bytes() == b"one\n"
    refused("files-gone", files.move, home, "environment/a.txt", "c")
    refused("files-exists", files.move, home, "other/b.txt", "environment")
    refused("files-exists", files.move, home, "other", "other")
    refused("files-into-itself", files.move, home, "other", "other/inside")
    assert (home / "other/b.txt").read_bytes() == b"one\n"


def test_what_its_owner_closed_stays_closed(home: Path) -> None:
    (home / "environment").chmod(0)
    try:
        refused("files-closed", files.read, home, "environment/a.txt", 100)
        refused("files-closed", files.save, home, "environment/a.txt", b"", opened=None)
    finally:
        (home / "environment").chmod(0o755)


def test_a_path_is_made_as_a_manifest_has_it(home: Path, outside: Path) -> None:
    blobs = {"one": b"1", "two": b"2"}
    entry = tree.Entry
    manifest = {
        "d": entry("d", 0o755, 0, 0, ""), "d/x": entry("f", 0o700, 0, 1, "one"), "d/way": entry("l", 0o777, 0, 1, str(outside)),
        "d/empty": entry("d", 0o755, 0, 0, ""), "dd": entry("f", 0o644, 0, 1, "two"),
    }  # fmt: skip
    (home / "d").symlink_to(outside)
    files.restore(home, "d", manifest, blobs.__getitem__)
    assert (home / "d/x").read_bytes() == b"1"
    assert stat.S_IMODE((home / "d/x").stat().st_mode) == 0o700
    assert (home / "d/way").readlink() == outside
    assert (home / "d/empty").is_dir()
    assert not (home / "dd").exists()
    files.restore(home, "d", {}, blobs.__getitem__)
    assert not (home / "d").exists()
    assert (outside / "secret").read_text() == "secret"
