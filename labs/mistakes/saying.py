"""An entry's words for a page, in the active language."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from django.conf import settings
from django.utils.html import escape
from django.utils.module_loading import import_string
from django.utils.safestring import SafeString, mark_safe

from labs.lab.model import Words, words
from labs.lab.prose import to_html
from labs.mistakes import table
from labs.mistakes.patterns import HOLE
from labs.wording import language


def word(met: dict[str, Any]) -> dict[str, Any] | None:
    """``html`` (safe), ``note`` {url, title} or None, ``docs`` (an address or empty); None where the table has it no longer."""
    entry = table.get(met["id"]) if met else None
    if entry is None:
        return None
    values = met.get("values", {})
    said = [_filled(entry.words, values)]
    if entry.near and "near" in values:
        said.append(_filled(entry.near.words, values))
    return {
        "id": entry.id,
        "html": mark_safe("".join(said)),  # noqa: S308 - sanitised by labs.lab.prose, values escaped
        "note": note_link(entry.note),
        "docs": entry.docs,
    }


def note_link(slug: str) -> dict[str, str] | None:
    """Where the note is read and what it is called, if there is one. Labs know nothing of notes: the site says how to ask."""
    if not slug or not settings.LABS_NOTE_LINK:
        return None
    link: dict[str, str] | None = import_string(settings.LABS_NOTE_LINK)(slug, language())
    return link


def _filled(texts: Words, values: dict[str, str]) -> SafeString:
    """What programs printed is put into the finished HTML, as text."""
    html = _html(words(texts, language()))
    return mark_safe(HOLE.sub(lambda hole: escape(values.get(hole[1], "…")), html))  # noqa: S308


@lru_cache(maxsize=512)
def _html(text: str) -> str:
    return to_html(text)
