"""What a learner's programs named, as every database keeps it in JSON."""

from __future__ import annotations

import re
from typing import Any

# PostgreSQL's jsonb has no NUL, and no half of a surrogate pair (a byte of a name that is no UTF-8).
_UNKEPT = re.compile("[\0\ud800-\udfff]")


def plain(value: Any) -> Any:
    """``value``, made of lists, dicts with text as keys, and scalars, with U+FFFD for the characters that are not kept everywhere."""
    if isinstance(value, str):
        return _UNKEPT.sub("\ufffd", value)
    if isinstance(value, dict):
        return {plain(key): plain(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [plain(one) for one in value]
    return value
