"""Pictures of notes: data (read strictly from YAML) → layout (whole pixels) → SVG (templates/pictures).

Each kind is a module of its own with its fields and two pure functions, read(fields) -> data and draw(data) -> drawing. A live view
makes the data itself, draws it with the same function and shows it with the same template.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.template.loader import render_to_string
from django.utils.safestring import SafeString

from course.reading.pictures import fleet, flow, flow_layout, nest, pairs, sequence, shift, stage
from course.reading.pictures.fields import short, some
from labs.lab.errors import did_you_mean
from labs.lab.nodes import Value


@dataclass(frozen=True)
class Kind:
    """``needed`` and ``known``: its fields besides those of every picture."""

    needed: tuple[str, ...]
    known: tuple[str, ...]
    read: Callable[[dict[str, Value]], Any]
    draw: Callable[[Any], Any]


KINDS = {
    "flow": Kind(flow.NEEDED, flow.KNOWN, flow.read, flow_layout.draw),
    "nest": Kind(nest.NEEDED, nest.KNOWN, nest.read, nest.draw),
    "pairs": Kind(pairs.NEEDED, pairs.KNOWN, pairs.read, pairs.draw),
    "sequence": Kind(sequence.NEEDED, sequence.KNOWN, sequence.read, sequence.draw),
    "shift": Kind(shift.NEEDED, shift.KNOWN, shift.read, shift.draw),
    "fleet": Kind(fleet.NEEDED, fleet.KNOWN, fleet.read, fleet.draw),
    "strategies": Kind((), (), lambda _found: None, stage.stage),
}
_MOST = {"title": 120, "alt": 700}


@dataclass(frozen=True)
class Picture:
    """``data`` is the kind's own: flow.Flow, nest.Nest, …"""

    kind: str
    title: str
    alt: str
    data: Any


def read(value: Value) -> Picture:
    """What a fenced block ``picture`` says. Raises LabError with file and line."""
    name = _kind(value)
    kind = KINDS[name]
    found = value.keys(needed=("kind", "title", "alt", *kind.needed), known=kind.known)
    return Picture(name, short(found["title"], _MOST["title"]), short(found["alt"], _MOST["alt"]), kind.read(found))


def _kind(value: Value) -> str:
    found = value.mapping()
    if "kind" not in found:
        raise value.error("“kind” is missing")
    kind = some(found["kind"])
    if kind not in KINDS:
        raise found["kind"].error(f"there is no “{kind}”{did_you_mean(kind, KINDS)}")
    return kind


def svg(picture: Picture, ident: str) -> SafeString:
    """A whole ``<figure class="picture">`` in the language that is active; ``ident`` begins the ids in it."""
    drawing = KINDS[picture.kind].draw(picture.data)
    return render_to_string(f"pictures/{picture.kind}.html", {"picture": picture, "drawing": drawing, "ident": ident})
