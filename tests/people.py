"""Who teaches whom, for tests of what an instructor may see."""

from __future__ import annotations

from course.models import User
from course.people.models import INSTRUCTOR, LEARNER, Cohort, Membership


def cohort_of(teacher: User, *learners: User, name: str = "Spring") -> Cohort:
    """A cohort with these people in it. A teacher whose account is not an instructor's teaches nobody in it all the same."""
    cohort = Cohort.objects.create(name=name)
    roles = [(teacher, INSTRUCTOR), *((one, LEARNER) for one in learners)]
    Membership.objects.bulk_create(Membership(cohort=cohort, user=user, role=role) for user, role in roles)
    return cohort
