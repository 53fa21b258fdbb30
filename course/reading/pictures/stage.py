"""The interactive picture of deployment strategies: a scenario with its ticks, drawn and in words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from course.reading.pictures import strategies_words
from course.reading.pictures.strategies import FAILS, LEAST, MOST, STRATEGIES, Scenario, Tick, simulate
from course.reading.pictures.strategies_drawing import Drawing, draw
from course.reading.pictures.strategies_words import Summary, summary


@dataclass(frozen=True)
class Row:
    """A tick as a line of the table."""

    number: int
    tick: Tick
    words: str
    state: str
    capacity: int
    cost: int

    @property
    def without(self) -> int:
        """What runs and gets no customers."""
        return self.tick.ready + self.tick.kept


@dataclass(frozen=True)
class Stage:
    scenario: Scenario

    @cached_property
    def ticks(self) -> list[Tick]:
        return simulate(self.scenario.strategy, self.scenario.fleet, self.scenario.batch, self.scenario.fails)

    @cached_property
    def drawing(self) -> Drawing:
        return draw(self.ticks, self.scenario.fleet)

    @cached_property
    def rows(self) -> list[Row]:
        fleet = self.scenario.fleet
        return [
            Row(
                number,
                tick,
                strategies_words.event(tick),
                strategies_words.state(tick, fleet),
                100 * tick.serving // fleet,
                100 * tick.running // fleet,
            )
            for number, tick in enumerate(self.ticks)
        ]

    @property
    def played(self) -> list[dict[str, str]]:
        """What the script says of each tick."""
        return [{"words": row.words, "state": row.state} for row in self.rows]

    @property
    def summary(self) -> Summary:
        return summary(self.scenario, self.ticks)

    names = strategies_words.NAMES
    fails = strategies_words.FAILS
    least, most = LEAST, MOST


def stage(_data: None = None) -> Stage:
    """As it is first seen."""
    return Stage(Scenario())


def asked(query: Mapping[str, str]) -> Scenario:
    """The scenario that a form asks for; what cannot be is taken as the nearest that can."""
    usual = Scenario()
    strategy, fails = query.get("strategy", ""), query.get("fails", "")
    fleet = _whole(query.get("fleet", ""), usual.fleet, LEAST, MOST)
    return Scenario(
        strategy if strategy in STRATEGIES else usual.strategy,
        fleet,
        _whole(query.get("batch", ""), usual.batch, 1, fleet),
        fails if fails in FAILS else usual.fails,
    )


def _whole(text: str, usual: int, least: int, most: int) -> int:
    number = int(text) if text.isascii() and text.isdigit() and len(text) < 6 else usual
    return min(max(number, least), most)
