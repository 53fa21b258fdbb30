from __future__ import annotations

import json
from typing import Any

import pytest

from sandbox.cloud.policies import is_public


@pytest.mark.parametrize(
    ("statement", "public"),
    [
        ({"Principal": "*"}, True),
        ({"NotPrincipal": {"AWS": "111122223333"}}, True),
        ({"Principal": {"AWS": "*"}, "Condition": {"StringLike": {"aws:UserAgent": "x"}}}, True),
        ({"Principal": "*", "Condition": {"IpAddress": {"aws:SourceIp": "10.0.0.0/8"}}}, False),
        ({"Principal": {"AWS": "111122223333"}}, False),
        ({"Principal": "*", "Effect": "Deny"}, False),
    ],
)
def test_is_public(statement: dict[str, Any], public: bool) -> None:
    assert is_public(json.dumps({"Statement": {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*", **statement}})) is public
