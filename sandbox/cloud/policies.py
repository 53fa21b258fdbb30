"""What S3's own rules ask of a bucket policy. Who may do what is decided in sandbox.cloud.iam. Pure.

Source: https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-control-block-public-access.html
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from sandbox.cloud.iam.conditions import texts
from sandbox.cloud.iam.statements import Who, named

_FIXED = ("aws:sourceip", "aws:sourcearn", "aws:sourcevpc", "aws:sourcevpce", "aws:sourceowner", "aws:sourceaccount", "aws:principalarn",
          "aws:principalaccount", "aws:principalorgid", "aws:userid", "s3:dataaccesspointarn", "s3:dataaccesspointaccount")  # fmt: skip


def statements(document: str | bytes) -> list[dict[str, Any]]:
    found = json.loads(document).get("Statement", [])
    return [found] if isinstance(found, dict) else list(found)


def is_public(document: str | bytes) -> bool:
    """Whether a policy lets anybody in, which no condition on a fixed value of who or where narrows."""
    return any(s.get("Effect") == "Allow" and _anybody(s) and not _narrowed(s.get("Condition") or {}) for s in statements(document))


def _anybody(statement: Mapping[str, Any]) -> bool:
    return "NotPrincipal" in statement or bool(named(statement.get("Principal"), Who()))


def _narrowed(condition: Mapping[str, Any]) -> bool:
    keys = {key.lower(): texts(value) for block in condition.values() for key, value in block.items()}
    return any(not any("*" in value for value in values) for key, values in keys.items() if key in _FIXED)
