"""What pages show of a learner's cohorts."""

from __future__ import annotations

from typing import Any

from django import template
from django.db.models import prefetch_related_objects

from course.people import material, plan
from course.people.models import INSTRUCTOR, Membership

register = template.Library()


@register.inclusion_tag("people/mine.html", takes_context=True)
def my_cohorts(context: dict[str, Any]) -> dict[str, Any]:
    """Name, instructors and what is due when, with their own extra time; nothing for who is in no cohort. ``plan``: theirs, where the
    page has it."""
    user = getattr(context.get("request"), "user", None)
    if user is None:
        return {"cohorts": []}
    mine = list((context.get("plan") or plan.of(user)).members)
    prefetch_related_objects(mine, "cohort__dues")
    teachers: dict[int, list[str]] = {}
    if mine:
        theirs = Membership.objects.filter(cohort__in=[one.cohort_id for one in mine], role=INSTRUCTOR, left=None)
        for one in theirs.select_related("user").order_by("joined"):
            teachers.setdefault(one.cohort_id, []).append(one.user.get_full_name() or one.user.get_username())
    titles = material.titles("labs") if any(one.cohort.dues.all() for one in mine) else {}
    return {"cohorts": [_cohort(one, teachers.get(one.cohort_id, []), titles) for one in mine]}


def _cohort(member: Membership, teachers: list[str], titles: dict[str, str]) -> dict[str, Any]:
    dues = [{"lab": due.lab, "title": titles[due.lab], "at": member.due(due)} for due in member.cohort.due() if due.lab in titles]
    return {"cohort": member.cohort, "teachers": teachers, "dues": sorted(dues, key=lambda one: one["at"]), "extra": member.extra}
