"""A command is a transaction on a sandbox: check out, run, commit a new version, or leave the head as it was.

::

    with checkout(sandbox) as live:
        result = live.run("aws s3 ls", write=show)
        version = live.commit(command="aws s3 ls")

Other threads join one that is live (``with live.open_door(): …`` here, ``door.entered`` there): one commit for all of them.

Cost: opening is one lock update and, when this machine held the sandbox last, one folder check; committing is one stat a file
plus what changed. Neither grows with the history.
"""

from __future__ import annotations

import contextlib
import logging
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Protocol

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from sandbox import door, identity, lease, runtime, workers
from sandbox.cloud import edition
from sandbox.cloud.changes import diff as cloud_diff
from sandbox.errors import Busy, Fault, OverQuota
from sandbox.files import quoted
from sandbox.jail import reach, shell
from sandbox.jail.client import Checkout as Remote
from sandbox.jail.client import RunResult as Result
from sandbox.jail.client import Terminal
from sandbox.models import Sandbox, Version
from sandbox.plain import plain
from sandbox.store import blobs
from sandbox.store.cloudstate import CloudState
from sandbox.store.tree import Entry
from sandbox.store.working import Snapshot, WorkingCopy, diff

__all__ = ["Live", "Result", "checkout"]


log = logging.getLogger(__name__)


class Write(Protocol):
    def __call__(self, data: bytes, /) -> None: ...


class Live:
    """A sandbox checked out: the only way anything in it runs or changes. Several threads may run, call and look at once; one of them
    holds it, and commits when nothing runs any more."""

    def __init__(self, sandbox: Sandbox, head: Version, working: WorkingCopy, remote: Remote, holder: str) -> None:
        self.sandbox, self.head = sandbox, head
        self.name = holder.rpartition(":")[2]
        self._working, self._remote, self._holder = working, remote, holder
        self._touched: set[str] = set()
        self.left: list[Any] = []
        """What those who came in leave to whoever holds it, to be done when it is kept."""

    # --- running -----------------------------------------------------------------------------------------------------------

    def run(
        self,
        line: str,
        *,
        write: Write,
        started: Callable[[], None] | None = None,
        waiting: Callable[[], None] | None = None,
        rows: int = 24,
        cols: int = 100,
        wall: int | None = None,
    ) -> Result:
        """Run one line in the learner's shell; ``write`` gets its output as it comes, ``waiting`` is called when it waits for typing.
        Raises Fault when it was lost through us."""
        return self._remote.run(line, write, started=started, waiting=waiting, rows=rows, cols=cols, wall=wall)

    def script(self, text: str, *, wall: int = 10) -> tuple[int, str]:
        """Run a check's script over the value: (exit status, output). Nothing that it changes is kept."""
        chunks: list[bytes] = []
        result = self._remote.terminal(1).run(text, chunks.append, save=False, mode="pipe", wall=wall)
        return result.status, b"".join(chunks).decode(errors="replace")

    def call(self, service: str, operation: str, params: dict[str, Any], *, account: str | None = None) -> dict[str, Any]:
        """One API call to the simulated account, with boto3's names and shapes. Raises CloudError with AWS's code and message."""
        answer: dict[str, Any] = self._remote.call(service, operation, params, account=account)
        return answer

    def advance(self, *, skip: bool = False) -> float:
        """Let what is due in the account happen; with ``skip`` go to the moment of the next event first. Returns the seconds by which
        the account's clock went on. Raises Fault."""
        return self._remote.advance(skip=skip)

    def fetch(self, request: reach.Request) -> reach.Answer:
        """An HTTP request to a port that the learner's program listens on, or to the account. From any thread. Raises LearnerError (see
        ``reach.fetch``) and Fault."""
        return reach.fetch(self._remote.inside, request)

    def listened(self, told: Callable[[list[int]], object]) -> contextlib.AbstractContextManager[None]:
        """Until the block ends ``told`` gets the ports that the learner's programs listen on, in a thread of its own, when they change."""
        return reach.listened(self._remote.inside, told)

    @property
    def folder(self) -> Path:
        """Where ``home`` and ``tmp`` lie while it is live: what is written there is kept by the commit. The learner's programs write there
        at the same time, so no name in it is what it was a moment ago: links must never be followed."""
        return self._working.folder

    def terminal(self, number: int) -> Terminal:
        """Another terminal: commands in the shell of that number (from 1) run beside those of ``run``, in the same network."""
        return self._remote.terminal(number)

    def open_door(self) -> contextlib.AbstractContextManager[door.Door]:
        """Let other threads in until the block ends: it ends when the last of them has left."""
        return door.opened(self)

    def abort(self) -> None:
        """Lose all that runs in it: whoever waits for something gets a Fault, and it can't be committed any more."""
        self._remote.abort()

    # While run() is under way:

    def send(self, data: bytes) -> None:
        self._remote.send(data)

    def resize(self, rows: int, cols: int) -> None:
        self._remote.resize(rows, cols)

    def interrupt(self) -> None:
        self._remote.interrupt()

    def kill(self) -> None:
        self._remote.kill()

    # --- looking -----------------------------------------------------------------------------------------------------------

    def exists(self, path: str) -> bool:
        return self._working.snapshot.find(path) is not None

    def read(self, path: str) -> bytes | None:
        """A committed file's bytes, None when there is no such file. Links are not followed."""
        entry = self._working.snapshot.find(path)
        return blobs.get(entry.data) if entry is not None and entry.kind == "f" else None

    def touched(self, paths: list[str]) -> None:
        """These, relative to the home, were changed from outside by what is no command: the version remembers it, for replay."""
        self._touched.update(paths)

    def entry(self, path: str) -> Entry | None:
        """What the head has at a path relative to the home."""
        return self._working.snapshot.parts["home"].get(path)

    @property
    def _shell(self) -> bytes | None:
        return blobs.get(self.head.shell) if self.head.shell else None

    @property
    def variables(self) -> dict[str, str]:
        """The learner's shell variables as of the head (scalars only)."""
        return shell.variables(self._shell)

    @property
    def cwd(self) -> str:
        return shell.cwd(self._shell)

    # --- committing --------------------------------------------------------------------------------------------------------

    def commit(self, *, command: str = "", title: str = "", passing: bool = False) -> Version:
        """Keep what ran as a new version and make it the head; the head itself when nothing changed.

        ``title``: what made it, in the learner's language, where that was no command (a file's save): undo and history name it so.
        ``passing``: nobody ran anything, time went by. Such a version takes the place of one that is the head already, so that an
        account in which something happens every minute does not fill the history. Raises OverQuota (nothing is kept, the head stays)
        and Fault (the head stays).
        """
        base = self.head.parent if passing and self.head.passed and self.head.parent else self.head
        snapshot = self._working.scan(*self.sandbox.quota)
        manifest = snapshot.save() if snapshot.parts != self._working.snapshot.parts else self.head.manifest
        shells = self._keep_shell(1), self._keep_shell(2)
        cloud_sha, cloud_bytes, cloud_changes, clock, due_in = self._keep_cloud(base)
        kept = self.head.shell, self.head.second_shell
        if (manifest, *shells, cloud_sha) != (self.head.manifest, *kept, self.head.cloud):
            self.head = self._advance(
                Version(
                    parent=base, sandbox=self.sandbox, number=base.number + 1, command=command, title=title[:500], passed=passing,
                    account=self.head.account,
                    manifest=manifest, shell=shells[0], second_shell=shells[1], cloud=cloud_sha, cloud_bytes=cloud_bytes,
                    clock=clock, due_in=due_in,
                    changes=_changes(self._working.snapshot, snapshot, cloud_changes) | self._outside(),
                    home_bytes=snapshot.bytes, home_files=snapshot.files,
                    quiet=(manifest, cloud_sha) == (self.head.manifest, self.head.cloud) and all(map(_alike, shells, kept)),
                )
            )  # fmt: skip
        try:
            self._working.settle(self.head, snapshot)
        except OSError:
            # A full disk. The version is the head already; only the next command lays it down anew.
            log.exception("sandbox %s: its working copy was not settled", self.sandbox.pk)
        return self.head

    def _outside(self) -> dict[str, Any]:
        return {"touched": [quoted(path) for path in sorted(self._touched)]} if self._touched else {}

    def _keep_shell(self, terminal: int) -> str:
        try:
            return blobs.put(self._working.shell_file(terminal).read_bytes())
        except FileNotFoundError:
            return self.head.shell if terminal == 1 else self.head.second_shell

    def _keep_cloud(self, base: Version) -> tuple[str, int, list[dict[str, Any]], float, float | None]:
        """Blob, bytes, changes, and of the account's own clock what it shows and the seconds until the next event."""
        frozen = self._remote.freeze()
        for failure in frozen.failed:
            log.error("sandbox %s: an event of its account failed: %s", self.sandbox.pk, failure)
        if not frozen.dirty or frozen.root is None:
            now, due_in = self.sandbox.clock_now(), self.head.due_in
            left = None if due_in is None else max(0.0, due_in - (now - self.head.clock))
            return self.head.cloud, self.head.cloud_bytes, [], now, left
        state = CloudState(frozen.root, sorted(frozen.bodies), frozen.inventory)
        size = state.keep(self._working.cloud_folder)
        if size > settings.SANDBOX_CLOUD_BYTES:
            raise OverQuota("cloud-bytes", what="cloud", used=size, limit=settings.SANDBOX_CLOUD_BYTES)
        changes = cloud_diff(CloudState.load(base.cloud).inventory, state.inventory)
        return state.save(), size, changes, frozen.clock, frozen.due_in

    def _advance(self, version: Version) -> Version:
        # The guard: even if the lock failed, a version is only put on the head that it was made from.
        with transaction.atomic():
            version.save()
            mine = Sandbox.objects.filter(pk=self.sandbox.pk, head=self.head, lock_holder=self._holder)
            # What was undone can no longer be done again once something else was done instead; time and a look around bar nothing.
            typed = {"last_used": timezone.now(), "notice": {}} if version.made_by else {}
            barred = {"tip": None} if version.made_by and not version.quiet else {}
            fields = self.sandbox.standing_at(version) | typed | barred
            if mine.update(**fields) != 1:
                raise Fault("lost-race", f"the head of {self.sandbox.pk} moved, or its lock was taken, during the command")
        for name, value in fields.items():
            setattr(self.sandbox, name, value)
        return version


def _alike(sha: str, before: str) -> bool:
    return sha == before or (bool(sha and before) and shell.alike(blobs.get(before), blobs.get(sha)))


def _changes(old: Snapshot, new: Snapshot, cloud: list[dict[str, Any]]) -> dict[str, Any]:
    """``files`` and ``cloud``: what changed, a row each; ``diff``: by path what changed in a file."""
    files, inside = diff(old, new)
    changes = {"files": files, "cloud": cloud, "diff": inside}
    return {what: plain(found) for what, found in changes.items() if found}


def folder_of(sandbox: Sandbox) -> Path:
    return settings.VAR / "checkouts" / str(sandbox.pk)


@contextlib.contextmanager
def checkout(sandbox: Sandbox, *, acting: Sandbox | None = None) -> Iterator[Live]:
    """Hold ``sandbox`` and make it runnable. Raises Busy when somebody else holds it, Fault when it can't be run.

    Leaving without a commit leaves the head as it was; whatever ran is thrown away with the working copy.
    ``acting``: the sandbox that it is to what runs in it, if not itself.
    """
    holder = f"{workers.me()}:{uuid.uuid4().hex[:12]}"
    if not Sandbox.objects.lock(sandbox.pk, holder):
        raise Busy("busy")
    try:
        with lease.kept(sandbox.pk, holder):
            sandbox.refresh_from_db(from_queryset=Sandbox.objects.select_related("head"))
            with contextlib.closing(WorkingCopy(folder_of(sandbox))) as working:
                working.open_at(sandbox.head)
                state = CloudState.load(sandbox.head.cloud)
                state.bring(working.cloud_folder)
                _require_readable(working.cloud_folder / state.root)
                with _open(sandbox, working, state, acting or sandbox) as remote:
                    yield Live(sandbox, sandbox.head, working, remote, holder)
    finally:
        Sandbox.objects.unlock(sandbox.pk, holder)


def _require_readable(root: Path) -> None:
    """Before anything runs: a command that met it half-way would be lost."""
    try:
        edition.require_file(root)
    except edition.StateVersionError as error:
        raise Fault("cloud-state-version", str(error)) from error


def _open(sandbox: Sandbox, working: WorkingCopy, state: CloudState, acting: Sandbox) -> Remote:
    return runtime.supervisor().open(
        id=str(sandbox.pk),
        folder=working.folder,
        identity=identity.mint(acting, sandbox.head),
        limits=runtime.limits(sandbox.quota[0]),
        root=working.cloud_folder / state.root if state.root else None,
        clock=sandbox.clock_now(),
        rate=sandbox.clock_rate,
        hold=[working.fileno()],
    )
