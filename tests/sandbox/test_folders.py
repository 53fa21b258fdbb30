"""What a hostile program left behind can be taken away."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from sandbox import folders

pytestmark = pytest.mark.slow


def dig(folder: Path, depth: int, name: str = "d") -> None:
    """A chain of folders that no path can name, a file at its end."""
    at = os.open(folder, folders.FOLDER)
    for _ in range(depth):
        os.mkdir(name, dir_fd=at)
        inner = os.open(name, folders.FOLDER, dir_fd=at)
        os.close(at)
        at = inner
    os.close(os.open("file", os.O_CREAT | os.O_WRONLY, dir_fd=at))
    os.close(at)


@pytest.fixture
def top(tmp_path: Path) -> Path:
    (tmp_path / "top").mkdir()
    return tmp_path / "top"


def test_ten_thousand_levels(top: Path) -> None:
    dig(top, 10_000)
    folders.remove(top)
    assert not top.exists()


def test_long_names_at_every_level(top: Path) -> None:
    dig(top, 100, "n" * 255)
    dig(top, 100, "m" * 255)
    folders.remove(top)
    assert not top.exists()


def test_folders_closed_to_their_owner(top: Path) -> None:
    dig(top, 3)
    (top / "d/d/d").chmod(0o000)
    (top / "d/d").chmod(0o500)
    (top / "d").chmod(0o000)
    top.chmod(0o000)
    folders.remove(top)
    assert not top.exists()


def test_links_are_not_followed(top: Path, tmp_path: Path) -> None:
    (tmp_path / "outside").mkdir(mode=0o500)
    (tmp_path / "outside-file").touch()
    (top / "inner").mkdir()
    for where in (top, top / "inner"):
        (where / "link").symlink_to(tmp_path / "outside")
        (where / "file").symlink_to(tmp_path / "outside-file")
    os.mkfifo(top / "fifo")
    folders.empty(top)
    assert list(top.iterdir()) == []
    assert (tmp_path / "outside").stat().st_mode & 0o777 == 0o500
    assert (tmp_path / "outside-file").exists()


def test_a_folder_of_twenty_thousand(top: Path) -> None:
    for number in range(20_000):
        (top / str(number)).touch()
    folders.empty(top)
    assert list(top.iterdir()) == []
