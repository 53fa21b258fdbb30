"""Errors by their shape: the line that says what went wrong, with holes where it names this learner's own things. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator

MOST_LETTERS = 160
HOLE = "…"
_TELLS = re.compile(
    r"error|exception|denied|not found|no such|fatal|failed|failure|invalid|cannot|can't|unable|usage:|refused|unrecognized"
    r"|missing|required|does not exist|already exists|unexpected|not recogni|must |undefined|timed? ?out",
    re.IGNORECASE,
)
_TRACEBACK = "Traceback (most recent call last):"
_KNOWN = r"[A-Z][A-Za-z]+V\d|S3|s3|s3api|EC2|ec2|python3?|pip3|IMDSv\d|[Bb]ase64|[Uu][Tt][Ff]-8|x86_64|HTTP/\d\.\d"
"""Words with a digit in them that are nobody's own."""
_SPACES = re.compile(r"\s+")
# In this order: what comes first would be cut to pieces by what follows.
_OWN: tuple[tuple[re.Pattern[str], str], ...] = (
    (re.compile(r"\barn:aws[\w-]*:[^\s\"',)\]}]+"), HOLE),
    (re.compile(r"\b(?:https?|s3|wss?)://[^\s\"',)\]}]+"), HOLE),
    (re.compile(r"\"[^\"\n]{1,200}\"|“[^”\n]{1,200}”|‘[^’\n]{1,200}’|`[^`\n]{1,200}`|(?<!\w)'[^'\n]{1,200}'(?!\w)"), HOLE),
    (re.compile(r"(?<![\w.])(?:~|\.{1,2})?/[\w.@+-]+(?:/[\w.@+-]*)*"), HOLE),
    (re.compile(r"\b[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\b", re.IGNORECASE), HOLE),
    (re.compile(r"\b[a-z]{1,10}-(?=[0-9a-f]*\d)[0-9a-f]{8,17}\b"), HOLE),
    (re.compile(r"\b(?=[0-9a-f]*\d)(?=[0-9a-f]*[a-f])[0-9a-f]{7,}\b"), HOLE),
    (re.compile(r"\b(?=[A-Z0-9]*\d)[A-Z0-9]{10,}\b"), HOLE),
    (re.compile(rf"(?<![\w.+-])(?!(?:{_KNOWN})(?![\w+-]))[\w.+-]*\d[\w.+-]*"), HOLE),
)
_HOLES = re.compile(rf"(?:{HOLE}[\s,;:=()\[\]{{}}-]*){{2,}}")
_BEFORE_BASH = re.compile(r"^(?:-?bash|/bin/bash|sh): (?:line \d+: )?")
_NAME_NOT_FOUND = re.compile(r"^[^\s:]{1,80}: (command not found|No such file or directory|Is a directory|Permission denied)$")


def error_line(output: str) -> str:
    """The first line that tells of an error; a traceback's last; else the first with anything in it. Empty where nothing was printed."""
    lines = [line.strip() for line in output.splitlines()]
    lines = [line for line in lines if line]
    if _TRACEBACK in lines:
        return next(_ends_of_tracebacks(output), lines[-1])
    return next((line for line in lines if _TELLS.search(line)), lines[0] if lines else "")


def _ends_of_tracebacks(output: str) -> Iterator[str]:
    """The frames of one are indented, its end is not."""
    inside = False
    for line in output.splitlines():
        if inside and line and not line[0].isspace():
            yield line.strip()
        inside = line.strip() == _TRACEBACK or (inside and (not line or line[0].isspace()))


def shape(line: str) -> str:
    """The same for what is the same error of different learners."""
    found = _BEFORE_BASH.sub("", line[:1000])
    if match := _NAME_NOT_FOUND.match(found):
        return f"{HOLE}: {match[1]}"
    for pattern, hole in _OWN:
        found = pattern.sub(hole, found)
    found = _HOLES.sub(f"{HOLE} ", found)
    found = _SPACES.sub(" ", found).strip()
    return found if len(found) <= MOST_LETTERS else found[: MOST_LETTERS - 1].rstrip() + HOLE
