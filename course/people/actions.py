"""What is done to cohorts and to who is in them. Each is whole or not at all, and writes down who did it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta

from django.db import transaction
from django.utils import timezone

from course.models import Role, User
from course.people.acts import record
from course.people.models import LEARNER, Cohort, Due, Invitation, Membership, digest, new_secret


class Refused(Exception):
    """``code``: guest (no account), higher (the account's role does not reach so far), used, removed, or an invitation's state."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


# --- cohorts ---------------------------------------------------------------------------------------------------------------


@transaction.atomic
def make_cohort(*, by: User, name: str, starts: date | None = None, ends: date | None = None) -> Cohort:
    cohort = Cohort.objects.create(name=name, starts=starts, ends=ends)
    record("cohort-made", by=by, target=cohort, cohort=cohort)
    return cohort


@transaction.atomic
def change_cohort(
    *, cohort: Cohort, by: User, name: str, starts: date | None, ends: date | None, labs: Sequence[str], notes: Sequence[str]
) -> None:
    """``labs``, ``notes``: in the order in which the cohort takes them; empty, all there are."""
    new = {"name": name, "starts": starts, "ends": ends, "labs": list(labs), "notes": list(notes)}
    changed = [field for field, value in new.items() if getattr(cohort, field) != value]
    if not changed:
        return
    for field in changed:
        setattr(cohort, field, new[field])
    cohort.save(update_fields=changed)
    record("cohort-changed", by=by, target=cohort, cohort=cohort, changed=changed)


@transaction.atomic
def archive_cohort(*, cohort: Cohort, by: User) -> None:
    """Nobody teaches or joins it any more; everybody keeps what they did."""
    if Cohort.objects.filter(pk=cohort.pk, archived=None).update(archived=timezone.now()):
        record("cohort-archived", by=by, target=cohort, cohort=cohort)


@transaction.atomic
def reopen_cohort(*, cohort: Cohort, by: User) -> None:
    if Cohort.objects.filter(pk=cohort.pk).exclude(archived=None).update(archived=None):
        record("cohort-reopened", by=by, target=cohort, cohort=cohort)


@transaction.atomic
def set_dues(*, cohort: Cohort, by: User, dues: Mapping[str, datetime | None]) -> None:
    """Of the labs that are named; None: no longer due."""
    have = {due.lab: due.at for due in cohort.dues.all()}
    changed = {lab: at for lab, at in dues.items() if have.get(lab) != at}
    for lab, at in changed.items():
        if at is None:
            cohort.dues.filter(lab=lab).delete()
        else:
            Due.objects.update_or_create(cohort=cohort, lab=lab, defaults={"at": at})
    if changed:
        record("dues-set", by=by, target=cohort, cohort=cohort, dues={lab: at and at.isoformat() for lab, at in changed.items()})


# --- invitations -----------------------------------------------------------------------------------------------------------


@transaction.atomic
def invite(*, cohort: Cohort, by: User, places: int, days: int) -> tuple[Invitation, str]:
    """An invitation and the secret of its link, which is told here and nowhere again."""
    secret = new_secret()
    expires = timezone.now() + timedelta(days=days)
    found = Invitation.objects.create(cohort=cohort, digest=digest(secret), made_by=by, expires=expires, places=places, left=places)
    record("invited", by=by, target=found.pk, cohort=cohort, places=places, days=days)
    return found, secret


@transaction.atomic
def withdraw(*, invitation: Invitation, by: User) -> None:
    if Invitation.objects.filter(pk=invitation.pk, withdrawn=None).update(withdrawn=timezone.now()):
        record("invitation-withdrawn", by=by, target=invitation.pk, cohort=invitation.cohort)


# --- people ----------------------------------------------------------------------------------------------------------------


@transaction.atomic
def add(*, cohort: Cohort, user: User, role: str, by: User) -> Membership:
    """Into the cohort, or back into it. Raises Refused for a guest, and where the account's role does not reach so far."""
    _may_be(user, role)
    found, _made = Membership.objects.get_or_create(cohort=cohort, user=user, defaults={"role": role})
    found.role, found.left = role, None
    found.save(update_fields=["role", "left"])
    record("member-added", by=by, target=user, cohort=cohort, role=role)
    return found


@transaction.atomic
def remove(*, membership: Membership, by: User) -> None:
    """Out of the cohort: its instructors no longer see their work, which stays theirs as it is."""
    if Membership.objects.filter(pk=membership.pk, left=None).update(left=timezone.now()):
        record("member-removed", by=by, target=membership.user, cohort=membership.cohort)


@transaction.atomic
def take_back(*, membership: Membership, by: User) -> None:
    _may_be(membership.user, membership.role)
    if Membership.objects.filter(pk=membership.pk).exclude(left=None).update(left=None):
        record("member-back", by=by, target=membership.user, cohort=membership.cohort)


@transaction.atomic
def change_role(*, membership: Membership, role: str, by: User) -> None:
    """Raises Refused where the account's own role does not reach so far."""
    _may_be(membership.user, role)
    if Membership.objects.filter(pk=membership.pk).exclude(role=role).update(role=role):
        record("role-changed", by=by, target=membership.user, cohort=membership.cohort, role=role)


@transaction.atomic
def give_extra(*, membership: Membership, percent: int, by: User) -> None:
    if Membership.objects.filter(pk=membership.pk).exclude(extra=percent).update(extra=percent):
        record("extra-time", by=by, target=membership.user, cohort=membership.cohort, percent=percent)


def _may_be(user: User, role: str) -> None:
    if user.role == Role.GUEST:
        raise Refused("guest")
    if role != LEARNER and user.role == Role.LEARNER:
        raise Refused("higher")
