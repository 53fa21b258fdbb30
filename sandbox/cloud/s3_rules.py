"""What S3 refuses before it looks at an object: names, policies, access control lists, keys of KMS that cannot be used.

Sources: https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html,
https://docs.aws.amazon.com/AmazonS3/latest/userguide/UsingKMSEncryption.html,
https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html
"""

from __future__ import annotations

import ipaddress
import json
import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import unquote

from moto.core.request import Request
from moto.kms.models import Key
from moto.s3.models import FakeBucket, FakeKey

from sandbox.cloud import kms_rules
from sandbox.cloud.faults import AwsError, not_simulated
from sandbox.cloud.policies import is_public, statements
from sandbox.cloud.s3_access import DENIED, acls_disabled, blocked, bucket_named, owner

_NAME = re.compile(r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]")
_PREFIXES = ("xn--", "sthree-", "amzn-s3-demo-")
_SUFFIXES = ("-s3alias", "--ol-s3", ".mrap", "--x-s3", "--table-s3")
_SSE = "X-Amz-Server-Side-Encryption"
_PUTS = ("PutObject", "CopyObject", "CreateMultipartUpload")
_PUBLIC_ACLS = ("public-read", "public-read-write", "authenticated-read")


def valid_name(name: str) -> bool:
    """AWS's rules for general purpose buckets."""
    return (
        _NAME.fullmatch(name) is not None and ".." not in name and not _is_address(name)
        and not name.startswith(_PREFIXES) and not name.endswith(_SUFFIXES)
    )  # fmt: skip


def check(operation: str, params: Mapping[str, Any], request: Request, body: bytes) -> None:
    """Raises AwsError when S3 would refuse the request for what it says, whoever sends it."""
    name = str(params.get("Bucket", ""))
    if operation == "CreateBucket" and not valid_name(name):
        raise AwsError("InvalidBucketName", "The specified bucket is not valid.")
    bucket = bucket_named(name)
    if bucket is None:
        return
    if operation == "PutBucketPolicy":
        _check_policy(bucket, body)
    elif operation in ("PutBucketNotificationConfiguration", "PutBucketNotification") and b"CloudFunctionConfiguration" in body:
        raise not_simulated("notifications to Lambda functions")
    elif operation in (*_PUTS, "PutObjectAcl", "PutBucketAcl"):
        _check_acl(bucket, operation, request, body)
    if operation in _PUTS:
        _check_new_encryption(bucket, request)
    elif operation == "GetObject":
        _check_old_encryption(bucket, str(params.get("Key", "")), request.args.get("versionId"))
    if operation == "CopyObject":
        source, _, query = request.headers.get("X-Amz-Copy-Source", "").partition("?versionId=")
        origin, _, key = unquote(source).lstrip("/").partition("/")
        if found := bucket_named(origin):
            _check_old_encryption(found, key, query or None)


def _is_address(name: str) -> bool:
    try:
        ipaddress.IPv4Address(name)
    except ValueError:
        return False
    return True


def _check_policy(bucket: FakeBucket, body: bytes) -> None:
    try:
        found = statements(body)
    except (ValueError, AttributeError):
        raise AwsError("MalformedPolicy", "Policies must be valid JSON and the first byte must be '{'") from None
    arn = f"arn:aws:s3:::{bucket.name}"
    for statement in found:
        if not isinstance(statement, dict) or statement.get("Effect") not in ("Allow", "Deny"):
            raise AwsError("MalformedPolicy", "Invalid effect: a statement's Effect is Allow or Deny")
        if "Principal" not in statement and "NotPrincipal" not in statement:
            raise AwsError("MalformedPolicy", "Missing required field Principal")
        resources = statement.get("Resource", statement.get("NotResource", []))
        for resource in [resources] if isinstance(resources, str) else resources:
            if resource != arn and not str(resource).startswith((arn + "/", arn + "*")):
                raise AwsError("MalformedPolicy", "Policy has invalid resource")
    if blocked(bucket, "block_public_policy") and is_public(json.dumps({"Statement": found})):
        raise AwsError("AccessDenied", f"{DENIED}: public policies are blocked by the BlockPublicPolicy block public access setting.", 403)


def _check_acl(bucket: FakeBucket, operation: str, request: Request, body: bytes) -> None:
    canned = request.headers.get("X-Amz-Acl", "")
    grants = [name for name, _ in request.headers.items() if name.lower().startswith("x-amz-grant-")]
    asked = bool(canned or grants or operation.endswith("Acl"))
    if asked and acls_disabled(bucket) and canned not in ("bucket-owner-full-control", "private"):
        raise AwsError("AccessControlListNotSupported", "The bucket does not allow ACLs")
    said = body + b"".join(request.headers[name].encode() for name in grants) if grants or operation.endswith("Acl") else b""
    if blocked(bucket, "block_public_acls") and (canned in _PUBLIC_ACLS or b"/groups/global/" in said):
        raise AwsError("AccessDenied", DENIED, 403)


def _check_new_encryption(bucket: FakeBucket, request: Request) -> None:
    """A key that S3 would be told no data key by. Also spells the key's name out, as S3 gives it back."""
    rule = ((bucket.encryption or {}).get("Rule") or {}).get("ApplyServerSideEncryptionByDefault") or {}
    algorithm = request.headers.get(_SSE) or rule.get("SSEAlgorithm")
    name = request.headers.get(f"{_SSE}-Aws-Kms-Key-Id") or (None if request.headers.get(_SSE) else rule.get("KMSMasterKeyID"))
    if algorithm not in ("aws:kms", "aws:kms:dsse") or not name:
        return
    key = _key(bucket, name)
    if request.headers.get(_SSE):
        request.environ["HTTP_X_AMZ_SERVER_SIDE_ENCRYPTION_AWS_KMS_KEY_ID"] = key.arn


def _check_old_encryption(bucket: FakeBucket, name: str, version: str | None) -> None:
    versions = bucket.keys.getlist(name) or []
    found = [key for key in versions if isinstance(key, FakeKey) and (version is None or key.version_id == version)]
    if found and found[-1].encryption in ("aws:kms", "aws:kms:dsse") and found[-1].kms_key_id:
        _key(bucket, found[-1].kms_key_id)


def _key(bucket: FakeBucket, name: str) -> Key:
    key = kms_rules.resolve(owner(bucket.name), bucket.region_name, name)
    if key is None:
        arn = (
            name
            if name.startswith("arn:")
            else f"arn:aws:kms:{bucket.region_name}:{owner(bucket.name)}:{'' if name.startswith('alias/') else 'key/'}{name}"
        )
        raise AwsError("KMS.NotFoundException", f"Key '{arn}' does not exist")
    try:
        kms_rules.require_usable(key)
    except AwsError as fault:
        raise AwsError("KMS." + fault.code, fault.message) from None
    return key
