"""Ways to bring a new version to a fleet, tick by tick. What is said of a tick is strategies_words', how it is drawn strategies_drawing's.

A tick is the time in which instances are updated, or started, and checked.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

LEAST, MOST = 2, 12
FAILS = ("", "first", "half")
"""When the new version fails its health check: never; on the first instances that have it; when about half of the change is made."""


@dataclass(frozen=True)
class Tick:
    """What there is while something happens. ``event`` is a key of strategies_words.EVENTS.

    ``old`` and ``new`` serve, ``out`` are being changed or broken; ``ready`` run the new version and ``kept`` the old one, without
    customers. ``share``: of the requests, in percent, that the new version answers.
    """

    event: str
    old: int = 0
    new: int = 0
    out: int = 0
    ready: int = 0
    kept: int = 0
    share: int = 0
    batch: int = 0
    batches: int = 0

    @property
    def serving(self) -> int:
        return self.old + self.new

    @property
    def running(self) -> int:
        """What is paid for."""
        return self.serving + self.out + self.ready + self.kept

    @property
    def failing(self) -> bool:
        return self.event.endswith("-fails")


@dataclass(frozen=True)
class Scenario:
    strategy: str = "rolling"
    fleet: int = 4
    batch: int = 1
    fails: str = ""


def simulate(strategy: str, fleet: int, batch: int, fails: str = "") -> list[Tick]:
    """From a fleet that runs the old version to one that runs the new one, or the old one again.

    ``strategy``: a key of STRATEGIES. ``batch``: instances changed at a time, for canary and linear the first and each further share of
    the traffic as batch/fleet. Raises ValueError for what cannot be.
    """
    if strategy not in STRATEGIES or fails not in FAILS or not LEAST <= fleet <= MOST or not 1 <= batch <= fleet:
        raise ValueError(f"no deployment of {fleet} by {strategy} in batches of {batch}, failing “{fails}”")
    between = STRATEGIES[strategy](fleet, batch, fails)
    last = Tick("restored", old=fleet) if fails else Tick("done", new=fleet, share=100)
    return [Tick("start", old=fleet), *between, last]


def _share(old: int, new: int) -> int:
    return round(100 * new / (old + new)) if old + new else 0


def _all_at_once(fleet: int, _batch: int, fails: str) -> list[Tick]:
    return [Tick("all-out", out=fleet), *([Tick("all-fails", out=fleet)] if fails else [])]


def _rolling(fleet: int, batch: int, fails: str, extra: int = 0) -> list[Tick]:
    sizes = [min(batch, fleet - done) for done in range(0, fleet, batch)]
    bad = {"": None, "first": 0, "half": len(sizes) // 2}[fails]

    def tick(event: str, number: int, done: int) -> Tick:
        old, new = fleet - done - sizes[number], done + extra
        return Tick(event, old, new, sizes[number], share=_share(old, new), batch=number + 1, batches=len(sizes))

    ticks = [Tick("extra", old=fleet, ready=extra)] if extra else []
    if extra and fails == "first":
        return [*ticks, Tick("extra-fails", old=fleet, out=extra)]
    for number in range(len(sizes)):
        done = sum(sizes[:number])
        ticks.append(tick("batch", number, done))
        if number == bad:
            back = [tick("batch-back", other, sum(sizes[:other])) for other in reversed(range(number))]
            return [*ticks, tick("batch-fails", number, done), *back]
    return ticks


def _rolling_extra(fleet: int, batch: int, fails: str) -> list[Tick]:
    return _rolling(fleet, batch, fails, extra=batch)


def _immutable(fleet: int, _batch: int, fails: str) -> list[Tick]:
    one = _share(fleet, 1)
    probe, rest = Tick("probe", old=fleet, ready=1), Tick("rest", old=fleet, new=1, ready=fleet - 1, share=one)
    if fails == "first":
        return [probe, Tick("probe-fails", old=fleet, out=1)]
    if fails == "half":
        return [probe, rest, Tick("rest-fails", old=fleet, new=1, out=fleet - 1, share=one)]
    return [probe, rest, Tick("joined", old=fleet, new=fleet, share=50)]


def _blue_green(fleet: int, _batch: int, fails: str) -> list[Tick]:
    green = Tick("green", old=fleet, ready=fleet)
    if fails == "first":
        return [green, Tick("green-fails", old=fleet, out=fleet)]
    switch = Tick("switch", new=fleet, kept=fleet, share=100)
    if fails == "half":
        return [green, switch, replace(switch, event="all-shifted-fails"), Tick("back", old=fleet, out=fleet)]
    return [green, switch, replace(switch, event="kept")]


def _shifting(fleet: int, shares: list[int], bad: int | None) -> list[Tick]:
    """Two whole sets of instances, and each share of the traffic for a tick; ``bad``: the number of the one at which faults show."""
    ticks = [Tick("green", old=fleet, ready=fleet)]
    for number, share in enumerate(shares):
        old, kept = (fleet, 0) if share < 100 else (0, fleet)
        ticks.append(Tick("shifted", old, fleet, kept=kept, share=share))
        if number == bad:
            event = "shifted-fails" if share < 100 else "all-shifted-fails"
            return [*ticks, replace(ticks[-1], event=event), Tick("back", old=fleet, out=fleet)]
    return ticks


def _canary(fleet: int, batch: int, fails: str) -> list[Tick]:
    share = 100 * batch // fleet
    return _shifting(fleet, [share, share, 100], {"": None, "first": 0, "half": 2}[fails])


def _linear(fleet: int, batch: int, fails: str) -> list[Tick]:
    shares = [min(100, 100 * done // fleet) for done in range(batch, fleet + batch, batch)]
    half = next(number for number, share in enumerate(shares) if share >= 50)
    return _shifting(fleet, shares, {"": None, "first": 0, "half": half}[fails])


STRATEGIES: dict[str, Callable[[int, int, str], list[Tick]]] = {
    "all-at-once": _all_at_once,
    "rolling": _rolling,
    "rolling-extra": _rolling_extra,
    "immutable": _immutable,
    "blue-green": _blue_green,
    "canary": _canary,
    "linear": _linear,
}
