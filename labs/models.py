"""What a learner does: attempts at labs, their steps, and the commands typed.

The Command row is the queue: Celery only wakes a worker, which claims the row by a filtered update.
"""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from labs.start_models import Edition as Edition  # noqa: PLC0414 - Django, and others, look for models here
from labs.start_models import Start as Start  # noqa: PLC0414
from sandbox.models import Sandbox, Version

LEASE = timedelta(seconds=20)
CWD_LENGTH = 4096


class Attempt(models.Model):
    """One learner's way through one lab. Without a sandbox it is being prepared, or ``problem`` says why it cannot be.

    A *fork* (``fork_of``) is somebody else's own, made from one point of it (labs.forking): it is nobody's progress and gives no points.
    """

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="attempts", verbose_name=_("learner"))
    lab = models.SlugField(_("lab"), max_length=100)
    content_hash = models.CharField(max_length=64)
    language = models.CharField(_("language"), max_length=10, default="en")
    sandbox = models.ForeignKey(Sandbox, models.SET_NULL, null=True, blank=True, related_name="attempts", verbose_name=_("sandbox"))
    step = models.SlugField(_("current step"), max_length=100, blank=True)
    problem = models.CharField(_("problem"), max_length=100, blank=True)
    console_from = models.PositiveIntegerField(default=0, help_text=_("Commands up to this number are from before the last reset."))
    started = models.DateTimeField(_("started"), auto_now_add=True)
    completed = models.DateTimeField(_("completed"), null=True, blank=True, help_text=_("When its last step passed."))
    finished = models.DateTimeField(_("finished"), null=True, blank=True, help_text=_("When the learner closed it."))
    last_seen = models.DateTimeField(_("last seen"), default=timezone.now)
    spent = models.PositiveIntegerField(_("time spent"), default=0, help_text=_("Seconds, without long pauses: see labs.pace."))
    fork_of = models.ForeignKey("self", models.CASCADE, null=True, blank=True, related_name="forks", verbose_name=_("fork of"))
    fork_command = models.ForeignKey(
        "Command", models.SET_NULL, null=True, blank=True, related_name="+", help_text="The one after which it was forked; none: the start."
    )

    class Meta:
        verbose_name = _("attempt")
        verbose_name_plural = _("attempts")
        ordering = [F("last_seen").desc()]
        constraints = [
            models.UniqueConstraint(fields=["user", "lab"], condition=Q(finished=None, fork_of=None), name="one_active_attempt_a_lab"),
        ]

    def __str__(self) -> str:
        return f"{self.user} · {self.lab}"

    @property
    def ready(self) -> bool:
        return self.sandbox_id is not None

    @property
    def is_fork(self) -> bool:
        return self.fork_of_id is not None

    @property
    def rebuilding(self) -> bool:
        """Its sandbox is being made anew; nothing runs in it meanwhile."""
        return self.sandbox is not None and self.sandbox.is_rebuilding

    @property
    def usable(self) -> bool:
        return self.ready and not self.rebuilding

    @property
    def points(self) -> int:
        return sum(step.points or 0 for step in self.steps.all())

    def running_command(self) -> Command | None:
        """One that is not kept yet, if any: nothing may move the sandbox meanwhile."""
        return self.commands.unfinished().first()

    def console(self) -> CommandQuerySet:
        """The commands that the console shows, oldest first."""
        return self.commands.filter(number__gt=self.console_from).order_by("number")

    def next_number(self) -> int:
        last = self.commands.aggregate(last=models.Max("number"))["last"]
        return (last or 0) + 1


class StepProgress(models.Model):
    """One step of an attempt. ``seen`` is what the last look found, one dict a check: see ``labs.grading.Look``."""

    class State(models.TextChoices):
        OPEN = "open", _("Open")
        PASSED = "passed", _("Passed")

    class Outcome(models.TextChoices):
        NONE = "", _("Not looked at")
        PASS = "pass", _("Pass")
        NOT_YET = "not-yet", _("Not yet")
        ERROR = "error", _("The check failed")

    attempt = models.ForeignKey(Attempt, models.CASCADE, related_name="steps", verbose_name=_("attempt"))
    step_id = models.SlugField(_("step"), max_length=100)
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.OPEN)
    outcome = models.CharField(_("last look"), max_length=10, choices=Outcome, default=Outcome.NONE, blank=True)
    seen = models.JSONField(_("seen"), default=list, blank=True)
    tries = models.PositiveIntegerField(_("tries"), default=0, help_text=_("Looks that found it not yet done."))
    hints_shown = models.PositiveIntegerField(_("hints shown"), default=0)
    solution_shown = models.BooleanField(_("solution shown"), default=False)
    points = models.PositiveIntegerField(_("points"), null=True, blank=True)
    passed_at = models.DateTimeField(_("passed"), null=True, blank=True)
    version = models.ForeignKey(Version, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("version"))

    class Meta:
        verbose_name = _("step")
        verbose_name_plural = _("steps")
        ordering = ["pk"]
        constraints = [models.UniqueConstraint(fields=["attempt", "step_id"], name="one_progress_a_step")]

    def __str__(self) -> str:
        return f"{self.attempt} · {self.step_id}"

    @property
    def passed(self) -> bool:
        return self.state == self.State.PASSED

    def looked(self, outcome: str, seen: list[dict[str, Any]]) -> None:
        """Keep what a look found that did not pass. An error of a check counts nothing against the learner."""
        self.outcome, self.seen = outcome, seen
        if outcome == self.Outcome.NOT_YET:
            self.tries += 1
        self.save(update_fields=["outcome", "seen", "tries"])

    def price(self, cost: int) -> int:
        """What the solution takes off the points: ``cost``, or nothing where it is shown while the check is broken, which is our fault."""
        if not self.solution_shown:
            return 0 if self.outcome == self.Outcome.ERROR else cost
        shown = StepEvent.objects.filter(attempt=self.attempt_id, step_id=self.step_id, what=StepEvent.What.SOLUTION)
        return 0 if shown.exclude(seen=[]).exists() else cost

    def complete(self, *, points: int, version: Version | None) -> None:
        """``points`` are the step's own, already less what a shown solution costs; a step passed again keeps the fewer."""
        self.points = points if self.points is None else min(self.points, points)
        self._pass(version.pk if version else None, timezone.now())
        if version is not None:
            Passing.objects.get_or_create(step=self, version=version)

    def pass_again(self, passing: Passing) -> None:
        """The sandbox stands again where it had passed: no check is needed, and the points are as they were."""
        self._pass(passing.version_id, passing.at)

    def _pass(self, version_id: int | None, at: datetime) -> None:
        self.state, self.outcome, self.seen = self.State.PASSED, self.Outcome.PASS, []
        self.version_id, self.passed_at = version_id, at
        self.save()

    def reopen(self) -> None:
        self.state, self.outcome, self.seen, self.version, self.passed_at = self.State.OPEN, self.Outcome.NONE, [], None, None
        self.save()


class Passing(models.Model):
    """A version at which a step passed. The step counts as passed wherever the sandbox stands at it or at what came of it."""

    step = models.ForeignKey(StepProgress, models.CASCADE, related_name="passings", verbose_name=_("step"))
    # Pruning keeps what is protected: a step's version is where the next one can always be started again from.
    version = models.ForeignKey(Version, models.PROTECT, related_name="+", verbose_name=_("version"))
    at = models.DateTimeField(_("passed"), default=timezone.now)

    class Meta:
        verbose_name = _("passing")
        verbose_name_plural = _("passings")
        constraints = [models.UniqueConstraint(fields=["step", "version"], name="one_passing_a_version")]

    def __str__(self) -> str:
        return f"{self.step} @ {self.version_id}"


class StepEvent(models.Model):
    """What happened to a step that its row has no moment of: help that was shown, and what a look found where that was news."""

    class What(models.TextChoices):
        HINT = "hint", _("A hint was shown")
        SOLUTION = "solution", _("The solution was shown")
        NOT_YET = "not-yet", _("Not yet")
        ERROR = "error", _("The check failed")
        PASSED = "passed", _("Passed")

    attempt = models.ForeignKey(Attempt, models.CASCADE, related_name="step_events", verbose_name=_("attempt"))
    step_id = models.SlugField(_("step"), max_length=100)
    what = models.CharField(max_length=10, choices=What)
    number = models.PositiveIntegerField(default=0, help_text="Of the hint.")
    seen = models.JSONField(default=list, blank=True, help_text="What the look found: see labs.grading.Look.")
    at = models.DateTimeField(_("at"), default=timezone.now)

    class Meta:
        verbose_name = _("event of a step")
        verbose_name_plural = _("events of steps")
        ordering = ["at", "pk"]
        indexes = [models.Index(fields=["attempt", "at"], name="step_event_at")]

    def __str__(self) -> str:
        return f"{self.attempt_id} · {self.step_id}: {self.what}"


class CommandQuerySet(models.QuerySet["Command"]):
    def unfinished(self) -> CommandQuerySet:
        """Those of which nothing is kept yet: also where the program has ended, but another terminal's runs on in the same checkout."""
        return self.filter(state__in=[Command.State.QUEUED, Command.State.RUNNING, Command.State.ENDED])

    def occupying(self) -> CommandQuerySet:
        """Those that their terminal is busy with."""
        return self.filter(state__in=[Command.State.QUEUED, Command.State.RUNNING])

    def in_checkout(self) -> CommandQuerySet:
        """Those that a worker is at."""
        return self.filter(state__in=[Command.State.RUNNING, Command.State.ENDED])

    def claim(self, pk: Any, worker: str) -> bool:
        """A queued row becomes this worker's; of two workers woken for the same row one gets it."""
        now = timezone.now()
        claimed = self.filter(pk=pk, state=Command.State.QUEUED).update(
            state=Command.State.RUNNING, worker=worker, claimed=now, lease_until=now + LEASE
        )
        return claimed == 1

    def renew(self, pk: Any, worker: str) -> bool:
        """False: the row is no longer this worker's (the sweeper took it for dead). What has ended beside it is kept with it, and so
        lives as long."""
        lease = timezone.now() + LEASE
        beside = self.model.objects.filter(pk=pk).values("attempt")
        self.filter(state=Command.State.ENDED, worker=worker, attempt__in=beside).update(lease_until=lease)
        return self.in_checkout().filter(pk=pk, worker=worker).update(lease_until=lease) == 1

    def close(self, pk: Any, worker: str, **fields: Any) -> bool:
        """End a row that is still this worker's; False when the sweeper ended it first."""
        mine = self.in_checkout().filter(pk=pk, worker=worker)
        return mine.update(lease_until=None, ended=timezone.now(), screen={}, **fields) == 1


class Command(models.Model):
    """One line typed. ``number`` counts within the attempt; ``key`` comes from the page, so a double click is one row."""

    class State(models.TextChoices):
        QUEUED = "queued", _("Waiting for a worker")
        RUNNING = "running", _("Running")
        ENDED = "ended", _("Ended, and not kept yet")
        DONE = "done", _("Done")
        LOST = "lost", _("Lost by a fault of ours")
        REFUSED = "refused", _("Refused")

    attempt = models.ForeignKey(Attempt, models.CASCADE, related_name="commands", verbose_name=_("attempt"))
    key = models.UUIDField(default=uuid.uuid4, editable=False)
    number = models.PositiveIntegerField(_("number"))
    line = models.TextField(_("command"))
    terminal = models.PositiveSmallIntegerField(_("terminal"), default=1)
    live = models.CharField(
        max_length=100, blank=True, editable=False, help_text="The live checkout it ran in: what ran together is kept together."
    )
    rows = models.PositiveSmallIntegerField(default=24)
    cols = models.PositiveSmallIntegerField(default=100)
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.QUEUED)
    message = models.CharField(max_length=50, blank=True, help_text=_("Our own words, as a code."))
    message_values = models.JSONField(default=dict, blank=True)
    stopping = models.CharField(max_length=10, blank=True, editable=False, help_text=_("INT or KILL, asked for by the learner."))
    waiting = models.BooleanField(_("waiting for input"), default=False)

    worker = models.CharField(max_length=100, blank=True, editable=False)
    lease_until = models.DateTimeField(null=True, editable=False)
    queued = models.DateTimeField(_("queued"), default=timezone.now)
    claimed = models.DateTimeField(_("started"), null=True)
    ended = models.DateTimeField(_("ended"), null=True)
    first_output_ms = models.PositiveIntegerField(null=True)
    duration_ms = models.PositiveIntegerField(null=True)

    exit_status = models.IntegerField(_("exit status"), null=True)
    reason = models.CharField(max_length=20, blank=True)
    output = models.BinaryField(default=b"")
    whole = models.CharField(max_length=64, blank=True, editable=False, help_text="The blob of all of it, where that is more: labs.whole.")
    output_bytes = models.PositiveBigIntegerField(default=0, editable=False, help_text="So many were printed, where there is more.")
    screen = models.JSONField(default=dict, blank=True, editable=False)  # what a full-screen program shows: labs.screen.Shown
    stream_id = models.CharField(max_length=60, blank=True, help_text=_("The last event whose output the row holds."))
    cwd_before = models.CharField(max_length=CWD_LENGTH, blank=True)
    cwd_after = models.CharField(max_length=CWD_LENGTH, blank=True)
    version = models.ForeignKey(Version, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("version"))
    changes = models.JSONField(_("changes"), default=dict, blank=True)
    mistake = models.JSONField(default=dict, blank=True, help_text=_("The common mistake that its end shows: see labs.mistakes."))
    diff = models.JSONField(default=dict, blank=True, help_text=_("What changed in files, by path."))
    undone = models.BooleanField(_("undone"), default=False, help_text=_("The sandbox does not stand at it, nor at what came of it."))

    objects = CommandQuerySet.as_manager()

    class Meta:
        verbose_name = _("command")
        verbose_name_plural = _("commands")
        ordering = ["number"]
        constraints = [
            models.UniqueConstraint(fields=["attempt", "key"], name="one_command_a_key"),
            models.UniqueConstraint(fields=["attempt", "number"], name="one_command_a_number"),
        ]
        indexes = [
            models.Index(fields=["state", "lease_until"], name="command_state_lease"),
            models.Index(fields=["attempt", "ended"], name="command_attempt_ended"),
        ]

    def __str__(self) -> str:
        return f"{self.number}: {self.line[:60]}"

    @property
    def finished(self) -> bool:
        """Its program has ended."""
        return self.state not in {self.State.QUEUED, self.State.RUNNING}


def changed_by(version: Version) -> dict[str, Any]:
    """``version``'s changes as the fields of its command: they outlive it, and a page full of commands need not load the diffs."""
    changes = dict(version.changes)
    return {"diff": changes.pop("diff", {}), "changes": changes}


class Move(models.Model):
    """The learner, or an administrator, went to another version without running anything. The console shows the last of a row."""

    class How(models.TextChoices):
        UNDO = "undo", _("Undo")
        REDO = "redo", _("Redo")
        REWIND = "rewind", _("Rewind")
        STEP = "step", _("Start the step again")
        LAB = "lab", _("Start the lab again")
        LOST = "lost", _("A new sandbox")

    attempt = models.ForeignKey(Attempt, models.CASCADE, related_name="moves", verbose_name=_("attempt"))
    how = models.CharField(max_length=10, choices=How)
    after = models.PositiveIntegerField(help_text=_("The number of the last command then."))
    command = models.ForeignKey(
        Command,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("command"),
        help_text=_("Undone, done again, gone to."),
    )
    title = models.CharField(max_length=500, blank=True, help_text="What that was, where it was no command.")
    step = models.SlugField(_("step"), max_length=100, blank=True, help_text=_("Of a reset: what was started again; empty is the lab."))
    version = models.ForeignKey(
        Version, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("version"), help_text=_("Of a reset: its own.")
    )
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("by"))
    at = models.DateTimeField(_("at"), default=timezone.now)

    class Meta:
        verbose_name = _("move")
        verbose_name_plural = _("moves")
        ordering = ["pk"]

    def __str__(self) -> str:
        return f"{self.attempt} · {self.how}"
