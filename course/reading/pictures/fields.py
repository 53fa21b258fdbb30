"""What several kinds of pictures read in the same way."""

from __future__ import annotations

import yaml

from labs.lab.errors import did_you_mean
from labs.lab.nodes import Value

LOOKS = ("plain", "store", "person", "gate", "choice", "start", "end", "good", "bad", "muted", "new", "old")
MOST_IN_A_LINE, MOST_IN_A_NOTE = 28, 90


def look(value: Value | None) -> str:
    """``as``: one of LOOKS; plain where it is not given."""
    if value is None:
        return "plain"
    if value.text() not in LOOKS:
        raise value.error(f"there is no “{value.text()}”{did_you_mean(value.text(), LOOKS)}")
    return value.text()


def lines(value: Value) -> str:
    """The text of a box: short lines, so that boxes stay boxes."""
    text = some(value)
    for line in text.split("\n"):
        if len(line) > MOST_IN_A_LINE:
            raise value.error(f"“{line}” has {len(line)} characters; a line has at most {MOST_IN_A_LINE} (\\n breaks one in a quoted text)")
    return text


def short(value: Value, most: int = MOST_IN_A_NOTE) -> str:
    """A text that is wrapped where it is shown."""
    text = some(value)
    if len(text) > most:
        raise value.error(f"{len(text)} characters; at most {most} have room here")
    return text


def some(value: Value) -> str:
    text = value.text().strip()
    if not text:
        raise value.error("a text is needed here")
    return text


def is_mapping(value: Value) -> bool:
    return isinstance(value.node, yaml.MappingNode)


def is_nothing(value: Value) -> bool:
    """``~``, or nothing at all."""
    return value.node.tag == "tag:yaml.org,2002:null" or value.node.value == "~"
