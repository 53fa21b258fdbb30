"""What S3 refuses before it looks at an object, and what it adds to an answer; each topic has its module in sandbox/cloud/s3/.

Here: bucket policies and access control lists. Sources: https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html,
https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-control-block-public-access.html
"""

from __future__ import annotations

import json
import secrets

from moto.core.request import Request
from moto.s3.models import FakeBucket
from werkzeug.wrappers import Response

from sandbox.cloud.faults import AwsError
from sandbox.cloud.operation import Operation
from sandbox.cloud.policies import is_public, statements
from sandbox.cloud.s3 import (
    configurations,
    customer_keys,
    encryption,
    integrity,
    lifecycle,
    listing,
    locks,
    names,
    notifications,
    objects,
    uploads,
    versions,
)
from sandbox.cloud.s3.asked import PUTS, Asked
from sandbox.cloud.s3_access import DENIED, acls_disabled, blocked, bucket_named

__all__ = ["Asked", "check", "finish", "install", "understand"]

_PUBLIC_ACLS = ("public-read", "public-read-write", "authenticated-read")
_TOPICS = (names, objects, integrity, customer_keys, encryption, uploads, listing, configurations, lifecycle, notifications, locks)
_NOISE = ("x-amz-content-sha256", "x-amz-sdk-checksum-algorithm", "x-amzn-requestid")


def install() -> None:
    """What is changed in moto's S3 itself. Idempotent."""
    for part in (versions, listing, locks, notifications):
        part.install()


def understand(operation: Operation, request: Request, body: bytes, *, region: str, account: str) -> Asked:
    """``account`` is the caller's, empty for nobody."""
    name = str(operation.params.get("Bucket", ""))
    key = request.path.split("/", 2)[2] if operation.params.get("Key") else ""
    return Asked(operation.name, name, bucket_named(name), key, request, body, region, account)


def check(asked: Asked) -> None:
    """Raises AwsError when S3 would refuse the request for what it says, whoever sends it."""
    for topic in _TOPICS:
        topic.check(asked)
    if asked.bucket is None:
        return
    if asked.operation == "PutBucketPolicy":
        _check_policy(asked.bucket, asked.body)
    elif asked.operation in (*PUTS, "PutObjectAcl", "PutBucketAcl"):
        _check_acl(asked.bucket, asked.operation, asked.request, asked.body)


def finish(asked: Asked, response: Response) -> None:
    """Correct an answer that succeeded."""
    headers = response.headers
    encryption.finish(asked, headers)
    customer_keys.finish(asked, headers)
    objects.finish(asked, headers)
    locks.finish(asked, response)
    for name in _NOISE:
        headers.pop(name, None)
    headers["x-amz-request-id"], headers["x-amz-id-2"] = secrets.token_hex(8).upper(), secrets.token_urlsafe(56)
    if asked.bucket is not None and not asked.bucket.versioning_status and headers.get("x-amz-version-id") == "null":
        headers.pop("x-amz-version-id")
    if asked.operation == "CompleteMultipartUpload" and asked.bucket is not None:
        place = f"https://{asked.name}.s3.{asked.bucket.region_name}.amazonaws.com/"
        response.set_data(response.get_data().replace(f"http://{asked.name}.s3.amazonaws.com/".encode(), place.encode()))


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
