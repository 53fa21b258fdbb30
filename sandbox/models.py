"""A sandbox is a value with a name: ``head`` points at the version it holds.

Versions form a tree and are never changed once committed. They are shared: every learner's first version of a lab is the same row.
"""

from __future__ import annotations

import secrets
import uuid
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from sandbox import workers

REBUILDING = timedelta(minutes=3)


class Version(models.Model):
    """Files, shell and cloud at one moment. ``manifest``, the shells and ``cloud`` name blobs; empty means nothing there yet."""

    parent = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="children", verbose_name=_("parent"))
    sandbox = models.ForeignKey(
        "Sandbox",
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="versions",
        verbose_name=_("made in"),
        help_text=_("Where it was committed."),
    )
    number = models.PositiveIntegerField(_("number"), default=0, help_text=_("Its distance from the first version."))
    command = models.TextField(_("command"), blank=True)
    title = models.CharField(max_length=500, blank=True, help_text="What made it, where that was no command: a file's save.")
    account = models.CharField(_("AWS account"), max_length=12)
    manifest = models.CharField(max_length=64, blank=True)
    shell = models.CharField(max_length=64, blank=True)
    second_shell = models.CharField(max_length=64, blank=True, help_text="The second terminal's; empty until it is used.")
    cloud = models.CharField(max_length=64, blank=True)
    changes = models.JSONField(_("changes"), default=dict, blank=True)
    home_bytes = models.PositiveBigIntegerField(default=0)
    home_files = models.PositiveIntegerField(default=0)
    cloud_bytes = models.PositiveBigIntegerField(default=0)
    clock = models.FloatField(default=0.0, help_text="Its account's clock when it was committed, in seconds since the account's birth.")
    due_in = models.FloatField(null=True, blank=True, help_text=_("Seconds of its account's clock until the next event."))
    passed = models.BooleanField(default=False, editable=False, help_text="Nobody made it: time went by.")
    quiet = models.BooleanField(default=False, help_text=_("Nothing is other than before, but what the last command's status was."))
    pinned = models.BooleanField(_("pinned"), default=False)
    created = models.DateTimeField(_("created"), auto_now_add=True)

    class Meta:
        verbose_name = _("version")
        verbose_name_plural = _("versions")

    def __str__(self) -> str:
        return f"v{self.number} ({self.pk})"

    @property
    def made_by(self) -> str:
        """What the learner did; empty where time passed, or nobody did anything of note."""
        return self.command or self.title

    def drop_unless_named(self) -> bool:
        """Delete this row if no other names it."""
        for relation in self._meta.get_fields(include_hidden=True):
            if (
                isinstance(relation, models.ManyToOneRel)
                and relation.related_model._base_manager.filter(**{relation.field.name: self}).exists()
            ):
                return False
        self.delete()
        return True

    def copy_for(self, sandbox: Sandbox, **fields: Any) -> Version:
        """A version of ``sandbox``'s own with this one's value."""
        return Version.objects.create(
            parent=self, sandbox=sandbox, number=self.number + 1, account=self.account, manifest=self.manifest, shell=self.shell,
            second_shell=self.second_shell, cloud=self.cloud,
            home_bytes=self.home_bytes, home_files=self.home_files, cloud_bytes=self.cloud_bytes, clock=self.clock,
            due_in=self.due_in, **fields,
        )  # fmt: skip


class SandboxQuerySet(models.QuerySet["Sandbox"]):
    def lock(self, pk: Any, holder: str) -> bool:
        """Take the lock, or take it over: from a lease that ran out, or from a process of this host that is gone.

        ``holder`` begins as workers.me() does. One filtered update, so two workers never both get it.
        """
        now = timezone.now()
        lease = now + timedelta(seconds=settings.SANDBOX_LEASE_SECONDS)
        free = Q(lock_holder="") | Q(lock_until__lt=now)
        if self.filter(free, pk=pk).update(lock_holder=holder, lock_until=lease) == 1:
            return True
        there = self.filter(pk=pk).values_list("lock_holder", flat=True).first() or ""
        return workers.is_gone(there) and self.filter(pk=pk, lock_holder=there).update(lock_holder=holder, lock_until=lease) == 1

    def renew(self, pk: Any, holder: str) -> bool:
        lease = timezone.now() + timedelta(seconds=settings.SANDBOX_LEASE_SECONDS)
        return self.filter(pk=pk, lock_holder=holder).update(lock_until=lease) == 1

    def claim_rebuilding(self, pk: Any) -> bool:
        """Take the rebuilding of a sandbox; False where somebody is at it, who prolongs it from time to time."""
        now = timezone.now()
        free = self.filter(Q(rebuilding=None) | Q(rebuilding__lt=now), pk=pk)
        return free.update(rebuilding=now + REBUILDING) == 1

    def prolong_rebuilding(self, pk: Any) -> None:
        self.filter(pk=pk).exclude(rebuilding=None).update(rebuilding=timezone.now() + REBUILDING)

    def unlock(self, pk: Any, holder: str) -> bool:
        return self.filter(pk=pk, lock_holder=holder).update(lock_holder="", lock_until=None) == 1

    def unlock_abandoned(self, pk: Any) -> bool:
        """Take away a lock whose holder let its lease run out, or is gone. False where there is none, or somebody holds it."""
        there = self.filter(pk=pk).exclude(lock_holder="").values_list("lock_holder", flat=True).first()
        if there is None:
            return False
        mine = self.filter(pk=pk, lock_holder=there)
        return (mine if workers.is_gone(there) else mine.filter(lock_until__lt=timezone.now())).update(lock_holder="", lock_until=None) == 1


def _secret() -> str:
    return secrets.token_hex(16)


class Sandbox(models.Model):
    """One learner's machine and account. ``label`` says what for (a lab's name)."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, null=True, blank=True, related_name="sandboxes", verbose_name=_("owner")
    )
    label = models.CharField(_("lab"), max_length=100, blank=True)
    head = models.ForeignKey(Version, models.PROTECT, related_name="+", verbose_name=_("version"))
    start = models.ForeignKey(Version, models.PROTECT, related_name="+", verbose_name=_("start"), help_text=_("Where a reset goes."))
    tip = models.ForeignKey(
        Version, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("tip"), help_text=_("Where redo leads.")
    )
    head_since = models.DateTimeField(default=timezone.now, editable=False)
    clock_rate = models.FloatField(_("clock rate"), default=1.0, help_text=_("Seconds of its account's clock in a second."))
    due = models.DateTimeField(_("next event"), null=True, blank=True, db_index=True, editable=False)
    failed_wakes = models.PositiveSmallIntegerField(default=0, editable=False)
    rebuilding = models.DateTimeField(null=True, editable=False, help_text="Until when it is being rebuilt, unless that is prolonged.")
    notice = models.JSONField(default=dict, blank=True, editable=False, help_text="What the learner is to know: code, values.")
    most_bytes = models.PositiveBigIntegerField(null=True, editable=False, help_text="Of its home. Empty: SANDBOX_HOME_BYTES.")
    most_files = models.PositiveIntegerField(null=True, editable=False, help_text="Of its home. Empty: SANDBOX_HOME_FILES.")
    put_away = models.DateTimeField(null=True, db_index=True, editable=False, help_text="Since when it is gone but for who brings it back.")
    kept = models.JSONField(default=dict, editable=False, help_text="While it is put away: what goes back to whom with it.")
    lock_holder = models.CharField(max_length=100, blank=True, editable=False)
    lock_until = models.DateTimeField(null=True, editable=False)
    seed = models.CharField(max_length=32, default=_secret, editable=False)
    created = models.DateTimeField(_("created"), auto_now_add=True)
    last_used = models.DateTimeField(_("last used"), default=timezone.now)

    objects = SandboxQuerySet.as_manager()

    class Meta:
        verbose_name = _("sandbox")
        verbose_name_plural = _("sandboxes")
        ordering = [F("last_used").desc()]

    def __str__(self) -> str:
        return f"{self.owner or '–'} · {self.label}"

    def standing_at(self, version: Version) -> dict[str, Any]:
        """The fields to update when the head moves to ``version``: its account's clock goes on from where it stood."""
        now = timezone.now()
        due = None if version.due_in is None else now + timedelta(seconds=version.due_in / self.clock_rate)
        return {"head": version, "head_since": now, "due": due, "failed_wakes": 0}

    @property
    def is_rebuilding(self) -> bool:
        return self.rebuilding is not None and self.rebuilding > timezone.now()

    def clock_now(self) -> float:
        """What the clock of the head's account shows. A machine's clock that was set back stops it for that long."""
        stood = (timezone.now() - self.head_since).total_seconds()
        return self.head.clock + max(0.0, stood) * self.clock_rate

    def due_in(self) -> float | None:
        """Seconds, of real time, until the next event in its account; None without one."""
        if self.head.due_in is None:
            return None
        return max(0.0, self.head.due_in - (self.clock_now() - self.head.clock)) / self.clock_rate

    @property
    def quota(self) -> tuple[int, int]:
        """How many bytes and files its home may have."""
        most_bytes = settings.SANDBOX_HOME_BYTES if self.most_bytes is None else self.most_bytes
        return most_bytes, settings.SANDBOX_HOME_FILES if self.most_files is None else self.most_files

    @property
    def instance_id(self) -> str:
        """The workstation's EC2 instance id: i- and 17 hex digits, the sandbox's own."""
        return "i-0" + self.id.hex[:16]
