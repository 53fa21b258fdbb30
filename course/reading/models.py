"""What is kept of who reads: only of people who are signed in. A note is known by its name, which is its folder's."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

_SLUG = 100


class Reading(models.Model):
    """That somebody opened a note, and whether they have read it."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="readings", verbose_name=_("reader"))
    note = models.SlugField(_("note"), max_length=_SLUG)
    opened = models.DateTimeField(_("first opened"), default=timezone.now)
    read = models.DateTimeField(_("read"), null=True, blank=True)

    class Meta:
        verbose_name = _("reading")
        verbose_name_plural = _("readings")
        constraints = [models.UniqueConstraint(fields=["user", "note"], name="one_reading_a_note")]

    def __str__(self) -> str:
        return f"{self.user} · {self.note}"


class Bookmark(models.Model):
    """A place in a note that somebody wants to find again; without ``anchor`` the whole note."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="bookmarks", verbose_name=_("reader"))
    note = models.SlugField(_("note"), max_length=_SLUG)
    anchor = models.SlugField(_("section"), max_length=_SLUG, blank=True)
    made = models.DateTimeField(_("made"), default=timezone.now)

    class Meta:
        verbose_name = _("bookmark")
        verbose_name_plural = _("bookmarks")
        ordering = ["-made"]
        constraints = [models.UniqueConstraint(fields=["user", "note", "anchor"], name="one_bookmark_a_place")]

    def __str__(self) -> str:
        return f"{self.note}#{self.anchor}" if self.anchor else self.note


class Answer(models.Model):
    """The newest answer of somebody's to a question of a note, how many there were, and when it was right for the first time.

    ``given`` is what course.reading.judging reads: numbers of choices or items, or a line.
    """

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="answers", verbose_name=_("reader"))
    note = models.SlugField(_("note"), max_length=_SLUG)
    question = models.SlugField(_("question"), max_length=_SLUG)
    given = models.JSONField(_("answer"))
    right = models.BooleanField(_("right"))
    tries = models.PositiveIntegerField(_("tries"), default=0)
    first = models.DateTimeField(_("first try"), default=timezone.now)
    last = models.DateTimeField(_("last try"), default=timezone.now)
    solved = models.DateTimeField(_("first right"), null=True, blank=True)

    class Meta:
        verbose_name = _("answer")
        verbose_name_plural = _("answers")
        constraints = [models.UniqueConstraint(fields=["user", "note", "question"], name="one_answer_a_question")]

    def __str__(self) -> str:
        return f"{self.user} · {self.note}/{self.question}"
