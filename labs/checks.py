"""Django's system checks for what authors write: a lab or a mistake's word that is not right is named with file and line."""

from __future__ import annotations

from typing import Any

from django.core.checks import CheckMessage, Warning, register

from labs.lab import catalog
from labs.mistakes import table


@register("labs")
def catalogue(**_: Any) -> list[CheckMessage]:
    """``labs.W001``: a lab that cannot be offered. A warning, because the other labs are."""
    _labs, errors = catalog.everything()
    hint = "Until it is mended the catalogue leaves it out. `manage.py labs check` looks more closely."
    return [Warning(str(error), hint=hint, id="labs.W001") for error in errors]


@register("labs")
def mistakes(**_: Any) -> list[CheckMessage]:
    """``labs.W002``: an entry of the table of mistakes that is left out. A warning, because the others are said."""
    _entries, errors = table.everything()
    return [Warning(str(error), hint="Until it is mended its words are not said.", id="labs.W002") for error in errors]
