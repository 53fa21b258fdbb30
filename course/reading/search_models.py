"""The rows that are searched; the words of each stand in a table of the database's own kind (course.reading.search_tables)."""

from __future__ import annotations

from django.db import models


class Passage(models.Model):
    """A section of a note or a lab in one language: see course.reading.passages.Passage."""

    kind = models.CharField(max_length=8)
    slug = models.SlugField(max_length=100)
    language = models.CharField(max_length=2)
    anchor = models.CharField(max_length=120, blank=True)
    title = models.CharField(max_length=300)
    heading = models.CharField(max_length=300, blank=True)
    text = models.TextField()

    class Meta:
        app_label = "course"

    def __str__(self) -> str:
        return f"{self.kind} {self.slug}#{self.anchor} ({self.language})"


class PassageIndex(models.Model):
    """One row, the lock under which the passages are renewed. ``digest``: of what they were made of."""

    digest = models.CharField(max_length=64, blank=True)

    class Meta:
        app_label = "course"

    def __str__(self) -> str:
        return self.digest
