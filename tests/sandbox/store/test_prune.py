"""Only what nothing names is taken away."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest
from django.test import override_settings

from sandbox import actions
from sandbox.models import Version
from sandbox.store import blobs, prune
from sandbox.store.cloudstate import CloudState
from sandbox.store.storage import BlobStorage
from sandbox.store.working import Snapshot

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def storage(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> BlobStorage:
    storage = BlobStorage(location=tmp_path)
    monkeypatch.setattr(blobs, "storage", lambda: storage)
    return storage


def first() -> Version:
    return Version.objects.create(account="1" * 12, manifest=Snapshot({"home": {}, "tmp": {}}).save(), pinned=True)


def age(storage: BlobStorage) -> None:
    for path in Path(storage.location).rglob("*"):
        os.utime(path, (time.time() - 7200,) * 2)


def chain(sandbox, length: int) -> list[Version]:
    versions = [sandbox.head]
    for number in range(1, length + 1):
        versions.append(
            Version.objects.create(parent=versions[-1], sandbox=sandbox, number=number, account="1" * 12, manifest=versions[0].manifest)
        )
    type(sandbox).objects.filter(pk=sandbox.pk).update(head=versions[-1])
    return versions


@override_settings(SANDBOX_VERSIONS_KEPT=3)
def test_old_versions_go_and_the_chain_stays_whole() -> None:
    sandbox = actions.create_sandbox(owner=None, start=first())
    versions = chain(sandbox, 6)
    Version.objects.filter(pk=versions[2].pk).update(pinned=True)
    assert prune.prune_versions() == 2
    assert list(Version.objects.order_by("number").values_list("number", flat=True)) == [0, 2, 4, 5, 6]
    assert Version.objects.get(number=4).parent == versions[2]
    assert prune.prune_versions() == 0


def test_blobs_that_a_version_leads_to_stay(storage: BlobStorage) -> None:
    root, body = blobs.put(b"root"), blobs.put(b"body")
    version = first()
    version.cloud = CloudState(root, [body], {}).save()
    version.shell = blobs.put(b"shell")
    version.save()
    loose = blobs.put(b"nobody's")
    assert prune.sweep_blobs() == 0, "young blobs may belong to a commit that is under way"
    age(storage)
    assert prune.sweep_blobs() == 1
    assert not storage.exists(blobs.name_of(loose))
    for sha in (root, body, version.shell, version.manifest, version.cloud):
        blobs.get(sha)


def test_nothing_is_swept_when_a_manifest_is_unreadable(storage: BlobStorage) -> None:
    version = first()
    blobs.put(b"nobody's")
    storage.delete(blobs.name_of(version.manifest))
    age(storage)
    with pytest.raises(Exception, match="blob"):
        prune.sweep_blobs()
