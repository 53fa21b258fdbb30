"""Resource policies: does a statement speak of this caller, action and resource? Pure.

Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html. Known condition operators are the
string, ARN, boolean, numeric, null and IP ones; a statement with an operator this module does not know raises UnsupportedError.
"""

from __future__ import annotations

import ipaddress
import json
import re
from collections.abc import Callable, Mapping
from enum import Enum
from functools import lru_cache
from typing import Any


class Verdict(Enum):
    ALLOW = "allow"
    DENY = "deny"
    NEUTRAL = "neutral"


class UnsupportedError(Exception):
    """A condition that is not simulated."""


Context = Mapping[str, str]
"""Condition keys in lower case (``aws:principalarn``) to their one value; absent means that the request has no such key."""


def evaluate(document: str | bytes, *, account: str, arn: str, action: str, resource: str, context: Context) -> Verdict:
    """Deny wins over allow. ``account`` and ``arn`` are empty for an anonymous caller."""
    verdict = Verdict.NEUTRAL
    for statement in statements(document):
        if not (
            _principal(statement, account, arn)
            and _names(statement, "Action", action, fold=True)
            and _names(statement, "Resource", resource)
        ):
            continue
        if conditions_hold(statement.get("Condition") or {}, context):
            if statement.get("Effect") == "Deny":
                return Verdict.DENY
            verdict = Verdict.ALLOW
    return verdict


def statements(document: str | bytes) -> list[dict[str, Any]]:
    found = json.loads(document).get("Statement", [])
    return [found] if isinstance(found, dict) else list(found)


def is_public(document: str | bytes) -> bool:
    """Whether a policy lets anybody in: https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-control-block-public-access.html"""
    return any(
        s.get("Effect") == "Allow" and _principal(s, "", "") and not _narrowed(s.get("Condition") or {}) for s in statements(document)
    )


_FIXED = ("aws:sourceip", "aws:sourcearn", "aws:sourcevpc", "aws:sourcevpce", "aws:sourceowner", "aws:sourceaccount", "aws:principalarn",
          "aws:principalaccount", "aws:principalorgid", "aws:userid", "s3:dataaccesspointarn", "s3:dataaccesspointaccount")  # fmt: skip


def _narrowed(condition: Mapping[str, Any]) -> bool:
    keys = {key.lower(): _list(value) for block in condition.values() for key, value in block.items()}
    return any(not any("*" in str(v) for v in values) for key, values in keys.items() if key in _FIXED)


def _principal(statement: Mapping[str, Any], account: str, arn: str) -> bool:
    if "NotPrincipal" in statement:
        return not _is_named(statement["NotPrincipal"], account, arn)
    return _is_named(statement.get("Principal"), account, arn)


def _is_named(named: Any, account: str, arn: str) -> bool:
    if named == "*":
        return True
    values = _list(named.get("AWS")) if isinstance(named, dict) else []
    return any(value == "*" or (account and value in (account, f"arn:aws:iam::{account}:root", arn, _role(arn))) for value in values)


def _role(arn: str) -> str:
    """A session is also its role: arn:aws:sts::1:assumed-role/R/session → arn:aws:iam::1:role/R."""
    found = re.match(r"^arn:aws:sts::(\d+):assumed-role/([^/]+)/", arn)
    return f"arn:aws:iam::{found[1]}:role/{found[2]}" if found else arn


def _names(statement: Mapping[str, Any], key: str, value: str, *, fold: bool = False) -> bool:
    if "Not" + key in statement:
        return not any(like(pattern, value, fold=fold) for pattern in _list(statement["Not" + key]))
    if key == "Resource" and key not in statement:
        return True  # A trust policy stands on its resource.
    return any(like(pattern, value, fold=fold) for pattern in _list(statement.get(key)))


def like(pattern: str, value: str, *, fold: bool = False) -> bool:
    """AWS's wildcards: ``*`` any run, ``?`` one character, everything else itself."""
    return _compiled(str(pattern), fold).fullmatch(value) is not None


@lru_cache(maxsize=512)
def _compiled(pattern: str, fold: bool) -> re.Pattern[str]:
    text = "".join(".*" if c == "*" else "." if c == "?" else re.escape(c) for c in pattern)
    return re.compile(text, re.DOTALL | (re.IGNORECASE if fold else 0))


def conditions_hold(condition: Mapping[str, Any], context: Context) -> bool:
    return all(_holds(op, key, _list(wanted), context) for op, block in condition.items() for key, wanted in block.items())


def _holds(operator: str, key: str, wanted: list[Any], context: Context) -> bool:
    bare = operator.removeprefix("ForAnyValue:").removeprefix("ForAllValues:")
    name, if_exists = bare.removesuffix("IfExists"), bare.endswith("IfExists")
    seen = context.get(key.lower())
    if name == "Null":
        return (seen is None) == (str(wanted[0]).lower() == "true")
    test = _TESTS.get(name.replace("Not", ""))
    if test is None:
        raise UnsupportedError(f"the policy condition {operator}")
    negated = "Not" in name
    if seen is None:
        return if_exists or negated or operator.startswith("ForAllValues:")
    return any(test(seen, str(value)) for value in wanted) != negated


def _in_network(seen: str, network: str) -> bool:
    try:
        return ipaddress.ip_address(seen) in ipaddress.ip_network(network, strict=False)
    except ValueError:
        return False


def _number(seen: str, wanted: str) -> int:
    """-1, 0 or 1 as ``seen`` is below, equal to or above."""
    try:
        return (float(seen) > float(wanted)) - (float(seen) < float(wanted))
    except ValueError:
        return 2


_TESTS: dict[str, Callable[[str, str], bool]] = {
    "StringEquals": lambda a, b: a == b,
    "StringEqualsIgnoreCase": lambda a, b: a.lower() == b.lower(),
    "StringLike": lambda a, b: like(b, a),
    "ArnEquals": lambda a, b: like(b, a),
    "ArnLike": lambda a, b: like(b, a),
    "Bool": lambda a, b: a.lower() == b.lower(),
    "IpAddress": _in_network,
    "NumericEquals": lambda a, b: _number(a, b) == 0,
    "NumericLessThan": lambda a, b: _number(a, b) == -1,
    "NumericLessThanEquals": lambda a, b: _number(a, b) in (-1, 0),
    "NumericGreaterThan": lambda a, b: _number(a, b) == 1,
    "NumericGreaterThanEquals": lambda a, b: _number(a, b) in (0, 1),
}


def _list(value: Any) -> list[Any]:
    if value is None:
        return []
    return list(value) if isinstance(value, list) else [value]
