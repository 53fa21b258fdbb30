from __future__ import annotations

import json
from typing import Any

import pytest

from sandbox.cloud.policies import UnsupportedError, Verdict, evaluate, is_public

ARN = "arn:aws:sts::111122223333:assumed-role/Lab/i-1"


def judge(
    *statements: dict[str, Any], arn: str = ARN, account: str = "111122223333", action: str = "s3:GetObject", **context: str
) -> Verdict:
    filled = [{"Effect": "Allow", "Principal": "*", "Action": "s3:*", "Resource": "*", **s} for s in statements]
    resource = "arn:aws:s3:::b/dir/k"
    keys = {name.replace("_", ":"): value for name, value in context.items()}
    return evaluate(json.dumps({"Statement": filled}), account=account, arn=arn, action=action, resource=resource, context=keys)


def test_deny_wins() -> None:
    assert judge({}) is Verdict.ALLOW
    assert judge({}, {"Effect": "Deny"}) is Verdict.DENY
    assert judge() is Verdict.NEUTRAL


@pytest.mark.parametrize(
    "principal",
    [
        "*",
        {"AWS": "*"},
        {"AWS": "111122223333"},
        {"AWS": ["arn:aws:iam::111122223333:root"]},
        {"AWS": "arn:aws:iam::111122223333:role/Lab"},
        {"AWS": ARN},
    ],
)
def test_named(principal: Any) -> None:
    assert judge({"Principal": principal}) is Verdict.ALLOW


@pytest.mark.parametrize(
    "principal", [{"AWS": "999988887777"}, {"Service": "ec2.amazonaws.com"}, {"AWS": "arn:aws:iam::111122223333:role/Other"}]
)
def test_not_named(principal: Any) -> None:
    assert judge({"Principal": principal}) is Verdict.NEUTRAL


def test_anonymous_is_everybody_only() -> None:
    assert judge({}, arn="", account="") is Verdict.ALLOW
    assert judge({"Principal": {"AWS": "111122223333"}}, arn="", account="") is Verdict.NEUTRAL


def test_actions_and_resources() -> None:
    assert judge({"Action": "S3:getobject"}) is Verdict.ALLOW
    assert judge({"Action": ["s3:Put*", "s3:Get?bject"]}) is Verdict.ALLOW
    assert judge({"Action": "s3:Put*"}) is Verdict.NEUTRAL
    assert judge({"Action": "s3:*", "Resource": "arn:aws:s3:::B/*"}) is Verdict.NEUTRAL
    assert judge({"Resource": ["arn:aws:s3:::b/dir/*"]}) is Verdict.ALLOW
    assert judge({"Resource": "arn:aws:s3:::b/[dk]ir/*"}) is Verdict.NEUTRAL
    assert judge({"Effect": "Deny", "NotAction": "s3:Get*"}, action="s3:PutObject") is Verdict.DENY


@pytest.mark.parametrize(
    ("condition", "context", "holds"),
    [
        ({"Bool": {"aws:SecureTransport": "false"}}, {"aws_securetransport": "false"}, True),
        ({"Bool": {"aws:SecureTransport": "false"}}, {"aws_securetransport": "true"}, False),
        ({"StringNotEquals": {"s3:x-amz-server-side-encryption": "aws:kms"}}, {}, True),
        ({"StringNotEquals": {"s3:x-amz-server-side-encryption": "aws:kms"}}, {"s3_x-amz-server-side-encryption": "aws:kms"}, False),
        ({"StringEquals": {"s3:prefix": ["a", "b"]}}, {"s3_prefix": "b"}, True),
        ({"StringEquals": {"s3:prefix": "a"}}, {}, False),
        ({"StringEqualsIfExists": {"s3:prefix": "a"}}, {}, True),
        ({"StringLike": {"s3:prefix": "dir/*"}}, {"s3_prefix": "dir/x"}, True),
        ({"IpAddress": {"aws:SourceIp": "10.0.0.0/8"}}, {"aws_sourceip": "10.1.2.3"}, True),
        ({"NotIpAddress": {"aws:SourceIp": "10.0.0.0/8"}}, {"aws_sourceip": "10.1.2.3"}, False),
        ({"Null": {"s3:x-amz-server-side-encryption": "true"}}, {}, True),
        ({"NumericLessThanEquals": {"s3:max-keys": "10"}}, {"s3_max-keys": "9"}, True),
        ({"ArnLike": {"aws:PrincipalArn": "arn:aws:sts::*:assumed-role/Lab/*"}}, {"aws_principalarn": ARN}, True),
    ],
)
def test_conditions(condition: dict[str, Any], context: dict[str, str], holds: bool) -> None:
    assert judge({"Condition": condition}, **context) is (Verdict.ALLOW if holds else Verdict.NEUTRAL)


def test_unknown_conditions_are_not_guessed() -> None:
    with pytest.raises(UnsupportedError):
        judge({"Condition": {"DateLessThan": {"aws:CurrentTime": "2030-01-01"}}}, aws_currenttime="2026-01-01")


@pytest.mark.parametrize(
    ("statement", "public"),
    [
        ({"Principal": "*"}, True),
        ({"Principal": {"AWS": "*"}, "Condition": {"StringLike": {"aws:UserAgent": "x"}}}, True),
        ({"Principal": "*", "Condition": {"IpAddress": {"aws:SourceIp": "10.0.0.0/8"}}}, False),
        ({"Principal": {"AWS": "111122223333"}}, False),
        ({"Principal": "*", "Effect": "Deny"}, False),
    ],
)
def test_is_public(statement: dict[str, Any], public: bool) -> None:
    assert is_public(json.dumps({"Statement": {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*", **statement}})) is public
