"""The record of acts: one call beside every write that somebody makes with authority over others."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext
from django.utils.translation import gettext_noop as _

from course.people.models import Act, Cohort

WORDS = {
    "cohort-made": _("made the cohort"),
    "cohort-changed": _("changed the cohort"),
    "cohort-archived": _("archived the cohort"),
    "cohort-reopened": _("reopened the cohort"),
    "dues-set": _("set due dates"),
    "invited": _("made an invitation"),
    "invitation-withdrawn": _("withdrew an invitation"),
    "joined": _("joined by an invitation"),
    "imported": _("imported people"),
    "member-added": _("added to the cohort"),
    "member-removed": _("removed from the cohort"),
    "member-back": _("took back into the cohort"),
    "role-changed": _("changed the role in the cohort"),
    "extra-time": _("gave extra time"),
    "alarm-dismissed": _("dismissed an alarm"),
    "alarm-back": _("brought back an alarm"),
    "notice-sent": _("told the cohort something"),
    "notice-withdrawn": _("took back a notice"),
    "forked": _("worked on from a point of an attempt, in a fork"),
    "help-taken": _("took a question"),
    "help-released": _("left a question to others"),
    "help-answered": _("answered a question"),
    "link-shown": _("was shown the link to set a password"),
    "sandboxes-reset": _("had sandboxes reset"),
    "sandboxes-undo": _("had the last command of sandboxes undone"),
    "sandboxes-redo": _("had what was undone in sandboxes done again"),
    "sandboxes-rewind": _("had sandboxes rewound to a time"),
    "sandboxes-delete": _("had sandboxes deleted"),
    "sandboxes-unlock": _("had sandboxes unlocked"),
    "sandboxes-quota": _("set the quota of sandboxes"),
    "sandboxes-undone": _("had a job undone"),
    "sandboxes-stopped": _("stopped a job"),
    "command-stopped": _("stopped a learner's command"),
    "admin-added": _("added in the administration"),
    "admin-changed": _("changed in the administration"),
    "admin-deleted": _("deleted in the administration"),
    "exported": _("took an export"),
    "token-made": _("made an API token"),
    "token-revoked": _("revoked an API token"),
    "account-deleted": _("deleted their account"),
}


def record(what: str, *, by: Any, target: object = "", cohort: Cohort | None = None, **details: Any) -> Act:
    """Write it down, in the transaction of what it is about. ``by``: a user, or the name of a part of the site that acted by itself."""
    user = by if hasattr(by, "pk") else None
    return Act.objects.create(by=user, by_name=str(by)[:150], what=what, target=str(target)[:300], cohort=cohort, details=details)


def words(act: Act) -> str:
    """What was done; where nobody has words for it, its code."""
    return gettext(WORDS[act.what]) if act.what in WORDS else act.what
