"""Which mistake of the table a command's end shows. Bounded: the last of the output, so many lines, each so long."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable
from typing import Any

from labs.mistakes.patterns import Pattern, shown
from labs.mistakes.table import Entry, entries

_TAIL = 32 * 1024
_LINES = 200
_LONGEST_LINE = 1000
_FRAME = re.compile(r"An error occurred \(([\w.:-]{1,80})\) when calling the (\w{1,80}) operation(?: \([^()]{0,80}\))?: ?(.{0,300})")
"""How the CLI and boto3 (botocore.exceptions.ClientError) say what a service answered."""
_XML = re.compile(r"<Code>([\w.:-]{1,80})</Code>(?:<Message>([^<]{0,300}))?")
"""How S3, IAM, EC2 and others say it to curl."""


def find(line: str, status: int, output: str) -> dict[str, Any]:
    """``{"id": …, "values": {hole: text}}`` of the first entry that is met, empty where none is.

    ``output``: as text without colours. A command that succeeded meets only entries that say so.
    """
    lines = _last_lines(output)
    answers = [_answer(match) for text in lines for match in (_FRAME.search(text), _XML.search(text)) if match]
    for entry in entries():
        values = _met(entry, line[:_TAIL], status, lines, answers)
        if values is not None:
            return {"id": entry.id, "values": values}
    return {}


def _last_lines(output: str) -> list[str]:
    """The last first."""
    found = re.split(r"[\r\n]+", output[-_TAIL:])[-_LINES:]
    return [text[:_LONGEST_LINE] for text in reversed(found) if text.strip()]


def _answer(match: re.Match[str]) -> dict[str, str]:
    code, *rest = match.groups()
    operation, message = rest if len(rest) == 2 else ("", rest[0] or "")
    return {"code": code, "operation": operation, "message": shown(message)}


def _met(entry: Entry, line: str, status: int, lines: list[str], answers: list[dict[str, str]]) -> dict[str, str] | None:
    if entry.exits is not None and (status not in entry.exits if entry.exits else status == 0):
        return None
    typed = [text[:_LONGEST_LINE] for text in line.splitlines()[:_LINES]]
    if _first(entry.unless, typed) is not None:
        return None
    values: dict[str, str] = {}
    if entry.codes or entry.output:
        said = next((answer for answer in answers if answer["code"] in entry.codes), None) or _first(entry.output, lines)
        if said is None:
            return None
        values |= said
    if entry.line:
        asked = _first(entry.line, typed)
        if asked is None:
            return None
        values |= asked
    return values | _near(entry, values)


def _first(patterns: Iterable[Pattern], lines: list[str]) -> dict[str, str] | None:
    found = (pattern.match(text) for text in lines for pattern in patterns)
    return next((values for values in found if values is not None), None)


def _near(entry: Entry, values: dict[str, str]) -> dict[str, str]:
    if entry.near is None:
        return {}
    close = difflib.get_close_matches(values.get(entry.near.of, ""), entry.near.among, n=1, cutoff=0.7)
    return {"near": close[0]} if close else {}
