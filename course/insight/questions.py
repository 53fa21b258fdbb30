"""The questions of the notes: who answers them right at once, and what is chosen instead."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass
from typing import Any

from course.insight.figures import FEW
from course.insight.reading import learners
from course.people.models import Cohort
from course.reading import library
from course.reading.judging import sensible
from course.reading.model import Kind, Note, Question
from course.reading.models import Answer

MOST = 12
"""The hardest; a course has hundreds of questions."""


@dataclass(frozen=True, slots=True)
class Asked:
    """``first``: so many of ``answered`` had it right at the first try, ``by_now`` so many in the end. ``wrong``: the wrong choice that is
    commonest among the newest answers (inline HTML, or a line), of ``wrong_by`` learners; empty where too few chose it."""

    note: Note
    question: Question
    answered: int
    first: int
    by_now: int
    wrong: str = ""
    wrong_by: int = 0
    is_line: bool = False


def hardest(cohort: Cohort, language: str) -> list[Asked]:
    """Those that fewest had right at the first try, of those that enough have answered. One query; only notes that are needed are read."""
    rows: dict[tuple[str, str], list[dict[str, Any]]] = defaultdict(list)
    answers = Answer.objects.filter(user__in=learners(cohort))
    if cohort.notes:
        answers = answers.filter(note__in=cohort.notes)
    row: Any
    for row in answers.values("note", "question", "given", "right", "tries", "first", "solved"):
        rows[row["note"], row["question"]].append(row)
    found = []
    for (slug, name), given in rows.items():
        known = _known(slug, name) if len(given) >= FEW else None
        if known is not None:
            found.append(asked(*known, given, language))
    missed = [one for one in found if one.first < one.answered]
    return sorted(missed, key=lambda one: (one.first / one.answered, -one.answered, one.note.slug))[:MOST]


def _known(slug: str, name: str) -> tuple[Note, Question] | None:
    """None where an author has taken it away."""
    try:
        note = library.get(slug)
    except KeyError:
        return None
    question = note.question(name)
    return (note, question) if question is not None else None


def asked(note: Note, question: Question, rows: list[dict[str, Any]], language: str) -> Asked:
    """Pure. Somebody was right at the first try where the moment of the first answer is the one of the first right answer."""
    first = sum(row["solved"] is not None and row["solved"] == row["first"] for row in rows)
    wrong, by = _commonest_wrong(question, [row["given"] for row in rows if not row["right"]], language)
    return Asked(note, question, len(rows), first, sum(row["solved"] is not None for row in rows), wrong, by, question.kind == Kind.COMMAND)


def _commonest_wrong(question: Question, given: list[Any], language: str) -> tuple[str, int]:
    """Of choices those that are not right; of commands the line. Orders are too many to say anything."""
    counts: Counter[Any] = Counter()
    for one in given:
        if not sensible(question, one):
            continue  # from before an author's edit
        if question.kind == Kind.COMMAND:
            counts[" ".join(one.split())] += 1
        elif question.kind != Kind.ORDER:
            counts.update(number for number in one if not question.choices[number].right)
    if not counts:
        return "", 0
    what, by = counts.most_common(1)[0]
    if by < FEW:
        return "", 0
    return (what if isinstance(what, str) else _words(question.choices[what].text, language)), by


def _words(texts: dict[str, str], language: str) -> str:
    return texts.get(language) or texts["en"]
