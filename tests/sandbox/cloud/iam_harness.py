"""Users with keys and sessions of roles, through the front door."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError
from cloud_harness import REGION, Cloud

ACCOUNT = "111122223333"
WHERE = {"CreateBucketConfiguration": {"LocationConstraint": REGION}}


def document(*statements: dict[str, Any]) -> str:
    """A policy; a statement that does not say otherwise allows, on everything."""
    return json.dumps({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Resource": "*", **s} for s in statements]})


def trust(principal: Any, **more: Any) -> str:
    statement = {"Effect": "Allow", "Principal": principal, "Action": "sts:AssumeRole", **more}
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


def denied(call: Callable[..., Any], **params: Any) -> tuple[str, str]:
    """The code and the words of a call that must fail."""
    with pytest.raises(ClientError) as caught:
        call(**params)
    error = caught.value.response["Error"]
    return error["Code"], error.get("Message", "")


def keys(made: dict[str, Any]) -> dict[str, str]:
    """A client's keys from what STS gave."""
    one = made["Credentials"]
    return {
        "aws_access_key_id": one["AccessKeyId"],
        "aws_secret_access_key": one["SecretAccessKey"],
        "aws_session_token": one["SessionToken"],
    }


class User:
    """A user with a key, and its clients."""

    def __init__(self, cloud: Cloud, name: str) -> None:
        self.cloud, self.name, self.arn = cloud, name, f"arn:aws:iam::{ACCOUNT}:user/{name}"
        self.iam = cloud.client("iam")
        self.iam.create_user(UserName=name)
        key = self.iam.create_access_key(UserName=name)["AccessKey"]
        self.keys = {"aws_access_key_id": key["AccessKeyId"], "aws_secret_access_key": key["SecretAccessKey"], "aws_session_token": None}

    def client(self, service: str) -> Any:
        return self.cloud.client(service, **self.keys)

    def may(self, *statements: dict[str, Any], policy: str = "p") -> None:
        self.iam.put_user_policy(UserName=self.name, PolicyName=policy, PolicyDocument=document(*statements))
