"""Boxes and arrows: what a ``flow`` says, read strictly. Where things stand is flow_layout's."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace

from course.reading.pictures.fields import is_mapping, is_nothing, lines, look, short
from labs.lab.errors import did_you_mean
from labs.lab.nodes import Value

NEEDED, KNOWN = ("nodes", "rows"), ("arrows", "groups", "moves")
_ARROW = re.compile(r"(?P<start>[\w-]+)\s+(?P<line>-->|->)\s+(?P<end>[\w-]+)\s*(?::\s*(?P<label>.*\S))?", re.DOTALL)


@dataclass(frozen=True)
class Node:
    id: str
    text: str
    note: str = ""
    look: str = "plain"


@dataclass(frozen=True)
class Link:
    """An arrow from one node to another, by their ids."""

    start: str
    end: str
    label: str = ""
    dashed: bool = False


@dataclass(frozen=True)
class Group:
    text: str
    nodes: tuple[str, ...]


@dataclass(frozen=True)
class Flow:
    """``rows`` hold ids; None leaves a place empty."""

    nodes: tuple[Node, ...]
    rows: tuple[tuple[str | None, ...], ...]
    arrows: tuple[Link, ...] = ()
    groups: tuple[Group, ...] = ()
    moves: bool = False

    def seen_as(self, looks: Mapping[str, str]) -> Flow:
        """The same drawing with other looks (a key of fields.LOOKS by a node's id): how a live view shows what goes on."""
        return replace(self, nodes=tuple(replace(node, look=looks.get(node.id, node.look)) for node in self.nodes))


def read(found: dict[str, Value]) -> Flow:
    """The fields NEEDED and KNOWN of a picture. Raises LabError."""
    nodes = tuple(_node(name, value) for name, value in found["nodes"].mapping().items())
    names = [node.id for node in nodes]
    rows = _rows(found["rows"], names)
    arrows = tuple(_arrow(value, names) for value in found["arrows"].items()) if "arrows" in found else ()
    groups = tuple(_group(text, value, rows) for text, value in found["groups"].mapping().items()) if "groups" in found else ()
    for number, group in enumerate(groups):
        for other in groups[:number]:
            common = set(group.nodes) & set(other.nodes)
            if common and len(common) < min(len(group.nodes), len(other.nodes)):
                raise found["groups"].error(f"“{other.text}” and “{group.text}” overlap; one must hold the other whole, or nothing of it")
    return Flow(nodes, rows, arrows, groups, found["moves"].boolean() if "moves" in found else False)


def _node(name: str, value: Value) -> Node:
    if not re.fullmatch(r"[\w-]+", name):
        raise value.error("a node's name is letters, digits, _ and -")
    if not is_mapping(value):
        return Node(name, lines(value))
    found = value.keys(needed=("text",), known=("note", "as"))
    return Node(name, lines(found["text"]), short(found["note"]) if "note" in found else "", look(found.get("as")))


def _rows(value: Value, names: list[str]) -> tuple[tuple[str | None, ...], ...]:
    rows = tuple(tuple(_place(item, names) for item in row.items()) for row in value.items())
    placed = [name for row in rows for name in row if name]
    for name in names:
        if placed.count(name) != 1:
            raise value.error(f"“{name}” stands in {placed.count(name)} places; every node stands in one")
    for row, item in zip(rows, value.items(), strict=True):
        if not any(row):
            raise item.error("a row without a node")
    if not rows:
        raise value.error("at least one row is needed here")
    return rows


def _place(value: Value, names: list[str]) -> str | None:
    if is_nothing(value):
        return None
    return _known(value.text(), value, names)


def _arrow(value: Value, names: list[str]) -> Link:
    if is_mapping(value):
        raise value.error("quote an arrow that has a label: \"a -> b: label\"")
    found = _ARROW.fullmatch(value.text().strip())
    if not found:
        raise value.error("“a -> b”, “a --> b” or “a -> b: label” is needed here")
    start, end = _known(found["start"], value, names), _known(found["end"], value, names)
    return Link(start, end, (found["label"] or "").replace("\\n", "\n"), found["line"] == "-->")


def _known(name: str, value: Value, names: Collection[str]) -> str:
    if name not in names:
        raise value.error(f"no node “{name}”{did_you_mean(name, names)}")
    return name


def _group(text: str, value: Value, rows: tuple[tuple[str | None, ...], ...]) -> Group:
    """A frame is a rectangle: the nodes must follow each other in a row, and rows that are all but next to each other cannot share one."""
    places = {name: (row, place) for row, names in enumerate(rows) for place, name in enumerate(names) if name}
    nodes = tuple(_known(item.text(), item, places) for item in value.items())
    if not nodes:
        raise value.error("at least one node is needed here")
    taken = sorted({places[name][0] for name in nodes})
    if taken != list(range(taken[0], taken[-1] + 1)):
        raise value.error("the nodes of a group stand in rows that follow each other")
    for row in taken:
        inside = [places[name][1] for name in nodes if places[name][0] == row]
        for between in rows[row][min(inside) : max(inside)]:
            if between and between not in nodes:
                raise value.error(f"“{between}” stands between them; the nodes of a group stand beside each other")
    return Group(text, nodes)
