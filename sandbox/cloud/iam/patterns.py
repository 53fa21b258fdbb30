"""AWS's wildcards and policy variables. Pure.

Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_variables.html
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import lru_cache

Context = Mapping[str, str | Sequence[str]]
"""Condition keys in lower case (``aws:principalarn``) to their value, or values where a key has several; absent: the request has none."""

_VARIABLE = re.compile(r"\$\{([^}]*)\}")
_STAR, _MARK = "\ue000", "\ue001"  # a literal * and ? inside a pattern


def like(pattern: str, value: str, *, fold: bool = False) -> bool:
    """``*`` is any run, ``?`` one character, everything else itself; ``fold`` ignores case."""
    return pattern == "*" or _compiled(pattern, fold).fullmatch(value) is not None


def arn_like(pattern: str, value: str) -> bool:
    """Part by part: no wildcard reaches over one of the first five colons."""
    wanted, seen = pattern.split(":", 5), value.split(":", 5)
    return len(wanted) == len(seen) and all(like(part, other) for part, other in zip(wanted, seen, strict=True))


def expand(pattern: str, context: Context) -> str | None:
    """``pattern`` with its variables filled in; None when the request has no value for one that has no default."""
    if "${" not in pattern:
        return pattern
    missing = False

    def value(found: re.Match[str]) -> str:
        nonlocal missing
        if found[1] in ("*", "?", "$"):
            return {"*": _STAR, "?": _MARK, "$": "$"}[found[1]]
        key, _, default = found[1].partition(",")
        seen = context.get(key.strip().lower())
        text = seen if isinstance(seen, str) else default.strip().strip("'") if default else None
        missing = missing or text is None
        return (text or "").replace("*", _STAR).replace("?", _MARK)

    filled = _VARIABLE.sub(value, pattern)
    return None if missing else filled


def literal(text: str) -> str:
    """An expanded pattern as the text it stands for where no wildcards are known."""
    return text.replace(_STAR, "*").replace(_MARK, "?")


_SPECIAL = {"?": ".", _STAR: r"\*", _MARK: r"\?"}


@lru_cache(maxsize=8192)
def _compiled(pattern: str, fold: bool) -> re.Pattern[str]:
    first, *others = ["".join(_SPECIAL.get(c) or re.escape(c) for c in part) for part in pattern.split("*")]
    # What lies between two stars is found once and never looked for again: else *a*a*a*a*b would take for ever.
    text = first + "".join(f"(?>.*?{part})" for part in others[:-1]) + "".join(f".*{part}" for part in others[-1:])
    return re.compile(text, re.DOTALL | (re.IGNORECASE if fold else 0))
