"""Renews what is searched when notes or labs have changed: when workers start, and while one writes; never while somebody waits."""

from __future__ import annotations

import hashlib
from pathlib import Path

from django.db import connection, transaction
from django.db.models import Max

from course.reading import passages, search_tables
from course.reading.search_models import Passage, PassageIndex

_CODE = [Path(__file__).with_name(f"{name}.py") for name in ("words", "passages", "search_tables")]


def renew() -> bool:
    """Whether it was needed. Who comes while another renews waits, and finds it done; who searches meanwhile has what was there."""
    found = passages.everything()
    digest = _digest(found)
    if PassageIndex.objects.filter(digest=digest).exists():
        return False
    tokens = [search_tables.tokens(one.title, one.heading, one.text) for one in found]  # before anybody has to wait
    with transaction.atomic():
        index, _made = PassageIndex.objects.select_for_update().get_or_create(pk=1)
        if index.digest == digest:
            return False
        # New keys: who has asked for the old ones in this moment finds nothing under them, and nothing else.
        first = (Passage.objects.aggregate(last=Max("pk"))["last"] or 0) + 1
        Passage.objects.all().delete()
        search_tables.clear(connection)
        Passage.objects.bulk_create([Passage(pk=key, **_fields(one)) for key, one in enumerate(found, first)], batch_size=100)
        search_tables.fill(connection, list(enumerate(tokens, first)))
        index.digest = digest
        index.save()
    return True


def _fields(one: passages.Passage) -> dict[str, str]:
    return {name: getattr(one, name) for name in one.__slots__}


def _digest(found: list[passages.Passage]) -> str:
    """Also of the code: another tokeniser makes other rows of the same texts."""
    total = hashlib.sha256()
    for path in _CODE:
        total.update(path.read_bytes())
    for one in found:
        total.update("\0".join(_fields(one).values()).encode() + b"\1")
    return total.hexdigest()
