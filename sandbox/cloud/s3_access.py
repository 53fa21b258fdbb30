"""Who may do what to a bucket: policy, access control lists and the public access block, as S3 decides it.

Sources: https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-policy-language-overview.html,
https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-control-block-public-access.html,
https://docs.aws.amazon.com/AmazonS3/latest/userguide/acl-overview.html, https://docs.aws.amazon.com/AmazonS3/latest/userguide/about-object-ownership.html.
The reading of an object under a key of KMS, and the writing of one, need the key too: kms_access says so.
"""

from __future__ import annotations

from typing import Any
from urllib.parse import unquote
from xml.parsers.expat import ExpatError

import xmltodict
from moto.core.request import Request
from moto.s3.models import FakeBucket, FakeKey, s3_backends

from sandbox.cloud.faults import AwsError
from sandbox.cloud.iam import catalogue
from sandbox.cloud.iam.access import allowed, for_itself
from sandbox.cloud.iam.context import Value, of_request
from sandbox.cloud.iam.denied import words
from sandbox.cloud.iam.evaluation import Decision, Kind
from sandbox.cloud.operation import Operation
from sandbox.cloud.policies import is_public
from sandbox.cloud.principals import Principal

_ALL = "http://acs.amazonaws.com/groups/global/AllUsers"
_AUTHENTICATED = "http://acs.amazonaws.com/groups/global/AuthenticatedUsers"
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


def authorize(principal: Principal, operation: Operation, request: Request, body: bytes, region: str) -> None:
    """Raises AwsError AccessDenied when ``principal`` may not; a bucket that does not exist is left to the operation itself.

    Of many objects to be deleted at once, one that may not be is the refusal of all (S3 would delete the others).
    """
    if principal.trusted:
        return
    name, key = str(operation.params.get("Bucket", "")), operation.params.get("Key")
    if operation.name in ("ListBuckets", "CreateBucket"):
        # Of nobody's buckets, so no bucket policy has a say.
        action, resource = catalogue.action("s3", operation.name), f"arn:aws:s3:::{name}" if name else "*"
        decision = for_itself(principal, action, resource, lambda: _context(request, region))
        if not decision:
            raise _denied(decision, principal, action, resource)
    elif operation.name == "DeleteObjects" and (bucket := bucket_named(name)):
        for one, version in _to_delete(body):
            action = "s3:DeleteObjectVersion" if version else "s3:DeleteObject"
            _require(principal, action, f"arn:aws:s3:::{name}/{one}", request, bucket.region_name)
    else:
        _check(principal, operation.name, name, key, request)
    source = request.headers.get("X-Amz-Copy-Source")
    if source and operation.name in ("CopyObject", "UploadPartCopy"):
        bucket_name, _, key = unquote(source.partition("?")[0]).lstrip("/").partition("/")
        _check(principal, "GetObject", bucket_name, key, request)


def _to_delete(body: bytes) -> list[tuple[str, str]]:
    """(key, version or empty) of each object; none where the body makes no sense, which the operation says."""
    try:
        found = (xmltodict.parse(body).get("Delete") or {}).get("Object") or []
    except ExpatError:
        return []
    objects = found if isinstance(found, list) else [found]
    return [(str(one.get("Key", "")), str(one.get("VersionId") or "")) for one in objects if isinstance(one, dict)]


def _check(principal: Principal, operation: str, name: str, key: str | None, request: Request) -> None:
    bucket = bucket_named(name)
    if bucket is None:
        return
    action = catalogue.action("s3", operation)
    if action in ("s3:GetObject", "s3:DeleteObject") and "versionId" in request.args:
        action += "Version"
    _require(principal, action, f"arn:aws:s3:::{name}" + (f"/{key}" if key else ""), request, bucket.region_name)
    if action == "s3:GetObject" and key and bucket.keys.get(key) is None:
        # Who may not list a bucket is not told what is in it.
        _require(principal, "s3:ListBucket", f"arn:aws:s3:::{name}", request, bucket.region_name)


def _require(principal: Principal, action: str, resource: str, request: Request, region: str) -> None:
    decision = allowed(principal, action, resource, lambda: _context(request, region))
    bucket, _, key = resource.removeprefix("arn:aws:s3:::").partition("/")
    found, outside = bucket_named(bucket), principal.account != owner(bucket)
    if found is None:
        return
    if decision and outside and found.policy and blocked(found, "restrict_public_buckets") and is_public(found.policy):
        decision = Decision(False, kind=Kind.RESOURCE)
    if decision or (outside and not decision.explicit and _opened(found, principal, action, key, request)):
        return
    raise _denied(decision, principal, action, resource)


def _opened(bucket: FakeBucket, principal: Principal, action: str, key: str, request: Request) -> bool:
    """By an access control list; who has an account needs its permission besides."""
    if not _listed(bucket, principal, action.removeprefix("s3:"), key):
        return False
    resource = f"arn:aws:s3:::{bucket.name}" + (f"/{key}" if key else "")
    return principal.anonymous or bool(for_itself(principal, action, resource, lambda: _context(request, bucket.region_name)))


def _listed(bucket: FakeBucket, principal: Principal, action: str, key: str) -> bool:
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


def _context(request: Request, region: str) -> dict[str, Value]:
    """``s3:x-amz-…`` are the request's headers, ``s3:prefix`` and the like its query."""
    context = of_request(request, region)
    context |= {"s3:" + name.lower(): value for name, value in request.headers.items() if name.lower().startswith("x-amz-")}
    return context | {"s3:" + name.lower(): value for name, value in request.args.items()}


def _denied(decision: Decision, principal: Principal, action: str, resource: str) -> AwsError:
    """S3 tells the reason within the account, and to others nothing."""
    bucket = resource.removeprefix("arn:aws:s3:::").partition("/")[0]
    within = not principal.anonymous and (action == "s3:CreateBucket" or owner(bucket) in ("", principal.account))
    return AwsError("AccessDenied", words(decision, principal, action, resource) if within else DENIED, 403)
