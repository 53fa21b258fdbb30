"""The drawing of a deployment: a column a tick with its instances, and below them the same ticks as lines."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext as _

from course.reading.pictures.fleet import Cell
from course.reading.pictures.legend import Mark, legend
from course.reading.pictures.shapes import Rect, Words, around, put
from course.reading.pictures.strategies import Tick
from course.reading.pictures.strategies_words import STATES
from course.reading.pictures.words import Block, block

_WIDE, _AXIS, _CHART, _GAP = 600, 42, 44, 34
_COLUMNS = (24, 40)


@dataclass(frozen=True)
class Column:
    """``number``: of the tick. ``band``: all of its height."""

    number: int
    failing: bool
    cells: tuple[Cell, ...]
    band: Rect
    label: Words


@dataclass(frozen=True)
class Chart:
    """``line``: SVG path data. ``levels``: lines across with their percentages."""

    title: Words
    line: str
    look: str
    levels: tuple[tuple[Rect, Words], ...]


@dataclass(frozen=True)
class Drawing:
    view: Rect
    legend: tuple[Mark, ...]
    columns: tuple[Column, ...]
    ground: Rect
    level: Rect
    charts: tuple[Chart, ...]


def draw(ticks: list[Tick], fleet: int) -> Drawing:
    width = min(max(_WIDE // len(ticks), _COLUMNS[0]), _COLUMNS[1])
    step = 18 if fleet <= 6 else 12
    marks = _legend(ticks, width * len(ticks))
    top = around(mark.words.rect for mark in marks).bottom + 14
    bottom = top + step * max(tick.running for tick in ticks)
    ground = Rect(_AXIS, bottom, width * len(ticks), 0)
    charts = _charts(ticks, fleet, Rect(_AXIS, bottom + 50, width, _CHART))
    end = charts[-1].levels[0][0].y + 4
    band = Rect(_AXIS, top - 8, width, end - top + 8)
    columns = tuple(_column(number, tick, band.moved(number * width, 0), bottom, step) for number, tick in enumerate(ticks))
    words = [mark.words.rect for mark in marks] + [chart.title.rect for chart in charts]
    view = around([Rect(0, 0, _AXIS + ground.width, end), *words]).grown(6)
    return Drawing(view, marks, columns, ground, Rect(_AXIS, bottom - step * fleet, ground.width, 0), charts)


def _legend(ticks: list[Tick], width: int) -> tuple[Mark, ...]:
    """In as many lines as its marks need."""
    seen = [(state, str(text)) for state, text in STATES.items() if any(getattr(tick, state) for tick in ticks)]
    marks: list[Mark] = []
    for entry in seen:
        last = marks[-1].words.rect if marks else None
        (mark,) = legend([entry], last.right + 16 if last else _AXIS, last.y if last else 0)
        if last and mark.words.rect.right > _AXIS + max(width, 250):
            (mark,) = legend([entry], _AXIS, last.bottom + 4)
        marks.append(mark)
    return tuple(marks)


def _column(number: int, tick: Tick, band: Rect, bottom: int, step: int) -> Column:
    """Who serves at the bottom, who is only there above."""
    states = [state for state in STATES for _one in range(getattr(tick, state))]
    side = min(band.width - 6, 30)
    x = band.middle.x - side // 2
    cells = tuple(Cell(state, Rect(x, bottom - step * (place + 1) + 1, side, step - 3)) for place, state in enumerate(states))
    return Column(number, tick.failing, cells, band, put(Block((str(number),), "label"), band.middle.x, bottom + 4))


def _charts(ticks: list[Tick], fleet: int, first: Rect) -> tuple[Chart, ...]:
    values = (
        (_("Serving capacity"), "serving", [100 * tick.serving // fleet for tick in ticks]),
        (_("Cost: instances that run"), "running", [100 * tick.running // fleet for tick in ticks]),
        (_("Requests answered by the new version"), "share", [tick.share for tick in ticks]),
    )
    return tuple(_chart(title, look, some, first.moved(0, number * (_CHART + _GAP))) for number, (title, look, some) in enumerate(values))


def _chart(title: str, look: str, values: list[int], first: Rect) -> Chart:
    """``first``: the place of its first tick. The scale goes to 100 percent, or to 200 where that is needed."""
    top = 100 if max(values) <= 100 else 200
    heights = [first.bottom - first.height * one // top for one in values]
    line = f"M{first.x} {heights[0]}"
    for number, y in enumerate(heights):
        line += f"V{y}H{first.x + (number + 1) * first.width}"
    levels = []
    for percent in (0, top // 2, top) if top == 200 else (0, top):
        y = first.bottom - first.height * percent // top
        levels.append((Rect(first.x, y, first.width * len(values), 0), put(Block((f"{percent}%",), "label"), first.x - 6, y - 8, "end")))
    return Chart(put(block(title, 400, "label"), first.x, first.y - 20, "start"), line, look, tuple(levels))
