"""What S3 refuses about an object: its name, its metadata, a version that is not there, a copy that would change nothing, a lock.

Sources: https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-keys.html,
https://docs.aws.amazon.com/AmazonS3/latest/userguide/UsingMetadata.html, https://docs.aws.amazon.com/AmazonS3/latest/userguide/DeleteMarker.html,
https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-requests.html, https://docs.aws.amazon.com/AmazonS3/latest/API/API_CopyObject.html
"""

from __future__ import annotations

import re
from typing import Any

from moto.s3.models import FakeDeleteMarker, FakeKey

from sandbox.cloud.faults import AwsError
from sandbox.cloud.s3.asked import PUTS, SSE, Asked, find, invalid
from sandbox.cloud.s3.encryption import KMS, default, source

_FORMS = ("application/x-www-form-urlencoded", "multipart/form-data")
_SENT_AS, _COPIED = "sandbox.content-type", "sandbox.copied-version"
_MAX_KEY, _MAX_METADATA = 1024, 2048
_VERSION = re.compile(r"[A-Za-z0-9._]{32}|null|[0-9a-f-]{36}")  # S3's own; moto's, in accounts older than S3's own
_READS = ("GetObject", "GetObjectTagging", "GetObjectAttributes", "GetObjectAcl")
_COPY_CHANGES = ("X-Amz-Storage-Class", "X-Amz-Website-Redirect-Location", SSE, f"{SSE}-Customer-Algorithm")


def check(asked: Asked) -> None:
    """Raises AwsError."""
    if size := len(asked.key.encode()) if len(asked.key.encode()) > _MAX_KEY else 0:
        details = {"Size": str(size), "MaxSizeAllowed": str(_MAX_KEY)}
        raise AwsError("KeyTooLongError", "Your key is too long", details=details)
    if asked.bucket is None:
        return
    if asked.operation in PUTS:
        _check_metadata(asked)
    if asked.operation in _READS or asked.operation == "HeadObject":
        _check_version(asked)
    if asked.request.mimetype in _FORMS:
        # As curl sends what it is given. To S3 it is an object like any other; moto would take it apart.
        environ = asked.request.environ
        environ[_SENT_AS], environ["CONTENT_TYPE"] = environ["CONTENT_TYPE"], "binary/octet-stream"
    if asked.operation == "PutObject":
        _check_condition(asked)
    elif asked.operation == "CopyObject":
        _check_copy(asked)


def finish(asked: Asked, headers: Any) -> None:
    """An object keeps the type that it was sent as; a copy says which version it is of, where the source keeps versions."""
    if copied := asked.request.environ.get(_COPIED):
        headers["x-amz-copy-source-version-id"] = copied
    sent_as = asked.request.environ.get(_SENT_AS)
    if asked.bucket is not None and asked.operation == "PutObject" and sent_as:
        key = find(asked.bucket, asked.key, None)
        if isinstance(key, FakeKey):
            key.set_metadata({"Content-Type": sent_as})


def _check_metadata(asked: Asked) -> None:
    prefix = "x-amz-meta-"
    pairs = [(name.lower().removeprefix(prefix), value) for name, value in asked.request.headers.items() if name.lower().startswith(prefix)]
    size = sum(len(name.encode()) + len(value.encode()) for name, value in pairs)
    if size > _MAX_METADATA:
        details = {"Size": str(size), "MaxSizeAllowed": str(_MAX_METADATA)}
        raise AwsError("MetadataTooLarge", "Your metadata headers exceed the maximum allowed metadata size", details=details)


def _check_version(asked: Asked) -> None:
    wanted = asked.request.args.get("versionId")
    if wanted is None:
        return
    if not _VERSION.fullmatch(wanted):
        raise invalid("Invalid version id specified", "versionId", wanted)
    found = asked.version()
    if isinstance(found, FakeDeleteMarker) and asked.operation != "HeadObject":
        details = {"Method": asked.request.method, "ResourceType": "DeleteMarker"}
        raise AwsError("MethodNotAllowed", "The specified method is not allowed against this resource.", 405, details)
    if found is None:
        details = {"Key": asked.key, "VersionId": wanted}
        raise AwsError("NoSuchVersion", "The specified version does not exist.", 404, details)


def _check_condition(asked: Asked) -> None:
    wanted = asked.header("If-None-Match")
    if wanted and wanted != "*":
        text = "A header you provided implies functionality that is not implemented"
        why = "We don't accept the provided value of If-None-Match header for this API"
        raise AwsError("NotImplemented", text, 501, {"Header": "If-None-Match", "additionalMessage": why})
    if asked.header("If-Match") and not isinstance(asked.version(), FakeKey):
        raise AwsError("NoSuchKey", "The specified key does not exist.", 404, {"Key": asked.key})


def _check_copy(asked: Asked) -> None:
    wanted = asked.header("X-Amz-Copy-Source").partition("?versionId=")[2]
    if wanted and not _VERSION.fullmatch(wanted):
        raise invalid("Invalid version id specified", "versionId", wanted)
    found = source(asked)
    if wanted and isinstance(found, FakeDeleteMarker):
        raise AwsError("InvalidRequest", "The source of a copy request may not specifically refer to a delete marker by version id.")
    bucket = asked.bucket
    if found is None or bucket is None or isinstance(found, FakeDeleteMarker):
        return
    if wanted or found.version_id != "null":
        asked.request.environ[_COPIED] = wanted or str(found.version_id)  # a copy onto itself would name the new one afterwards
    onto_itself = (found.bucket_name, found.name) == (asked.name, asked.key) and "versionId=" not in asked.header("X-Amz-Copy-Source")
    changes = any(asked.header(name) for name in _COPY_CHANGES) or asked.header("X-Amz-Metadata-Directive") == "REPLACE"
    # Where a default was chosen for the bucket, or the object is under another key than S3's own, encryption itself is the change.
    if onto_itself and not changes and bucket.encryption == default() and found.encryption not in KMS:
        text = (
            "This copy request is illegal because it is trying to copy an object to itself without changing the object's metadata, "
            "storage class, website redirect location or encryption attributes."
        )
        raise AwsError("InvalidRequest", text)
