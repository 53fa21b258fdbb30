"""What the course map shows: the parts in their order with notes and labs, how far somebody is in each, and what to do next."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from django.urls import reverse

from course.people.plan import Plan
from course.reading import library
from course.reading.model import Note
from course.reading.models import Answer, Bookmark, Reading
from labs import access, presenting, progress
from labs.lab import catalog
from labs.lab.model import Lab, words
from labs.models import Attempt
from labs.planning import Due
from labs.wording import language


@dataclass(frozen=True, slots=True)
class Kept:
    """What is kept of a reader, by the slugs of notes. ``states``: opened or read; ``right``: the names of questions that were once
    answered rightly; ``bookmarks``: note and section, the newest first."""

    states: dict[str, str] = field(default_factory=dict)
    right: dict[str, set[str]] = field(default_factory=dict)
    bookmarks: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class NoteRow:
    """``state``: new, opened or read; ``outside``: no part of the reader's course, but begun."""

    slug: str
    url: str
    title: str
    summary: str
    minutes: int
    state: str
    right: int
    questions: int
    bookmarked: bool
    outside: bool


@dataclass(frozen=True, slots=True)
class LabRow:
    """``state``: new, open or done; ``step``: the title of the one to do now; ``due``: while it is to be completed."""

    name: str
    url: str
    title: str
    minutes: int
    state: str
    passed: int
    steps: int
    step: str
    last_seen: Any
    due: Due | None
    outside: bool


@dataclass(frozen=True, slots=True)
class Mark:
    """A bookmark; ``heading`` is empty where it is of a whole note."""

    url: str
    title: str
    heading: str


@dataclass(frozen=True, slots=True)
class PartRow:
    """``number`` counts from 1; the last part may be of labs that go with no note, and has neither number nor title."""

    number: int
    id: str
    title: str
    notes: tuple[NoteRow, ...]
    labs: tuple[LabRow, ...]

    @property
    def own(self) -> tuple[NoteRow, ...]:
        """The notes that are part of the reader's course: those that are counted."""
        return tuple(note for note in self.notes if not note.outside)

    @property
    def read(self) -> int:
        return sum(note.state == "read" for note in self.own)


@dataclass(frozen=True, slots=True)
class Map:
    """``next``: what to do now, at most a lab and a note; empty when all is done."""

    parts: tuple[PartRow, ...]
    bookmarks: tuple[Mark, ...]
    next: tuple[NoteRow | LabRow, ...]
    total: dict[str, int]


def course_map(user: Any, plan: Plan) -> Map:
    """Of a visitor, too: everything is new then. As many queries with many notes and labs as with few."""
    kept = of_reader(user) if user.is_authenticated else Kept()
    notes = {note.slug: note for note in plan.notes.arranged(library.notes(), lambda note: note.slug)}
    begun = {*kept.states, *kept.right, *(slug for slug, _anchor in kept.bookmarks)}
    rows = {slug: _note_row(note, kept, plan) for slug, note in notes.items() if slug in plan.notes or slug in begun}
    parts = tuple(_parts(rows, _lab_rows(user, plan)))
    marks = tuple(_mark(notes[slug], anchor) for slug, anchor in kept.bookmarks if slug in notes)
    return Map(parts, marks, tuple(_next(parts, plan)), _total(parts))


def of_reader(user: Any) -> Kept:
    right: dict[str, set[str]] = {}
    for note, question in Answer.objects.filter(user=user.pk).exclude(solved=None).values_list("note", "question"):
        right.setdefault(note, set()).add(question)
    readings = Reading.objects.filter(user=user.pk).values_list("note", "read")
    states = {note: "read" if read else "opened" for note, read in readings}
    return Kept(states, right, tuple(Bookmark.objects.filter(user=user.pk).values_list("note", "anchor")))


def _mark(note: Note, anchor: str) -> Mark:
    text = note.in_language(language())
    heading = next((heading.title for heading in text.headings if heading.anchor == anchor), "")
    return Mark(reverse("note", args=[note.slug]) + (f"#{anchor}" if heading else ""), text.title, heading)


def _note_row(note: Note, kept: Kept, plan: Plan) -> NoteRow:
    text = note.in_language(language())
    return NoteRow(
        slug=note.slug,
        url=reverse("note", args=[note.slug]),
        title=text.title,
        summary=text.summary,
        minutes=text.minutes,
        state=kept.states.get(note.slug, "new"),
        right=sum(question.id in kept.right.get(note.slug, ()) for question in note.questions),
        questions=len(note.questions),
        bookmarked=any(slug == note.slug for slug, _anchor in kept.bookmarks),
        outside=note.slug not in plan.notes,
    )


def _lab_rows(user: Any, plan: Plan) -> dict[str, LabRow]:
    attempts = progress.latest(user) if user.is_authenticated else {}
    labs, _errors = catalog.everything()
    may = [lab for lab in labs if not user.is_authenticated or access.may_take(user, lab.name)]
    shown = [lab for lab in may if lab.name in plan.labs or lab.name in attempts]
    return {lab.name: _lab_row(lab, attempts.get(lab.name), plan) for lab in plan.labs.arranged(shown, lambda lab: lab.name)}


def _lab_row(lab: Lab, attempt: Attempt | None, plan: Plan) -> LabRow:
    track = presenting.track(lab, attempt)
    done = track["complete"]
    begun = attempt is not None and not attempt.finished
    return LabRow(
        name=lab.name,
        url=progress.resume(attempt) if attempt and begun else reverse("lab", args=[lab.name]),
        title=words(lab.title, language()),
        minutes=lab.minutes,
        state="done" if done else "open" if begun else "new",
        passed=track["passed"],
        steps=track["steps"],
        step=track["current"]["title"] if track["current"] else "",
        last_seen=attempt and attempt.last_seen,
        due=None if done else plan.due(lab.name),
        outside=lab.name not in plan.labs,
    )


def _parts(rows: dict[str, NoteRow], labs: dict[str, LabRow]) -> Iterable[PartRow]:
    """A lab stands with the last note that it goes with; a part without either is left out. Parts keep the course's order, whatever
    the reader's is: that one says what to do next."""
    part_of = {note.slug: note.part.id for note in library.notes()}
    place = {note.lab: note.part.id for note in library.notes() if note.lab in labs}
    number = 0
    for part in library.parts():
        own = tuple(row for row in rows.values() if part_of[row.slug] == part.id)
        here = tuple(lab for lab in labs.values() if place.get(lab.name) == part.id)
        if own or here:
            number += 1
            yield PartRow(number, part.id, words(part.title, language()), own, here)
    if left := tuple(lab for lab in labs.values() if lab.name not in place):
        yield PartRow(0, "more", "", (), left)


def _next(parts: Iterable[PartRow], plan: Plan) -> Iterable[NoteRow | LabRow]:
    """The lab that is in progress, of several the last one seen; the first note that is not read; and when all are, the first new lab."""
    parts = list(parts)
    labs = plan.labs.arranged([lab for part in parts for lab in part.labs if lab.steps], lambda lab: lab.name)
    notes = plan.notes.arranged([note for part in parts for note in part.own], lambda note: note.slug)
    unread = next((note for note in notes if note.state != "read"), None)
    under_way = max((lab for lab in labs if lab.state == "open"), key=lambda lab: lab.last_seen, default=None)
    if under_way:
        yield under_way
    if unread:
        yield unread
    elif not under_way and (new := next((lab for lab in labs if lab.state == "new"), None)):
        yield new


def _total(parts: Iterable[PartRow]) -> dict[str, int]:
    parts = list(parts)
    notes = [note for part in parts for note in part.own]
    labs = [lab for part in parts for lab in part.labs if lab.steps and not lab.outside]
    return {
        "notes": len(notes),
        "read": sum(part.read for part in parts),
        "labs": len(labs),
        "done": sum(lab.state == "done" for lab in labs),
        "questions": sum(note.questions for note in notes),
        "right": sum(note.right for note in notes),
        "minutes": sum(note.minutes for note in notes),
    }
