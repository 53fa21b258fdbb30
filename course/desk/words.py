"""The desk's own words: what each act does, and why a sandbox was left as it was."""

from __future__ import annotations

from typing import NamedTuple

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


class Act(NamedTuple):
    """``name``: on its button; ``does``: what will happen; ``yes``: the button that has it done; ``done``: of the job."""

    name: str | Promise
    does: str | Promise
    yes: str | Promise
    done: str | Promise
    bad: bool = False


ACTS = {
    "reset": Act(
        _("Reset"),
        _("Each goes back to the start of its lab: files, shell, AWS account. Steps are open again; points stay."),
        _("Yes, reset"),
        _("Reset to the start"),
    ),
    "undo": Act(
        _("Undo"),
        _("In each the last command, or the last reset, is undone: files, shell, AWS account."),
        _("Yes, undo"),
        _("Last command undone"),
    ),
    "redo": Act(_("Redo"), _("In each the command that was undone last is done again. Nothing is run."), _("Yes, redo"), _("Done again")),
    "rewind": Act(
        _("Rewind to a time"),
        _("Each goes back to where it stood at that moment. Nothing is lost: what came after can be gone to again."),
        _("Yes, rewind"),
        _("Rewound to a time"),
    ),
    "unlock": Act(
        _("Unlock"),
        _("Locks that a worker left behind when it died are taken away. Where a worker is at it, nothing happens."),
        _("Yes, unlock"),
        _("Unlocked"),
    ),
    "quota": Act(
        _("Set the quota"), _("How much each may keep in its home. Empty means the course's own."), _("Set the quota"), _("Quota set")
    ),
    "delete": Act(
        _("Delete"),
        _(
            "Each is gone for its learner, who can start the lab anew. For a day they can be brought back here; "
            "then they are deleted for good."
        ),
        _("Yes, delete"),
        _("Deleted"),
        bad=True,
    ),
}

REASONS = {
    "at-start": _("it stands at its start"),
    "away": _("it is deleted"),
    "begun-anew": _("the learner has begun anew since"),
    "busy": _("busy: it was waited for, but a command ran on"),
    "fault": _("a fault of ours: the worker's log says more"),
    "gone": _("it is no longer there"),
    "held": _("a worker that is alive holds it"),
    "late": _("too late: a day is over"),
    "moved-on": _("its learner has gone on since"),
    "not-locked": _("nobody had locked it"),
    "not-yet": _("it was made later"),
    "nothing-to-redo": _("there is nothing to do again"),
    "nothing-to-undo": _("there is nothing to undo"),
    "quota": _("it has that quota"),
    "taken-over": _("another worker has done it"),
    "there": _("it stands there"),
    "version-gone": _("that is no longer kept"),
}
