"""Blobs are named by their bytes, appear whole, and are checked when read."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.core.files.base import ContentFile

from sandbox.errors import Fault
from sandbox.store import blobs
from sandbox.store.storage import BlobStorage


@pytest.fixture(autouse=True)
def storage(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> BlobStorage:
    storage = BlobStorage(location=tmp_path)
    monkeypatch.setattr(blobs, "storage", lambda: storage)
    return storage


def test_put_and_get() -> None:
    sha = blobs.put(b"data")
    assert blobs.put(b"data") == sha
    assert blobs.get(sha) == b"data"


def test_a_missing_blob_is_our_fault() -> None:
    with pytest.raises(Fault, match="blob") as fault:
        blobs.get("0" * 64)
    assert fault.value.code == "blob-missing"


def test_a_corrupt_blob_is_noticed(tmp_path: Path) -> None:
    sha = blobs.put(b"data")
    (tmp_path / blobs.name_of(sha)).write_bytes(b"dat")
    with pytest.raises(Fault) as fault:
        blobs.get(sha)
    assert fault.value.code == "blob-corrupt"


@pytest.mark.parametrize("name", ["../../etc/passwd", "", "A" * 64, "0" * 63])
def test_only_hashes_are_names(name: str) -> None:
    with pytest.raises(Fault):
        blobs.get(name)


def test_a_write_that_fails_leaves_nothing(storage: BlobStorage, tmp_path: Path) -> None:
    class Broken(ContentFile):  # type: ignore[type-arg]
        def chunks(self, chunk_size: int | None = None):
            yield b"half"
            raise OSError(28, "No space left on device")

    with pytest.raises(OSError, match="No space"):
        storage.save("ab/half", Broken(b"half"))
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []


def test_saving_a_name_again_replaces_it_in_place(storage: BlobStorage) -> None:
    assert storage.save("ab/x", ContentFile(b"1")) == "ab/x"
    assert storage.save("ab/x", ContentFile(b"1")) == "ab/x"
