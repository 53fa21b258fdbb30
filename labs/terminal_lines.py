"""Lines that only go from left to right, quickly: no cell is moved over, so the text is its own picture.

What ``match`` takes, ``Screen`` would draw the same, a hundred times slower: plain characters that stand alone, and colours.
"""

from __future__ import annotations

import re
from html import escape

from labs.terminal_style import PLAIN, Style, sgr

# Letters, signs and frames; nothing that combines with its neighbour, is invisible, or turns the reading direction.
TEXT = (
    " -~\u00a1-\u00ac\u00ae-\u02ff\u0370-\u0377\u0384-\u038a\u038e-\u03a1\u03a3-\u0482\u048a-\u052f\u2010-\u2027\u2030-\u205e\u20a0-\u20c0"
    "\u2100-\u218b\u2190-\u2426\u2440-\u244a\u2460-\u2bff\u3001-\u3029\u3030-\u303e\u3041-\u3096\u309b-\u30ff\u3131-\u318e\u3400-\u9fff"
    "\uac00-\ud7a3\uff01-\uff9d\uffe0-\uffe6"
)
_LONGEST = 2048  # characters, all of which may be wide: within MAX_COLUMNS
# No possessive quantifiers: Python 3.11 matches some of them wrongly around groups.
_PLAIN = re.compile(rf"(?:[{TEXT}]{{0,{_LONGEST}}}\r*\n)+")
_STYLED = re.compile(rf"(?:[{TEXT}]|\x1b\[[0-9;:]{{0,64}}m)*\r*")
_SGR = re.compile(r"\x1b\[([0-9;:]*)m")


def match(text: str, at: int, style: Style) -> tuple[int, str, Style] | None:
    """Of ``text`` the lines from ``at`` on: where they end, their HTML, and the style after them. None where the next line is not such
    a one, or is not complete."""
    if found := _PLAIN.match(text, at):
        lines = escape(found.group().replace("\r", ""))
        return found.end(), lines if style == PLAIN else _each(lines, style), style
    end = text.find("\n", at, at + _LONGEST)
    if end < 0 or not _STYLED.fullmatch(text, at, end):
        return None
    html, style = _styled(text[at:end].rstrip("\r"), style)
    return end + 1, html + "\n", style


def _each(lines: str, style: Style) -> str:
    return "".join(span(line, style) + "\n" if line else "\n" for line in lines.split("\n")[:-1])


def _styled(line: str, style: Style) -> tuple[str, Style]:
    pieces = _SGR.split(line)
    parts, run, of = list[str](), pieces[0], style
    for params, text in zip(pieces[1::2], pieces[2::2], strict=True):
        style = sgr(style, params)
        if text and style != of:
            if run:
                parts.append(span(escape(run), of))
            run, of = "", style
        run += text
    return "".join([*parts, span(escape(run), of)] if run else parts), style


def span(text: str, style: Style) -> str:
    """``text`` is HTML already."""
    names = style.names
    if style.link:
        link = escape(style.link)
        return f'<a class="{names}" href="{link}" title="{link}" rel="noopener noreferrer nofollow" target="_blank">{text}</a>'
    return f'<span class="{names}">{text}</span>' if names else text
