"""The record of acts: one call beside every write that somebody makes with authority over others."""

from __future__ import annotations

from typing import Any

from course.people.models import Act, Cohort


def record(what: str, *, by: Any, target: object = "", cohort: Cohort | None = None, **details: Any) -> Act:
    """Write it down, in the transaction of what it is about. ``by``: a user, or the name of a part of the site that acted by itself."""
    user = by if hasattr(by, "pk") else None
    return Act.objects.create(by=user, by_name=str(by)[:150], what=what, target=str(target)[:300], cohort=cohort, details=details)
