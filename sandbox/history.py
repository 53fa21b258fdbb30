"""Where undo and redo lead: the versions of one sandbox as a tree, read in one query.

Two lines go back from a version. Its *line* is its value's: parent by parent, what it was made from. Its *past* is the learner's: what the
head was before. They part only at a reset, whose version is made from the start but came after what it left, so that undo brings that back.

Grows with the versions of the sandbox, of which pruning keeps ``SANDBOX_VERSIONS_KEPT``; a row is six small fields.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from typing import NamedTuple

from django.db.models import Case, F, IntegerField, Q, TextField, When
from django.db.models.fields.json import KT
from django.db.models.functions import Cast

from sandbox.errors import LearnerError
from sandbox.models import Sandbox, Version


class Node(NamedTuple):
    """``made_by``: the command, or what else the learner did. ``left``: the version that a reset put away, None for every other."""

    pk: int
    parent: int | None
    number: int
    made_by: str
    left: int | None
    quiet: bool

    @property
    def made(self) -> bool:
        """By a command that did something, a save, or a reset. Where only time passed, or somebody looked around, undo does not stop."""
        return (bool(self.made_by) and not self.quiet) or self.left is not None

    @property
    def before(self) -> int | None:
        return self.left if self.left is not None else self.parent


class History:
    """The tree as it is now: the sandbox's own versions and its start, which others share. Every line leads to the start."""

    def __init__(self, sandbox: Sandbox) -> None:
        self.head, self.tip, self.start = sandbox.head_id, sandbox.tip_id, sandbox.start_id
        # Only a reset's row is looked into: the others' ``changes`` may hold long diffs.
        left = Case(When(command="", then=Cast(KT("changes__left"), IntegerField())), default=None)
        own = Q(sandbox=sandbox.pk) | Q(pk=sandbox.start_id)
        made_by = Case(When(command="", then=F("title")), default=F("command"), output_field=TextField())
        rows = Version.objects.filter(own).values_list("pk", "parent", "number", made_by, left, "quiet")
        self.nodes = {row[0]: Node(*row) for row in rows}

    def line(self, pk: int | None) -> Iterator[int]:
        """``pk`` and what its value was made from, newest first, to the version that the sandbox began with."""
        while pk is not None:
            yield pk
            node = self.nodes.get(pk)
            pk = node.parent if node else None

    def past(self, pk: int | None) -> Iterator[int]:
        """``pk`` and what the head was before, newest first."""
        while pk is not None:
            yield pk
            node = self.nodes.get(pk)
            pk = node.before if node else None

    def undone(self) -> Node | None:
        """What undo would undo: the newest version before the head, or the head, that a command or a reset made."""
        since = itertools.takewhile(lambda pk: pk != self.start, self.past(self.head))  # what made the start was done elsewhere
        return next((node for pk in since if (node := self.nodes.get(pk)) and node.made), None)

    def undo(self) -> tuple[Node, int]:
        """(what is undone, where that leads). Raises LearnerError: nothing-to-undo, version-gone."""
        node = self.undone()
        if node is None or node.before is None:
            raise LearnerError("nothing-to-undo")
        before = self.nodes.get(node.before)
        if before is None or (node.left is None and before.number != node.number - 1):
            raise LearnerError("version-gone")  # pruning took it; its children then hang on its parent
        return node, before.pk

    def redone(self) -> Node | None:
        """What redo would do again: the next version on the way to the tip that a command or a reset made."""
        return next((node for node in self.ahead() if node.made), None)

    def redo(self) -> tuple[Node, int]:
        """(what is done again, where that leads): up to and with the time that passed after it. Raises LearnerError nothing-to-redo."""
        again = self.redone()
        if again is None:
            raise LearnerError("nothing-to-redo")
        to = again.pk
        for node in self._after(again.pk):
            if node.made:
                break
            to = node.pk
        return again, to

    def ahead(self) -> list[Node]:
        """From the head towards the tip, nearest first. Time that passed after an undo does not bar the way."""
        at = self.head
        way = set(self.past(self.tip))
        while at not in way and (node := self.nodes.get(at)) and not node.made and node.parent is not None:
            at = node.parent
        return self._after(at)

    def _after(self, pk: int) -> list[Node]:
        found: list[Node] = []
        for one in self.past(self.tip):
            if one == pk:
                return found[::-1]
            if node := self.nodes.get(one):
                found.append(node)
        return []

    def tip_from(self, to: int) -> int | None:
        """Where redo leads once the head is at ``to``: where it led, else to what is left behind, else to the newest made after ``to``."""
        for end in (self.tip, self.head):
            if end is not None and to in self.past(end):
                return None if end == to else end
        newest: int | None = None
        after = to
        while later := [pk for pk, node in self.nodes.items() if node.before == after]:
            newest = after = max(later)
        return newest
