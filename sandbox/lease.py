"""Keeps locks alive while their commands run: one thread renews every lease of this process."""

from __future__ import annotations

import contextlib
import logging
import threading
from collections.abc import Iterator
from typing import Any

from django.conf import settings
from django.db import connection

from sandbox.models import Sandbox

log = logging.getLogger(__name__)
_held: dict[str, Any] = {}
_change = threading.Condition()
_keeper: threading.Thread | None = None


@contextlib.contextmanager
def kept(pk: Any, holder: str) -> Iterator[None]:
    """Renew ``holder``'s lease on sandbox ``pk`` until the block ends."""
    global _keeper
    with _change:
        _held[holder] = pk
        if _keeper is None or not _keeper.is_alive():
            _keeper = threading.Thread(target=_keep, name="sandbox-leases", daemon=True)
            _keeper.start()
    try:
        yield
    finally:
        with _change:
            _held.pop(holder, None)
            _change.notify()


def _keep() -> None:
    while True:
        with _change:
            _change.wait(settings.SANDBOX_LEASE_SECONDS / 3)
            held = dict(_held)
        for holder, pk in held.items():
            try:
                Sandbox.objects.renew(pk, holder)
            except Exception:  # a database that is away for a moment must not end the thread: the lease outlasts two misses
                log.exception("a lease could not be renewed")
        connection.close()  # not held until the next time, nor a broken one used again
