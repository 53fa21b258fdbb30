"""An instructor's forks: what they are of, and what is shown of that beside their console."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.urls import reverse

from course.helping.models import HelpRequest
from course.people import access, material
from course.people.models import LEARNER, Membership
from labs import forking
from labs.models import Attempt, Command
from labs.undoing import short


def beside(fork: Attempt) -> dict[str, Any]:
    """For ``labs.beside``. ``question``: the learner's open question, which can be answered with what is run here."""
    of = Attempt.objects.select_related("user").get(forks=fork)
    command = Command.objects.only("number", "line").get(pk=fork.fork_command_id) if fork.fork_command_id else None
    return {
        "css": ["css/helping.css"],
        "parts": {"head": "following/fork_head.html", "panel": "following/fork.html"},
        "of": of,
        "who": of.user.get_full_name() or of.user.get_username(),
        "number": command.number if command else 0,
        "line": short(command.line) if command else "",
        "url": _replay(fork, of, command),
        "days": settings.LABS_FORK_DAYS,
        "question": HelpRequest.objects.not_closed().filter(attempt=of).first(),
    }


def _replay(fork: Attempt, of: Attempt, command: Command | None) -> str:
    """Where the instructor was looking; "" where the learner is in no cohort."""
    cohort = cohort_of(fork.user, of)
    return reverse("replay", args=[cohort, of.user_id, of.pk, command.number if command else 0]) if cohort else ""


def cohort_of(teacher: Any, attempt: Attempt) -> int | None:
    """The key of a cohort that ``teacher`` runs and in which the attempt's learner learns."""
    learns = Membership.objects.filter(user=attempt.user_id, role=LEARNER, left=None).values("cohort")
    return access.taught(teacher).filter(pk__in=learns).values_list("pk", flat=True).first()


def listed(user: Any) -> list[dict[str, Any]]:
    """All of ``user``'s own that are open, of whomever: what each is of, and when it is closed."""
    found = forking.open_ones(user).select_related("fork_of__user", "fork_command")
    known = material.titles("labs")
    return [
        {
            "fork": fork,
            "title": known.get(fork.lab, fork.lab),
            "who": fork.fork_of.user.get_full_name() or fork.fork_of.user.get_username(),  # type: ignore[union-attr]
            "number": fork.fork_command.number if fork.fork_command else 0,
            "until": forking.until(fork),
        }
        for fork in found.defer("fork_command__output", "fork_command__diff")
    ]


def open_forks(user: Any, attempt: Attempt) -> list[Attempt]:
    """``user``'s own of ``attempt``, newest first."""
    found = Attempt.objects.filter(user=user.pk, fork_of=attempt, finished=None)
    return list(found.select_related("fork_command").defer("fork_command__output", "fork_command__diff").order_by("-pk"))
