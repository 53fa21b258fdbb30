"""A folder scanned and laid down again is the same folder."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest

from sandbox import folders
from sandbox.store import tree


class Store(dict[str, bytes]):
    """Blobs in memory; counts what was put."""

    puts = 0

    def put(self, data: bytes) -> str:
        import hashlib

        self.puts += 1
        sha = hashlib.sha256(data).hexdigest()
        self[sha] = data
        return sha


def scan(root: Path, store: Store, index: tree.Index | None = None, *, later: int = 10**9, **limits: int) -> tree.Scan:
    bounds = {"max_bytes": 10**6, "max_files": 100, **limits}
    return tree.Scan(root, index or {}, store.put, now_ns=time.time_ns() + later, **bounds)


@pytest.fixture
def store() -> Store:
    return Store()


@pytest.fixture
def root(tmp_path: Path) -> Path:
    root = tmp_path / "root"
    (root / "empty").mkdir(parents=True)
    (root / "deep" / "er").mkdir(parents=True)
    (root / "deep" / "er" / "file").write_bytes(b"hello")
    (root / "deep" / "er" / "file").chmod(0o750)
    os.utime(root / "deep" / "er" / "file", ns=(1, 1_600_000_000_123_456_789))
    (root / "link").symlink_to("/etc/passwd")
    (root / os.fsdecode(b"caf\xe9 \xed\x95\x9c")).write_text("bytes in a name")
    os.utime(root / "empty", ns=(5, 5))
    return root


def test_what_is_laid_down_scans_the_same(root: Path, store: Store, tmp_path: Path) -> None:
    first = scan(root, store)
    tree.lay_down(tmp_path / "again", first.manifest, store.__getitem__)
    second = scan(tmp_path / "again", store)
    assert second.manifest == first.manifest
    assert (tmp_path / "again" / "deep" / "er" / "file").read_bytes() == b"hello"


def test_laying_down_replaces_everything_that_was_there(root: Path, store: Store, tmp_path: Path) -> None:
    first = scan(root, store)
    target = tmp_path / "again"
    (target / "closed" / "in").mkdir(parents=True)
    (target / "closed").chmod(0o000)
    (target / "link").mkdir()
    tree.lay_down(target, first.manifest, store.__getitem__)
    assert scan(target, store).manifest == first.manifest


def test_unchanged_files_are_not_read_again(root: Path, store: Store) -> None:
    first = scan(root, store)
    before = store.puts
    second = scan(root, store, first.index)
    assert store.puts == before
    assert second.manifest == first.manifest


def test_same_size_and_time_but_other_bytes_is_seen(root: Path, store: Store) -> None:
    file = root / "deep" / "er" / "file"
    first = scan(root, store)
    file.write_bytes(b"HELLO")
    os.utime(file, ns=(1, 1_600_000_000_123_456_789))  # a program may put the old time back; ctime it can't
    assert scan(root, store, first.index).manifest["deep/er/file"].data != first.manifest["deep/er/file"].data


def test_a_file_written_just_before_the_scan_is_read_again_next_time(root: Path, store: Store) -> None:
    (root / "fresh").write_text("x")
    assert "fresh" not in scan(root, store, later=0).index
    assert "fresh" in scan(root, store, later=10**9).index


def test_links_are_kept_and_never_followed(root: Path, store: Store) -> None:
    (root / "up").symlink_to("../../..")
    found = scan(root, store).manifest
    assert found["link"] == found["link"]._replace(kind="l", data="/etc/passwd")
    assert not any(path.startswith("up/") for path in found)


def test_fifos_and_sockets_are_left_out(root: Path, store: Store) -> None:
    os.mkfifo(root / "fifo")
    assert "fifo" not in scan(root, store).manifest


def test_what_its_owner_closed_is_kept_closed(root: Path, store: Store, tmp_path: Path) -> None:
    (root / "deep" / "er" / "file").chmod(0o000)
    (root / "deep").chmod(0o000)
    first = scan(root, store)
    assert first.manifest["deep"].mode == 0
    assert "deep/er/file" in first.manifest
    tree.lay_down(tmp_path / "again", first.manifest, store.__getitem__)
    assert (tmp_path / "again" / "deep").stat().st_mode & 0o777 == 0
    (root / "deep").chmod(0o755)
    folders.remove(tmp_path / "again")
    assert not (tmp_path / "again").exists()


@pytest.mark.parametrize(("limits", "what"), [({"max_bytes": 10}, "bytes"), ({"max_files": 3}, "files")])
def test_too_much_is_refused(root: Path, store: Store, limits: dict[str, int], what: str) -> None:
    with pytest.raises(tree.TooMuch) as refused:
        scan(root, store, **limits)
    assert refused.value.what == what


def test_a_sparse_file_is_refused_before_it_is_read(root: Path, store: Store) -> None:
    os.truncate(root / "deep" / "er" / "file", 10**12)
    with pytest.raises(tree.TooMuch):
        scan(root, store)


def test_diff_names_what_changed(root: Path, store: Store) -> None:
    first = scan(root, store).manifest
    (root / "deep" / "er" / "file").write_bytes(b"other")
    (root / "new").write_bytes(b"12")
    (root / "link").unlink()
    (root / "another-empty").mkdir()
    assert tree.diff(first, scan(root, store).manifest) == [
        {"path": "deep/er/file", "change": "changed", "size": 5},
        {"path": "link", "change": "removed", "size": 0},
        {"path": "new", "change": "added", "size": 2},
    ]
