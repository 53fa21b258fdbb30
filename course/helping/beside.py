"""What stands beside a console on the learner's page: the way to ask, the question, its answers; of a fork, what it is (LABS_BESIDE)."""

from __future__ import annotations

from typing import Any

from course.following import forks
from course.helping import presenting
from course.helping.models import taught_learner
from course.models import Role
from labs.models import Attempt

CSS = ["css/helping.css"]
PARTS = {"head": "helping/button.html", "panel": "helping/panel.html"}


def beside(attempt: Attempt) -> dict[str, Any]:
    """See ``labs.beside``. ``help``: the learner can ask; ``question``: see ``course.helping.presenting``, or None."""
    if attempt.is_fork:
        return forks.beside(attempt)
    if attempt.user.role not in {Role.LEARNER, Role.GUEST}:
        return {}
    found = attempt.help_requests.not_closed().select_related("attempt__sandbox", "command", "taken_by").first()
    question = presenting.question(found) if found else None
    return {"css": CSS, "parts": PARTS, "help": bool(question) or taught_learner(attempt.user), "question": question}
