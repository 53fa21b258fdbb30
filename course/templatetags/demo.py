"""What pages say of the demo cohort."""

from __future__ import annotations

from typing import Any

from django import template

from course.demo import showing
from course.demo.models import Player
from course.people.models import Cohort

register = template.Library()


@register.simple_tag
def made_up(cohort: Cohort) -> set[int]:
    """The users in it who are nobody."""
    return set(Player.objects.filter(user__memberships__cohort=cohort).values_list("user", flat=True))


@register.inclusion_tag("demo/progress.html")
def demo_progress(cohort: Cohort) -> dict[str, Any]:
    return showing.progress(cohort)
