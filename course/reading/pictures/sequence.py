"""Who says what to whom, in turn, downwards."""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import pairwise

from course.reading.pictures import boxes
from course.reading.pictures.boxes import Box
from course.reading.pictures.columns import solve
from course.reading.pictures.fields import is_mapping, lines
from course.reading.pictures.shapes import WIDE, Arrow, Point, Rect, Words, around, put
from course.reading.pictures.words import Block, block
from labs.lab.errors import did_you_mean
from labs.lab.nodes import Value

NEEDED, KNOWN = ("actors", "messages"), ()
_MESSAGE = re.compile(r"(?P<start>[\w-]+)\s*(?:(?P<line>-->|->)\s*(?P<end>[\w-]+)\s*)?:\s*(?P<text>.*\S)", re.DOTALL)
_MOST_IN_A_MESSAGE = 90
_ALONE, _GAP = 26, 22


@dataclass(frozen=True)
class Message:
    """``end`` is ``start`` where somebody does something alone."""

    start: str
    end: str
    text: str
    dashed: bool = False


@dataclass(frozen=True)
class Sequence:
    actors: tuple[tuple[str, str], ...]
    messages: tuple[Message, ...]


@dataclass(frozen=True)
class Drawing:
    view: Rect
    boxes: tuple[Box, ...]
    lives: tuple[Rect, ...]
    arrows: tuple[Arrow, ...]
    words: tuple[Words, ...]


def read(found: dict[str, Value]) -> Sequence:
    actors = tuple((name, lines(value)) for name, value in found["actors"].mapping().items())
    if len(actors) < 2:
        raise found["actors"].error("at least two are needed here")
    names = [name for name, _ in actors]
    messages = tuple(_message(value, names) for value in found["messages"].items())
    if not messages:
        raise found["messages"].error("at least one is needed here")
    return Sequence(actors, messages)


def _message(value: Value, names: list[str]) -> Message:
    if is_mapping(value):
        raise value.error("quote a message: \"a -> b: text\"")
    match = _MESSAGE.fullmatch(value.text().strip())
    if not match:
        raise value.error("“a -> b: text”, “b --> a: answer” or “a: does something” is needed here")
    start, end = match["start"], match["end"] or match["start"]
    for name in (start, end):
        if name not in names:
            raise value.error(f"no actor “{name}”{did_you_mean(name, names)}")
    if len(match["text"]) > _MOST_IN_A_MESSAGE:
        raise value.error(f"{len(match['text'])} characters; at most {_MOST_IN_A_MESSAGE} have room here")
    return Message(start, end, match["text"].replace("\\n", "\n"), match["line"] == "-->")


def draw(sequence: Sequence) -> Drawing:
    for most in (230, 180, 140, 110):
        texts = [block(message.text, most, "label") for message in sequence.messages]
        heads = [boxes.sized(text, most=most) for _, text in sequence.actors]
        middles = _middles(sequence, heads, texts)
        drawing = _draw(sequence, heads, texts, middles)
        if drawing.view.width <= WIDE:
            break
    return drawing


def _middles(sequence: Sequence, heads: list[boxes.Sized], texts: list[Block]) -> dict[int, int]:
    """As far apart as the actors' boxes and the messages between them need."""
    places = {name: number for number, (name, _) in enumerate(sequence.actors)}
    widths = {number: head.width for number, head in enumerate(heads)}
    least = {(one, other): (widths[one] + widths[other]) // 2 + _GAP for one, other in pairwise(widths)}
    for message, text in zip(sequence.messages, texts, strict=True):
        start, end = sorted((places[message.start], places[message.end]))
        room = text.width + 28
        if start == end:
            end, room = start + 1, text.width + _ALONE + 20
        if end in widths:
            least[start, end] = max(least.get((start, end), 0), room)
    return solve(widths, least)


def _draw(sequence: Sequence, heads: list[boxes.Sized], texts: list[Block], middles: dict[int, int]) -> Drawing:
    places = {name: middles[number] for number, (name, _) in enumerate(sequence.actors)}
    height = max(head.height for head in heads)
    tops = tuple(head.at(Rect(middles[number] - head.width // 2, 0, head.width, height)) for number, head in enumerate(heads))
    arrows: list[Arrow] = []
    words: list[Words] = []
    points: tuple[Point, ...]
    y = height + 12
    for message, text in zip(sequence.messages, texts, strict=True):
        start, end = places[message.start], places[message.end]
        if start == end:
            words.append(put(text, start + _ALONE + 8, y + max(0, 20 - text.height) // 2, "start"))
            bottom = y + max(text.height, 20)
            middle = (y + bottom) // 2
            out = start + _ALONE
            points = (Point(start, middle - 9), Point(out, middle - 9), Point(out, middle + 9), Point(start + 1, middle + 9))
        else:
            words.append(put(text, (start + end) // 2, y))
            bottom = y + text.height + 4
            points = (Point(start, bottom), Point(end - (1 if end > start else -1), bottom))
        arrows.append(Arrow(points, message.dashed))
        y = bottom + 14
    lives = tuple(Rect(x, height, 0, y - height) for x in places.values())
    view = around([*(box.rect for box in tops), *lives, *(one.rect.grown(6) for one in words)]).grown(6)
    return Drawing(view, tops, lives, tuple(arrows), tuple(words))


