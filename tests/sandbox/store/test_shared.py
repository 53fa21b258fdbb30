"""Blobs in a store that speaks S3: moto's server, as a process of its own."""

from __future__ import annotations

import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from django.core.files.base import ContentFile

from course import stores
from course.local.site import free_port
from sandbox.errors import Fault
from sandbox.store import blobs, prune
from sandbox.store.shared import SharedBlobs
from tests.processes import until


@pytest.fixture(scope="module")
def endpoint() -> Iterator[str]:
    url = f"http://127.0.0.1:{free_port()}"
    command = [sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", url.rpartition(":")[2]]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        until(lambda: _answers(url), 60)
        yield url
        process.kill()


def _answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(f"{url}/moto-api/", timeout=1) as answer:
            return answer.status == 200
    except OSError:
        return False


def store(url: str, monkeypatch: pytest.MonkeyPatch) -> SharedBlobs:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "key")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "secret")
    found = SharedBlobs(**stores.blobs(url, Path("/nowhere"))["OPTIONS"])
    monkeypatch.setattr(blobs, "storage", lambda: found)
    return found


@pytest.fixture
def shared(endpoint: str, monkeypatch: pytest.MonkeyPatch) -> SharedBlobs:
    found = store(f"s3://blobs/course?endpoint={endpoint}", monkeypatch)
    found.make_bucket()
    found.make_bucket()  # again is nothing
    return found


def test_put_and_get(shared: SharedBlobs) -> None:
    sha = blobs.put(b"data")
    assert blobs.put(b"data") == sha
    assert blobs.get(sha) == b"data"
    assert shared.bucket.Object(f"course/{blobs.name_of(sha)}").content_length == 4


def test_a_missing_and_a_corrupt_one_are_told_apart(shared: SharedBlobs) -> None:
    with pytest.raises(Fault) as fault:
        blobs.get("0" * 64)
    assert fault.value.code == "blob-missing"
    sha = blobs.put(b"whole")
    shared.save(blobs.name_of(sha), ContentFile(b"half"))
    with pytest.raises(Fault) as fault:
        blobs.get(sha)
    assert fault.value.code == "blob-corrupt"


def test_what_no_version_names_is_swept(db, shared: SharedBlobs, monkeypatch) -> None:
    sha = blobs.put(b"nobody's")
    prune.sweep_blobs()
    assert shared.exists(blobs.name_of(sha))  # it is young
    monkeypatch.setattr(prune, "_YOUNG", timedelta(seconds=-60))
    assert prune.sweep_blobs() >= 1
    assert not shared.exists(blobs.name_of(sha))
    assert shared.listdir("") == ([], [])


def test_a_store_that_is_away_is_our_fault(monkeypatch) -> None:
    monkeypatch.setattr("sandbox.store.shared._CONFIG", {"connect_timeout": 1, "retries": {"total_max_attempts": 1}})
    store(f"s3://blobs?endpoint=http://127.0.0.1:{free_port()}", monkeypatch)
    with pytest.raises(Fault) as fault:
        blobs.put(b"data")
    assert fault.value.code == "storage"
    with pytest.raises(Fault) as fault:
        blobs.get("0" * 64)
    assert fault.value.code == "blob-missing"
