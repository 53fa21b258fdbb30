"""Who may do what to a bucket: policy, access control lists and the public access block, as S3 decides it.

Sources: https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-policy-language-overview.html,
https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-control-block-public-access.html,
https://docs.aws.amazon.com/AmazonS3/latest/userguide/acl-overview.html, https://docs.aws.amazon.com/AmazonS3/latest/userguide/about-object-ownership.html.
Identity policies are not evaluated yet: within its own account a caller may do everything that the bucket's policy does not deny.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import unquote

from moto.core.request import Request
from moto.s3.models import FakeBucket, FakeKey, s3_backends

from sandbox.cloud.faults import AwsError, not_simulated
from sandbox.cloud.policies import UnsupportedError, Verdict, evaluate, is_public
from sandbox.cloud.principals import Principal

_ALL = "http://acs.amazonaws.com/groups/global/AllUsers"
_AUTHENTICATED = "http://acs.amazonaws.com/groups/global/AuthenticatedUsers"
_PUT = ("PutObject", "CreateMultipartUpload", "UploadPart", "UploadPartCopy", "CompleteMultipartUpload", "CopyObject")
_ACTIONS = {
    **dict.fromkeys(_PUT, "PutObject"),
    **dict.fromkeys(("HeadObject", "GetObject", "SelectObjectContent"), "GetObject"),
    **dict.fromkeys(("ListObjects", "ListObjectsV2", "HeadBucket"), "ListBucket"),
    "ListObjectVersions": "ListBucketVersions", "ListMultipartUploads": "ListBucketMultipartUploads",
    "ListParts": "ListMultipartUploadParts",
    "DeleteObjects": "DeleteObject",
    "GetBucketEncryption": "GetEncryptionConfiguration", "PutBucketEncryption": "PutEncryptionConfiguration",
    "GetPublicAccessBlock": "GetBucketPublicAccessBlock", "PutPublicAccessBlock": "PutBucketPublicAccessBlock",
}  # fmt: skip
_BY_LIST = {
    "ListBucket": "READ", "ListBucketVersions": "READ", "ListBucketMultipartUploads": "READ", "PutObject": "WRITE", "DeleteObject": "WRITE",
    "GetBucketAcl": "READ_ACP", "PutBucketAcl": "WRITE_ACP",
}  # fmt: skip
_BY_OBJECT_LIST = {"GetObject": "READ", "GetObjectVersion": "READ", "GetObjectAcl": "READ_ACP", "PutObjectAcl": "WRITE_ACP"}
DENIED = "Access Denied"


def bucket_named(name: str) -> FakeBucket | None:
    where = s3_backends.bucket_accounts.get(name)
    return s3_backends[where[1]][where[0]].buckets.get(name) if where else None


def owner(name: str) -> str:
    """The account that owns a bucket; empty when there is none of that name."""
    where = s3_backends.bucket_accounts.get(name)
    return where[1] if where else ""


def authorize(principal: Principal, operation: str, params: Mapping[str, Any], request: Request) -> None:
    """Raises AwsError AccessDenied when ``principal`` may not; a bucket that does not exist is left to the operation itself."""
    if principal.trusted:
        return
    if operation in ("ListBuckets", "CreateBucket"):
        if principal.anonymous:
            raise _denied()
        return
    _check(principal, operation, str(params.get("Bucket", "")), params.get("Key"), request)
    source = request.headers.get("X-Amz-Copy-Source")
    if source and operation in ("CopyObject", "UploadPartCopy"):
        bucket, _, key = unquote(source.partition("?")[0]).lstrip("/").partition("/")
        _check(principal, "GetObject", bucket, key, request)


def _check(principal: Principal, operation: str, name: str, key: str | None, request: Request) -> None:
    bucket = bucket_named(name)
    if bucket is None:
        return
    action = _ACTIONS.get(operation, operation)
    if action in ("GetObject", "DeleteObject") and "versionId" in request.args:
        action += "Version"
    verdict = _policy(bucket, principal, "s3:" + action, key, request)
    if verdict is Verdict.DENY:
        raise _denied()
    if verdict is Verdict.ALLOW or principal.account == owner(name) or _listed(bucket, principal, action, key):
        return
    raise _denied()


def _policy(bucket: FakeBucket, principal: Principal, action: str, key: str | None, request: Request) -> Verdict:
    if bucket.policy is None:
        return Verdict.NEUTRAL
    resource = f"arn:aws:s3:::{bucket.name}" + (f"/{key}" if key else "")
    context = _context(principal, request)
    try:
        verdict = evaluate(bucket.policy, account=principal.account, arn=principal.arn, action=action, resource=resource, context=context)
    except UnsupportedError as error:
        raise not_simulated(str(error)) from None
    outside = principal.account != owner(bucket.name)
    if verdict is Verdict.ALLOW and outside and blocked(bucket, "restrict_public_buckets") and is_public(bucket.policy):
        return Verdict.NEUTRAL
    return verdict


def _listed(bucket: FakeBucket, principal: Principal, action: str, key: str | None) -> bool:
    """Whether an access control list opens it; lists are dead where the bucket's owner owns all objects, or public ones are ignored."""
    if blocked(bucket, "ignore_public_acls") or acls_disabled(bucket):
        return False
    if action in _BY_LIST:
        return _granted(bucket.acl, principal, _BY_LIST[action])
    if action in _BY_OBJECT_LIST and key:
        found = bucket.keys.get(key)
        return isinstance(found, FakeKey) and _granted(found.acl, principal, _BY_OBJECT_LIST[action])
    return False


def _granted(acl: Any, principal: Principal, permission: str) -> bool:
    groups = {_ALL} if principal.anonymous else {_ALL, _AUTHENTICATED}
    return any(
        grantee.uri in groups
        for grant in (acl.grants if acl else ())
        for grantee in grant.grantees
        if {permission, "FULL_CONTROL"} & set(grant.permissions)
    )


def blocked(bucket: FakeBucket, switch: str) -> bool:
    """One of the four switches of a bucket's public access block (moto's attribute names, values "true" and "false")."""
    return bucket.public_access_block is not None and str(getattr(bucket.public_access_block, switch)).lower() == "true"


def acls_disabled(bucket: FakeBucket) -> bool:
    return str(bucket.ownership_rule) == "BucketOwnerEnforced"


def _context(principal: Principal, request: Request) -> dict[str, str]:
    context = {"aws:securetransport": "true" if request.scheme == "https" else "false", "aws:sourceip": request.remote_addr or ""}
    if not principal.anonymous:
        context |= {"aws:principalarn": principal.arn, "aws:principalaccount": principal.account}
    context |= {"s3:" + name.lower(): value for name, value in request.headers.items() if name.lower().startswith("x-amz-")}
    context |= {"s3:" + name.lower(): value for name, value in request.args.items()}
    context |= {f"aws:{name.lower()}": request.headers[name] for name in ("Referer",) if name in request.headers}
    return {**context, "aws:useragent": request.headers.get("User-Agent", "")}


def _denied() -> AwsError:
    return AwsError("AccessDenied", DENIED, 403)
