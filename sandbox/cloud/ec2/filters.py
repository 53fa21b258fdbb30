"""Filters of EC2's Describe operations: a name that is none is refused as EC2 does it; one that is not built is said to be that.

Sources: the filters that botocore's model documents of each operation; words as AWS's clients quote them,
https://docs.aws.amazon.com/AWSEC2/latest/APIReference/errors-overview.html (InvalidParameterValue)
"""

from __future__ import annotations

import re
from functools import cache
from urllib.parse import parse_qsl

from sandbox.cloud.faults import AwsError, not_simulated
from sandbox.cloud.operation import model

_NAME = re.compile(r"Filter\.\d+\.Name")
_TAGS = ("tag:", "tag-key", "tag-value")


def check(operation: str, query: str, body: bytes) -> None:
    """Raises AwsError for the first name that is not documented of ``operation``."""
    for field, value in parse_qsl(query + "&" + body.decode("latin-1"), keep_blank_values=True):
        if _NAME.fullmatch(field) and not value.startswith(_TAGS) and value not in (known := _documented(operation)) and known:
            raise AwsError("InvalidParameterValue", f"The filter '{value}' is invalid")


def unbuilt(operation: str, why: NotImplementedError) -> AwsError:
    """What is said where moto knows a filter of AWS's not."""
    found = re.search(r"[Ff]ilter .*?'(.+?)'", str(why))
    return not_simulated(f"ec2 {operation}" + (f" with the filter {found[1]}" if found else ""))


@cache
def _documented(operation: str) -> frozenset[str]:
    """All that is set in type in the description: the names, and some values, which do no harm. Empty where nothing is described."""
    described = model("ec2")
    shape = described.operation_model(operation).input_shape if described is not None else None
    member = shape.members.get("Filters") if shape is not None else None
    return frozenset(re.findall(r"<code>([^<]+)</code>", member.documentation)) if member is not None else frozenset()
