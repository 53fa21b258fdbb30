"""What happens to sandboxes, for apps that ``sandbox`` does not know."""

from __future__ import annotations

from django.dispatch import Signal

advanced = Signal()
"""Sent with ``live`` (checked out still) and ``version``: something that was due has happened, and was committed with no command."""

outdated = Signal()
"""Sent with ``sandbox``, whose account was frozen by another edition of the simulation: it has to be rebuilt."""

put_away = Signal()
"""Sent inside the transaction with ``sandbox`` and ``kept``, a dict in which a receiver notes what it wants to have back with it: to all
who use it, it is gone. A receiver that raises LearnerError takes it back."""

brought_back = Signal()
"""Sent inside the transaction with ``sandbox`` and ``kept``, as it was noted. A receiver that raises LearnerError takes it back."""

moved = Signal()
"""The head of a sandbox moved without a command: undo, redo, rewind or reset.

Sent inside the transaction with ``sandbox`` (at its new head), ``how``, ``by``, ``node`` (the version undone, done again, gone to, or the
reset's own) and ``history`` (as it was before, with the reset's own version). A receiver that raises LearnerError takes the move back.
"""
