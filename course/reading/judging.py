"""Is an answer right? Pure: a question and what was given.

What is given: numbers of choices (from 0, as the author wrote them) for a single or multiple choice; the numbers of all items in the
order that was chosen; a line for a command.
"""

from __future__ import annotations

import json
import re
import shlex
from collections import deque
from collections.abc import Sequence
from functools import lru_cache

from course.reading.model import Kind, Question

Given = list[int] | str
MOST_LETTERS = 1000
_HOLE = re.compile(r"\{[a-z_-]+\}")
_FLAGS = frozenset({
    "--all", "--debug", "--delete", "--dry-run", "--dryrun", "--force", "--human-readable", "--only-show-errors", "--quiet", "--recursive",
    "--reverse", "--summarize", "--version",
})  # fmt: skip


def sensible(question: Question, given: Given) -> bool:
    """Whether it is an answer to this question at all, as one kept from before an author's edit may not be."""
    if question.kind == Kind.COMMAND:
        return isinstance(given, str) and bool(given.strip())
    if isinstance(given, str) or not all(isinstance(number, int) for number in given):
        return False
    if question.kind == Kind.ORDER:
        return sorted(given) == list(range(len(question.items)))
    known = set(given) <= set(range(len(question.choices))) and len(set(given)) == len(given)
    return known and (len(given) == 1 if question.kind == Kind.SINGLE else bool(given))


def right(question: Question, given: Given) -> bool:
    """Raises nothing: what is no sensible answer is not right."""
    if not sensible(question, given):
        return False
    if isinstance(given, str):
        return any(same_command(answer, given) for answer in question.answers)
    if question.kind == Kind.ORDER:
        return given == sorted(given)
    return set(given) == {number for number, choice in enumerate(question.choices) if choice.right}


def same_command(pattern: str, line: str) -> bool:
    """Whether ``line`` is the command ``pattern``: options in any order, quotes as one likes, ``{name}`` any one word."""
    words = _words(line[:MOST_LETTERS].strip().removeprefix("$ "))
    if words is None:
        return False
    positional, options = _parts(pattern)
    wanted, left, given = deque(positional), list(options), deque(words)
    while given:
        word = given.popleft()
        if word.startswith("-"):
            option = next((one for one in left if one[0] == word), None)
            if option is None:
                return False
            left.remove(option)
            values = [given.popleft() for _ in option[1:] if given]
            if not _same_all(option[1:], values):
                return False
        elif not wanted or not _same(wanted.popleft(), word):
            return False
    return not wanted and not left


@lru_cache(maxsize=1024)
def _parts(pattern: str) -> tuple[tuple[str, ...], tuple[tuple[str, ...], ...]]:
    """The words that stand in their order, and each option with its values."""
    positional: list[str] = []
    options: list[list[str]] = []
    for word in _words(pattern) or []:
        if word.startswith("-"):
            options.append([word])
        elif options and not _is_flag(options[-1][0]):
            options[-1].append(word)
        else:
            positional.append(word)
    return tuple(positional), tuple(tuple(option) for option in options)


def _is_flag(option: str) -> bool:
    return option in _FLAGS or option.startswith("--no-")


def _words(line: str) -> list[str] | None:
    """As a shell would take them; ``--name=value`` becomes two, and JSON loses the spaces that mean nothing."""
    try:
        words = shlex.split(line.replace("\\\n", " "))
    except ValueError:
        return None
    found: list[str] = []
    for word in words:
        name, equals, value = word.partition("=")
        found += [name, value] if equals and name.startswith("--") else [word]
    return [_plain(word) for word in found]


def _plain(word: str) -> str:
    if not word.startswith(("{", "[")) or _HOLE.fullmatch(word):
        return word
    try:
        return json.dumps(json.loads(word), sort_keys=True)
    except ValueError:
        return word


def _same_all(wanted: Sequence[str], given: Sequence[str]) -> bool:
    return len(wanted) == len(given) and all(_same(one, other) for one, other in zip(wanted, given, strict=True))


def _same(wanted: str, given: str) -> bool:
    if not _HOLE.search(wanted):
        return wanted == given
    return re.fullmatch(".+".join(re.escape(piece) for piece in _HOLE.split(wanted)), given) is not None
