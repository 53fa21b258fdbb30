"""One check looks at a value: pass, not yet, or an error of the check that is never the learner's."""

from __future__ import annotations

import hashlib
import json
import re
import shlex
from collections.abc import Callable
from dataclasses import asdict, dataclass, field, replace
from typing import Any, Protocol

import jmespath

from labs.broken import Broken, ScriptBroke, broken
from labs.lab.model import LANGUAGES, Check, Words
from labs.lab.specs import REFERENCE
from labs.presenting import HOME, where
from labs.wanting import see, wanted
from sandbox.errors import CloudError
from sandbox.store.working import OWN_FILES

_MISSING = re.compile(r"NoSuch|NotFound|DoesNotExist|^404$|Missing(?!Param|Required)")
_SEEN = 300
_NAMED = 5


class Value(Protocol):
    """What of ``sandbox.checkout.Live`` a check may use."""

    def call(self, service: str, operation: str, params: dict[str, Any], *, account: str | None = None) -> dict[str, Any]: ...
    def read(self, path: str) -> bytes | None: ...
    def exists(self, path: str) -> bool: ...
    def script(self, text: str, *, wall: int = 10) -> tuple[int, str]: ...
    @property
    def variables(self) -> dict[str, str]: ...
    @property
    def cwd(self) -> str: ...


@dataclass(frozen=True, slots=True)
class LastCommand:
    """``changes``: its version's (``sandbox.checkout``), empty where it changed nothing."""

    line: str
    exit: int
    output: str
    changes: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Look:
    """``kind``: pass, not, error. ``text``: the author's words; else ``code`` and ``values`` name ours.

    ``what``: what was seen, cut short; ``wanted``: what the check wants and ``see`` a command that shows what it looks at
    (``labs.wanting``); ``broken``: of an error, or where only what it wants could not be said. It is not kept.
    """

    kind: str
    code: str = ""
    values: dict[str, Any] = field(default_factory=dict)
    text: Words = field(default_factory=dict)
    what: str = ""
    wanted: dict[str, Any] = field(default_factory=dict)
    see: str = ""
    broken: Broken | None = None

    def as_dict(self) -> dict[str, Any]:
        return {name: value for name, value in asdict(self).items() if value and name != "broken"}


@dataclass
class Context:
    """What the checks of one step share. ``kept``: results that a check kept with ``as``."""

    value: Value
    last: LastCommand | None
    kept: dict[str, str] = field(default_factory=dict)

    def fill(self, text: str, quote: Callable[[str], str] = str) -> str:
        def found(match: re.Match[str]) -> str:
            sign, name = match.groups()
            return quote(self.value.variables.get(name, "") if sign else self.kept.get(name, ""))

        return REFERENCE.sub(found, text)

    def fill_all(self, value: Any) -> Any:
        if isinstance(value, str):
            return self.fill(value)
        if isinstance(value, dict):
            return {key: self.fill_all(item) for key, item in value.items()}
        return [self.fill_all(item) for item in value] if isinstance(value, list) else value


PASS = Look("pass")


def look(check: Check, context: Context) -> Look:
    """Never raises: what goes wrong in looking is an error of ours, which who keeps the look logs (``labs.grading``)."""
    try:
        found = _any(check, context) if check.any_of else _LOOKS[check.kind](check.spec, context)
    except Exception as error:
        return Look("error", "check-error", broken=broken(check, error))
    if found.kind == "error":
        return found
    if found.kind == "not" and check.seen:
        found = replace(found, code="", values={}, text=check.seen)
    return _with_wanted(found, check, context)


def _with_wanted(found: Look, check: Check, context: Context) -> Look:
    """What it wants is an extra: no fault in saying it makes a look another."""
    try:
        wants = found.wanted or wanted(check, context.fill_all)
        return replace(found, wanted=wants, see="" if found.kind == "pass" else found.see or see(check, context.fill_all))
    except Exception as error:
        return replace(found, broken=broken(check, error))


def _any(check: Check, context: Context) -> Look:
    looks = [look(option, context) for option in check.any_of]
    broke = next((one.broken for one in looks if one.broken), None)
    for kind in ("pass", "error"):
        if found := next((one for one in looks if one.kind == kind), None):
            return replace(found, broken=broke)
    return next((one for one in looks if one.text), Look("not", "any-none"))


def _cut(value: Any) -> str:
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)
    return text if len(text) <= _SEEN else text[: _SEEN - 1] + "…"


def _compare(seen: str, spec: dict[str, Any], context: Context) -> bool:
    """``equals`` and ``matches``, where the check has them."""
    if "equals" in spec and seen != _plain(context.fill_all(spec["equals"])):
        return False
    return "matches" not in spec or re.search(context.fill(spec["matches"], re.escape), seen, re.MULTILINE) is not None


def _plain(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, sort_keys=True, default=str)


def _aws(spec: dict[str, Any], context: Context) -> Look:
    wanted = spec.get("exists", True)
    try:
        answer = context.value.call(
            spec["service"], spec["operation"], context.fill_all(spec.get("params", {})), account=spec.get("account")
        )
    except CloudError as error:
        if error.code not in spec.get("missing", ()) and not _MISSING.search(error.code):
            raise
        return Look("not", "aws-missing", {"code": error.code, "message": error.message}) if wanted else PASS
    found = jmespath.search(context.fill(spec["query"]), answer) if "query" in spec else answer
    there = found not in (None, "", [], {}, False)
    if not wanted:
        return Look("not", "aws-there", {"seen": _cut(found)}, what=_cut(found)) if there else PASS
    if not there and "equals" not in spec:
        return Look("not", "aws-nothing", what=_overview(answer))
    if not _compare(_plain(found), spec, context):
        return Look("not", "value-is", {"seen": _cut(found)}, what=_cut(found))
    if "as" in spec:
        context.kept[spec["as"]] = _plain(found)
    return PASS


def _overview(answer: dict[str, Any]) -> str:
    """How much of what there is: ``Buckets: 2 (one, two)``."""
    lists = {name: value for name, value in answer.items() if isinstance(value, list)}
    return _cut("; ".join(f"{name}: {len(items)}{_names(items)}" for name, items in lists.items()))


def _names(items: list[Any]) -> str:
    """By the first text of each that is called so."""
    found = [_name(item) for item in items[:_NAMED]]
    more = ["…"] if len(items) > _NAMED else []
    return f" ({', '.join([name for name in found if name] + more)})" if any(found) else ""


def _name(item: Any) -> str:
    if isinstance(item, str):
        return item
    called = [value for key, value in item.items() if isinstance(value, str) and key.endswith(("Name", "Key", "Id", "Arn"))]
    return called[0] if called else ""


def _file(spec: dict[str, Any], context: Context) -> Look:
    path = context.fill(spec["path"])
    values = {"path": path}
    if not spec.get("exists", True):
        return Look("not", "file-there", values) if context.value.exists(path) else PASS
    if not context.value.exists(path):
        return Look("not", "file-missing", values)
    body = context.value.read(path) if "sha256" in spec or "matches" in spec else b""
    if body is None:
        return Look("not", "file-missing", values)
    if "sha256" in spec and hashlib.sha256(body).hexdigest() != spec["sha256"]:
        return Look("not", "file-differs", values)
    if "matches" in spec and not _compare(body.decode(errors="replace"), {"matches": spec["matches"]}, context):
        return Look("not", "file-differs", values, what=_cut(body[: 4 * _SEEN].decode(errors="replace").strip()))
    return PASS


def _variable(spec: dict[str, Any], context: Context) -> Look:
    name = spec["name"]
    seen = context.value.variables.get(name, "")
    if not spec.get("exists", True):
        return Look("not", "variable-there", {"name": name}) if seen else PASS
    if not seen and spec.get("equals") != "":
        return Look("not", "variable-missing", {"name": name})
    if not _compare(seen, spec, context):
        return Look("not", "variable-is", {"name": name, "seen": _cut(seen)}, what=_cut(seen))
    if "as" in spec:
        context.kept[spec["as"]] = seen
    return PASS


def _command(spec: dict[str, Any], context: Context) -> Look:
    last = context.last
    if last is None:
        return Look("not", "command-none")
    if "matches" in spec and not re.search(context.fill(spec["matches"], re.escape), last.line):
        return Look("not", "command-other", what=_cut(last.line))
    if last.exit != spec.get("exit", 0):
        return Look("not", "command-exit", {"seen": last.exit})
    if "output" in spec and not re.search(context.fill(spec["output"], re.escape), last.output):
        return Look("not", "command-output", what=_cut(last.output[-_SEEN:].strip()))
    return PASS


def _changed(spec: dict[str, Any], context: Context) -> Look:
    if context.last is None:
        return Look("not", "command-none")
    changes = context.last.changes
    if "file" in spec:
        path = context.fill(spec["file"]).replace(f"{HOME}/", "~/", 1)
        rows = [{**row, "text": changes.get("diff", {}).get(row["path"], {}).get("text", "")} for row in changes.get("files", [])]
        wanted = {"path": path}
    else:
        rows = [{**row, "text": row["name"]} for row in changes.get("cloud", [])]
        wanted = {name: context.fill(spec[name]) for name in ("service", "kind", "name") if name in spec}
    wanted |= {"change": spec["change"]} if "change" in spec else {}
    pattern = {name: text for name, text in spec.items() if name == "matches"}
    if any(wanted.items() <= row.items() and _compare(row["text"], pattern, context) for row in rows):
        return PASS
    seen = [f"{row.get('path') or row['name']} {row['change']}" for row in rows if row.get("path") not in OWN_FILES]
    return Look("not", "changed-not" if seen else "changed-nothing", what=_cut(", ".join(seen)) if seen else "")


def _cwd(spec: dict[str, Any], context: Context) -> Look:
    seen = context.value.cwd
    wanted = {name: value.replace("~", HOME, 1) if value.startswith("~") else value for name, value in spec.items()}
    return PASS if _compare(seen, wanted, context) else Look("not", "cwd-is", {"seen": where(seen)}, what=where(seen))


def _http(spec: dict[str, Any], context: Context) -> Look:
    url = context.fill(spec["url"])
    status, text = context.value.script(f"curl -sS -m 5 -w '\\n%{{http_code}}' -- {shlex.quote(url)} 2>/dev/null")
    body, _, code = text.rstrip("\n").rpartition("\n")
    if status or not code.isdecimal() or code == "000":
        return Look("not", "http-none", {"url": url})
    if code != str(spec.get("status", 200)):
        return Look("not", "http-status", {"url": url, "seen": code})
    return (
        PASS
        if _compare(body, {k: v for k, v in spec.items() if k == "matches"}, context)
        else Look("not", "http-body", {"url": url}, what=_cut(body))
    )


def _script(spec: dict[str, Any], context: Context) -> Look:
    status, output = context.value.script(spec["run"], wall=spec.get("wall", 10))
    if status == 0:
        return PASS
    if status != 1:
        raise ScriptBroke(status, output[-2000:])
    said = _said(output)
    return Look("not", text=said) if said else Look("not", "script-silent")


def _said(output: str) -> Words:
    """The script's words; lines that begin with ``ko:`` and ``en:`` are for that language."""
    lines = [line.strip() for line in output.splitlines() if line.strip()][-10:]
    marked = {lang: " ".join(line[3:].strip() for line in lines if line.startswith(f"{lang}:")) for lang in LANGUAGES}
    if all(marked.values()):
        return marked
    text = _cut(" ".join(lines))
    return dict.fromkeys(LANGUAGES, text) if text else {}


_LOOKS: dict[str, Callable[[dict[str, Any], Context], Look]] = {
    "aws": _aws,
    "file": _file,
    "variable": _variable,
    "command": _command,
    "changed": _changed,
    "cwd": _cwd,
    "http": _http,
    "script": _script,
}
