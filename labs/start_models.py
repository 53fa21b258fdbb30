"""What attempts begin from: labs as they were, and the precomputed versions that they start at."""

from __future__ import annotations

from datetime import timedelta

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from sandbox.models import Version


class Edition(models.Model):
    """A lab's folder as it was for one content hash, so that attempts begun before an author's edit keep their lab."""

    lab = models.SlugField(_("lab"), max_length=100)
    content_hash = models.CharField(max_length=64)
    archive = models.BinaryField(help_text=_("The folder as tar.gz."))
    created = models.DateTimeField(_("created"), auto_now_add=True)

    class Meta:
        verbose_name = _("edition")
        verbose_name_plural = _("editions")
        constraints = [models.UniqueConstraint(fields=["lab", "content_hash"], name="one_edition_a_hash")]

    def __str__(self) -> str:
        return f"{self.lab} {self.content_hash[:8]}"


class StartQuerySet(models.QuerySet["Start"]):
    def claim(self, pk: int, builder: str) -> bool:
        """Take the building of a start, or take it over from a builder whose lease ran out."""
        now = timezone.now()
        free = Q(builder="") | Q(building_until__lt=now)
        return self.filter(free, pk=pk, version=None).update(builder=builder, building_until=now + timedelta(minutes=2), problem="") == 1


class Start(models.Model):
    """The precomputed version a lab (``step`` empty) or a step starts from; ``version`` is empty until it is built."""

    lab = models.SlugField(_("lab"), max_length=100)
    content_hash = models.CharField(max_length=64)
    engine = models.CharField(max_length=100, blank=True, help_text=_("What it was built with: another one builds it again."))
    step = models.SlugField(_("step"), max_length=100, blank=True)
    version = models.ForeignKey(Version, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("version"))
    builder = models.CharField(max_length=100, blank=True, editable=False)
    building_until = models.DateTimeField(null=True, editable=False)
    problem = models.TextField(_("problem"), blank=True)
    created = models.DateTimeField(_("created"), auto_now_add=True)

    objects = StartQuerySet.as_manager()

    class Meta:
        verbose_name = _("start")
        verbose_name_plural = _("starts")
        constraints = [models.UniqueConstraint(fields=["lab", "content_hash", "engine", "step"], name="one_start_a_step")]

    def __str__(self) -> str:
        return f"{self.lab}/{self.step or '·'}"
