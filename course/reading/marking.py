"""Shows in a text where a query's words stand."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from course.reading.words import Term

SNIPPET = 190  # characters
_BEFORE = 50  # of them before the first word that is marked
_SEPARATOR = "[-_.:/]?"
# A word begins after what is none, and inside of an identifier at a capital.
_BEGINS = r"(?:(?<![A-Za-z0-9])|(?<=[a-z0-9])(?=[A-Z]))"


def pattern(terms: Sequence[Term]) -> re.Pattern[str]:
    return _pattern(tuple(shown for term in terms for shown in term.shown))


@lru_cache(maxsize=256)
def _pattern(shown: tuple[str, ...]) -> re.Pattern[str]:
    return re.compile("|".join(map(_one, sorted(shown, key=len, reverse=True))) or "(?!)")


def _one(word: str) -> str:
    if word[0] >= "가":
        return " ?".join(word) if len(word) > 1 else f"(?<![가-힣]){word}|{word}(?![가-힣])"
    letters = _SEPARATOR.join(word[:-1]) + (_SEPARATOR + "(?:y|ies)" if word.endswith("y") else _SEPARATOR + word[-1])
    return f"{_BEGINS}(?i:{letters.removeprefix(_SEPARATOR)})"


def mark(text: str, wanted: re.Pattern[str]) -> SafeString:
    pieces: list[tuple[str, str]] = []
    at = 0
    for match in wanted.finditer(text):
        pieces.append((text[at : match.start()], match[0]))
        at = match.end()
    return format_html("{}{}", format_html_join("", "{}<mark>{}</mark>", pieces), text[at:])


def snippet(text: str, wanted: re.Pattern[str]) -> SafeString:
    """Of a long text the piece in which most of the different words stand."""
    if len(text) <= SNIPPET:
        return mark(text, wanted)
    begin = _whole_word(text, max(0, _densest(text, wanted) - _BEFORE))
    end = begin + SNIPPET
    if end < len(text) and (space := text.rfind(" ", begin, end)) > begin + SNIPPET // 2:
        end = space
    return format_html("{}{}{}", "… " if begin else "", mark(text[begin:end], wanted), " …" if end < len(text) else "")


def _densest(text: str, wanted: re.Pattern[str]) -> int:
    matches = [(match.start(), match[0].lower()) for match in wanted.finditer(text)]
    room = SNIPPET - _BEFORE

    def different(at: int) -> int:
        return len({word for start, word in matches if at <= start < at + room})

    return max((start for start, _word in matches), key=different, default=0)


def _whole_word(text: str, at: int) -> int:
    space = text.find(" ", at, at + _BEFORE) if at else -1
    return space + 1 if space >= 0 else at
