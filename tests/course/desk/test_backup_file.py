"""What a backup is made of, and every kind of file that is not restored."""

import gzip
import io
import json
import os
import tarfile
from pathlib import Path
from types import SimpleNamespace

import pytest
from django.db import connection

from course.backup import format as about_it
from course.backup import reading, restoring, running, writing
from course.backup.format import About, BackupError
from sandbox.store import blobs

ABOUT = About("sqlite", [], key="")


@pytest.fixture
def made(tmp_path: Path, settings) -> Path:
    """A whole one, of a database that is none, and two blobs."""
    settings.VAR = tmp_path / "var"
    file = tmp_path / "course.tar.gz"
    with gzip.open(file, "wb") as packed, tarfile.open(fileobj=packed, mode="w|") as tar:
        archive = writing._Archive(tar)
        archive.add("about.json", ABOUT.dump())
        archive.add("database", b"rows" * 1000)
        names = sorted(blobs.digest(data) for data in (b"one", b"two"))
        for data in (b"one", b"two"):
            archive.add(f"blobs/{blobs.digest(data)}", data, summed=False)
        archive.finish(names)
    return file


def rewritten(file: Path, change) -> Path:
    """The same members, but for what ``change`` (name, bytes) makes of each: bytes, or None to leave it out."""
    found = [(name, data.read()) for name, data in reading.members(file)]
    with tarfile.open(file, "w:gz") as tar:
        for name, data in found:
            new = change(name, data)
            if new is not None:
                info = tarfile.TarInfo(name)
                info.size = len(new)
                tar.addfile(info, io.BytesIO(new))
    return file


def test_a_whole_one_is_whole(made: Path) -> None:
    assert reading.verify(made) == ABOUT
    assert [name for name, _ in reading.members(made)][::4] == ["about.json", "sums.json"]


@pytest.mark.parametrize("cut", [0, 10, 100, -9, -1])
def test_one_that_was_cut_is_damaged(made: Path, cut: int) -> None:
    made.write_bytes(made.read_bytes()[:cut])
    with pytest.raises(BackupError, match="damaged"):
        reading.verify(made)


@pytest.mark.parametrize("at", [30, 200, 300])
def test_one_with_another_byte_is_damaged(made: Path, at: int) -> None:
    data = bytearray(made.read_bytes())
    data[at] ^= 0x55
    made.write_bytes(data)
    with pytest.raises(BackupError, match="damaged"):
        reading.verify(made)


@pytest.mark.parametrize(
    "change",
    [
        lambda name, data: data[:-1] + b"x" if name == "database" else data,
        lambda name, data: b"three" if data == b"two" else data,
        lambda name, data: None if data == b"two" else data,
        lambda name, data: None if name == "database" else data,
        lambda name, data: None if name == "sums.json" else data,
        lambda name, data: data.replace(b'"sqlite"', b'"rows"') if name == "about.json" else data,
    ],
)
def test_one_that_holds_other_things_than_its_list_says_is_damaged(made: Path, change) -> None:
    with pytest.raises(BackupError, match="damaged"):
        reading.verify(rewritten(made, change))


@pytest.mark.parametrize("name", ["../../etc/passwd", "/etc/passwd", "files/other", "blobs/" + "g" * 64, "blobs/" + "a" * 65])
def test_what_does_not_belong_in_it_is_refused(made: Path, name: str) -> None:
    with tarfile.open(made, "w:gz") as tar:
        tar.addfile(tarfile.TarInfo(name), io.BytesIO())
    with pytest.raises(BackupError, match="does not belong"):
        reading.verify(made)


def test_a_link_is_refused(made: Path) -> None:
    with tarfile.open(made, "w:gz") as tar:
        info = tarfile.TarInfo("database")
        info.type, info.linkname = tarfile.SYMTYPE, "/etc/passwd"
        tar.addfile(info)
    with pytest.raises(BackupError, match="does not belong"):
        reading.verify(made)


def test_no_file_and_no_backup(tmp_path: Path) -> None:
    with pytest.raises(BackupError, match="There is no file"):
        reading.verify(tmp_path / "none")
    (tmp_path / "text").write_text("hello")
    with pytest.raises(BackupError, match="no backup of this course"):
        reading.verify(tmp_path / "text")


def test_another_format_is_refused(made: Path) -> None:
    def later(name: str, data: bytes) -> bytes:
        return json.dumps(json.loads(data) | {"format": 9}).encode() if name == "about.json" else data

    with pytest.raises(BackupError, match="format 9"):
        reading.verify(rewritten(made, later))


# --- whether it fits -----------------------------------------------------------------------------------------------------------


def fits(made: Path, **fields: object) -> None:
    about = About(**{"kind": connection.vendor, "migrations": [["course", "0001_initial"]], **fields})
    restoring._require_fit(about, made, other_key=False)


def test_one_of_an_older_version_fits(made: Path, db) -> None:
    fits(made)


def test_one_of_a_newer_version_is_refused(made: Path, db) -> None:
    with pytest.raises(BackupError, match=r"newer version.*course\.9999_later"):
        fits(made, migrations=[["course", "0001_initial"], ["course", "9999_later"]])


def test_rows_of_another_version_are_refused(made: Path, db) -> None:
    with pytest.raises(BackupError, match="rows of another version"):
        fits(made, kind="rows")


def test_another_kind_of_database_is_refused(made: Path, db) -> None:
    other = "postgresql" if connection.vendor == "sqlite" else "sqlite"
    with pytest.raises(BackupError, match="--rows"):
        fits(made, kind=other)


def test_another_key_is_refused_unless_asked_for(made: Path, db, monkeypatch) -> None:
    assert about_it.fingerprint("a") != about_it.fingerprint("b")
    with pytest.raises(BackupError, match="COURSE_SECRET_KEY"):
        fits(made, key=about_it.fingerprint("another"))
    restoring._require_fit(About(connection.vendor, [], key="x"), made, other_key=True)


def test_a_running_site_is_refused(made: Path, db, monkeypatch) -> None:
    monkeypatch.setattr(running, "_connections", lambda: 0)  # on PostgreSQL another test's thread may have one
    running.hold()
    try:
        with pytest.raises(BackupError, match="running on this machine"):
            restoring.restore(made, say=print)
    finally:
        os.close(running._held.pop())
    with pytest.raises(BackupError, match=r"COURSE_SECRET_KEY|is sqlite"):
        restoring.restore(made, say=print)


def test_workers_elsewhere_are_a_running_site(made: Path, db, monkeypatch) -> None:
    monkeypatch.setattr("course.desk.pulse.alive", lambda: [SimpleNamespace(host="far")])
    with pytest.raises(BackupError, match="Workers are running: far"):
        restoring.restore(made, say=print)


def test_a_file_that_is_there_is_not_written_over(made: Path, db) -> None:
    before = made.read_bytes()
    with pytest.raises(BackupError, match="is there already"):
        writing.write(made, say=print)
    assert made.read_bytes() == before


def test_a_blob_that_holds_other_bytes_is_mended(made: Path, db) -> None:
    name = blobs.put(b"mended")
    Path(blobs.storage().path(blobs.name_of(name))).write_bytes(b"broken")
    restoring._put(name, io.BytesIO(b"mended"))
    assert blobs.get(name) == b"mended"
