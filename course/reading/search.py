"""Search over notes and labs: from a query to what is shown of each document that holds its words."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

from django.db import connection
from django.urls import reverse
from django.utils.safestring import SafeString

from course.reading import marking, search_tables, words
from course.reading.search_models import Passage
from course.reading.words import Term

LONGEST = 120  # characters of a query
MOST = 15  # documents shown
EVERYTHING: Mapping[str, Collection[str] | None] = {"note": None, "lab": None}
_SECTIONS = 3  # of each
_ROWS = 120  # looked at: the work of a query is bounded
_STEEP = 3  # the best place is worth 1/3, the next 1/4: two good ones are more than the best alone


@dataclass(frozen=True, slots=True)
class Section:
    url: str
    heading: SafeString
    snippet: SafeString


@dataclass(slots=True)
class Document:
    """``language``: where the words were found, if that is not the reader's own. ``more``: sections that are not shown."""

    kind: str
    slug: str
    url: str
    title: SafeString
    language: str
    snippet: SafeString
    sections: list[Section] = field(default_factory=list)
    more: int = 0


@dataclass(frozen=True, slots=True)
class Found:
    """``problem``: too-long, no-words. ``some``: nothing holds all the words, so these hold some. ``cut``: there is more than is shown."""

    documents: list[Document] = field(default_factory=list)
    problem: str = ""
    some: bool = False
    cut: bool = False


def find(query: str, *, language: str, among: Mapping[str, Collection[str] | None] = EVERYTHING) -> Found:
    """``among``: the kinds (note, lab) that are looked through, and the names in each; None: all of them. At most three queries."""
    if len(query) > LONGEST:
        return Found(problem="too-long")
    terms = words.terms(query)
    if not terms:
        return Found(problem="no-words" if query.strip() else "")
    rows = _rows(terms, language, among, every=True)
    some = not rows and len(terms) > 1
    if some:
        rows = _rows(terms, language, among, every=False)
    groups = _groups(rows, language)
    wanted = marking.pattern(terms)
    documents = [_document(group, language, wanted) for group in groups[:MOST]]
    return Found(documents, some=some and bool(documents), cut=len(groups) > MOST or len(rows) == _ROWS)


def _rows(terms: Sequence[Term], language: str, among: Mapping[str, Collection[str] | None], *, every: bool) -> list[Passage]:
    found = search_tables.matching(connection, terms, every=every, first=language, among=among, most=_ROWS)
    by_key = Passage.objects.in_bulk([key for key, _own in found]) if found else {}
    return [by_key[key] for key, _own in found if key in by_key]  # it may be renewed between the two


def _groups(rows: Sequence[Passage], language: str) -> list[list[Passage]]:
    """A document's passages together, in the reader's language if it has any in that. First what is found in that language, then what is
    about it: what holds the words in good places, and in many."""
    groups: dict[tuple[str, str], list[Passage]] = {}
    worth: dict[tuple[str, str], float] = {}
    for place, row in enumerate(rows, _STEEP):  # the reader's language comes first
        key = row.kind, row.slug
        group = groups.setdefault(key, [])
        if not group or group[0].language == row.language:
            group.append(row)
            worth[key] = worth.get(key, 0.0) + 1 / place
    order = sorted(groups, key=lambda key: (groups[key][0].language == language, worth[key]), reverse=True)
    return [groups[key] for key in order]


def _document(group: Sequence[Passage], language: str, wanted: re.Pattern[str]) -> Document:
    """Sections that have nothing of the query but the document's title are left out."""
    first = group[0]
    url = reverse(first.kind, args=[first.slug])
    whole = next((row for row in group if not row.anchor), None)
    sections = [row for row in group if row.anchor and (wanted.search(row.heading) or wanted.search(row.text))]
    return Document(
        kind=first.kind,
        slug=first.slug,
        url=url,
        title=marking.mark(first.title, wanted),
        language="" if first.language == language else first.language,
        snippet=marking.snippet(whole.text, wanted) if whole else SafeString(""),
        sections=[_section(row, url, wanted) for row in sections[:_SECTIONS]],
        more=max(0, len(sections) - _SECTIONS),
    )


def _section(row: Passage, url: str, wanted: re.Pattern[str]) -> Section:
    return Section(f"{url}#{row.anchor}", marking.mark(row.heading, wanted), marking.snippet(row.text, wanted))
