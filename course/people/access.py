"""Who may see and do what with cohorts, in one place: helpers that return the object, or answer 404 (never 403: what exists is nobody's
business).

| who | may |
|---|---|
| administrator | everything |
| instructor | what belongs to cohorts that they teach now: members, attempts, help, exports; never another instructor's cohort |
| learner | their own attempts, help and data; the names of their own cohorts and instructors |
| guest, visitor | nothing of it |

The account's role is an upper bound: a member with the role *instructor* whose account is a learner's teaches nobody.
"""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.http import Http404, HttpRequest
from django.shortcuts import get_object_or_404

from course.export.models import ApiToken
from course.helping.models import HelpRequest
from course.models import Role, User
from course.people.models import INSTRUCTOR, LEARNER, Cohort, Invitation, Membership, watched_by
from labs.models import Attempt


def is_admin(user: Any) -> bool:
    return bool(user.is_authenticated and user.is_active and user.role == Role.ADMIN)


def taught(user: Any) -> QuerySet[Cohort]:
    """The cohorts that ``user`` may run."""
    if is_admin(user):
        return Cohort.objects.filter(archived=None)
    if not user.is_authenticated or not user.is_active or user.role != Role.INSTRUCTOR:
        return Cohort.objects.none()
    mine = Membership.objects.filter(user=user.pk, role=INSTRUCTOR, left=None).values("cohort")
    return Cohort.objects.filter(archived=None, pk__in=mine)


def teaches(user: Any) -> bool:
    """Whether the pages for instructors are there for them at all, be it empty ones."""
    return bool(user.is_authenticated and user.is_active and user.role in {Role.INSTRUCTOR, Role.ADMIN})


def person(request: HttpRequest) -> User:
    """Who acts, where only people who are signed in come."""
    assert isinstance(request.user, User)  # noqa: S101
    return request.user


def teacher(request: HttpRequest) -> None:
    """404 for who teaches nobody."""
    if not teaches(request.user):
        raise Http404


def admin(request: HttpRequest) -> None:
    """404 for everybody but administrators."""
    if not is_admin(request.user):
        raise Http404


def cohort(request: HttpRequest, pk: int) -> Cohort:
    """One that they run."""
    return get_object_or_404(taught(request.user), pk=pk)


def any_cohort(request: HttpRequest, pk: int) -> Cohort:
    """An archived one, too, for administrators."""
    admin(request)
    return get_object_or_404(Cohort, pk=pk)


def mine(user: Any) -> QuerySet[Membership]:
    """Of somebody's own cohorts, where they learn now: their memberships."""
    open_ones = Membership.objects.filter(user=user.pk, role=LEARNER, left=None, cohort__archived=None)
    return open_ones.select_related("cohort").order_by("cohort__starts", "cohort__name")


def managed(request: HttpRequest, pk: int, member: int) -> Membership:
    """Somebody of a cohort that they run, in it or not any more: learners; for administrators instructors, too."""
    found = Membership.objects.filter(cohort=cohort(request, pk)).select_related("user", "cohort")
    return get_object_or_404(found if is_admin(request.user) else found.filter(role=LEARNER), pk=member)


def invitation(request: HttpRequest, pk: int, number: int) -> Invitation:
    """One of a cohort that they run."""
    return get_object_or_404(Invitation.objects.filter(cohort=cohort(request, pk)).select_related("cohort"), pk=number)


def learner(request: HttpRequest, pk: int) -> User:
    """Somebody who learns in a cohort that they run."""
    learners = Membership.objects.filter(cohort__in=taught(request.user), role=LEARNER, left=None).values("user")
    return get_object_or_404(User.objects.filter(pk__in=learners), pk=pk)


def attempt(request: HttpRequest, pk: int) -> Attempt:
    """An attempt of somebody whom they teach."""
    return get_object_or_404(Attempt.objects.filter(watched_by(request.user)).select_related("user", "sandbox"), pk=pk)


def learner_in(request: HttpRequest, pk: int, user: int) -> tuple[Cohort, User]:
    """A cohort that they run and somebody who learns in it."""
    found = cohort(request, pk)
    member = get_object_or_404(Membership.objects.select_related("user"), cohort=found, user=user, role=LEARNER, left=None)
    return found, member.user


def attempt_in(request: HttpRequest, pk: int, user: int, number: int) -> tuple[Cohort, Attempt]:
    """An attempt of somebody who learns in a cohort that they run."""
    found, learner = learner_in(request, pk, user)
    attempts = Attempt.objects.filter(user=learner, fork_of=None).select_related("user", "sandbox")
    return found, get_object_or_404(attempts, pk=number)


def question(request: HttpRequest, pk: int) -> HelpRequest:
    """A question of somebody whom they teach."""
    teacher(request)
    found = HelpRequest.objects.seen_by(request.user).select_related("attempt__user", "attempt__sandbox", "command", "version", "taken_by")
    return get_object_or_404(found, pk=pk)


def own_fork(request: HttpRequest, pk: int) -> Attempt:
    """An open fork of their own."""
    teacher(request)
    return get_object_or_404(Attempt.objects.exclude(fork_of=None).select_related("sandbox"), pk=pk, user=request.user.pk, finished=None)


def tokens(request: HttpRequest) -> QuerySet[ApiToken]:
    """One's own tokens of the API; for administrators everybody's."""
    found = ApiToken.objects.select_related("owner")
    return found if is_admin(request.user) else found.filter(owner=request.user.pk)


def token(request: HttpRequest, pk: int) -> ApiToken:
    teacher(request)
    return get_object_or_404(tokens(request), pk=pk)
