"""Words to search by, the same for every database: a text becomes tokens of ``a-z0-9`` and Hangul alone.

Latin words are lower-cased and lose a plural's s. An identifier is there whole and in pieces (``s3:PutObject``: s3putobject, s3,
putobject, put, object), so that ``put-object`` finds ``PutObject`` and the other way round.

Hangul becomes overlapping pairs of syllables between the first and the last (버킷을: 버 버킷 킷을 을): a phrase of pairs finds a word
whatever stands before it or follows it, and a word of one syllable is found where others begin and end.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass

MOST_TERMS = 8  # of a query; each costs the database a look-up or a few
_MOST_SYLLABLES = 12
_WORD = re.compile(r"[a-z0-9]+(?:[-_.:/][a-z0-9]+)*|[가-힣]+", re.IGNORECASE)
_HUMP = re.compile(r"[A-Z]+(?=[A-Z][a-z])|[A-Z]?[a-z0-9]+|[A-Z0-9]+")
_PLURAL_CAPITALS = re.compile(r"[A-Z]+s")
_SEPARATORS = re.compile(r"[-_.:/]")
# What follows a noun: particles, and the endings of 하다 and 되다.
_ENDINGS = (
    "에서는", "에서의", "으로는", "으로의", "이라는", "합니다", "됩니다", "하려면",
    "에서", "에게", "에는", "에도", "으로", "부터", "까지", "처럼", "보다", "마다", "이나", "이란", "이랑", "라는", "로의", "로는", "와의",
    "과의", "들을", "들은", "들이", "들의", "하고", "하기", "하는", "하다", "하면", "하여", "해서", "했다", "한다", "하지", "되는", "되다",
    "된다", "되면", "을", "를", "은", "는", "이", "가", "의", "에", "로", "와", "과", "도", "만", "나", "랑", "들", "할", "한", "된",
)  # fmt: skip
# After a noun of one syllable only what is hardly ever a part of one: 경로 is a path, and 회의 a meeting.
_SURE = {"을", "를", "은", "는", "에서", "에는", "으로", "에서는"}

# What makes a sentence of a question, and stands in every text: "how do I empty a bucket" asks for an empty bucket.
_SMALL = {
    "a", "an", "and", "are", "at", "be", "by", "can", "do", "does", "for", "from", "how", "i", "in", "is", "it", "its", "me", "my", "of",
    "on", "or", "so", "that", "the", "this", "to", "what", "when", "where", "which", "who", "why", "with", "you",
    "어떻게", "무엇", "무엇인가", "무엇인가요", "무엇인지", "뭐", "뭔가요", "왜", "언제", "어디", "어디에", "하나요", "되나요",
    "있나요", "인가요",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Phrase:
    """Tokens that stand in a row; of the last one only the beginning where ``prefix``."""

    tokens: tuple[str, ...]
    prefix: bool = False


@dataclass(frozen=True, slots=True)
class Term:
    """A word of a query: any of ``phrases`` is it. ``shown``: what to mark in a text, a stem each (course.reading.marking)."""

    phrases: tuple[Phrase, ...]
    shown: tuple[str, ...]


def tokens(text: str) -> list[str]:
    """Of a text that is to be found, in its order."""
    found: list[str] = []
    for word in _words(text):
        found += _hangul(word) if _is_hangul(word) else _latin(word)
    return found


def terms(query: str) -> list[Term]:
    """All of them are wanted; at most ``MOST_TERMS``, the others are left out, and small words where there are larger ones. The last may
    be unfinished."""
    words = [word for word in _words(query) if not _is_tail(query, word)]
    words = ([word for word in words if word.lower() not in _SMALL] or words)[:MOST_TERMS]
    return [_hangul_term(word) if _is_hangul(word) else _latin_term(word, at == len(words) - 1) for at, word in enumerate(words)]


def _words(text: str) -> Iterator[str]:
    # Composed, as some systems write Hangul in pieces; a jamo by itself is a syllable that is still being typed.
    return (match[0] for match in _WORD.finditer(unicodedata.normalize("NFC", text)))


def _is_hangul(word: str) -> bool:
    return word[0] >= "가"


def _is_tail(query: str, word: str) -> bool:
    """A particle that follows a Latin word: CodeDeploy는."""
    return word in _ENDINGS and bool(re.search(rf"[a-zA-Z0-9]{word}(?![가-힣])", unicodedata.normalize("NFC", query)))


# --- Latin -----------------------------------------------------------------------------------------------------------------


def _latin(word: str) -> list[str]:
    """The whole, then its pieces, each once."""
    parts = _SEPARATORS.split(word)
    pieces = [piece for part in parts for piece in [part, *_humps(part)]]
    return list(dict.fromkeys(map(stem, ["".join(parts), *pieces])))


def _humps(part: str) -> list[str]:
    return [] if _PLURAL_CAPITALS.fullmatch(part) else _HUMP.findall(part)


def stem(word: str) -> str:
    """Small letters, without a plural's s: policies and policy, classes and class, buckets and bucket are one."""
    word = word.lower()
    if len(word) < 4 or not word.endswith("s") or word.endswith(("ss", "us", "is")):
        return word
    if word.endswith("ies") and len(word) > 4:
        return word[:-3] + "y"
    if word.endswith(("sses", "xes", "ches", "shes")):
        return word[:-2]
    return word[:-1]


def _latin_term(word: str, unfinished: bool) -> Term:
    whole = stem("".join(_SEPARATORS.split(word)))
    return Term((Phrase((whole,), unfinished),), (whole,))


# --- Hangul ----------------------------------------------------------------------------------------------------------------


def _hangul(word: str) -> list[str]:
    return [word] if len(word) == 1 else [word[0], *_pairs(word), word[-1]]


def _pairs(word: str) -> list[str]:
    return [word[at : at + 2] for at in range(len(word) - 1)]


def _hangul_term(word: str) -> Term:
    word = word[:_MOST_SYLLABLES]
    stems = [word, *_stems(word)]
    phrases = [phrase for one in stems for phrase in _phrases(one)]
    return Term(tuple(dict.fromkeys(phrases)), tuple(stems))


def _stems(word: str) -> Iterator[str]:
    """Without what follows the noun, where something does."""
    for ending in _ENDINGS:
        left = len(word) - len(ending)
        if word.endswith(ending) and (left > 1 or (left == 1 and ending in _SURE)):
            yield word[:left]


def _phrases(word: str) -> Iterator[Phrase]:
    """The word as it is, then with a space anywhere in it: 배포그룹 is 배포 그룹, too."""
    if len(word) == 1:
        yield Phrase((word,))
        return
    yield Phrase(tuple(_pairs(word)))
    for at in range(1, len(word)) if len(word) > 2 else ():
        yield Phrase((*_pairs(word[:at]), word[at - 1], word[at], *_pairs(word[at:])))
