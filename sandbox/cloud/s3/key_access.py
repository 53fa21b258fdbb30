"""Who may use the key of KMS that an object is, or will be, encrypted with: S3 asks KMS in the caller's name.

Sources: https://docs.aws.amazon.com/AmazonS3/latest/userguide/UsingKMSEncryption.html (permissions, encryption context),
https://docs.aws.amazon.com/kms/latest/developerguide/conditions-kms.html#conditions-kms-via-service. Reading an object needs kms:Decrypt,
writing one kms:GenerateDataKey, an upload in parts both; HeadObject neither.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from moto.s3.models import FakeBucket, FakeKey, s3_backends

from sandbox.cloud.faults import AwsError
from sandbox.cloud.iam.access import allowed
from sandbox.cloud.iam.context import Value, of_request
from sandbox.cloud.iam.denied import words
from sandbox.cloud.iam.request_keys import encryption_context
from sandbox.cloud.kms_keys import resolve
from sandbox.cloud.principals import Principal
from sandbox.cloud.s3.asked import PUTS, SSE, Asked
from sandbox.cloud.s3.encryption import KMS, source

_DECRYPT, _GENERATE = "kms:Decrypt", "kms:GenerateDataKey"


def check(principal: Principal, asked: Asked) -> None:
    """Raises AwsError AccessDenied in S3's words. The request says by now which key a new object gets."""
    if principal.trusted or asked.bucket is None:
        return
    for action, name, bucket, path in _needs(asked, asked.bucket):
        key = resolve(s3_backends.bucket_accounts[bucket.name][1], bucket.region_name, name)
        if key is None:
            continue
        if principal.anonymous:
            text = "Requests specifying Server Side Encryption with AWS KMS managed keys require AWS Signature Version 4."
            raise AwsError("InvalidArgument", text)
        decision = allowed(principal, action, key.arn, _context(principal, asked, bucket, path))
        if not decision:
            raise AwsError("AccessDenied", words(decision, principal, action, key.arn), 403)


def _context(principal: Principal, asked: Asked, bucket: FakeBucket, path: str) -> dict[str, Value]:
    """As S3 asks: by itself, with what it encrypts as the encryption context."""
    via = {"kms:calleraccount": principal.account, "kms:viaservice": f"s3.{bucket.region_name}.amazonaws.com"}
    return of_request(asked.request, asked.region) | via | encryption_context({"aws:s3:arn": f"arn:aws:s3:::{path}"})


def _needs(asked: Asked, bucket: FakeBucket) -> Iterator[tuple[str, str, FakeBucket, str]]:
    """(action, key, bucket, what it encrypts) for each key that the request uses."""
    if asked.operation in PUTS and asked.header(SSE) in KMS:
        name = asked.header(f"{SSE}-Aws-Kms-Key-Id")
        path = bucket.name if asked.header(f"{SSE}-Bucket-Key-Enabled") == "true" else f"{bucket.name}/{asked.key}"
        yield _GENERATE, name, bucket, path
        if asked.operation == "CreateMultipartUpload":
            yield _DECRYPT, name, bucket, path
    elif asked.operation in ("UploadPart", "UploadPartCopy", "CompleteMultipartUpload"):
        upload: Any = bucket.multiparts.get(asked.request.args.get("uploadId", ""))
        if upload is not None and upload.sse_encryption in KMS:
            yield _DECRYPT, upload.kms_key_id, bucket, f"{bucket.name}/{asked.key}"
    read = asked.version() if asked.operation in ("GetObject", "SelectObjectContent") else None
    if asked.operation in ("CopyObject", "UploadPartCopy"):
        read = source(asked)
    if isinstance(read, FakeKey) and read.encryption in KMS and read.kms_key_id:
        holder = s3_backends.bucket_accounts[str(read.bucket_name)]
        path = str(read.bucket_name) if str(read.bucket_key_enabled).lower() == "true" else f"{read.bucket_name}/{read.name}"
        yield _DECRYPT, read.kms_key_id, s3_backends[holder[1]][holder[0]].buckets[str(read.bucket_name)], path
