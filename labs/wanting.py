"""What a check wants, as a phrase of ``labs.wording``, and a command with which a learner sees for themselves what it looks at."""

from __future__ import annotations

import json
import shlex
from collections.abc import Callable
from typing import Any

from botocore import xform_name

from labs.lab.model import Check

Fill = Callable[[Any], Any]
"""Puts what the step's checks kept into a spec: ``labs.looking.Context.fill_all``."""
_OF_THE_CLI = {"s3": "s3api", "codedeploy": "deploy", "config": "configservice"}
"""Services that the CLI calls otherwise than boto3 does."""


def wanted(check: Check, fill: Fill) -> dict[str, Any]:
    """``{"text": the author's words}``, ``{"code", "values"}`` of ours, or empty where the author's word for not yet says it all."""
    if check.wanted:
        return {"text": check.wanted}
    say = _WANTED.get(check.kind)
    code, values = say(fill(check.spec)) if say else ("", {})
    if not code or (code == "wanted-result" and check.seen):
        return {}
    return {"code": code, "values": values}


def _text(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)


def _aws(spec: dict[str, Any]) -> tuple[str, dict[str, Any]]:
    if not spec.get("exists", True):
        return "wanted-gone", {}
    return _value(spec) or ("wanted-result", {"value": f"{spec['service']} {spec['operation'].replace('_', '-')}"})


def _value(spec: dict[str, Any]) -> tuple[str, dict[str, Any]] | None:
    if "equals" in spec:
        return "wanted-value", {"value": _text(spec["equals"])}
    return ("wanted-match", {"value": spec["matches"]}) if "matches" in spec else None


def _file(spec: dict[str, Any]) -> tuple[str, dict[str, Any]]:
    values = {"path": spec["path"]}
    if not spec.get("exists", True):
        return "wanted-no-file", values
    if "sha256" in spec:
        return "wanted-file-same", values
    return ("wanted-file-match", values | {"value": spec["matches"]}) if "matches" in spec else ("wanted-file", values)


def _variable(spec: dict[str, Any]) -> tuple[str, dict[str, Any]]:
    if not spec.get("exists", True):
        return "wanted-no-variable", {"name": spec["name"]}
    return _value(spec) or ("wanted-variable", {"name": spec["name"]})


def _command(spec: dict[str, Any]) -> tuple[str, dict[str, Any]]:
    if "matches" in spec and "output" in spec:
        return "wanted-command-output", {"value": spec["matches"], "output": spec["output"]}
    if "matches" in spec:
        return "wanted-command", {"value": spec["matches"]}
    return ("wanted-output", {"value": spec["output"]}) if "output" in spec else ("wanted-exit", {"value": spec["exit"]})


def _changed(spec: dict[str, Any]) -> tuple[str, dict[str, Any]]:
    what = " ".join(_text(spec[name]) for name in ("service", "kind", "name", "file", "change") if name in spec)
    return "wanted-change", {"value": what}


def _http(spec: dict[str, Any]) -> tuple[str, dict[str, Any]]:
    values = {"url": spec["url"], "status": spec.get("status", 200)}
    return ("wanted-http-match", values | {"value": spec["matches"]}) if "matches" in spec else ("wanted-http", values)


_WANTED: dict[str, Callable[[dict[str, Any]], tuple[str, dict[str, Any]]]] = {
    "aws": _aws,
    "file": _file,
    "variable": _variable,
    "command": _command,
    "changed": _changed,
    "cwd": lambda spec: _value(spec) or ("", {}),
    "http": _http,
}


def see(check: Check, fill: Fill) -> str:
    """A command line; empty where there is none that shows it."""
    if check.any_of:
        return next((line for option in check.any_of if (line := see(option, fill))), "")
    make = _SEE.get(check.kind)
    return make(fill(check.spec)) if make else ""


def _see_aws(spec: dict[str, Any]) -> str:
    if "account" in spec:
        return ""  # another's: the learner's own commands see less
    service = _OF_THE_CLI.get(spec["service"], spec["service"])
    words = ["aws", service, xform_name(spec["operation"]).replace("_", "-")]
    for name, value in spec.get("params", {}).items():
        words += _option(xform_name(name).replace("_", "-"), value)
    words += ["--query", spec["query"]] if "query" in spec else []
    return shlex.join(words)


def _option(name: str, value: Any) -> list[str]:
    if isinstance(value, bool):
        return [f"--{name}" if value else f"--no-{name}"]
    return [f"--{name}", _text(value)]


def _see_file(spec: dict[str, Any]) -> str:
    path = _quoted(spec["path"])
    if "matches" in spec:
        return f"cat {path}"
    return f"sha256sum {path}" if "sha256" in spec else f"ls -l {path}"


def _quoted(path: str) -> str:
    """With its ``~`` left to the shell."""
    return f"~/{shlex.quote(path[2:])}" if path.startswith("~/") and len(path) > 2 else shlex.quote(path)


_SEE: dict[str, Callable[[dict[str, Any]], str]] = {
    "aws": _see_aws,
    "file": _see_file,
    "variable": lambda spec: f'echo "${spec["name"]}"',
    "cwd": lambda spec: "pwd",
    "http": lambda spec: f"curl -i {shlex.quote(spec['url'])}",
}
