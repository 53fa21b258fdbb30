"""The API's schema, in OpenAPI 3.1: the rows are described by the dataclasses that make them."""

from __future__ import annotations

from typing import Any

from course.export import described, rows
from course.export.paging import LIMIT, MOST, MOST_WITH_OUTPUT
from course.export.resources import RESOURCES

VERSION = "1.0"
_ERRORS = {
    "400": "A parameter is not right.",
    "401": "No token, or one that is revoked or expired.",
    "404": "Nothing that this token may see.",
    "405": "The API is only read.",
    "429": "Too often: Retry-After says how many seconds to wait.",
}


def document(site: str) -> dict[str, Any]:
    """``site``: https://host."""
    paths = {"/cohorts": _path("cohorts", rows.CohortRow, "The cohorts that the token's owner runs now.", [])}
    for one in RESOURCES.values():
        extra = [_flag("output", f"1: with what they printed, at most {MOST_WITH_OUTPUT} at once.")] if one.output else []
        parameters = [{"$ref": "#/components/parameters/cohort"}, *extra]
        paths[f"/cohorts/{{cohort}}/{one.name}"] = _path(one.name, one.row, f"{one.title} of a cohort.", parameters)
    kinds = [rows.CohortRow, *(one.row for one in RESOURCES.values())]
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "DevOps Engineering on AWS",
            "version": VERSION,
            "description": "What a cohort's learners did, for who teaches it. Read-only. Moments are in UTC. New fields may be added; "
            "none is taken away within a version.",
        },
        "servers": [{"url": f"{site}/api/v1"}],
        "security": [{"token": []}],
        "paths": paths,
        "components": {
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}},
            "parameters": _parameters(),
            "responses": {status: _error(words) for status, words in _ERRORS.items()},
            "schemas": {
                **{kind.__name__: described.schema(kind) for kind in [*kinds, rows.ErrorRow]},
                **{f"{kind.__name__}s": _pages(kind) for kind in kinds},
            },
        },
    }


def _path(name: str, row: type, summary: str, parameters: list[dict[str, Any]]) -> dict[str, Any]:
    usual = [{"$ref": f"#/components/parameters/{one}"} for one in ("cursor", "limit", "since")]
    answers = {
        "200": {
            "description": "A page.",
            "headers": {"ETag": {"description": "Send it as If-None-Match to ask whether anything changed.", "schema": {"type": "string"}}},
            "content": {"application/json": {"schema": {"$ref": f"#/components/schemas/{row.__name__}s"}}},
        },
        "304": {"description": "It is as it was."},
        **{status: {"$ref": f"#/components/responses/{status}"} for status in _ERRORS},
    }
    return {
        "get": {
            "operationId": name,
            "summary": summary,
            "description": described.about(row),
            "parameters": [*parameters, *usual],
            "responses": answers,
        }
    }


def _parameters() -> dict[str, Any]:
    return {
        "cohort": {
            "name": "cohort", "in": "path", "required": True, "description": "Its id.", "schema": {"type": "integer"},
        },
        "cursor": {
            "name": "cursor", "in": "query", "description": "The “next” of the page before.", "schema": {"type": "string"},
        },
        "limit": {
            "name": "limit", "in": "query", "description": "So many rows at once.",
            "schema": {"type": "integer", "minimum": 1, "maximum": MOST, "default": LIMIT},
        },
        "since": {
            "name": "since", "in": "query", "description": "Only what is new or other since this moment.",
            "schema": {"type": "string", "format": "date-time"},
        },
    }  # fmt: skip


def _flag(name: str, words: str) -> dict[str, Any]:
    return {"name": name, "in": "query", "description": words, "schema": {"type": "string", "enum": ["1", "0"], "default": "0"}}


def _pages(row: type) -> dict[str, Any]:
    return {
        "type": "object",
        "properties": {
            "items": {"type": "array", "items": {"$ref": f"#/components/schemas/{row.__name__}"}},
            "next": {"type": ["string", "null"], "description": "Of the page that follows; null where none does."},
        },
        "required": ["items", "next"],
        "additionalProperties": False,
    }


def _error(words: str) -> dict[str, Any]:
    schema = {"$ref": f"#/components/schemas/{rows.ErrorRow.__name__}"}
    return {"description": words, "content": {"application/json": {"schema": schema}}}
