"""The questions of a note, as ``note.yaml`` has them."""

from __future__ import annotations

import re
from pathlib import Path

from course.reading import markdown
from course.reading.errors import did_you_mean
from course.reading.model import Choice, Kind, Link, Question, Words
from labs.lab.nodes import Value
from labs.lab.specs import read_words

NAME = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_OWN = {Kind.SINGLE: "choices", Kind.MULTIPLE: "choices", Kind.ORDER: "items", Kind.COMMAND: "answers"}


def read(value: Value) -> tuple[Question, ...]:
    """Raises NoteError with the line of the first thing that is not right."""
    found: dict[str, Question] = {}
    for item in value.items():
        question = _question(item)
        if question.id in found:
            raise item.error(f"a question “{question.id}” is here twice")
        found[question.id] = question
    return tuple(found.values())


def _question(value: Value) -> Question:
    kinds = [str(kind) for kind in Kind]
    given = value.mapping()
    if "kind" not in given:
        raise value.error("“kind” is missing")
    if given["kind"].text() not in kinds:
        raise given["kind"].error(f"no question is called “{given['kind'].text()}”{did_you_mean(given['kind'].text(), kinds)}")
    kind = Kind(given["kind"].text())
    own = _OWN[kind]
    keys = value.keys(needed=("id", "kind", "text", "why", own))
    if not NAME.fullmatch(keys["id"].text()):
        raise keys["id"].error("a question's id is small letters, digits and single hyphens")
    choices = tuple(_choice(item) for item in keys[own].items()) if own == "choices" else ()
    items = tuple(read_words(item) for item in keys[own].items()) if own == "items" else ()
    answers = keys[own].texts() if own == "answers" else ()
    _sensible(keys[own], kind, choices)
    return Question(
        id=keys["id"].text(),
        kind=kind,
        text=_html(read_words(keys["text"])),
        why=_html(read_words(keys["why"])),
        line=value.line,
        choices=choices,
        items=tuple(_inline(item) for item in items),
        answers=tuple(" ".join(answer.split()) for answer in answers),
        links=_links(value.path, [read_words(keys["text"]), read_words(keys["why"])], value.line),
    )


def _choice(value: Value) -> Choice:
    keys = value.keys(needed=("ko", "en"), known=("right", "why"))
    text = {language: keys[language].text() for language in ("ko", "en")}
    return Choice(
        text=_inline(text),
        right=keys["right"].boolean() if "right" in keys else False,
        why=_inline(read_words(keys["why"])) if "why" in keys else {},
    )


def _sensible(value: Value, kind: Kind, choices: tuple[Choice, ...]) -> None:
    """Raises NoteError for what nobody could answer, or nobody could miss."""
    right = sum(choice.right for choice in choices)
    if len(value.items()) < (1 if kind == Kind.COMMAND else 2):
        raise value.error("there must be something to choose from" if choices else "there is too little here")
    if kind == Kind.SINGLE and right != 1:
        raise value.error(f"one choice is right, and here {right} are")
    if kind == Kind.MULTIPLE and right == 0:
        raise value.error("at least one choice is right")


def _links(path: Path, texts: list[Words], line: int) -> tuple[Link, ...]:
    return tuple(link for text in texts for one in text.values() for link in markdown.links(path, [one], line))


def _html(texts: Words) -> Words:
    return {language: markdown.render(text) for language, text in texts.items()}


def _inline(texts: Words) -> Words:
    return {language: markdown.inline(text) for language, text in texts.items()}
