"""A bucket's small configurations: versioning, tags, website.

Sources: https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutBucketVersioning.html,
https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-tagging.html, https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutBucketWebsite.html
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qsl

from sandbox.cloud.faults import AwsError
from sandbox.cloud.s3.asked import Asked, invalid, malformed, rules

_TAG = re.compile(r"[\w\s.:/=+\-@]*")
_MOST_TAGS = {"PutBucketTagging": 50, "PutObjectTagging": 10}


def check(asked: Asked) -> None:
    """Raises AwsError."""
    if asked.bucket is None:
        return
    if asked.operation == "PutBucketVersioning":
        _check_versioning(asked)
    elif asked.operation in _MOST_TAGS:
        found = rules(dict(asked.document.get("TagSet") or {}), "Tag")
        _check_tags([(str(tag.get("Key") or ""), str(tag.get("Value") or "")) for tag in found], asked.operation)
    elif asked.operation == "PutBucketWebsite":
        _check_website(asked.document)
    if header := asked.header("X-Amz-Tagging"):
        _check_tags(parse_qsl(header, keep_blank_values=True), "PutObjectTagging")


def _check_versioning(asked: Asked) -> None:
    status = asked.document.get("Status")
    if status is None:
        text = "The Versioning element must be specified"
        raise AwsError("IllegalVersioningConfigurationException", text)
    if status not in ("Enabled", "Suspended"):
        raise malformed()
    if status == "Suspended" and asked.bucket is not None and asked.bucket.object_lock_enabled:
        text = "An Object Lock configuration is present on this bucket, so the versioning state cannot be changed."
        raise AwsError("InvalidBucketState", text, 409)


def _check_tags(tags: list[tuple[str, str]], operation: str) -> None:
    most = _MOST_TAGS[operation]
    if len(tags) > most:
        what = "Bucket tag count" if operation == "PutBucketTagging" else "Object tags"
        raise AwsError("BadRequest", f"{what} cannot be greater than {most}")
    names = [name for name, _ in tags]
    for name, value in tags:
        if not 1 <= len(name) <= 128 or not _TAG.fullmatch(name):
            raise AwsError("InvalidTag", "The TagKey you have provided is invalid", details={"TagKey": name})
        if len(value) > 256 or not _TAG.fullmatch(value):
            raise AwsError("InvalidTag", "The TagValue you have provided is invalid", details={"TagKey": name, "TagValue": value})
        if name.startswith("aws:"):
            raise AwsError("InvalidTag", "System tags cannot be added/updated by requester", details={"TagKey": name})
        if names.count(name) > 1:
            raise AwsError("InvalidTag", "Cannot provide multiple Tags with the same key", details={"TagKey": name})


def _check_website(document: Mapping[str, Any]) -> None:
    if "RedirectAllRequestsTo" in document:
        if len([name for name in document if not name.startswith("@")]) > 1:
            text = "RedirectAllRequestsTo cannot be provided in conjunction with other Routing Rules."
            raise invalid(text, "RedirectAllRequestsTo", "not null")
        return
    index = document.get("IndexDocument")
    if not index:
        text = "A value for IndexDocument Suffix must be provided if RedirectAllRequestsTo is empty"
        raise invalid(text, "IndexDocument", "null")
    suffix = str(dict(index).get("Suffix") or "")
    if not suffix or "/" in suffix:
        raise invalid("The IndexDocument Suffix is not well formed", "IndexDocument", suffix or "null")
