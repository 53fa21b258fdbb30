"""How far the making of a cohort's demo is, for its page."""

from __future__ import annotations

from typing import Any

from course.demo import people
from course.demo.models import Demo, Player
from course.people.models import Cohort


def progress(cohort: Cohort) -> dict[str, Any]:
    """``demo``: None where the cohort is none; scripts ``played`` ``of`` all; ``people`` who are there."""
    demo = Demo.objects.filter(cohort=cohort).exclude(state__in=[Demo.State.PLANNED, Demo.State.REMOVED]).first()
    if demo is None:
        return {"cohort": cohort, "demo": None}
    rows = list(Player.objects.values_list("role", "done"))
    done = {role for role, whole in rows if whole}
    played = sum(one.role in done for one in people.everybody() if people.plays(one))
    return {"cohort": cohort, "demo": demo, "played": played, "of": len(people.script_names()), "people": len(rows)}
