"""The demo people of a local installation, with passwords made for it."""

from __future__ import annotations

import json
import os
import secrets

from django.conf import settings

from course.models import Role, User

PEOPLE = {"learner": Role.LEARNER, "learner2": Role.LEARNER, "instructor": Role.INSTRUCTOR, "admin": Role.ADMIN}


def seed() -> dict[str, str]:
    """Make the demo accounts that are missing. Returns name → password of those whose password is still the made one."""
    file = settings.VAR / "demo_accounts.json"
    known: dict[str, str] = json.loads(file.read_text()) if file.exists() else {}
    have = set(User.objects.filter(username__in=PEOPLE).values_list("username", flat=True))
    for name in PEOPLE.keys() - have:
        known[name] = "-".join(secrets.token_hex(2) for _ in range(3))
        User.objects.create_user(name, password=known[name], role=PEOPLE[name])
    temporary = file.with_suffix(".new")
    with open(os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as out:  # noqa: PTH123 - the mode from the first byte
        json.dump(known, out)
    temporary.replace(file)
    return {name: known[name] for name in PEOPLE if name in known}
