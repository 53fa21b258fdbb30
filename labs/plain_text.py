"""What a program printed, as text."""

from __future__ import annotations

import re

_ESCAPES = re.compile(r"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)|[@-Z\\-_])")


def plain(output: bytes) -> str:
    """The output as text, without colours and other sequences."""
    return _ESCAPES.sub("", output.decode(errors="replace")).replace("\r\n", "\n")
