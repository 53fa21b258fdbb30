"""An attempt whose account was frozen by another edition of the simulation: made anew from its commands, or from the start of its step.

Nothing of it counts against the learner, and the old versions stay in the history.
"""

from __future__ import annotations

import logging
import time
from typing import Any

from labs import actions, following, publishing, starts
from labs.editions import lab_of
from labs.lab.model import Lab
from labs.models import Attempt, Command, Passing, Start, StepProgress
from sandbox import actions as sandboxes
from sandbox import replay
from sandbox.history import History
from sandbox.models import Sandbox, Version

log = logging.getLogger(__name__)
WAIT_SECONDS = 20.0
_SHOWN = 60


def begin(sandbox: Sandbox) -> None:
    """Have it rebuilt, unless that is under way or nobody is at work in it."""
    attempt = Attempt.objects.filter(sandbox=sandbox, finished=None).first()
    if attempt is None or not Sandbox.objects.claim_rebuilding(sandbox.pk):
        return
    log.warning("the account of attempt %s is of another edition of the simulation: it is rebuilt", attempt.pk)
    actions.wake("labs.tasks.rebuild_attempt", attempt.pk)
    publishing.page_changed(attempt)


def rebuild(attempt_id: int) -> None:
    """In a worker; minutes at most. The head moves only if it is still the one that was rebuilt."""
    attempt = Attempt.objects.select_related("sandbox__head").get(pk=attempt_id)
    sandbox = attempt.sandbox
    if sandbox is None or sandbox.rebuilding is None:
        return
    began = time.monotonic()
    try:
        _Rebuilding(attempt, sandbox).run()
        log.warning("attempt %s was rebuilt in %.1f s", attempt_id, time.monotonic() - began)
    except Exception:
        log.exception("attempt %s could not be rebuilt", attempt_id)
        Sandbox.objects.filter(pk=sandbox.pk).update(rebuilding=None, notice={"code": "rebuild-failed"})
    publishing.page_changed(attempt)


class _Rebuilding:
    def __init__(self, attempt: Attempt, sandbox: Sandbox) -> None:
        self.attempt, self.sandbox, self.was = attempt, sandbox, sandbox.head
        self.lab: Lab = lab_of(attempt)

    def run(self) -> None:
        start = starts.ensure(self.lab, progress=self._progress)
        try:
            found = self._replay(start)
            notice: dict[str, Any] = {"code": "rebuilt"}
        except replay.Differs as error:
            log.warning("attempt %s can't be replayed: %s", self.attempt.pk, error)
            found, notice = self._begin_step(), self._why(error)
        self._put(found, start, notice)

    def _replay(self, start: Version) -> replay.Replayed:
        bases = dict(Start.objects.filter(lab=self.lab.name, content_hash=self.lab.content_hash).values_list("version", "step"))
        base, after = replay.chain(self.was, {pk for pk in bases if pk is not None})
        step = bases[base.pk]
        anew = starts.ensure(self.lab, step, progress=self._progress) if step else start
        if step:
            anew = anew.copy_for(self.sandbox)
        done = replay.replay(self.sandbox, anew, self._recorded(after), progress=self._progress)
        return replay.Replayed(done.head, {base.pk: anew, **done.made})

    def _recorded(self, versions: list[Version]) -> list[replay.Recorded]:
        """A fork's begin with the learner's, whose rows are those of the attempt that it is of."""
        rows: dict[int, Command] = {}
        together: set[int] = set()
        typed = Command.objects.filter(attempt__in=[self.attempt.pk, self.attempt.fork_of_id or self.attempt.pk], version__in=versions)
        for row in typed.order_by("number").defer("output"):
            first = rows.setdefault(row.version_id or 0, row)
            if row is not first and row.live and row.live == first.live:
                together.add(row.version_id or 0)
        # What two terminals did at the same time can't be done again as it was.
        return [_recorded(version, rows.get(version.pk), alone=version.pk not in together) for version in versions]

    def _begin_step(self) -> replay.Replayed:
        """Where the current step begins; the last one's where all are done."""
        ids = [step.id for step in self.lab.steps]
        step = self.attempt.step or (ids[-1] if ids else "")
        head = starts.ensure(self.lab, step, progress=self._progress).copy_for(self.sandbox)
        passed = StepProgress.objects.filter(attempt=self.attempt, state=StepProgress.State.PASSED)
        return replay.Replayed(head, {pk: head for pk in passed.values_list("version", flat=True) if pk is not None})

    def _why(self, error: replay.Differs) -> dict[str, Any]:
        line = " ".join(error.line.split())
        code = "rebuilt-step" if self.lab.steps else "rebuilt-lab"
        return {"code": f"{code}-by" if line else code, "values": {"line": line if len(line) <= _SHOWN else line[: _SHOWN - 1] + "…"}}

    def _put(self, found: replay.Replayed, start: Version, notice: dict[str, Any]) -> None:
        if self.attempt.is_fork:  # it began at the learner's version: undo and reset reach no further
            start = found.made.get(self.sandbox.start_id, found.head)
        sandboxes.put_rebuilt(
            sandbox=self.sandbox, was=self.was, to=found.head, start=start, notice=notice, then=lambda: self._follow(found.made),
            wait=WAIT_SECONDS,
        )  # fmt: skip

    def _follow(self, made: dict[int, Version]) -> None:
        """What refers to a version of old refers to the one that stands for it now."""
        for old, new in made.items():
            Command.objects.filter(attempt=self.attempt, version=old).update(version=new)
            StepProgress.objects.filter(attempt=self.attempt, version=old).update(version=new)
            for passing in Passing.objects.filter(step__attempt=self.attempt, version=old):
                Passing.objects.get_or_create(step=passing.step, version=new, defaults={"at": passing.at})
        self.sandbox.refresh_from_db()
        following.mark_undone(self.attempt, set(History(self.sandbox).line(self.sandbox.head_id)))

    def _progress(self, _what: str = "") -> None:
        Sandbox.objects.prolong_rebuilding(self.sandbox.pk)


def _recorded(version: Version, row: Command | None, *, alone: bool) -> replay.Recorded:
    if row is None or row.state != Command.State.DONE:
        return replay.Recorded(version)
    whole = alone and row.reason in {"exit", ""}
    return replay.Recorded(version, row.exit_status, whole, (row.duration_ms or 0) / 1000)
