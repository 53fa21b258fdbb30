"""A question between its form and its judge: what was given, and what is shown of it.

What course/question.html is given: id number kind html url why answers tries solved; options[number html chosen sign why],
items[number html place sign] and places, or given (a line); state (empty, right, wrong) and partial: all that was chosen is right,
and something is missing. A sign is right or wrong, and empty where nothing was chosen.
"""

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.http import QueryDict
from django.urls import reverse
from django.utils.safestring import SafeString, mark_safe

from course.reading import judging
from course.reading.judging import Given
from course.reading.model import Kind, Note, Question, words
from course.reading.models import Answer
from labs.wording import language


@dataclass(frozen=True, slots=True)
class Tried:
    """An answer that is not kept."""

    question: str
    given: Given


def given(question: Question, form: QueryDict) -> Given | None:
    """What a form has: ``choice`` (a number, or several), ``place-N`` (the place of item N, from 1), ``line``. None: no answer yet."""
    if question.kind == Kind.COMMAND:
        found: Given = form.get("line", "").strip()[: judging.MOST_LETTERS]
    elif question.kind == Kind.ORDER:
        places = [_number(form.get(f"place-{item}", "")) for item in range(len(question.items))]
        found = sorted(range(len(places)), key=lambda item: places[item])
        if sorted(places) != list(range(1, len(places) + 1)):
            return None
    else:
        found = sorted({_number(text) for text in form.getlist("choice")})
    return found if judging.sensible(question, found) else None


def packed(given: Given) -> str:
    """For an address: of somebody who is not signed in nothing is kept, so the answer travels with it."""
    return given if isinstance(given, str) else ",".join(map(str, given))


def unpacked(note: Note, query: QueryDict) -> Tried | None:
    question = note.question(query.get("question", ""))
    if question is None:
        return None
    text = query.get("answer", "")
    found: Given = text if question.kind == Kind.COMMAND else [_number(part) for part in text.split(",")]
    return Tried(question.id, found) if judging.sensible(question, found) else None


def questions(note: Note, answers: Mapping[str, Answer], tried: Tried | None = None) -> list[dict[str, Any]]:
    return [shown(note, question, answers.get(question.id), tried) for question in note.questions]


def shown(note: Note, question: Question, answer: Answer | None = None, tried: Tried | None = None) -> dict[str, Any]:
    """See the module's docstring."""
    now: Given | None = answer.given if answer else None
    if tried is not None and tried.question == question.id:
        now = tried.given
    if now is not None and not judging.sensible(question, now):
        now = None
    right = now is not None and judging.right(question, now)
    options = _options(note, question, now)
    return {
        "id": question.id,
        "number": note.questions.index(question) + 1,
        "kind": question.kind.value,
        "html": _safe(words(question.text, language())),
        "url": reverse("answer", args=[note.slug, question.id]),
        "options": options,
        "items": _items(note, question, now),
        "places": range(1, len(question.items) + 1),
        "given": now if isinstance(now, str) else "",
        "state": "" if now is None else "right" if right else "wrong",
        "partial": bool(now) and not right and all(option["sign"] != "wrong" for option in options) and bool(options),
        "why": _safe(words(question.why, language())),
        "tries": answer.tries if answer else 0,
        "solved": bool(answer and answer.solved),
        "answers": question.answers[:1] if question.kind == Kind.COMMAND else (),
    }


def _options(note: Note, question: Question, now: Given | None) -> list[dict[str, Any]]:
    chosen = set(now) if isinstance(now, list) else set()
    return [
        {
            "number": number,
            "html": _safe(words(question.choices[number].text, language())),
            "chosen": number in chosen,
            "sign": ("right" if question.choices[number].right else "wrong") if number in chosen else "",
            "why": _safe(words(question.choices[number].why, language())) if number in chosen else "",
        }
        for number in _shuffled(note, question, len(question.choices))
    ]


def _items(note: Note, question: Question, now: Given | None) -> list[dict[str, Any]]:
    """In the order that was given, else shuffled."""
    order = now if isinstance(now, list) and question.items else _shuffled(note, question, len(question.items))
    placed = isinstance(now, list)
    return [
        {
            "number": item,
            "html": _safe(words(question.items[item], language())),
            "place": place,
            "sign": _placed(item, place) if placed else "",
        }
        for place, item in enumerate(order, 1)
    ]


def _placed(item: int, place: int) -> str:
    return "right" if item + 1 == place else "wrong"


def _shuffled(note: Note, question: Question, count: int) -> list[int]:
    """The same at every look and in every language; items to put in order do not stand in it already."""
    order = list(range(count))
    random.Random(f"{note.slug}/{question.id}").shuffle(order)  # noqa: S311 - nothing secret
    if question.kind == Kind.ORDER and order == sorted(order):
        order.reverse()
    return order


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 4 else -1


def _safe(html: str) -> SafeString:
    return mark_safe(html)  # noqa: S308 - only of course.reading.markdown, which sanitises
