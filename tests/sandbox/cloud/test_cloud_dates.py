"""How fine times are: https://docs.aws.amazon.com/cli/latest/reference/iam/create-role.html and its neighbours."""

from __future__ import annotations

import json
import re
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any

import pytest
from botocore.exceptions import ClientError
from cloud_harness import Cloud

from sandbox.cloud import dates

ACCOUNT = "111122223333"
TRUST = json.dumps({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": {"AWS": ACCOUNT}, "Action": "sts:AssumeRole"}]})


def said(cloud: Cloud, service: str, operation: str, **params: Any) -> str:
    """The answer, as it came."""
    found: list[str] = []
    client = cloud.client(service)
    client.meta.events.register("before-parse", lambda response_dict, **_: found.append(response_dict["body"].decode()))
    getattr(client, operation)(**params)
    return found[0]


@pytest.mark.parametrize(
    ("service", "operation", "params"),
    [
        ("iam", "create_role", {"RoleName": "dated", "AssumeRolePolicyDocument": TRUST}),
        ("iam", "list_policies", {"Scope": "AWS", "MaxItems": 20}),
        ("sts", "assume_role", {"RoleArn": f"arn:aws:iam::{ACCOUNT}:role/trusting", "RoleSessionName": "dated"}),
    ],
)
def test_whole_seconds(session_cloud: Cloud, service: str, operation: str, params: dict[str, Any]) -> None:
    with suppress(ClientError):
        session_cloud.client("iam").create_role(RoleName="trusting", AssumeRolePolicyDocument=TRUST)
    times = re.findall(r"\d{4}-\d\d-\d\dT[^<\"]+", said(session_cloud, service, operation, **params))
    assert times
    assert all(re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", one) for one in times)


@pytest.mark.parametrize(("told", "second"), [(123456, ".123Z"), (456, "Z"), (0, "Z")])
def test_no_finer_than_a_millisecond(told: int, second: str) -> None:
    assert dates.spelt(datetime(2026, 11, 28, 7, 44, 5, told, UTC)) == f"2026-11-28T07:44:05{second}"
    assert dates.unix_time(datetime(2026, 11, 28, 7, 44, 5, told)) == 1795851845 + told // 1000 / 1000


def test_those_that_are_numbers(session_cloud: Cloud) -> None:
    key = session_cloud.client("kms").create_key()["KeyMetadata"]
    assert key["CreationDate"].microsecond % 1000 == 0
    assert '"creationDate": 1' in said(session_cloud, "codecommit", "create_repository", repositoryName="dated")
    table = {"TableName": "dated", "AttributeDefinitions": [{"AttributeName": "k", "AttributeType": "S"}], "BillingMode": "PAY_PER_REQUEST"}
    stream = {"StreamEnabled": True, "StreamViewType": "NEW_IMAGE"}
    made = session_cloud.client("dynamodb").create_table(
        **table, KeySchema=[{"AttributeName": "k", "KeyType": "HASH"}], StreamSpecification=stream
    )["TableDescription"]
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}", made["LatestStreamLabel"])
    assert made["LatestStreamArn"].endswith(made["LatestStreamLabel"])
