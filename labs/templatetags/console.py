"""What the console shows of the workstation."""

from __future__ import annotations

from typing import Any

from django import template

from labs.models import Attempt
from sandbox import identity

register = template.Library()


@register.filter
def host(attempt: Attempt) -> str:
    """``ip-10-0-3-41``: the name that the attempt's workstation has for itself."""
    if attempt.sandbox is None:
        return "workstation"
    return identity.mint(attempt.sandbox, attempt.sandbox.head)["hostname"]


@register.filter
def folder(path: str) -> str:
    """The last part of a path, as the shell's own prompt has it: ``~/environment`` is ``environment``, ``~`` is itself."""
    return path.rstrip("/").rpartition("/")[2] or path


OWN_FILES = {"~/.bash_history"}
"""Kept by the shell itself with every command: no news to who typed it."""


@register.filter
def shown(changes: dict[str, list[dict[str, Any]]]) -> dict[str, list[dict[str, Any]]]:
    """What a command changed that its learner wants to know: ``files`` and ``cloud``, an empty dict for nothing."""
    files = [row for row in changes.get("files", []) if row["path"] not in OWN_FILES]
    found = {"files": files, "cloud": changes.get("cloud", [])}
    return found if any(found.values()) else {}
