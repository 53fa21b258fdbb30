"""The words of passages in the database's own index: FTS5 where it is SQLite, tsvector where it is PostgreSQL.

Both are given tokens of course.reading.words, letters and digits alone, so that neither's own idea of a word matters and nothing
has to be quoted. A row has the passage's key; weights are those of title, heading and text.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

from course.reading import words
from course.reading.words import Phrase, Term

NAME = "course_passage_words"
_GAP = 8  # no phrase reaches from a title into the text
_MOST_POSITIONS = 16_383  # of a tsvector


def create(connection: Any) -> None:
    """For a migration."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(f"CREATE TABLE {NAME} (passage bigint PRIMARY KEY, words tsvector NOT NULL)")
            cursor.execute(f"CREATE INDEX {NAME}_gin ON {NAME} USING gin (words)")
        else:
            columns = "title, heading, body, content='', tokenize='unicode61 remove_diacritics 0'"
            cursor.execute(f"CREATE VIRTUAL TABLE {NAME} USING fts5({columns})")


def drop(connection: Any) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"DROP TABLE {NAME}")


def clear(connection: Any) -> None:
    statement = f"DELETE FROM {NAME}" if connection.vendor == "postgresql" else f"INSERT INTO {NAME}({NAME}) VALUES ('delete-all')"  # noqa: S608
    with connection.cursor() as cursor:
        cursor.execute(statement)


def fill(connection: Any, rows: Iterable[tuple[int, Sequence[list[str]]]]) -> None:
    """``rows``: of each passage the key, and the tokens of title, heading and text."""
    if connection.vendor == "postgresql":
        statement = f"INSERT INTO {NAME} (passage, words) VALUES (%s, %s::tsvector)"  # noqa: S608 - a constant
        values: list[tuple[Any, ...]] = [(key, _vector(fields)) for key, fields in rows]
    else:
        statement = f"INSERT INTO {NAME} (rowid, title, heading, body) VALUES (%s, %s, %s, %s)"  # noqa: S608
        values = [(key, *map(" ".join, fields)) for key, fields in rows]
    with connection.cursor() as cursor:
        cursor.executemany(statement, values)


def _vector(fields: Sequence[list[str]]) -> str:
    found: dict[str, list[str]] = {}
    at = 0
    for weight, tokens in zip("ABD", fields, strict=True):
        for token in tokens:
            at = min(at + 1, _MOST_POSITIONS)
            found.setdefault(token, []).append(f"{at}{weight}")
        at += _GAP
    return " ".join(f"{token}:{','.join(places[:255])}" for token, places in found.items())


def matching(
    connection: Any, terms: Sequence[Term], *, every: bool, first: str, among: Mapping[str, Collection[str] | None], most: int
) -> list[tuple[int, int]]:
    """Keys of passages that hold ``every`` term, or else any of them, and 1 or 0: in language ``first``, or not. Those first, then by
    rank. ``among``: the kinds that are looked through, and the names in each; None: all of them."""
    within, names = _within(among)
    if connection.vendor == "postgresql":
        rank = f"ts_rank('{{0.1, 0.1, 0.5, 1.0}}', w.words, {_ASKED}, 1) DESC"
        of, where = f"{NAME} w ON w.passage = p.id", f"w.words @@ {_ASKED}"
        query = _tsquery(terms, " & " if every else " | ")
        asked, ranked = [query], [query]
    else:
        rank = f"bm25({NAME}, 10.0, 5.0, 1.0)"
        of, where = f"{NAME} ON {NAME}.rowid = p.id", f"{NAME} MATCH %s"
        asked, ranked = [_fts5(terms, " AND " if every else " OR ")], []
    statement = (  # the names are constants, the values parameters
        f"SELECT p.id, CASE WHEN p.language = %s THEN 1 ELSE 0 END AS own FROM course_passage p JOIN {of} "  # noqa: S608
        f"WHERE {where} AND ({within}) ORDER BY own DESC, {rank}, p.id LIMIT %s"
    )
    with connection.cursor() as cursor:
        cursor.execute(statement, [first, *asked, *names, *ranked, most])
        found: list[tuple[int, int]] = cursor.fetchall()
    return found


def _within(among: Mapping[str, Collection[str] | None]) -> tuple[str, list[str]]:
    """A condition and its parameters."""
    parts, values = ["1 = 0"], []
    for kind, names in among.items():
        parts.append("p.kind = %s" if names is None else f"(p.kind = %s AND p.slug IN ({', '.join(['%s'] * len(names)) or 'NULL'}))")
        values += [kind, *(names or ())]
    return " OR ".join(parts), values


_ASKED = "%s::tsquery"


def _fts5(terms: Sequence[Term], joint: str) -> str:
    return joint.join(f"({' OR '.join(map(_fts5_phrase, term.phrases))})" for term in terms)


def _fts5_phrase(phrase: Phrase) -> str:
    return f'"{" ".join(phrase.tokens)}"{" *" if phrase.prefix else ""}'


def _tsquery(terms: Sequence[Term], joint: str) -> str:
    return joint.join(f"({' | '.join(map(_ts_phrase, term.phrases))})" for term in terms)


def _ts_phrase(phrase: Phrase) -> str:
    return f"({' <-> '.join(phrase.tokens)}{':*' if phrase.prefix else ''})"


def tokens(title: str, heading: str, text: str) -> tuple[list[str], list[str], list[str]]:
    return words.tokens(title), words.tokens(heading), words.tokens(text)
