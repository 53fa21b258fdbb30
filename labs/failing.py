"""Which commands failed. A status other than 0 is no failure where the program answers with it, or where somebody stopped it."""

from __future__ import annotations

from django.db.models import Q

ANSWERS = ("grep", "test", "[", "diff", "cmp", "false")
"""Programs whose status 1 is an answer."""
INTERRUPTED = (130, 143)


def failed(program: str, status: int) -> bool:
    """``program``: the first word of what was called."""
    return status != 0 and status not in INTERRUPTED and not (status == 1 and program in ANSWERS)


def failures() -> Q:
    """The same of ``labs.models.Command`` rows, as far as a database sees which program it was: the line begins with it."""
    answered = Q()
    for program in ANSWERS:
        answered |= Q(line=program) | Q(line__startswith=f"{program} ")
    return ~Q(exit_status=0) & ~Q(exit_status=None) & ~Q(exit_status__in=INTERRUPTED) & ~(Q(exit_status=1) & answered)
