"""The shapes that boxes have: SVG path data in a rectangle, and what each shape needs of it."""

from __future__ import annotations

from dataclasses import dataclass

from course.reading.pictures.shapes import Rect

_ROUND, _RIM, _POINT, _BAR, _PERSON = 8, 5, 18, 8, 24


@dataclass(frozen=True)
class Room:
    """What a shape takes beside, above and below its words; how near a corner an arrow may meet it; whether it may meet the sides
    elsewhere than in their middle; and whether the shape is as tall as the others of its row."""

    side: int = 14
    top: int = 11
    bottom: int = 11
    corner: int = 14
    sides: bool = True
    grows: bool = True


ROOMS = {
    "store": Room(top=11 + 2 * _RIM, bottom=12, corner=24),
    "person": Room(top=9 + _PERSON),
    "gate": Room(side=14 + _BAR, corner=20),
    "choice": Room(side=12 + _POINT, top=13, bottom=13, corner=_POINT + 8, sides=False, grows=False),
    "start": Room(side=20, corner=22, sides=False, grows=False),
    "end": Room(side=24, top=13, bottom=13, corner=26, sides=False, grows=False),
}


def room(look: str) -> Room:
    return ROOMS.get(look, Room())


def outline(look: str, rect: Rect) -> str:
    """The closed shape that is filled."""
    if look == "store":
        return (
            f"M{rect.x} {rect.y + _RIM}A{rect.width / 2:g} {_RIM} 0 0 1 {rect.right} {rect.y + _RIM}V{rect.bottom - _RIM}"
            f"A{rect.width / 2:g} {_RIM} 0 0 1 {rect.x} {rect.bottom - _RIM}Z"
        )
    if look == "choice":
        left, right, y = rect.x + _POINT, rect.right - _POINT, rect.middle.y
        return f"M{rect.x} {y}L{left} {rect.y}H{right}L{rect.right} {y}L{right} {rect.bottom}H{left}Z"
    return _rounded(rect, rect.height // 2 if look in {"start", "end"} else _ROUND)


def detail(look: str, rect: Rect, words: int) -> str:
    """Lines on the shape; nothing for most. ``words``: where its words begin."""
    if look == "store":
        return f"M{rect.x} {rect.y + _RIM}A{rect.width / 2:g} {_RIM} 0 0 0 {rect.right} {rect.y + _RIM}"
    if look == "gate":
        return f"M{rect.x + _BAR} {rect.y}V{rect.bottom}M{rect.right - _BAR} {rect.y}V{rect.bottom}"
    if look == "end":
        return _rounded(rect.grown(-4), rect.height // 2 - 4)
    if look == "person":
        x, y = rect.middle.x, words - _PERSON
        return f"M{x - 4} {y + 4}a4 4 0 1 0 8 0a4 4 0 1 0 -8 0ZM{x - 9} {y + 20}a9 9 0 0 1 18 0"
    return ""


def _rounded(rect: Rect, radius: int) -> str:
    r = min(radius, rect.height // 2, rect.width // 2)
    arc = f"A{r} {r} 0 0 1"
    return (
        f"M{rect.x + r} {rect.y}H{rect.right - r}{arc} {rect.right} {rect.y + r}V{rect.bottom - r}{arc} {rect.right - r} {rect.bottom}"
        f"H{rect.x + r}{arc} {rect.x} {rect.bottom - r}V{rect.y + r}{arc} {rect.x + r} {rect.y}Z"
    )
