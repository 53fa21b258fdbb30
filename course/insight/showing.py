"""What the page shows: figures as words, and bars as places on an axis (thousandths of its width)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.utils.translation import gettext as _

from course.insight import figures
from course.insight.figures import Group, Spread
from course.insight.reading import Overview, Step
from labs import mistakes, pace
from labs.lab.model import Lab
from labs.wording import duration, language


def of_steps(lab: Lab, steps: Sequence[Step]) -> dict[str, Any]:
    """rows: number, title, rate, box (or none), words and errors of each; ticks of the time axis."""
    end, ticks = figures.axis(max([one.time.high or one.time.median or 0 for one in steps], default=0))
    return {
        "rows": [_row(lab, one, end) for one in steps],
        "ticks": [figures.on_axis(at, end) for at in ticks[1:-1]],
        "end": spoken(end) if end else "",
        "worst": max(steps, key=_met).id if steps else "",
        "any_errors": any(one.errors.groups or one.errors.others for one in steps),
        "timed": any(one.time.median is not None for one in steps),
        "began": max((one.reached for one in steps), default=0),
    }


def _met(step: Step) -> int:
    return max((one.learners for one in step.errors.groups), default=0)


def _row(lab: Lab, step: Step, end: float) -> dict[str, Any]:
    most = max(1, step.reached)
    return {
        "step": step,
        "title": lab.section(step.id, language()).title,
        "rate": share(step.passed, step.reached),
        "passed_to": round(1000 * step.passed / most),
        "stays": step.reached - step.passed,
        "box": _box(step.time, end),
        "time": times(step.time),
        "errors": [_error(one) for one in step.errors.groups],
        "others": step.errors.others,
        "kinds": len(step.errors.groups) + step.errors.others,
    }


def _box(time: Spread, end: float) -> dict[str, float] | None:
    if time.median is None or not end:
        return None

    def at(value: float | None) -> float:
        return figures.on_axis(time.median or 0 if value is None else value, end)

    low, high = at(time.low), at(time.high)
    return {"low": low, "width": round(max(high - low, 0), 1), "middle": min(at(time.median), 994.0)}


def times(time: Spread) -> str:
    """“12 min (8 min – 20 min)”: the median and the quartiles; or why there is no such thing."""
    if time.median is None:
        return _("too few to say")
    if time.low is None or time.high is None:
        return spoken(time.median)
    return f"{spoken(time.median)} ({spoken(time.low)} – {spoken(time.high)})"


def spoken(seconds: float) -> str:
    """As exact as it is: minutes, from one and a half on."""
    return pace.words(round(seconds / 60) * 60) if seconds >= 90 else duration(seconds)


def share(part: int, of: int) -> str:
    """“3 of 4”; of many also in per cent."""
    words = _("%(part)s of %(of)s") % {"part": part, "of": of}
    percent = figures.percent(part, of)
    return words if percent is None else f"{words} ({percent} %)"


def _error(group: Group) -> dict[str, Any]:
    word = mistakes.word({"id": group.mistake}) if group.mistake else None
    return {"group": group, "word": word}


def of_labs(overviews: Sequence[Overview]) -> list[dict[str, Any]]:
    """Those that somebody began."""
    return [
        {"lab": one.lab, "began": one.began, "rate": share(one.completed, one.began), "time": times(one.spent)}
        for one in overviews
        if one.began
    ]


def in_words(lab: Lab, steps: Sequence[Step]) -> list[str]:
    """What stands out: where most time goes, where most stop, where most help is needed. Nothing where nothing does."""
    found = []
    timed = [one for one in steps if one.time.median is not None]
    if timed:
        slowest = max(timed, key=lambda one: one.time.median or 0)
        found.append(
            _("Most time goes into step %(step)s: half of the %(count)s who passed it took longer than %(time)s.")
            % {"step": _named(lab, slowest), "count": slowest.time.count, "time": spoken(slowest.time.median or 0)}
        )
    stopped = max(steps, key=lambda one: one.reached - one.passed, default=None)
    if stopped and stopped.reached - stopped.passed > 0 and stopped.reached >= figures.FEW:
        found.append(
            _("Most are held up at step %(step)s: %(share)s who reached it have passed it.")
            % {"step": _named(lab, stopped), "share": share(stopped.passed, stopped.reached)}
        )
    helped = max(steps, key=lambda one: (one.solved, one.hinted), default=None)
    if helped and helped.hinted + helped.solved and helped.reached >= figures.FEW:
        found.append(
            _("Most help is taken at step %(step)s: hints by %(hints)s, the solution by %(solution)s.")
            % {
                "step": _named(lab, helped),
                "hints": share(helped.hinted, helped.reached),
                "solution": share(helped.solved, helped.reached),
            }
        )
    return found


def _named(lab: Lab, step: Step) -> str:
    return _("%(number)s, “%(title)s”") % {"number": step.number, "title": lab.section(step.id, language()).title}
