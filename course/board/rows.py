"""A row of the board as HTML, in the active language: for the page, and for the events that change it.

By hand and not by a template: a cohort has some 8,000 cells, and all that differ are a few dozen (``_cell`` keeps them).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from html import escape

from django.urls import is_valid_path, reverse
from django.utils import timezone
from django.utils.timesince import timesince
from django.utils.translation import get_language, gettext

from course.board import words
from course.board.grid import Cell, Now, Row
from course.board.models import Alarm
from course.helping.models import HelpRequest
from course.helping.presenting import name_of
from labs import pace, wording
from labs.lab.model import Lab
from labs.lab.model import words as in_language


@dataclass(frozen=True, slots=True)
class Place:
    """The page a row is for: which cohort's, whether of one lab alone, and the token of its forms (those in events get the page's)."""

    cohort: int
    lab: str = ""
    token: str = ""


def row(found: Row, place: Place) -> str:
    language, total = get_language() or "en", sum(map(len, found.labs))
    cells = [_cell(language, cell, at == 0) for steps in found.labs for at, cell in enumerate(steps)]
    return (
        f'<tr id="learner-{found.user}" data-order="{escape(found.order)}">'
        f'<th scope="row"><a href="{_learner(found, place)}" title="{escape(found.username)}">{escape(found.name)}</a>{_here(found)}</th>'
        f'<td class="b-now">{_now(found, place)}</td>'
        f'<td class="num">{pace.words(found.spent) if found.spent >= pace.SHOWN_FROM else "–"}</td>'
        f'<td class="num">{found.passed}/{total}</td>'
        f"{''.join(cells)}</tr>"
    )


@lru_cache(maxsize=4096)
def _cell(_language: str, cell: Cell, first: bool) -> str:
    """Colour and sign come from the classes (``static/css/board.css``), the words stand in it."""
    help_ = " b-solved" if cell.solution else " b-helped" if cell.hints else ""
    help_ += " b-first" if first else ""
    tries = f'<i aria-hidden="true">{min(cell.tries, 99)}</i>' if cell.tries else ""
    said = escape(words.cell(cell.state, cell.tries, cell.hints, solution=cell.solution))
    return f'<td class="b-{cell.state}{help_}">{tries}<b>{said}</b></td>'


def _learner(found: Row, place: Place) -> str:
    """The page about them; where the site has none, the attempt they are at."""
    path = f"/cohorts/{place.cohort}/learners/{found.user}/"
    if _there(path):
        return path
    return reverse("page", args=[found.now.attempt]) if found.now else f"#learner-{found.user}"


@lru_cache(maxsize=8192)
def _there(path: str) -> bool:
    return bool(is_valid_path(path))


def _here(found: Row) -> str:
    if found.online:
        return f'<small class="b-here">{gettext("on-line")}</small>'
    if found.seen is None:
        return f'<small class="b-away">{gettext("never here")}</small>'
    return f'<small class="b-away"><time datetime="{found.seen.isoformat()}" data-ago>{ago(found.seen)}</time></small>'


def ago(moment: datetime) -> str:
    """How long ago; the page counts on."""
    if (timezone.now() - moment).total_seconds() < 60:
        return gettext("just now")
    return gettext("%(time)s ago") % {"time": timesince(moment, depth=1)}


def _now(found: Row, place: Place) -> str:
    """What they are at; before that what they ask, why they are stuck, and what was dismissed of it."""
    alarms = [one for one in found.alarms if one.dismissed_at is None]
    html = _question(found.question, found.name) if found.question else ""
    html += _alarm(alarms, found.name, place, brief=found.question is not None) if alarms else ""
    html += "".join(_dismissed(one, place) for one in found.alarms if one.dismissed_at is not None)
    return html + (_at(found.now) if found.now else f'<p class="b-at">{gettext("Nothing begun")}</p>')


def _at(now: Now) -> str:
    title = escape(in_language(now.lab.title, wording.language()))
    if now.step:
        step = now.lab.steps[now.step - 1]
        title = f"{title} · {now.step}. {escape(now.lab.section(step.id, wording.language()).title)}"
    elif now.lab.steps:
        title = f"{title} · {gettext('all steps passed')}"
    anchor = f"#step-{now.lab.steps[now.step - 1].id}" if now.step else ""
    at = f'<p class="b-at"><a href="{reverse("page", args=[now.attempt])}{anchor}">{title}</a></p>'
    if not now.line:
        return at
    line = escape(now.line.splitlines()[0][:80]) if now.line.strip() else ""
    return f'<p class="b-runs"><span class="tag tag-accent">{gettext("runs")}</span> <code>{line}</code></p>{at}'


def _sign(name: str, said: str) -> str:
    """Of what wants somebody: the page says it once, to who hears the page."""
    return f'data-sign="{name}" data-said="{escape(said)}"'


def _time(moment: datetime) -> str:
    return f'<time datetime="{moment.isoformat()}" data-ago>{ago(moment)}</time>'


def _question(question: HelpRequest, name: str) -> str:
    """Who asked, since when, who looks at it, and the way there."""
    sign = _sign(f"question-{question.pk}", gettext("%(name)s asks for help") % {"name": name})
    who = gettext("taken by %(who)s") % {"who": name_of(question.taken_by)} if question.taken_by_id else ""
    taken = f' <span class="tag">{escape(who)}</span>' if who else ""
    said = f'<p class="b-ask">{escape(question.sentence[:400])}</p>' if question.sentence else ""
    return (
        f'<div class="b-wants b-question" {sign}><p><span class="b-sign"><span class="icon icon-help" aria-hidden="true"></span> '
        f"{gettext('Asks for help')}</span> <small>{_time(question.asked)}</small>{taken}</p>"
        f'<a class="btn btn-small" id="question-{question.pk}" href="{reverse("help", args=[question.pk])}">'
        f"{gettext('Look at it')}{_of(name)}</a>{said}</div>"
    )


_STUCK = '<span class="b-sign"><span class="icon icon-alert" aria-hidden="true"></span> {}</span>'


def _alarm(alarms: list[Alarm], name: str, place: Place, *, brief: bool) -> str:
    """The first with a question to ask, the others below it; ``brief``: it alone, where the learner has asked something themselves."""
    alarm, *more = alarms
    told = f"<p><code>{escape(alarm.values['line'][:120])}</code></p>" if alarm.values.get("line") else ""
    also = "".join(f"<li>{escape(words.why(one.reason, one.values))}</li>" for one in more)
    why = words.why(alarm.reason, alarm.values)
    sign = _sign(f"alarm-{alarm.pk}-{alarm.level}", gettext("%(name)s is stuck: %(why)s") % {"name": name, "why": why})
    advice = f"{told}{f'<ul>{also}</ul>' if also else ''}<p class=\"b-ask\">{escape(words.ask(alarm.reason))}</p>"
    return (
        f'<div class="b-wants b-alarm" {sign}><p>{_STUCK.format(gettext("Stuck"))} <strong class="b-why">{escape(why)}</strong> '
        f"<small>{gettext('since:')} {_time(alarm.since)}</small></p>"
        f"{_form('alarm-dismiss', alarm, place, gettext('Dismiss') + _of(name))}{'' if brief else advice}</div>"
    )


def _dismissed(alarm: Alarm, place: Place) -> str:
    why = words.why(alarm.reason, alarm.values)
    said = gettext("Dismissed: %(why)s") % {"why": why}
    return f'<div class="b-put"><p>{escape(said)}</p>{_form("alarm-back", alarm, place, gettext("Undo") + _of(why))}</div>'


def _of(what: str) -> str:
    return f'<span class="sr-only">: {escape(what)}</span>'


def _form(name: str, alarm: Alarm, place: Place, label: str) -> str:
    fields = {"csrfmiddlewaretoken": place.token, "lab": place.lab}
    hidden = "".join(f'<input type="hidden" name="{key}" value="{escape(value)}">' for key, value in fields.items() if value)
    return (
        f'<form method="post" action="{reverse(name, args=[place.cohort, alarm.pk])}" data-alarm-act>{hidden}'
        f'<button class="btn btn-small" id="alarm-{alarm.pk}">{label}</button></form>'
    )


def heads(labs: list[Lab]) -> list[dict[str, object]]:
    """The labs above the columns: title and, a step each, number and title."""
    language = wording.language()
    return [
        {
            "name": lab.name,
            "title": in_language(lab.title, language),
            "steps": [{"number": at, "title": lab.section(step.id, language).title} for at, step in enumerate(lab.steps, 1)],
        }
        for lab in labs
        if lab.steps
    ]
