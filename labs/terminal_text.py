"""A terminal's output as plain text, for who reads no HTML."""

from __future__ import annotations

import re

_SEQUENCES = re.compile(
    r"\x1b(?:\[[0-?]*[ -/]*[@-~]|[\]PX^_][^\x07\x1b\n]*(?:\x07|\x1b\\)?|[ -/]*[0-~])|[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]"
)
_REDRAWN = re.compile(r"[^\n]*\r(?!\n|$)")


def text(output: bytes) -> str:
    """Without colours and other sequences; of a line that was drawn over, the last drawing."""
    found = _SEQUENCES.sub("", output.decode(errors="replace")).replace("\r\n", "\n")
    return _REDRAWN.sub("", found).replace("\r", "")
