"""What happens to sandboxes, for apps that ``sandbox`` does not know."""

from __future__ import annotations

from django.dispatch import Signal

back_at_start = Signal()
"""Sent with ``sandbox``, inside the transaction that pointed it back at its start."""
