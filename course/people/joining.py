"""An invitation's link, followed: by somebody with an account, by a guest, by somebody new. It makes learners and nothing else."""

from __future__ import annotations

from django.db import transaction

from course import guests
from course.models import Role, User
from course.people.actions import Refused
from course.people.acts import record
from course.people.models import LEARNER, Invitation, Membership


@transaction.atomic
def accept(*, invitation: Invitation, user: User) -> Membership:
    """Take one of its places. Who is in the cohort already takes none. Raises Refused: guest, removed, or the invitation's state."""
    if user.role == Role.GUEST:
        raise Refused("guest")
    found = Membership.objects.select_for_update().filter(cohort=invitation.cohort, user=user).first()
    if found is not None and found.left is None:
        return found
    # A link that was handed out before does not undo a removal.
    if found is not None and found.left and invitation.made <= found.left:
        raise Refused("removed")
    if not Invitation.objects.take(invitation.pk):
        invitation.refresh_from_db()
        raise Refused(invitation.state if invitation.state != "open" else "used")
    if found is None:
        found = Membership.objects.create(cohort=invitation.cohort, user=user, role=LEARNER)
    else:
        found.left, found.role = None, LEARNER
        found.save(update_fields=["left", "role"])
    record("joined", by=user, target=user, cohort=invitation.cohort, invitation=invitation.pk)
    return found


@transaction.atomic
def accept_as_new(*, invitation: Invitation, name: str, password: str, first_name: str = "", email: str = "") -> User:
    """A new account, a learner's, in the cohort. Raises Refused, and IntegrityError where somebody took the name in this moment."""
    user = User.objects.create_user(name, email, password, first_name=first_name, role=Role.LEARNER)
    accept(invitation=invitation, user=user)
    return user


@transaction.atomic
def accept_as_guest(*, invitation: Invitation, user: User, name: str, password: str, first_name: str = "", email: str = "") -> None:
    """The guest becomes a learner with everything that was theirs, in the cohort. Raises Refused, ``over`` where their time was over."""
    if not guests.keep(user=user, name=name, password=password, first_name=first_name, email=email):
        raise Refused("over")
    accept(invitation=invitation, user=user)
