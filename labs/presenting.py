"""What the templates are given: one place for the page and for the worker, which renders the same templates into events.

Contexts (all plain values, texts in the active language):
``block.html``   block: id number line state running seen failed ok kept_later status_words duration elapsed_ms prompt output_html
                 current_html printed whole output_url background
                 screen{rows height cols app paste} message note fault undone unfinished rewindable
                 changes{added changed removed words more} changes_url mistake{html note docs} or None
``step.html``    step: id number title passed current points got segments seen[kind word saw wanted] hints hints_left asks_check
                 check_hint{looked commands} or None, solution solution_cost left check_url hint_url solution_url ask_url
                 help_url
``track.html``   track: passed steps got points complete spent minutes current{id number title} or None
``finish.html``  finish (labs.finishing): complete rows[title got points hints solution] got points spent minutes commands
                 next{title url} end
``prompt_sign.html``   prompt
``log.html``     entries: one dict a block or notice, ``{"block": …}`` or ``{"notice": …}`` (labs.undoing)
``acts.html``, ``changes_panel.html``   labs.undoing, labs.changes
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils import timezone
from django.utils.module_loading import import_string
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext

from labs import changes, events, files_told, mistakes, pace, terminal, undoing, whole
from labs.lab.model import CommandBlock, Lab, Segment, Step, words
from labs.lab.prose import to_html
from labs.models import Attempt, Command, StepProgress
from labs.wording import language, size
from labs.wording import words as ours

HOME = "/home/ec2-user"
START_CWD = f"{HOME}/environment"
SHOWN_BLOCKS = 100
HISTORY = 500
PART = 100


def where(cwd: str) -> str:
    """``/home/ec2-user/environment`` → ``~/environment``."""
    cwd = cwd or START_CWD
    return "~" + cwd[len(HOME) :] if cwd == HOME or cwd.startswith(HOME + "/") else cwd


def prompt(attempt: Attempt, terminal: int = 1) -> str:
    return where(cwd_of(attempt, terminal))


def cwd_of(attempt: Attempt, terminal: int = 1) -> str:
    rows = attempt.console().filter(undone=False, terminal=terminal).exclude(cwd_after="").order_by("-number")
    return rows.values_list("cwd_after", flat=True).first() or _forked_cwd(attempt, terminal) or START_CWD


def _forked_cwd(attempt: Attempt, terminal: int) -> str:
    """Where the shell stood at the point that the attempt is a fork of, if that is known."""
    typed = attempt.fork_command
    return typed.cwd_after if typed and typed.terminal == terminal else ""


# --- a command -------------------------------------------------------------------------------------------------------------


def block(command: Command) -> dict[str, Any]:
    """See the module's docstring."""
    shown = terminal.Screen().feed(bytes(command.output))
    running = not command.finished
    return {
        "id": command.pk,
        "number": command.number,
        "line": command.line,
        "state": command.state,
        "running": running,
        "ok": command.state == Command.State.DONE and command.exit_status == 0,
        "kept_later": command.state == Command.State.ENDED,
        "failed": not running and not (command.state in {Command.State.DONE, Command.State.ENDED} and command.exit_status == 0),
        "fault": command.state == Command.State.LOST,
        "status_words": _status_words(command),
        "duration": duration(command.duration_ms),
        "elapsed_ms": int((timezone.now() - (command.claimed or command.queued)).total_seconds() * 1000),
        "prompt": where(command.cwd_before),
        "output_html": _safe(parts(shown.lines_html)),
        "current_html": _safe(shown.tail_html),
        "printed": not running and bool(command.output),
        "whole": _whole(command),
        "output_url": reverse("output", args=[command.attempt_id, command.pk]),
        "seen": events.split(command.stream_id)[1],
        "screen": screen(command.screen) if running else {},
        "note": command.state == Command.State.ENDED or command.message in {"full-screen", "background", "together"},
        "unfinished": command.state == Command.State.REFUSED and command.message == "incomplete",
        "message": _message(command),
        "background": command.message == "background",
        "undone": command.undone,
        "rewindable": command.version_id is not None,
        "changes": changes.summary(command.changes),
        "changes_url": reverse("changes", args=[command.attempt_id, command.pk]),
        "mistake": mistakes.word(command.mistake),
    }


def _message(command: Command) -> str:
    if command.state == Command.State.ENDED:
        return ours("ended", terminal=2 if command.terminal == 1 else 1)
    return ours(command.message, **command.message_values) if command.message else ""


def parts(lines: str) -> str:
    """Of a long output every ``PART`` lines as an element of their own, so that a browser need not lay out those out of view."""
    found = lines.removesuffix("\n").split("\n")
    if len(found) <= 2 * PART:
        return lines
    pieces = ("\n".join(found[at : at + PART]) for at in range(0, len(found), PART))
    return "".join(f'<span class="out-part">{piece}\n</span>' for piece in pieces)


def _whole(command: Command) -> str:
    """That there is more than is shown, and how much of it is kept; empty where all is shown."""
    if not command.output_bytes:
        return ""
    if not command.whole:
        return ours("whole-gone", bytes=command.output_bytes)
    return ours("whole-cut" if command.output_bytes > whole.MOST else "whole", bytes=command.output_bytes, most=size(whole.MOST))


def screen(state: dict[str, Any]) -> dict[str, Any]:
    """A kept ``labs.screen.Shown`` for ``screen.html``; empty where there is none."""
    return state and {**state, "rows": [_safe(row) for row in state["rows"]], "height": len(state["rows"])}


def _safe(html: str) -> SafeString:
    return mark_safe(html)  # noqa: S308 - only of labs.terminal, labs.screen and labs.lab.prose, which escape and sanitise


def _status_words(command: Command) -> str:
    if command.state in {Command.State.DONE, Command.State.ENDED} and command.exit_status:
        return gettext("exit status %(status)s") % {"status": command.exit_status}
    if command.state in {Command.State.LOST, Command.State.REFUSED}:
        return str(command.get_state_display())
    return ""


def duration(milliseconds: int | None) -> str:
    if milliseconds is None:
        return ""
    if milliseconds < 1000:
        return f"{milliseconds} ms"
    seconds = milliseconds / 1000
    return f"{seconds:.1f} s" if seconds < 60 else f"{int(seconds // 60)}:{int(seconds % 60):02d}"


# --- the guide -------------------------------------------------------------------------------------------------------------


def segments(found: Iterable[Segment]) -> list[dict[str, Any]]:
    """One dict a piece: ``html`` (safe) or ``command``."""
    shown: list[dict[str, Any]] = []
    for segment in found:
        if isinstance(segment, CommandBlock):
            shown += [{"command": line} for line in segment.commands]
        else:
            shown.append({"html": _safe(segment.text)})
    return shown


def steps(lab: Lab, attempt: Attempt | None) -> list[dict[str, Any]]:
    """One dict a step, see the module's docstring."""
    found = {progress.step_id: progress for progress in attempt.steps.all()} if attempt else {}
    return [_step(lab, number, attempt, found.get(step.id)) for number, step in enumerate(lab.steps, 1)]


def _step(lab: Lab, number: int, attempt: Attempt | None, progress: StepProgress | None) -> dict[str, Any]:
    step = lab.steps[number - 1]
    section = lab.section(step.id, language())
    shown = progress.hints_shown if progress else 0
    passed = bool(progress and progress.passed)
    cost = progress.price(step.solution_cost) if progress and not passed else step.solution_cost
    return {
        "id": step.id,
        "number": number,
        "title": section.title,
        "passed": passed,
        "current": bool(attempt and attempt.step == step.id) and not passed,
        "points": 0 if attempt and attempt.is_fork else step.points,
        "got": progress.points or 0 if progress and passed else 0,
        "segments": segments(section.segments),
        "seen": [look(one) for one in progress.seen] if progress else [],
        "hints": [_markdown(words(hint, language())) for hint in step.hints[:shown]],
        "hints_left": max(0, hints_of(step) - shown),
        "asks_check": shown == len(step.hints),
        "check_hint": _check_hint(progress) if progress and shown > len(step.hints) else None,
        "solution": [{"command": line} for line in step.solve] if progress and progress.solution_shown else [],
        "solution_cost": cost,
        "left": step.points - cost,
        **_step_urls(attempt, step.id),
    }


def _step_urls(attempt: Attempt | None, step_id: str) -> dict[str, str]:
    if attempt is None:
        return {}
    names = {"check": "check_url", "hint": "hint_url", "solution": "solution_url", "ask-solution": "ask_url"}
    found = {key: reverse(name, args=[attempt.pk, step_id]) for name, key in names.items()}
    helped = settings.LABS_HELP and not attempt.is_fork
    return found | ({"help_url": f"{reverse(settings.LABS_HELP, args=[attempt.pk])}?step={step_id}"} if helped else {})


def hints_of(step: Step) -> int:
    """The author's, and then the one from the check: how to see what it saw."""
    return len(step.hints) + 1


def _check_hint(progress: StepProgress) -> dict[str, Any]:
    """``commands``: to run, so that one sees what the check saw; ``looked``: whether there was a look at all."""
    missing = [look for look in progress.seen if look["kind"] == "not"]
    return {"looked": bool(progress.outcome), "commands": [{"command": look["see"]} for look in missing if look.get("see")]}


@lru_cache(maxsize=1024)
def _markdown(text: str) -> SafeString:
    return _safe(to_html(text))


def look(kept: dict[str, Any]) -> dict[str, str]:
    """A kept ``labs.looking.Look`` in the active language: kind is pass, not or error. ``saw`` is empty where the word says it already."""
    text = phrase(kept)
    wanted = phrase(kept.get("wanted") or {})
    if kept["kind"] == "pass":
        return {"kind": "pass", "word": gettext("There: %(what)s") % {"what": wanted} if wanted else gettext("Done")}
    saw = kept.get("what", "")
    return {"kind": kept["kind"], "word": text, "saw": "" if saw in text else saw, "wanted": wanted}


def phrase(kept: dict[str, Any]) -> str:
    """The author's words, else ours of that code, in the active language."""
    return words(kept.get("text") or {}, language()) or (ours(kept["code"], **kept.get("values", {})) if kept.get("code") else "")


def track(lab: Lab, attempt: Attempt | None) -> dict[str, Any]:
    """How far the attempt is."""
    found = list(attempt.steps.all()) if attempt else []
    passed = sum(progress.passed for progress in found)
    return {
        "passed": passed,
        "steps": len(lab.steps),
        "got": sum(progress.points or 0 for progress in found if progress.passed),
        "points": 0 if attempt and attempt.is_fork else lab.points,
        "complete": bool(lab.steps) and passed == len(lab.steps),
        "spent": pace.words(attempt.spent) if attempt and attempt.spent >= pace.SHOWN_FROM else "",
        "minutes": lab.minutes,
        "current": _current(lab, attempt),
    }


def _current(lab: Lab, attempt: Attempt | None) -> dict[str, Any] | None:
    """The step to do now."""
    ids = [step.id for step in lab.steps]
    if attempt is None or attempt.step not in ids:
        return None
    return {"id": attempt.step, "number": ids.index(attempt.step) + 1, "title": lab.section(attempt.step, language()).title}


# --- the page --------------------------------------------------------------------------------------------------------------


def page(lab: Lab, attempt: Attempt) -> dict[str, Any]:
    """Everything that the page shows of an attempt, and ``after``: from where to follow its events so that none is missing.

    The position is taken before the rows are read. A block that is running holds the output up to its own ``stream_id``, so the
    stream is followed from there; what comes twice then are whole blocks, and those replace themselves.
    """
    after = events.position(attempt.pk)
    attempt.refresh_from_db()
    commands = shown_commands(attempt)
    running = [command for command in commands if not command.finished]
    text = lab.in_language(language())
    return {
        "after": _after(after, running),
        "entries": entries(lab, attempt, commands),
        "running": running[0] if running else None,
        "prompt": prompt(attempt),
        "second": {"entries": second_entries(commands), "prompt": prompt(attempt, 2)},
        "acts": undoing.acts(attempt),
        "history": history(attempt),
        "steps": steps(lab, attempt),
        "track": track(lab, attempt),
        "problem": ours(attempt.problem) if attempt.problem else "",
        "lab": {
            "name": lab.name,
            "title": words(lab.title, language()),
            "summary": words(lab.summary, language()),
            "minutes": lab.minutes,
            "intro": segments(text.intro),
            "notes": notes_of(lab.name),
        },
    }


def notes_of(lab: str) -> list[dict[str, str]]:
    """``url`` and ``title`` of what is to be read about a lab. Labs know nothing of notes: the site says how to ask."""
    found: list[dict[str, str]] = import_string(settings.LABS_NOTES_OF)(lab, language()) if settings.LABS_NOTES_OF else []
    return found


def shown_commands(attempt: Attempt) -> list[Command]:
    """The newest, oldest first."""
    return list(attempt.console().defer("diff").order_by("-number")[:SHOWN_BLOCKS])[::-1]


def entries(lab: Lab, attempt: Attempt, commands: list[Command]) -> list[dict[str, Any]]:
    """The blocks, and told between them what else the learner did: moves, and changes in the files panel."""
    told = files_told.by_command(attempt, commands)
    for after, move in undoing.notices(attempt, lab).items():
        told.setdefault(after, []).append(move)
    notices = {after: [{"notice": one} for one in sorted(these, key=lambda one: one["at"])] for after, these in told.items()}
    found: list[dict[str, Any]] = []
    early = [at for at in notices if commands and at < commands[0].number]
    found += notices[max(early)] if early else []  # what was done before the first command that is shown
    for command in commands:
        found += [{"block": block(command)}] if command.terminal == 1 else []
        found += notices.get(command.number, [])
    return found or (notices[max(notices)] if notices else [])


def second_entries(commands: list[Command]) -> list[dict[str, Any]]:
    """The second terminal's blocks; what is told of moves is told in the first."""
    return [{"block": block(command)} for command in commands if command.terminal != 1]


def _after(position: str, running: list[Command]) -> str:
    """Where the running blocks' output ends, of several the earliest, if that is of the stream as it is now (it may have been lost and
    begun anew). What the others print is then told twice: a block says by ``seen`` what it has already."""
    epoch, _ = events.split(position)
    ends = [number for found, number in (events.split(command.stream_id) for command in running) if found == epoch]
    return f"{epoch}:{min(ends)}" if ends else position


def urls(attempt: Attempt) -> dict[str, str]:
    """The attempt's addresses, by the names that ``labs.urls`` gives them; all but ``start`` take the attempt's key."""
    names = ("page", "stream", "commands", "input", "stop", "size", "undo", "redo", "rewind", "reset", "reset-step", "skip", "complete")
    return {"start": reverse("start", args=[attempt.lab])} | {name: reverse(name, args=[attempt.pk]) for name in names}


def history(attempt: Attempt) -> list[str]:
    """Lines typed in this attempt, oldest first, repetitions in a row once."""
    lines = list(attempt.commands.exclude(message="incomplete").order_by("-number").values_list("line", flat=True)[:HISTORY])[::-1]
    return [line for at, line in enumerate(lines) if at == 0 or line != lines[at - 1]]
