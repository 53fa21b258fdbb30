"""Taking away what nothing needs any more: old versions, then blobs that no version names, then idle working copies.

Cost grows with the number of versions kept (each one's manifest is read once); it runs once a day.
"""

from __future__ import annotations

import contextlib
import itertools
import logging
import time
from collections.abc import Callable, Iterable, Iterator
from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import Count, ProtectedError, Q
from django.utils import timezone

from sandbox import folders
from sandbox.errors import Fault
from sandbox.history import History
from sandbox.models import Sandbox, Version
from sandbox.store import blobs
from sandbox.store.cloudstate import CloudState
from sandbox.store.working import Snapshot, WorkingCopy

log = logging.getLogger(__name__)
# A commit puts its blobs before the row that names them.
_YOUNG = timedelta(hours=1)
_IDLE_SECONDS = 3 * 86400

keepers: list[Callable[[str], Iterable[str]]] = []
"""Other apps' say: each gives the blobs that its own rows in a database, by its alias, name."""


def prune_versions() -> int:
    """Drop the versions of each sandbox beyond the number kept. Pinned ones, heads, tips and starts stay, and what somebody protects."""
    dropped = 0
    crowded = Sandbox.objects.annotate(held=Count("versions")).filter(held__gt=settings.SANDBOX_VERSIONS_KEPT)
    for sandbox in crowded.iterator():
        kept = _kept(sandbox)
        for version in Version.objects.filter(sandbox=sandbox, pinned=False).exclude(pk__in=kept).order_by("-pk"):
            dropped += _drop(version)
    for version in Version.objects.filter(sandbox=None, pinned=False).order_by("-pk"):  # their sandbox was deleted
        dropped += _drop(version)
    return dropped


def _kept(sandbox: Sandbox) -> list[int]:
    """The next undos and redos from where the sandbox stands, a quarter each, then the newest, undone or not."""
    history, most = History(sandbox), settings.SANDBOX_VERSIONS_KEPT
    back = itertools.islice(history.past(sandbox.head_id), max(1, most // 4))
    ahead = [node.pk for node in history.ahead()][: max(1, most // 4)]
    own = list(Version.objects.filter(sandbox=sandbox, pinned=False).order_by("-pk").values_list("pk", flat=True))
    may_go = set(own)
    return [pk for pk in dict.fromkeys([*back, *ahead, *own]) if pk in may_go][:most]


def _drop(version: Version) -> int:
    try:
        with transaction.atomic():
            if Sandbox.objects.filter(Q(head=version) | Q(start=version) | Q(tip=version)).exists():
                return 0
            version.children.update(parent=version.parent_id)
            version.delete()
    except ProtectedError:  # a row of another app leads to it
        return 0
    return 1


def sweep_blobs() -> int:
    """Delete every blob that nothing names and that is older than an hour. Returns how many."""
    names = named()
    horizon = timezone.now() - _YOUNG
    store, swept = blobs.storage(), 0
    for name in list(_stored()):
        if name.rpartition("/")[2] not in names and store.get_modified_time(name) < horizon:
            store.delete(name)
            swept += 1
    return swept


def named(using: str = "default") -> set[str]:
    """Every blob that a version, or a keeper's row, leads to. Raises Fault when one can't be read: better nothing swept than too much."""
    named = {sha for keeper in keepers for sha in keeper(using)}
    manifests, clouds = set(), set()
    for manifest, shell, second, cloud in Version.objects.using(using).values_list("manifest", "shell", "second_shell", "cloud").iterator():
        named |= {manifest, shell, second, cloud}
        manifests.add(manifest)
        clouds.add(cloud)
    for sha in manifests - {""}:
        named |= {entry.data for part in Snapshot.load(sha).parts.values() for entry in part.values() if entry.kind == "f"}
    for sha in clouds - {""}:
        state = CloudState.load(sha)
        named |= {state.root, *state.bodies}
    return named - {""}


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
