"""Server-side encryption with S3's own key and with keys of KMS: which key an object gets, and whether it can be used.

Sources: https://docs.aws.amazon.com/AmazonS3/latest/userguide/UsingKMSEncryption.html,
https://docs.aws.amazon.com/AmazonS3/latest/userguide/default-bucket-encryption.html,
https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucket-key.html, https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutBucketEncryption.html
"""

from __future__ import annotations

from typing import Any
from urllib.parse import unquote

from moto.kms.models import Key
from moto.s3.models import FakeBucket, FakeKey, s3_backends

from sandbox.cloud import kms_keys
from sandbox.cloud.faults import AwsError
from sandbox.cloud.s3.asked import PUTS, SSE, Asked, find, invalid, malformed, rules

KMS = ("aws:kms", "aws:kms:dsse")
_KEY, _BUCKET_KEY, _CONTEXT = f"{SSE}-Aws-Kms-Key-Id", f"{SSE}-Bucket-Key-Enabled", f"{SSE}-Context"
_CUSTOMER = f"{SSE}-Customer-Algorithm"
_READS = ("GetObject", "SelectObjectContent")


def default() -> dict[str, Any]:
    """What a bucket has unless it is told otherwise (moto's shape)."""
    return {"Rule": {"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "AES256"}, "BucketKeyEnabled": "false"}}


def check(asked: Asked) -> None:
    """Raises AwsError; spells out in the request what the bucket's default adds to it, so that the object remembers a key, not a wish."""
    if asked.bucket is None:
        return
    if asked.operation == "PutBucketEncryption":
        _check_rule(asked)
    if asked.operation in PUTS:
        _check_asked(asked)
        _settle(asked, asked.bucket)
    elif asked.operation in _READS:
        _check_readable(asked.version())
    elif asked.operation in ("UploadPart", "CompleteMultipartUpload"):
        upload: Any = asked.bucket.multiparts.get(asked.request.args.get("uploadId", ""))
        if upload is not None and upload.sse_encryption in KMS:
            usable(asked.bucket, upload.kms_key_id)
    if asked.operation in ("CopyObject", "UploadPartCopy"):
        _check_readable(source(asked))


def source(asked: Asked) -> Any:
    """The version that a copy copies, or None."""
    path, _, query = asked.header("X-Amz-Copy-Source").partition("?versionId=")
    name, _, key = unquote(path).lstrip("/").partition("/")
    where = s3_backends.bucket_accounts.get(name)
    return find(s3_backends[where[1]][where[0]].buckets[name], key, query or None) if where else None


def usable(bucket: FakeBucket, name: str) -> Key:
    """The key behind a name in a bucket's account and region. Raises AwsError in S3's spelling of what KMS says of it."""
    account, region = s3_backends.bucket_accounts[bucket.name][1], bucket.region_name
    try:
        key = kms_keys.named(account, region, name)
        kms_keys.require_usable(key)
        kms_keys.require_usage(key, "GenerateDataKey")
    except AwsError as fault:
        raise AwsError("KMS." + fault.code, fault.message) from None
    return key


def finish(asked: Asked, headers: Any) -> None:
    """What an answer says of encryption, where moto says it otherwise."""
    if headers.get(_BUCKET_KEY, "").lower() == "false":
        del headers[_BUCKET_KEY]
    bucket = asked.bucket
    if bucket is None:
        return
    if asked.operation == "DeleteBucketEncryption":
        bucket.encryption = default()
    elif asked.operation == "CreateMultipartUpload" and bucket.multiparts:
        upload: Any = next(reversed(bucket.multiparts.values()))
        upload.bucket_key_enabled = asked.header(_BUCKET_KEY) or None
        _say(headers, upload.sse_encryption, upload.kms_key_id, upload.bucket_key_enabled)
    elif asked.operation in ("UploadPart", "UploadPartCopy"):
        if (upload := bucket.multiparts.get(asked.request.args.get("uploadId", ""))) is not None:
            _say(headers, upload.sse_encryption, upload.kms_key_id, getattr(upload, "bucket_key_enabled", None))
    elif asked.operation in ("PutObject", "CopyObject", "CompleteMultipartUpload", "GetObject", "HeadObject"):
        key = asked.version() if asked.operation in ("GetObject", "HeadObject") else find(bucket, asked.key, None)
        if isinstance(key, FakeKey):
            if asked.operation == "CompleteMultipartUpload":
                key.bucket_key_enabled = getattr(key.multipart, "bucket_key_enabled", None)
            _say(headers, key.encryption, key.kms_key_id, key.bucket_key_enabled)


def _say(headers: Any, algorithm: str | None, key: str | None, bucket_key: Any) -> None:
    for name in (SSE, _KEY, _BUCKET_KEY):
        headers.pop(name, None)
    if algorithm:
        headers[SSE.lower()] = algorithm
    if algorithm in KMS and key:
        headers[_KEY.lower()] = key
    if algorithm == "aws:kms" and str(bucket_key).lower() == "true":
        headers[_BUCKET_KEY.lower()] = "true"


def _check_rule(asked: Asked) -> None:
    found = rules(asked.document, "Rule")
    wanted = (found[0].get("ApplyServerSideEncryptionByDefault") or {}) if len(found) == 1 else {}
    if wanted.get("SSEAlgorithm") not in ("AES256", *KMS):
        raise malformed()
    if wanted.get("KMSMasterKeyID") and wanted["SSEAlgorithm"] == "AES256":
        text = "a KMSMasterKeyID is not applicable if the default sse algorithm is not aws:kms or aws:kms:dsse"
        raise invalid(text, "ApplyServerSideEncryptionByDefault", "null")


def _check_asked(asked: Asked) -> None:
    algorithm = asked.header(SSE)
    if algorithm and algorithm not in ("AES256", *KMS):
        raise invalid("The encryption method specified is not supported", SSE.lower(), algorithm)
    if algorithm not in KMS and (asked.header(_KEY) or asked.header(_CONTEXT)):
        text = "Server Side Encryption with AWS KMS managed key requires HTTP header x-amz-server-side-encryption : aws:kms"
        raise invalid(text, SSE.lower(), algorithm or "null")


def _settle(asked: Asked, bucket: FakeBucket) -> None:
    if asked.header(_CUSTOMER):
        return
    rule = (bucket.encryption or default())["Rule"]
    usual = rule["ApplyServerSideEncryptionByDefault"]
    algorithm = asked.header(SSE)
    # Who asks for aws:kms without naming a key gets the account's aws/s3, whatever the bucket's own default is.
    name = asked.header(_KEY) if algorithm else usual.get("KMSMasterKeyID")
    bucket_key = asked.header(_BUCKET_KEY) or str(rule.get("BucketKeyEnabled", ""))
    algorithm = algorithm or usual["SSEAlgorithm"]
    environ = asked.request.environ
    environ["HTTP_X_AMZ_SERVER_SIDE_ENCRYPTION"] = algorithm
    if algorithm in KMS:
        key = usable(bucket, name or "alias/aws/s3")
        environ["HTTP_X_AMZ_SERVER_SIDE_ENCRYPTION_AWS_KMS_KEY_ID"] = key.arn
        environ["HTTP_X_AMZ_SERVER_SIDE_ENCRYPTION_BUCKET_KEY_ENABLED"] = bucket_key.lower() or "false"


def _check_readable(version: Any) -> None:
    if isinstance(version, FakeKey) and version.encryption in KMS and version.kms_key_id:
        name = str(version.bucket_name)
        where = s3_backends.bucket_accounts[name]
        usable(s3_backends[where[1]][where[0]].buckets[name], version.kms_key_id)
