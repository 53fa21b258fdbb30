"""Server-side encryption with keys that the customer brings (SSE-C): S3 keeps the key's digest and asks for the key again.

Source: https://docs.aws.amazon.com/AmazonS3/latest/userguide/ServerSideEncryptionCustomerKeys.html
"""

from __future__ import annotations

import base64
import binascii
import hashlib
from typing import Any

from moto.s3.models import FakeKey

from sandbox.cloud.faults import AwsError, not_simulated
from sandbox.cloud.s3.asked import PUTS, SSE, Asked, find, invalid
from sandbox.cloud.s3.encryption import source

_OWN, _COPIED = f"{SSE}-Customer-", "X-Amz-Copy-Source-Server-Side-Encryption-Customer-"
_KEPT = "customer_key"  # the attribute of a version
_READS = ("GetObject", "HeadObject", "GetObjectAttributes", "SelectObjectContent")
_NEEDS = "Requests specifying Server Side Encryption with Customer provided keys must "


def check(asked: Asked) -> None:
    """Raises AwsError when the key is missing, malformed, of another object, or sent in the clear."""
    digest = _digest(asked, _OWN)
    if digest and asked.operation in ("CreateMultipartUpload", "UploadPart"):
        raise not_simulated("multipart uploads with a key of the customer's (SSE-C)")
    if digest and asked.operation in PUTS and asked.header(SSE):
        text = "Server Side Encryption with Customer provided key is incompatible with the encryption method specified"
        raise invalid(text, SSE.lower(), asked.header(SSE))
    if asked.operation in _READS:
        _fits(asked.version(), digest)
    elif asked.operation in ("CopyObject", "UploadPartCopy"):
        _fits(source(asked), _digest(asked, _COPIED))


def finish(asked: Asked, headers: Any) -> None:
    """Remember the digest with the object, and say it."""
    digest = asked.header(f"{_OWN}Key-Md5")
    if asked.bucket is None or not digest:
        return
    if asked.operation in ("PutObject", "CopyObject"):
        key: Any = find(asked.bucket, asked.key, None)
        if isinstance(key, FakeKey):
            key.encryption = None
            key.kms_key_id = None
            setattr(key, _KEPT, digest)
    if asked.operation in (*_READS, "PutObject", "CopyObject"):
        headers.pop(SSE, None)
        headers[f"{_OWN}Algorithm".lower()] = "AES256"
        headers[f"{_OWN}Key-MD5".lower()] = digest


def _fits(version: Any, digest: str) -> None:
    if not isinstance(version, FakeKey):
        return
    kept = getattr(version, _KEPT, "")
    if kept and not digest:
        text = "The object was stored using a form of Server Side Encryption. "
        raise AwsError("InvalidRequest", text + "The correct parameters must be provided to retrieve the object.")
    if digest and not kept:
        raise AwsError("InvalidRequest", "The encryption parameters are not applicable to this object.")
    if kept != digest:
        raise AwsError("AccessDenied", _NEEDS + "provide the correct secret key.", 403)


def _digest(asked: Asked, prefix: str) -> str:
    """The digest of the key that a request brings, empty where it brings none."""
    algorithm, key, md5 = (asked.header(prefix + part) for part in ("Algorithm", "Key", "Key-Md5"))
    if not (algorithm or key or md5):
        return ""
    if not asked.secure:
        raise AwsError("InvalidRequest", _NEEDS + "be made over a secure connection.")
    if not algorithm:
        raise invalid(_NEEDS + "provide a valid encryption algorithm.", SSE.lower(), "null")
    if not key:
        raise invalid(_NEEDS + "provide an appropriate secret key.", SSE.lower(), "null")
    if algorithm != "AES256":
        text = "The Encryption request you specified is not valid. Supported value: AES256."
        raise AwsError("InvalidEncryptionAlgorithmError", text, details={"ArgumentName": SSE.lower(), "ArgumentValue": algorithm})
    try:
        secret = base64.b64decode(key, validate=True)
    except binascii.Error:
        secret = b""
    if len(secret) != 32:
        raise invalid("The secret key was invalid for the specified algorithm.", SSE.lower(), "null")
    if base64.b64encode(hashlib.md5(secret, usedforsecurity=False).digest()).decode() != md5:
        raise invalid("The calculated MD5 hash of the key did not match the hash that was provided.", SSE.lower(), "null")
    return md5
