"""The version that a lab, or one of its steps, starts from: made once in a real sandbox, then only pointed at."""

from __future__ import annotations

import base64
import io
import logging
import tarfile
import time
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from django.utils import timezone

from labs.lab.loader import members
from labs.lab.model import Call, Lab
from labs.models import Start
from sandbox import actions as sandboxes
from sandbox import workers
from sandbox.checkout import Live, checkout
from sandbox.cloud import edition
from sandbox.errors import CloudError, Fault
from sandbox.models import Version

log = logging.getLogger(__name__)
SCHEMA = 1
BUILD_SECONDS = 120
_EPOCH = (2024, 6, 24, 0, 0, 0)

Progress = Callable[[str], None]


def engine() -> str:
    """Another edition of the simulation reads none of this one's accounts, so its starts are built again."""
    return f"{SCHEMA} {edition.name()}"


def row(lab: Lab, step: str = "") -> Start:
    """The start's row, made when missing. Raises KeyError for a step that the lab does not have."""
    if step:
        lab.step(step)
    start, _created = Start.objects.get_or_create(lab=lab.name, content_hash=lab.content_hash, engine=engine(), step=step)
    return start


def ensure(lab: Lab, step: str = "", *, progress: Progress = lambda _: None) -> Version:
    """The start's version, built here unless somebody else is at it already. Raises Fault where it cannot be built."""
    end = time.monotonic() + BUILD_SECONDS
    while time.monotonic() < end:
        start = row(lab, step)
        if start.version is not None:
            return start.version
        if Start.objects.claim(start.pk, workers.me()):
            return _build_claimed(start, lab, progress)
        time.sleep(0.2)  # another process builds it: its row is the only thing to watch
    raise Fault("lab-broken", f"the start of {lab.name}/{step} is still being built elsewhere after {BUILD_SECONDS} s")


def try_build(lab: Lab, step: str = "") -> Version | None:
    """Like ``ensure``, but None where another process is building it: that one tells those who wait."""
    start = row(lab, step)
    if start.version is None and not Start.objects.claim(start.pk, workers.me()):
        return Start.objects.get(pk=start.pk).version
    return start.version or _build_claimed(start, lab, lambda _: None)


def _build_claimed(start: Start, lab: Lab, progress: Progress) -> Version:
    began = time.monotonic()
    try:
        version = _build(lab, start.step, progress)
    except Exception as error:
        # The claim is given back, so that the next who asks tries again.
        Start.objects.filter(pk=start.pk).update(builder="", building_until=None, problem=str(error)[:2000])
        raise
    version.pinned = True
    version.save(update_fields=["pinned"])
    Start.objects.filter(pk=start.pk).update(version=version, builder="", building_until=None, problem="", created=timezone.now())
    log.info("built the start of %s in %.1f s", start, time.monotonic() - began)
    return version


def _build(lab: Lab, step: str, progress: Progress) -> Version:
    ids = [one.id for one in lab.steps]
    before = ids.index(step) - 1 if step else -1
    if step and before < 0:
        return ensure(lab, progress=progress)
    base = ensure(lab, ids[before], progress=progress) if step else sandboxes.blank(account=_account_of(lab))
    box = sandboxes.create_sandbox(owner=None, start=base, label=f"start of {lab.name}")
    try:
        if not step:
            with checkout(box) as live:
                _seed(lab, live, progress)
                return live.commit()
        for line in lab.steps[before].solve:
            progress(line)
            with checkout(box) as live:
                run(live, line, f"the solve of {ids[before]}")
                version = live.commit()
        return version
    finally:
        sandboxes.delete(sandbox=box, by="its builder")


def _account_of(lab: Lab) -> str | None:
    """The account's number in the lab's earlier start: those who are rebuilt with this one keep theirs."""
    built = Start.objects.filter(lab=lab.name, content_hash=lab.content_hash, step="").exclude(version=None)
    return built.order_by("-pk").values_list("version__account", flat=True).first()


def _seed(lab: Lab, live: Live, progress: Progress) -> None:
    for seed in lab.seeds:
        progress(f"{seed.service} {seed.operation}")
        try:
            live.call(seed.service, seed.operation, _params(seed), account=seed.account)
        except CloudError as error:
            raise Fault("lab-broken", f"{lab.name}: seed {seed.service} {seed.operation}: {error}") from error
    if lab.files is not None:
        progress("files/")
        packed = base64.encodebytes(tar_of(lab.files)).decode()
        run(live, f"base64 -d <<'END_OF_FILES' | tar -xz -C ~/environment\n{packed}END_OF_FILES", "files/")
    if lab.setup:
        progress("setup.sh")
        # In a shell of its own: what it sets must not be found in the learner's.
        packed = base64.b64encode(lab.setup.encode()).decode()
        run(live, f"bash -euo pipefail <(base64 -d <<< {packed})", "setup.sh")


def run(live: Live, line: str, what: str) -> None:
    """Run a line that has to succeed. Raises Fault lab-broken with what it printed."""
    printed: list[bytes] = []
    result = live.run(line, write=printed.append)
    if result.status or result.incomplete or result.reason != "exit":
        output = b"".join(printed).decode(errors="replace")[-2000:]
        raise Fault("lab-broken", f"{what} ended with {result.status} ({result.reason}):\n{output}")


def _params(seed: Call) -> dict[str, Any]:
    if seed.zip_of is None:
        return seed.params
    return {**seed.params, "Body": {"$bytes": base64.b64encode(zip_of(seed.zip_of)).decode()}}


def zip_of(folder: Path) -> bytes:
    """The folder's files as a zip that is the same bytes each time: order, times and modes are fixed."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for path in members(folder):
            info = zipfile.ZipInfo(path.relative_to(folder).as_posix(), _EPOCH)
            info.external_attr = (0o755 if path.stat().st_mode & 0o100 else 0o644) << 16
            info.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(info, path.read_bytes())
    return packed.getvalue()


def tar_of(folder: Path) -> bytes:
    """The folder's files as tar.gz."""
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w:gz") as archive:
        for path in members(folder):
            archive.add(path, path.relative_to(folder).as_posix(), recursive=False, filter=_anonymous)
    return packed.getvalue()


def _anonymous(info: tarfile.TarInfo) -> tarfile.TarInfo:
    info.uid = info.gid = 0
    info.uname = info.gname = ""
    return info
