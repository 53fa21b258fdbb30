"""Tells the site what happens in attempts, without knowing what it makes of it (LABS_HAPPENED)."""

from __future__ import annotations

import logging
from functools import partial

from django.conf import settings
from django.db import transaction
from django.utils.module_loading import import_string

log = logging.getLogger(__name__)


def told(what: str, attempt_id: int) -> None:
    """Once it is committed. ``what``: opened, started (a command runs), ended (commands have, and were looked at), looked, moved,
    helped (a hint, a solution)."""
    transaction.on_commit(partial(_tell, what, attempt_id))


def _tell(what: str, attempt_id: int) -> None:
    for path in settings.LABS_HAPPENED:
        try:
            import_string(path)(what, attempt_id)
        except Exception:  # whatever the site makes of it, the learner's command is none the worse for it
            log.exception("the site could not take in that attempt %s %s", attempt_id, what)
