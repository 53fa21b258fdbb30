"""A word of bash with its quotes and without them."""

from __future__ import annotations

import re
from collections.abc import Mapping

_EXPANSION = re.compile(r"\$(?:([A-Za-z_][A-Za-z0-9_]*)|\{([A-Za-z_][A-Za-z0-9_]*)\})")


def unquote(raw: str, variables: Mapping[str, str], quote: str = "") -> str:
    """``raw`` without its quotes, the variables in it replaced by what they hold. ``quote``: the one open at its beginning."""
    found: list[str] = []
    at = 0
    while at < len(raw):
        char = raw[at]
        if quote == "'":
            quote, taken = ("", "") if char == "'" else (quote, char)
        elif char == "\\" and at + 1 < len(raw):
            at += 1
            taken = raw[at] if not quote or raw[at] in '\\$`"\n' else "\\" + raw[at]
        elif char == '"' or (char == "'" and not quote):
            quote, taken = ("" if quote else char), ""
        elif expansion := _EXPANSION.match(raw, at):
            taken, at = variables.get(expansion[1] or expansion[2], ""), expansion.end() - 1
        else:
            taken = char
        found.append(taken)
        at += 1
    return "".join(found)


def open_quote(raw: str, quote: str = "") -> str:
    """The quote that is open at the end of ``raw``, if one was at its beginning (``quote``)."""
    at = 0
    while at < len(raw):
        char = raw[at]
        if char == "\\" and quote != "'":
            at += 1
        elif quote:
            quote = "" if char == quote else quote
        elif char in "'\"":
            quote = char
        at += 1
    return quote


_SPECIAL = re.compile(r"([^\w@%+=:,./~^-])", re.ASCII)


def quoted(text: str, quote: str) -> str:
    """``text`` as one writes it inside ``quote``, or outside of any."""
    if quote == "'":
        return text.replace("'", "'\\''")
    if quote == '"':
        return re.sub(r'([\\$`"])', r"\\\1", text)
    if "\n" in text:
        return "$'" + text.replace("\\", "\\\\").replace("'", "\\'").replace("\n", "\\n") + "'"
    escaped = "".join(char if ord(char) > 127 else _SPECIAL.sub(r"\\\1", char) for char in text)
    return "\\" + escaped if escaped.startswith("~") else escaped
