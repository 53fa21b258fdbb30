"""A value that is none of those that a service takes, refused in the words that all services of one make share.

Sources: patterns, lengths and enumerations of botocore's service models; words as AWS's clients quote them:
https://github.com/awslabs/aws-embedded-metrics-node/pull/160, https://github.com/aws/aws-toolkit-azure-devops/issues/529
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from functools import cache
from typing import Any

from sandbox.cloud.faults import AwsError
from sandbox.cloud.operation import Operation, model

# Those that say it in these words, with their code for it.
_CODES = {
    "dynamodb": "ValidationException",
    "logs": "InvalidParameterException",
    "events": "ValidationException",
    "ssm": "ValidationException",
    "codepipeline": "ValidationException",
}


def check(operation: Operation, body: bytes) -> None:
    """Raises AwsError. Only texts of the top level."""
    described = model(operation.service)
    if operation.service not in _CODES or operation.protocol != "json" or described is None:
        return
    shape = described.operation_model(operation.name).input_shape
    members: dict[str, Any] = shape.members if shape is not None else {}
    given = [(name, value) for name, value in json.loads(body or b"{}").items() if name in members and isinstance(value, str)]
    wrong = [text for name, value in given for text in _wrong(name, value, members[name])]
    if wrong:
        count = f"{len(wrong)} validation error{'s' if len(wrong) > 1 else ''} detected: "
        raise AwsError(_CODES[operation.service], count + "; ".join(wrong))


def _wrong(name: str, value: str, shape: Any) -> Iterator[str]:
    limits, said = shape.metadata, f"Value '{value}' at '{name[0].lower()}{name[1:]}' failed to satisfy constraint: Member must "
    if "enum" in limits and value not in limits["enum"]:
        yield f"{said}satisfy enum value set: [{', '.join(limits['enum'])}]"
    if len(value) < limits.get("min", 0):
        yield f"{said}have length greater than or equal to {limits['min']}"
    if len(value) > limits.get("max", len(value)):
        yield f"{said}have length less than or equal to {limits['max']}"
    if (pattern := _readable(limits.get("pattern", ""))) and not pattern.fullmatch(value):
        yield f"{said}satisfy regular expression pattern: {pattern.pattern}"


@cache
def _readable(pattern: str) -> re.Pattern[str] | None:
    """They are Java's: a few ask for what Python's have not (a letter of any language), and are left out."""
    try:
        return re.compile(pattern) if pattern else None
    except re.error:
        return None
