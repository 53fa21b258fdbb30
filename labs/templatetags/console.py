"""What the console shows of the workstation."""

from __future__ import annotations

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
