"""What happens to sandboxes, for apps that ``sandbox`` does not know."""

from __future__ import annotations

from django.dispatch import Signal

advanced = Signal()
"""Sent with ``live`` (checked out still) and ``version``: something that was due has happened, and was committed with no command."""

outdated = Signal()
"""Sent with ``sandbox``, whose account was frozen by another edition of the simulation: it has to be rebuilt."""

back_at_start = Signal()
"""Sent with ``sandbox``, inside the transaction that pointed it back at its start."""
