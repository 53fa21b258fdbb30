"""Secrets that stand in addresses (an invitation's, a password link's) are kept out of the logs."""

from __future__ import annotations

import logging
import re
from typing import Any

# Also where such an address stands in another one, as ?next=%2Fjoin%2F…
SECRET = re.compile(r"((?:/|%2F)(?:join|password(?:/|%2F)set)(?:/|%2F))[^\s\"'?&#]+", re.IGNORECASE)
LOGGERS = ("uvicorn.access", "uvicorn.error", "django.request", "django.server", "django.security.csrf")


class Quiet(logging.Filter):
    """Lets every record through, with the secrets in it struck out."""

    def filter(self, record: logging.LogRecord) -> bool:
        record.msg = _struck(record.msg)
        if isinstance(record.args, tuple):
            record.args = tuple(_struck(one) for one in record.args)
        return True


def _struck(value: Any) -> Any:
    return SECRET.sub(r"\1…", value) if isinstance(value, str) else value


def install() -> None:
    """Beside whatever handlers they have: a web server sets up its own."""
    quiet = Quiet()
    for name in LOGGERS:
        logger = logging.getLogger(name)
        if not any(isinstance(one, Quiet) for one in logger.filters):
            logger.addFilter(quiet)
