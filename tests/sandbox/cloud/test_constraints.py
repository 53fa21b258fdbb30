"""Patterns of the services' models, which are Java's: what they refuse, and those that Python cannot read."""

from __future__ import annotations

import json

import pytest

from sandbox.cloud import constraints
from sandbox.cloud.faults import AwsError
from sandbox.cloud.operation import Operation


def check(service: str, operation: str, **asked: str) -> None:
    constraints.check(Operation(service, operation, "json", {}), json.dumps(asked).encode())


def test_what_a_pattern_refuses() -> None:
    with pytest.raises(AwsError, match="at 'logGroupName' failed to satisfy constraint"):
        check("logs", "CreateLogGroup", logGroupName="a b")


def test_a_pattern_that_python_cannot_read_refuses_nothing() -> None:
    check("ssm", "DescribePatchGroupState", PatchGroup="웹 서버")
