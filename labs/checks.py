"""Django's system checks for the catalogue: a lab that is not right is named with file and line."""

from __future__ import annotations

from typing import Any

from django.core.checks import CheckMessage, Warning, register

from labs.lab import catalog


@register("labs")
def catalogue(**_: Any) -> list[CheckMessage]:
    """``labs.W001``: a lab that cannot be offered. A warning, because the other labs are."""
    _labs, errors = catalog.everything()
    hint = "Until it is mended the catalogue leaves it out. `manage.py labs check` looks more closely."
    return [Warning(str(error), hint=hint, id="labs.W001") for error in errors]
