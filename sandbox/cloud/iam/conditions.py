"""The Condition block of a statement. Pure.

Sources: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html,
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-single-vs-multi-valued-context-keys.html
"""

from __future__ import annotations

import ipaddress
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

from sandbox.cloud.iam.patterns import Context, arn_like, expand, like, literal

Condition = Mapping[str, Mapping[str, Any]]
_ALL, _ANY = "ForAllValues:", "ForAnyValue:"


def hold(condition: Condition, context: Context, *, variables: bool = True) -> bool:
    """Whether every operator and every key of it does. An operator that AWS does not have never holds (none is let in by validation)."""
    return all(_holds(operator, key, wanted, context, variables) for operator, block in condition.items() for key, wanted in block.items())


def known(operator: str) -> bool:
    """Whether AWS has an operator of this name, prefixes and suffix included."""
    bare = operator.removeprefix(_ALL).removeprefix(_ANY)
    return bare == "Null" or _named(bare)[0] in _TESTS


def keys(condition: Condition) -> set[str]:
    """The context keys it asks for, spelled as it spells them."""
    return {key for block in condition.values() for key in block}


def texts(value: Any) -> list[str]:
    """The value or values of a JSON element as texts; JSON's booleans and numbers are AWS's."""
    many = value if isinstance(value, list | tuple) else [] if value is None else [value]
    return [str(one).lower() if isinstance(one, bool) else str(one) for one in many]


def _named(bare: str) -> tuple[str, bool, bool]:
    """(the test's name, negated, if exists): StringNotEqualsIfExists → StringEquals, True, True."""
    name = bare.removesuffix("IfExists")
    return name.replace("Not", "", 1), "Not" in name, name != bare


def _holds(operator: str, key: str, wanted: Any, context: Context, variables: bool) -> bool:
    of_all, of_any = operator.startswith(_ALL), operator.startswith(_ANY)
    bare = operator.removeprefix(_ALL).removeprefix(_ANY)
    seen = context.get(key.lower())
    if bare == "Null":
        return (seen is None) == (texts(wanted)[:1] == ["true"])
    name, negated, if_exists = _named(bare)
    test = _TESTS.get(name)
    if test is None:
        return False
    if seen is None:
        return if_exists or of_all or (negated and not of_any)
    values = [seen] if isinstance(seen, str) else list(seen)
    patterns = [_filled(text, context, wild=name in _WILD) if variables else text for text in texts(wanted)]
    hits = [any(test(value, pattern) for pattern in patterns) != negated for value in values]
    return all(hits) if of_all or (negated and not of_any) else any(hits)


def _filled(text: str, context: Context, *, wild: bool) -> str:
    filled = expand(text, context)
    if filled is None:
        return text  # Compared as it stands, so it equals nothing.
    return filled if wild else literal(filled)


def _in_network(seen: str, network: str) -> bool:
    try:
        return ipaddress.ip_address(seen) in ipaddress.ip_network(network, strict=False)
    except ValueError:
        return False


def _number(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:
        return None


@lru_cache(maxsize=1024)
def _moment(text: str) -> float | None:
    """Seconds since 1970 of an ISO 8601 date, with or without a time, or of such a number itself."""
    if (number := _number(text)) is not None and "-" not in text:
        return number
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return None
    return (found if found.tzinfo else found.replace(tzinfo=UTC)).timestamp()


def _order(read: Callable[[str], float | None], *wanted: int) -> Callable[[str, str], bool]:
    """A test that holds where the sign of seen - wanted is one of ``wanted``."""

    def test(seen: str, pattern: str) -> bool:
        left, right = read(seen), read(pattern)
        return left is not None and right is not None and (left > right) - (left < right) in wanted

    return test


def _ordered(kind: str, read: Callable[[str], float | None]) -> dict[str, Callable[[str, str], bool]]:
    signs = {"Equals": (0,), "LessThan": (-1,), "LessThanEquals": (-1, 0), "GreaterThan": (1,), "GreaterThanEquals": (0, 1)}
    return {kind + name: _order(read, *wanted) for name, wanted in signs.items()}


_WILD = ("StringLike", "ArnLike", "ArnEquals")
_TESTS: dict[str, Callable[[str, str], bool]] = {
    "StringEquals": lambda seen, wanted: seen == wanted,
    "StringEqualsIgnoreCase": lambda seen, wanted: seen.lower() == wanted.lower(),
    "StringLike": lambda seen, wanted: like(wanted, seen),
    "ArnEquals": lambda seen, wanted: arn_like(wanted, seen),
    "ArnLike": lambda seen, wanted: arn_like(wanted, seen),
    "Bool": lambda seen, wanted: seen.lower() == wanted.lower(),
    "BinaryEquals": lambda seen, wanted: seen == wanted,
    "IpAddress": _in_network,
    **_ordered("Numeric", _number),
    **_ordered("Date", _moment),
}
