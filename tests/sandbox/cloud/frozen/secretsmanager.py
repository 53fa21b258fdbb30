"""Secrets with versions and stages, a policy, one waiting to be deleted."""

from __future__ import annotations

from frozen.aws import ACCOUNT, Aws, data, policy, tags

MADE = {"secret": ["app/binary", "app/db", "app/doomed", "us-east-1/app/db"]}
ALTERED = {"secret": ["app/db", "app/binary"]}
REMOVED = {"secret": ["app/binary"]}
SHOWN = {
    "value": "get_secret_value SecretString",
    "version": "list_secret_version_ids Versions[1]",
    "resource policy": "get_resource_policy ResourcePolicy",
    "replica": "describe_secret ReplicationStatus",
    "tags": "describe_secret Tags",
}


def populate(aws: Aws) -> None:
    secrets = aws["secretsmanager"]
    secrets.create_secret(Name="app/db", SecretString="one", Tags=tags(k="v"), Description="d")
    secrets.put_secret_value(SecretId="app/db", SecretString="two")
    read = {"Effect": "Allow", "Principal": {"AWS": f"arn:aws:iam::{ACCOUNT}:root"}, "Action": "secretsmanager:*", "Resource": "*"}
    secrets.put_resource_policy(SecretId="app/db", ResourcePolicy=policy(read))
    secrets.replicate_secret_to_regions(SecretId="app/db", AddReplicaRegions=[{"Region": "us-east-1"}])
    secrets.create_secret(Name="app/binary", SecretBinary=data(b"\0\1"))
    secrets.create_secret(Name="app/doomed", SecretString="x")
    secrets.delete_secret(SecretId="app/doomed", RecoveryWindowInDays=7)


def alter(aws: Aws) -> None:
    aws["secretsmanager"].put_secret_value(SecretId="app/db", SecretString="three")
    aws["secretsmanager"].tag_resource(SecretId="app/binary", Tags=tags(k="w"))


def remove(aws: Aws) -> None:
    aws["secretsmanager"].delete_secret(SecretId="app/binary", ForceDeleteWithoutRecovery=True)
