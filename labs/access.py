"""Who may see and do what: one-line helpers that return the object or answer 404 (never 403: what exists is nobody's business)."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db.models import Q
from django.http import Http404, HttpRequest
from django.shortcuts import get_object_or_404
from django.utils.module_loading import import_string

from labs.models import Attempt, Command, StepProgress
from sandbox.errors import LearnerError


def may_watch(user: Any) -> bool:
    """Instructors and administrators look at learners' work (``watched``: whose), and never change it by looking."""
    return user.is_authenticated and user.role in {"instructor", "admin"}


def watched(user: Any) -> Q:
    """Which attempts of others this user may look at. Labs know nothing of who teaches whom: the site says (LABS_WATCHED)."""
    found: Q = import_string(settings.LABS_WATCHED)(user)
    return found


def hold_back(request: HttpRequest, what: str) -> None:
    """Raises LearnerError (``too-often``; ``seconds``) at who does something oftener than the site allows (LABS_LIMIT)."""
    if seconds := import_string(settings.LABS_LIMIT)(request, what):
        raise LearnerError("too-often", seconds=seconds)


def may_take(user: Any, lab: str) -> bool:
    """Guests have few labs; all others have all."""
    return user.role != "guest" or lab in settings.GUEST_LABS


def _own(user: Any) -> Q:
    """One's own; forks only for as long as one may watch what they are forks of."""
    mine = Q(user=user.pk)
    if not may_watch(user):
        return mine & Q(fork_of=None)
    return mine & (Q(fork_of=None) | Q(fork_of__in=Attempt.objects.filter(watched(user))))


def own_attempt(request: HttpRequest, pk: int) -> Attempt:
    return get_object_or_404(Attempt.objects.filter(_own(request.user)).select_related("sandbox", "user"), pk=pk, finished=None)


def seen_attempt(request: HttpRequest, pk: int) -> Attempt:
    """One's own, or that of somebody whom they may watch."""
    seen = _own(request.user) | watched(request.user)
    return get_object_or_404(Attempt.objects.filter(seen).select_related("sandbox", "user"), pk=pk)


def own_command(attempt: Attempt, pk: str) -> Command:
    """A command of ``attempt``, which is the learner's own already."""
    return get_object_or_404(attempt.commands, pk=int(pk) if pk.isascii() and pk.isdecimal() and len(pk) < 16 else None)


def own_step(attempt: Attempt, step_id: str) -> StepProgress:
    return get_object_or_404(attempt.steps.select_related("attempt"), step_id=step_id)


def watcher(request: HttpRequest) -> None:
    """404 for who may not watch."""
    if not may_watch(request.user):
        raise Http404
