"""The demo people of a local installation, with passwords made for it."""

from __future__ import annotations

import json
import os
import secrets

from django.conf import settings
from django.utils import timezone

from course.demo import making
from course.models import Role, User
from course.people.models import Cohort, Membership

PEOPLE = {"learner": Role.LEARNER, "learner2": Role.LEARNER, "instructor": Role.INSTRUCTOR, "admin": Role.ADMIN}


def seed() -> dict[str, str]:
    """Make the demo accounts that are missing. Returns name → password of those whose password is still the made one."""
    file = settings.VAR / "demo_accounts.json"
    known: dict[str, str] = json.loads(file.read_text()) if file.exists() else {}
    have = set(User.objects.filter(username__in=PEOPLE).values_list("username", flat=True))
    for name in PEOPLE.keys() - have:
        known[name] = "-".join(secrets.token_hex(2) for _ in range(3))
        User.objects.create_user(name, password=known[name], role=PEOPLE[name])
    _seed_cohort()
    temporary = file.with_suffix(".new")
    with open(os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as out:  # noqa: PTH123 - the mode from the first byte
        json.dump(known, out)
    temporary.replace(file)
    return {name: known[name] for name in PEOPLE if name in known}


def _seed_cohort() -> None:
    """The demo learners with the demo instructor, so that there is a cohort to look at. Made once: whoever takes it apart meant to."""
    if Cohort.objects.exists():
        return
    cohort = Cohort.objects.create(name=making.NAME, starts=timezone.localdate() - making.JOINED)
    for user in User.objects.filter(username__in=PEOPLE, role__in=Membership.Role.values):
        Membership.objects.create(cohort=cohort, user=user, role=user.role)
    if settings.DEMO:
        making.plan(cohort)
