"""Reading back what bash writes with ``declare -p``, ``${x@Q}`` and ``trap -p``, without running any of it."""

from __future__ import annotations

import re

_PLAIN = re.compile(rb"[^\s'\"\\$`;&|<>()]+")
_ANSI = re.compile(rb"\\(?:([abeEfnrtv\\'\"?])|([0-7]{1,3})|x([0-9a-fA-F]{1,2})|u([0-9a-fA-F]{1,4})|U([0-9a-fA-F]{1,8})|c(.))", re.DOTALL)
_LETTERS = dict(zip(b"abeEfnrtv\\'\"?", b"\a\b\x1b\x1b\f\n\r\t\v\\'\"?", strict=True))


class NotQuotedError(ValueError):
    """The text is not a word as bash prints it."""


def word(text: bytes, start: int = 0) -> tuple[bytes, int]:
    """The shell word at ``start`` without its quotes, and where it ends. Raises NotQuotedError."""
    parts: list[bytes] = []
    at = start
    while at < len(text):
        piece, end = _piece(text, at)
        if end == at:
            break
        parts.append(piece)
        at = end
    if at == start:
        raise NotQuotedError(f"no word at {start}")
    return b"".join(parts), at


def _piece(text: bytes, at: int) -> tuple[bytes, int]:
    if text.startswith(b"$'", at):
        end = _closing(text, at + 2, b"'")
        return _ANSI.sub(_escape, text[at + 2 : end]), end + 1
    opening = text[at : at + 1]
    if opening == b"'":
        end = text.find(b"'", at + 1)
        if end < 0:
            raise NotQuotedError("a quote is never closed")
        return text[at + 1 : end], end + 1
    if opening == b'"':
        end = _closing(text, at + 1, b'"')
        return re.sub(rb'\\([\\"$`\n])', rb"\1", text[at + 1 : end]), end + 1
    if opening == b"\\":
        return text[at + 1 : at + 2], min(at + 2, len(text))
    plain = _PLAIN.match(text, at)
    return (plain[0], plain.end()) if plain else (b"", at)


def _closing(text: bytes, at: int, quote: bytes) -> int:
    """Where the quote that is not escaped stands."""
    pattern = rb"[^\\" + quote + rb"]*(?:\\.[^\\" + quote + rb"]*)*"
    found = re.compile(pattern, re.DOTALL).match(text, at)
    end = found.end() if found else at
    if text[end : end + 1] != quote:
        raise NotQuotedError("a quote is never closed")
    return end


def _escape(found: re.Match[bytes]) -> bytes:
    letter, octal, hexadecimal, short, long, control = found.groups()
    if letter:
        return bytes([_LETTERS[letter[0]]])
    if octal:
        return bytes([int(octal, 8) & 0xFF])
    if hexadecimal:
        return bytes([int(hexadecimal, 16)])
    if control:
        return bytes([control[0] & 0x1F])
    number = int(short or long, 16)
    return chr(number).encode("utf-8", "surrogatepass") if number < 0x110000 else found[0]
