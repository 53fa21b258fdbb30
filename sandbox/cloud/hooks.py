"""What is changed in moto itself, once a process, before first use; and the few things it does behind a read."""

from __future__ import annotations

from typing import Any

from moto.ec2.models import ec2_backends
from moto.ec2.models.vpcs import DEFAULT_VPC_ENDPOINT_SERVICES
from moto.iam.access_control import PermissionResult
from moto.kms.models import kms_backends
from moto.s3.models import FakeBucket, PublicAccessBlock, S3Backend

from sandbox.cloud import (
    dates,
    deliveries,
    dynamodb_requests,
    kms_answers,
    kms_policies,
    metrics,
    not_there,
    route53_records,
    s3_rules,
    sqs_answers,
    ssm_secrets,
)
from sandbox.cloud.ec2 import groups, ids, launch, regions, storage
from sandbox.cloud.iam import aws_policies, sessions, simulation, users, validation
from sandbox.cloud.s3 import encryption

_home = {"account": ""}
_create_bucket = S3Backend.create_bucket


def set_home_account(account: str) -> None:
    _home["account"] = account


def home_account() -> str:
    """The learner's own account in this process."""
    return _home["account"]


def install() -> None:
    """Idempotent. Bucket policies are decided by s3_access (moto's own reading ignores principals and conditions)."""
    FakeBucket.get_permission = _no_opinion  # type: ignore[method-assign,assignment]
    S3Backend.create_bucket = _new_bucket  # type: ignore[method-assign]
    for part in (s3_rules, kms_answers, kms_policies, deliveries, aws_policies, users, sessions, simulation, validation, ssm_secrets,
                 route53_records, dates, dynamodb_requests, groups, ids, launch, regions, storage, metrics,
                 not_there, sqs_answers):  # fmt: skip
        part.install()


def _no_opinion(_bucket: FakeBucket, action: str, resource: str) -> Any:
    return PermissionResult.NEUTRAL


def _new_bucket(self: S3Backend, *args: Any, **named: Any) -> FakeBucket:
    """A bucket as S3 makes them since April 2023: encrypted, public access blocked, no access control lists.

    https://docs.aws.amazon.com/AmazonS3/latest/userguide/create-bucket-faq.html
    """
    bucket = _create_bucket(self, *args, **named)
    bucket.public_access_block = PublicAccessBlock("true", "true", "true", "true")
    bucket.ownership_rule = "BucketOwnerEnforced"  # type: ignore[assignment]
    bucket.encryption = encryption.default()
    return bucket


def grown() -> tuple[int, int, int]:
    """Changes when a read made something with an identifier of its own: a region's default network or services, an AWS managed key."""
    regions = sum(len(account) for account in list(ec2_backends.values()))
    keys = sum(len(backend.keys) for account in list(kms_backends.values()) for backend in list(account.values()))
    return regions, keys, len(DEFAULT_VPC_ENDPOINT_SERVICES)
