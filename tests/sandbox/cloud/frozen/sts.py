"""Sessions: nothing that is listed, but who asks with one must stay who it is."""

from __future__ import annotations

from frozen.aws import Aws

MADE: dict[str, list[str]] = {}
ALTERED: dict[str, list[str]] = {}
REMOVED: dict[str, list[str]] = {}


def populate(aws: Aws) -> None:
    session = aws["sts"].assume_role(RoleArn=aws.made["deployer"], RoleSessionName="s1")["Credentials"]
    aws.made["session"] = session["AccessKeyId"]


def alter(aws: Aws) -> None:
    pass


def remove(aws: Aws) -> None:
    pass
