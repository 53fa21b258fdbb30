"""Multipart uploads: which parts make an object.

Sources: https://docs.aws.amazon.com/AmazonS3/latest/API/API_CompleteMultipartUpload.html,
https://docs.aws.amazon.com/AmazonS3/latest/userguide/qfacts.html
"""

from __future__ import annotations

from typing import Any

from moto.s3.models import FakeMultipart

from sandbox.cloud.faults import AwsError
from sandbox.cloud.s3.asked import Asked, malformed, rules

_MIN_PART = 5 * 1024 * 1024
_WITH_UPLOAD = ("UploadPart", "UploadPartCopy", "CompleteMultipartUpload", "AbortMultipartUpload", "ListParts")


def check(asked: Asked) -> None:
    """Raises AwsError NoSuchUpload, InvalidPartOrder, InvalidPart or EntityTooSmall."""
    if asked.bucket is None or asked.operation not in _WITH_UPLOAD:
        return
    identifier = asked.request.args.get("uploadId", "")
    upload = asked.bucket.multiparts.get(identifier)
    done = getattr(asked.version(), "multipart", None)
    if asked.operation == "CompleteMultipartUpload" and done is not None and done.id == identifier:
        return  # Asked again, S3 says again what it said.
    if upload is None or upload.key_name != asked.key:
        text = "The specified upload does not exist. The upload ID may be invalid, or the upload may have been aborted or completed."
        raise AwsError("NoSuchUpload", text, 404, {"UploadId": identifier})
    if asked.operation == "CompleteMultipartUpload":
        _check_parts(upload, rules(asked.document, "Part"))


def _check_parts(upload: FakeMultipart, parts: list[dict[str, Any]]) -> None:
    if not parts:
        raise malformed()
    try:
        wanted = [(int(part["PartNumber"]), str(part["ETag"])) for part in parts]
    except (KeyError, ValueError):
        raise malformed() from None
    numbers = [number for number, _ in wanted]
    if numbers != sorted(set(numbers)):
        text = "The list of parts was not in ascending order. Parts must be ordered by part number."
        raise AwsError("InvalidPartOrder", text, details={"UploadId": upload.id})
    for number, etag in wanted:
        part = upload.parts.get(number)
        if part is None or part.etag.strip('"') != etag.strip('"'):
            text = (
                "One or more of the specified parts could not be found.  The part may not have been uploaded, "
                "or the specified entity tag may not match the part's entity tag."
            )
            raise AwsError("InvalidPart", text, details={"UploadId": upload.id, "PartNumber": str(number), "ETag": etag.strip('"')})
    for number in numbers[:-1]:
        size = upload.parts[number].size
        if size < _MIN_PART:
            details = {
                "ProposedSize": str(size), "MinSizeAllowed": str(_MIN_PART), "PartNumber": str(number),
                "ETag": upload.parts[number].etag.strip('"'),
            }  # fmt: skip
            raise AwsError("EntityTooSmall", "Your proposed upload is smaller than the minimum allowed size", details=details)
