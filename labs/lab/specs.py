"""The kinds of check and what each takes. How they look at a value is ``labs.looking``'s."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import jmespath
from jmespath.exceptions import JMESPathError

from labs.lab.errors import did_you_mean
from labs.lab.model import LANGUAGES, Check, Words
from labs.lab.nodes import Value

REFERENCE = re.compile(r"\{(\$?)([A-Za-z_][A-Za-z0-9_]*)\}")
"""``{bucket}``: what an earlier check of the step kept with ``as``; ``{$myRegion}``: the learner's shell variable."""


@dataclass(frozen=True, slots=True)
class Kind:
    """What one kind takes, and which part of the value it looks at (a commit that left that alone cannot have changed its answer)."""

    needed: tuple[str, ...]
    known: tuple[str, ...]
    looks_at: str


KINDS = {
    "aws": Kind(("service", "operation"), ("params", "account", "query", "equals", "matches", "exists", "missing", "as"), "cloud"),
    "file": Kind(("path",), ("exists", "matches", "sha256"), "files"),
    "variable": Kind(("name",), ("exists", "equals", "matches", "as"), "shell"),
    "command": Kind((), ("matches", "exit", "output"), "command"),
    "changed": Kind((), ("service", "kind", "name", "file", "change", "matches"), "command"),
    "cwd": Kind((), ("equals", "matches"), "shell"),
    "http": Kind(("url",), ("status", "matches"), "anything"),
    "script": Kind(("run",), ("wall",), "anything"),
    "any": Kind((), (), "anything"),
}
CHANGES = ("added", "changed", "removed")


def read_words(value: Value) -> Words:
    """``{ko: …, en: …}``, both needed."""
    return {language: text.text() for language, text in value.keys(needed=LANGUAGES).items()}


def read_checks(value: Value) -> tuple[Check, ...]:
    """A step's ``check``: one, or a list of which all must pass. Raises LabError."""
    items = value.items() if value.is_list else [value]
    if not items:
        raise value.error("at least one check is needed here")
    kept: set[str] = set()
    return tuple(_read_check(item, kept) for item in items)


def _read_check(value: Value, kept: set[str]) -> Check:
    found = value.mapping()
    seen = read_words(found.pop("seen")) if "seen" in found else {}
    wanted = read_words(found.pop("wanted")) if "wanted" in found else {}
    if len(found) != 1:
        raise value.error(f"a check has exactly one kind, and may have “seen” and “wanted”; this has {', '.join(found) or 'none'}")
    kind, spec = next(iter(found.items()))
    if kind not in KINDS:
        raise value.error(f"no check is called “{kind}”{did_you_mean(kind, KINDS)}")
    if kind == "any":
        options = tuple(_read_check(item, kept) for item in spec.items())
        if len(options) < 2:
            raise spec.error("“any” chooses among at least two checks")
        return Check(kind, {}, seen, options, spec.key_line, wanted)
    return Check(kind, _read_spec(kind, spec, kept), seen, (), spec.key_line, wanted)


def _read_spec(kind: str, value: Value, kept: set[str]) -> dict[str, Any]:
    keys = value.keys(needed=KINDS[kind].needed, known=KINDS[kind].known)
    spec = {name: _read_one(name, item, kept) for name, item in keys.items()}
    if kind in {"command", "cwd"} and not spec:
        raise value.error(f"a “{kind}” check needs something to look for: {', '.join(KINDS[kind].known)}")
    if kind == "changed":
        _one_thing(value, keys)
    if "as" in spec:
        kept.add(spec["as"])
    return spec


def _one_thing(value: Value, keys: dict[str, Value]) -> None:
    """A ``changed`` check is about a resource or a file."""
    if ("service" in keys) == ("file" in keys):
        raise value.error("a “changed” check needs either “service” or “file”")
    for name in ("kind", "name"):
        if name in keys and "file" in keys:
            raise keys[name].error(f"“{name}” is of a resource; a file has “file”, “change” and “matches”")


def _change(value: Value) -> str:
    if value.text() not in CHANGES:
        raise value.error(f"no change is called “{value.text()}”{did_you_mean(value.text(), CHANGES)}")
    return value.text()


def _read_one(name: str, value: Value, kept: set[str]) -> Any:
    if name != "run":  # a script's braces are the shell's own
        _references(value, kept)
    return _READERS.get(name, Value.plain)(value)


def _references(value: Value, kept: set[str]) -> None:
    for text in _texts(value.plain()):
        for sign, name in REFERENCE.findall(text):
            if not sign and name not in kept:
                raise value.error(f"{{{name}}} is not kept by an earlier check of this step (“as: {name}”)")


def _texts(value: Any) -> list[str]:
    if isinstance(value, str):
        return [value]
    if isinstance(value, dict):
        value = list(value.values())
    return [text for item in value for text in _texts(item)] if isinstance(value, list) else []


def _pattern(value: Value) -> str:
    text = value.text()
    try:
        # A reference is filled in, escaped, when the check looks; here it only must not upset the pattern around it.
        re.compile(REFERENCE.sub("x", text))
    except re.error as error:
        raise value.error(f"not a regular expression: {error}") from error
    return text


def _query(value: Value) -> str:
    text = value.text()
    try:
        jmespath.compile(text)
    except JMESPathError as error:
        raise value.error(f"not a JMESPath query: {error}") from error
    return text


def _script(value: Value) -> str:
    """A script's text, or the name of a file in the lab's folder."""
    text = value.text()
    if "\n" in text or " " in text:
        return text
    path = value.path.parent / text
    if not path.is_file() or not path.resolve().is_relative_to(value.path.parent.resolve()):
        raise value.error(f"no file “{text}” in the lab")
    return path.read_text(encoding="utf-8")


_READERS: dict[str, Callable[[Value], Any]] = {
    **dict.fromkeys(("matches", "output"), _pattern),
    **dict.fromkeys(("service", "operation", "account", "path", "sha256", "name", "url", "as", "kind", "file"), Value.text),
    "change": _change,
    "run": _script,
    **dict.fromkeys(("exit", "status", "wall"), Value.integer),
    "query": _query,
    "exists": Value.boolean,
    "missing": Value.texts,
    "params": lambda value: {key: item.plain() for key, item in value.mapping().items()},
}
