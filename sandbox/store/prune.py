"""Taking away what nothing needs any more: old versions, then blobs that no version names, then idle working copies.

Cost grows with the number of versions kept (each one's manifest is read once); it runs once a day.
"""

from __future__ import annotations

import contextlib
import logging
import time
from collections.abc import Iterator
from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import Count
from django.utils import timezone

from sandbox import folders
from sandbox.errors import Fault
from sandbox.models import Sandbox, Version
from sandbox.store import blobs
from sandbox.store.cloudstate import CloudState
from sandbox.store.working import Snapshot, WorkingCopy

log = logging.getLogger(__name__)
# A commit puts its blobs before the row that names them.
_YOUNG = timedelta(hours=1)
_IDLE_SECONDS = 3 * 86400


def prune_versions() -> int:
    """Drop the oldest versions beyond the number kept for each sandbox. Pinned ones, heads and starts stay."""
    dropped = 0
    crowded = Sandbox.objects.annotate(held=Count("versions")).filter(held__gt=settings.SANDBOX_VERSIONS_KEPT)
    for sandbox in crowded.iterator():
        in_order = Version.objects.filter(sandbox=sandbox, pinned=False).order_by("-number", "-pk")
        for version in in_order[settings.SANDBOX_VERSIONS_KEPT :]:
            dropped += _drop(version)
    for version in Version.objects.filter(sandbox=None, pinned=False):  # their sandbox was deleted
        dropped += _drop(version)
    return dropped


def _drop(version: Version) -> int:
    with transaction.atomic():
        if Sandbox.objects.filter(head=version).exists() or Sandbox.objects.filter(start=version).exists():
            return 0
        version.children.update(parent=version.parent)
        version.delete()
    return 1


def sweep_blobs() -> int:
    """Delete every blob that no version names and that is older than an hour. Returns how many."""
    named = _named()
    horizon = timezone.now() - _YOUNG
    store, swept = blobs.storage(), 0
    for name in list(_stored()):
        if name.rpartition("/")[2] not in named and store.get_modified_time(name) < horizon:
            store.delete(name)
            swept += 1
    return swept


def _named() -> set[str]:
    """Every blob that a version leads to. Raises Fault when one can't be read: better to sweep nothing than too much."""
    named: set[str] = set()
    manifests, clouds = set(), set()
    for manifest, shell, cloud in Version.objects.values_list("manifest", "shell", "cloud").iterator():
        named |= {manifest, shell, cloud}
        manifests.add(manifest)
        clouds.add(cloud)
    for sha in manifests - {""}:
        named |= {entry.data for part in Snapshot.load(sha).parts.values() for entry in part.values() if entry.kind == "f"}
    for sha in clouds - {""}:
        state = CloudState.load(sha)
        named |= {state.root, *state.bodies}
    return named


def _stored() -> Iterator[str]:
    store = blobs.storage()
    with contextlib.suppress(FileNotFoundError):
        for folder in store.listdir("")[0]:
            yield from (f"{folder}/{name}" for name in store.listdir(folder)[1])


def drop_idle_copies() -> int:
    """Remove working copies of this machine that nobody used for days; the next command lays its version down again."""
    root, dropped = settings.VAR / "checkouts", 0
    for folder in root.iterdir() if root.exists() else ():
        if time.time() - folder.stat().st_mtime > _IDLE_SECONDS:
            with contextlib.suppress(Fault):
                WorkingCopy(folder).close()
                folders.remove(folder)
                dropped += 1
    return dropped
