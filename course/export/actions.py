"""What is done with tokens. Each is whole or not at all, and writes down who did it."""

from __future__ import annotations

from datetime import timedelta

from django.db import transaction
from django.utils import timezone

from course.export.forms import MOST_DAYS
from course.export.models import ApiToken, new_secret
from course.models import User
from course.people.acts import record
from course.people.models import digest

MOST_TOKENS = 20


class TooMany(Exception):
    """So many that are open: nobody would know any more which is which."""


@transaction.atomic
def make_token(*, owner: User, name: str, days: int) -> tuple[ApiToken, str]:
    """A token and its secret, which is told here and nowhere again. Raises TooMany."""
    User.objects.select_for_update().get(pk=owner.pk)
    if ApiToken.objects.alive().filter(owner=owner).count() >= MOST_TOKENS:
        raise TooMany
    secret = new_secret()
    expires = timezone.now() + timedelta(days=min(days, MOST_DAYS))
    made = ApiToken.objects.create(owner=owner, name=name, digest=digest(secret), expires=expires)
    record("token-made", by=owner, target=made.pk, name=name, days=days)
    return made, secret


@transaction.atomic
def revoke_token(*, token: ApiToken, by: User) -> None:
    """It lets nobody in from now on. The same again changes nothing."""
    if ApiToken.objects.filter(pk=token.pk, revoked=None).update(revoked=timezone.now()):
        record("token-revoked", by=by, target=token.pk, name=token.name)
