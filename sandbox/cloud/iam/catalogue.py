"""Which actions the services have and which kinds of resource each is about: AWS's service authorization reference, as cfn-lint ships it.

Source: https://docs.aws.amazon.com/service-authorization/latest/reference/reference_policies_actions-resources-contextkeys.html
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from importlib.util import find_spec
from pathlib import Path

from sandbox.cloud.operations import services

_FILE = "data/AdditionalSpecs/Policies.json"
_PREFIXES = {
    "stepfunctions": "states", "elbv2": "elasticloadbalancing", "dynamodbstreams": "dynamodb",
    "apigatewayv2": "apigateway", "resourcegroupstaggingapi": "tag",
}  # fmt: skip
"""Where the vendor part of a service's actions is not botocore's name of the service (its models would tell, but weigh 40 MB)."""

# Operations whose action has another name; everything else is its own action.
_UPLOAD = ("CopyObject", "CreateMultipartUpload", "UploadPart", "UploadPartCopy", "CompleteMultipartUpload")
_ACTIONS: Mapping[str, Mapping[str, str]] = {
    "s3": {
        "ListBuckets": "ListAllMyBuckets", "HeadObject": "GetObject", "SelectObjectContent": "GetObject", "DeleteObjects": "DeleteObject",
        **dict.fromkeys(_UPLOAD, "PutObject"), **dict.fromkeys(("ListObjects", "ListObjectsV2", "HeadBucket"), "ListBucket"),
        "ListObjectVersions": "ListBucketVersions", "ListMultipartUploads": "ListBucketMultipartUploads",
        "ListParts": "ListMultipartUploadParts",
        "GetBucketEncryption": "GetEncryptionConfiguration", "PutBucketEncryption": "PutEncryptionConfiguration",
        "DeleteBucketEncryption": "PutEncryptionConfiguration",
        "GetPublicAccessBlock": "GetBucketPublicAccessBlock", "PutPublicAccessBlock": "PutBucketPublicAccessBlock",
        "DeletePublicAccessBlock": "PutBucketPublicAccessBlock",
        "GetBucketLifecycle": "GetLifecycleConfiguration", "GetBucketLifecycleConfiguration": "GetLifecycleConfiguration",
        "PutBucketLifecycle": "PutLifecycleConfiguration", "PutBucketLifecycleConfiguration": "PutLifecycleConfiguration",
        "DeleteBucketLifecycle": "PutLifecycleConfiguration",
        "GetBucketNotificationConfiguration": "GetBucketNotification", "PutBucketNotificationConfiguration": "PutBucketNotification",
        "GetBucketAccelerateConfiguration": "GetAccelerateConfiguration", "PutBucketAccelerateConfiguration": "PutAccelerateConfiguration",
        "GetBucketReplication": "GetReplicationConfiguration", "PutBucketReplication": "PutReplicationConfiguration",
        "GetBucketInventoryConfiguration": "GetInventoryConfiguration", "PutBucketInventoryConfiguration": "PutInventoryConfiguration",
        "ListBucketInventoryConfigurations": "GetInventoryConfiguration",
        "DeleteBucketInventoryConfiguration": "PutInventoryConfiguration",
        "GetObjectLockConfiguration": "GetBucketObjectLockConfiguration", "PutObjectLockConfiguration": "PutBucketObjectLockConfiguration",
        "DeleteBucketCors": "PutBucketCORS", "GetBucketCors": "GetBucketCORS", "PutBucketCors": "PutBucketCORS",
        "DeleteBucketTagging": "PutBucketTagging", "DeleteBucketOwnershipControls": "PutBucketOwnershipControls",
    },
    "lambda": dict.fromkeys(("Invoke", "InvokeAsync", "InvokeWithResponseStream"), "InvokeFunction"),
    "dynamodb": {"ExecuteStatement": "PartiQLSelect", "BatchExecuteStatement": "PartiQLSelect",
                 "ExecuteTransaction": "PartiQLSelect", "TransactGetItems": "GetItem"},  # more by the statements: demands
    "budgets": {
        **dict.fromkeys(("CreateBudget", "UpdateBudget", "DeleteBudget"), "ModifyBudget"),
        **dict.fromkeys(("DescribeBudget", "DescribeBudgets"), "ViewBudget"),
    },
    "kms": {"ReEncrypt": "ReEncryptFrom"},
    "sns": {"PublishBatch": "Publish"},
    "sqs": {"SendMessageBatch": "SendMessage", "DeleteMessageBatch": "DeleteMessage",
            "ChangeMessageVisibilityBatch": "ChangeMessageVisibility"},
}  # fmt: skip


def prefix(service: str) -> str:
    """The vendor part of a service's actions: ``stepfunctions`` → ``states``."""
    return _PREFIXES.get(service, service)


def action(service: str, operation: str) -> str:
    """The action that an operation needs first (``s3:GetObject`` for HeadObject)."""
    return f"{prefix(service)}:{_ACTIONS.get(service, {}).get(operation, operation)}"


@cache
def kinds(action_name: str) -> Mapping[str, str]:
    """The kinds of resource an action is about, each with its ARN format; empty where it can only be about everything, ``*``."""
    vendor, _, name = action_name.partition(":")
    described = _reference().get(vendor, {"Actions": {}, "Resources": {}})
    named = described["Actions"].get(name.lower(), {}).get("Resources", [])
    formats: dict[str, str] = {kind: found["ARNFormats"][0] for kind, found in described["Resources"].items()}
    return {kind: formats[kind.lower()] for kind in named if kind.lower() in formats}


@cache
def _reference() -> dict[str, dict[str, dict[str, dict[str, list[str]]]]]:
    """The lines of the course's services only: all of them would hold 20 MB."""
    spec = find_spec("cfnlint")
    if spec is None or not spec.submodule_search_locations:
        raise RuntimeError("cfn-lint is not installed")
    everything = json.loads((Path(spec.submodule_search_locations[0]) / _FILE).read_bytes())
    ours = {prefix(service) for service in services()}
    return {vendor: found for vendor, found in everything.items() if vendor in ours}
