"""What breaks around a command: the disk is full, a blob is gone, the clock jumps. The head stays a version that can be read."""

from __future__ import annotations

import contextlib
import errno
import os
import tempfile
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from django.utils import timezone

from sandbox import actions, folders, runtime
from sandbox.checkout import checkout, folder_of
from sandbox.errors import Busy, Fault
from sandbox.models import Sandbox, Version
from sandbox.store import blobs, storage, tree
from sandbox.store.cloudstate import CloudState
from sandbox.store.working import Snapshot, WorkingCopy

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]
BUCKET = {"Bucket": "kept-bucket", "CreateBucketConfiguration": {"LocationConstraint": "ap-northeast-2"}}


@pytest.fixture(scope="module", autouse=True)
def _warm() -> None:
    runtime.supervisor()


@pytest.fixture
def sandbox() -> Sandbox:
    one = actions.create_sandbox(owner=None, start=actions.blank(), label="test")
    with checkout(one) as live:
        live.run("echo kept > file; x=kept", write=lambda _data: None)
        live.call("s3", "create_bucket", BUCKET)
        live.call("s3", "put_object", {"Bucket": "kept-bucket", "Key": "large", "Body": "x" * 9000})
        live.commit(command="first")
    return one


def do(sandbox: Sandbox, line: str) -> str:
    chunks: list[bytes] = []
    with checkout(sandbox) as live:
        live.run(line, write=chunks.append)
        live.commit(command=line)
    return b"".join(chunks).decode().replace("\r\n", "\n")


def holds_its_head(sandbox: Sandbox, head: Version) -> None:
    """The next command runs, and sees exactly the head."""
    assert Sandbox.objects.get(pk=sandbox.pk).head_id == head.pk
    assert do(sandbox, 'cat file; echo "$x"; ls') == "kept\nkept\nfile\n"
    assert Sandbox.objects.get(pk=sandbox.pk).lock_holder == ""


# --- a full disk ---


@pytest.fixture
def full(monkeypatch: pytest.MonkeyPatch) -> Callable[[int], None]:
    """Blobs after the first ``left`` are written to a device that is full: ENOSPC from a real write."""

    def fill(left: int) -> None:
        rest = [left]

        def make(dir: Path, prefix: str) -> tuple[int, str]:
            rest[0] -= 1
            if rest[0] >= 0:
                return real(dir=dir, prefix=prefix)
            draft = Path(dir, prefix + "full")
            draft.unlink(missing_ok=True)
            draft.symlink_to("/dev/full")
            return os.open(draft, os.O_WRONLY), str(draft)

        monkeypatch.setattr(storage.tempfile, "mkstemp", make)

    real = tempfile.mkstemp
    return fill


@pytest.mark.parametrize("left", range(4))
def test_disk_full_at_commit(sandbox: Sandbox, full: Callable[[int], None], monkeypatch: pytest.MonkeyPatch, left: int) -> None:
    """A file, the manifest, the shell and the account are each a blob."""
    head = sandbox.head
    full(left)
    with pytest.raises(Fault) as fault, checkout(sandbox) as live:
        live.run("echo lost > file; echo lost > another; x=lost", write=lambda _data: None)
        live.call("s3", "delete_object", {"Bucket": "kept-bucket", "Key": "large"})
        live.commit(command="lost")
    assert (fault.value.code, "No space left" in fault.value.detail) == ("storage", True)
    monkeypatch.undo()
    holds_its_head(sandbox, head)


def test_disk_full_when_the_working_copy_is_settled(sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    """The version is committed by then: it counts."""

    def full(*_args: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(WorkingCopy, "settle", full)
    assert do(sandbox, "y=new") == ""
    head = Sandbox.objects.get(pk=sandbox.pk).head
    assert head.command == "y=new"
    monkeypatch.undo()
    assert do(sandbox, 'cat file; echo "$x$y"; ls') == "kept\nkeptnew\nfile\n"


def test_disk_full_while_a_version_is_laid_down(sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    folders.remove(folder_of(sandbox))
    head, real = sandbox.head, tree.lay_down

    def half(root: Path, manifest: tree.Manifest, get: Callable[[str], bytes]) -> None:
        real(root, dict(list(manifest.items())[:1]), get)
        (root / "half").write_text("written")
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(tree, "lay_down", half)
    with pytest.raises(OSError, match="No space left"):
        do(sandbox, "true")
    monkeypatch.undo()
    holds_its_head(sandbox, head)


# --- what a killed jail still writes ---


def test_a_dying_process_writes_into_nothing_that_counts(sandbox: Sandbox) -> None:
    dying = os.open(folder_of(sandbox) / "home", os.O_PATH)  # as a jail's mount holds it
    try:
        with checkout(sandbox):
            pass  # left without a commit: what was in it may not be its version any more
        said: list[bytes] = []
        with checkout(sandbox) as live:
            with contextlib.suppress(FileNotFoundError):  # removed already
                os.close(os.open("environment/late", os.O_WRONLY | os.O_CREAT, dir_fd=dying))
            live.run("ls", write=said.append)
    finally:
        os.close(dying)
    assert said == [b"file\r\n"]


# --- a blob is gone ---


def names(version: Version) -> dict[str, str]:
    cloud = CloudState.load(version.cloud)
    file = Snapshot.load(version.manifest).find("~/environment/file")
    assert file is not None and cloud.bodies
    return {
        "manifest": version.manifest, "file": file.data, "shell": version.shell, "cloud": version.cloud, "root": cloud.root,
        "body": cloud.bodies[0],
    }  # fmt: skip


@pytest.mark.parametrize("how", ["missing", "corrupt"])
@pytest.mark.parametrize("which", ["manifest", "file", "shell", "cloud", "root", "body"])
def test_a_blob(sandbox: Sandbox, which: str, how: str) -> None:
    head = sandbox.head
    path = Path(blobs.storage().path(blobs.name_of(names(head)[which])))
    kept = path.read_bytes()
    folders.remove(folder_of(sandbox))  # as on a machine that has never held it
    path.unlink() if how == "missing" else path.write_bytes(kept[:-1] + b"?")
    with pytest.raises(Fault) as fault:
        do(sandbox, "true")
    assert fault.value.code == f"blob-{how}"
    now = Sandbox.objects.get(pk=sandbox.pk)
    assert (now.head_id, now.lock_holder) == (head.pk, "")
    actions.reset(sandbox=sandbox, by="an administrator")
    assert do(sandbox, "ls") == ""
    path.write_bytes(kept)


# --- the clock jumps ---


@pytest.mark.parametrize("hours", [1, -1])
def test_the_clock_jumps(sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch, hours: int) -> None:
    """Between two commands, and back again: locks, credentials and the account's own clock go on."""
    real = timezone.now
    monkeypatch.setattr(timezone, "now", lambda: real() + timedelta(hours=hours))
    assert do(sandbox, "cat file; aws sts get-caller-identity --query Account --output text") == f"kept\n{sandbox.head.account}\n"
    monkeypatch.undo()
    assert do(sandbox, "cat file; aws s3 ls | wc -l") == "kept\n1\n"


@pytest.mark.parametrize("hours", [1, -1])
def test_the_clock_jumps_while_a_command_runs(sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch, hours: int) -> None:
    """Its lock may be taken by another, who finds the lease over: then what is committed second finds that the head has moved."""
    real = timezone.now
    with checkout(sandbox) as live:
        live.run("y=1", write=lambda _data: None)
        monkeypatch.setattr(timezone, "now", lambda: real() + timedelta(hours=hours))
        taken = Sandbox.objects.lock(sandbox.pk, "elsewhere:1:1")
        assert taken is (hours > 0)
        if taken:
            with pytest.raises(Fault, match="moved, or its lock was taken"):
                live.commit(command="y=1")
        else:
            assert live.commit(command="y=1").command == "y=1"
    if taken:
        with pytest.raises(Busy):
            do(sandbox, "true")
        Sandbox.objects.unlock(sandbox.pk, "elsewhere:1:1")
    assert do(sandbox, 'cat file; echo "$x"') == "kept\nkept\n"
