"""Listing: keys and common prefixes in one order and counted together, pages that begin where the last one ended.

Sources: https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListObjectsV2.html, https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListObjects.html,
https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListObjectVersions.html
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterable
from typing import Any

from moto.s3.models import FakeBucket, FakeDeleteMarker, FakeKey, S3Backend

from sandbox.cloud.s3.asked import Asked, invalid

_LISTS = ("ListObjects", "ListObjectsV2", "ListObjectVersions", "ListMultipartUploads", "ListParts")
_MAX_INT = 2147483647
_TOKEN = b"1"
Entry = FakeKey | str


def install() -> None:
    """Idempotent."""
    backend: Any = S3Backend
    backend.list_objects, backend.list_objects_v2, backend.list_object_versions = _list_objects, _list_objects_v2, _list_object_versions


def check(asked: Asked) -> None:
    """Raises AwsError InvalidArgument for arguments that no list has."""
    if asked.operation not in _LISTS:
        return
    args = asked.request.args
    if "max-keys" in args:
        number = args["max-keys"]
        if not number.lstrip("-").isdigit():
            raise invalid("Provided max-keys not an integer or within integer range", "max-keys", number)
        if not 0 <= int(number) <= _MAX_INT:
            raise invalid(f"Argument maxKeys must be an integer between 0 and {_MAX_INT}", "maxKeys", number)
        if int(number) > 1000:
            asked.request.environ["QUERY_STRING"] = asked.request.environ["QUERY_STRING"].replace(f"max-keys={number}", "max-keys=1000")
    if args.get("encoding-type", "url") != "url":
        raise invalid("Invalid Encoding Method specified in Request", "encoding-type", args["encoding-type"])
    if asked.operation == "ListObjectsV2" and "continuation-token" in args and _place(args["continuation-token"]) is None:
        raise invalid("The continuation token provided is incorrect", "continuation-token", args["continuation-token"])
    if asked.operation == "ListObjectVersions" and args.get("version-id-marker") and not args.get("key-marker"):
        raise invalid("A version-id marker cannot be specified without a key marker.", "version-id-marker", args["version-id-marker"])


def entries(bucket: FakeBucket, prefix: str, delimiter: str, after: str) -> Iterable[Entry]:
    """Newest versions and common prefixes in the order of their names, those up to ``after`` left out."""
    last = ""
    for name in sorted(key for key in dict.keys(bucket.keys) if key.startswith(prefix)):
        version = bucket.keys[name]
        if isinstance(version, FakeDeleteMarker):
            continue
        end = name.find(delimiter, len(prefix)) if delimiter else -1
        if end < 0:
            if name > after:
                yield version
            continue
        folder = name[: end + len(delimiter)]
        if folder != last and folder > after:
            yield folder
        last = folder


def _page(found: Iterable[Entry], size: int) -> tuple[list[Entry], bool]:
    page: list[Entry] = []
    for entry in found:
        if len(page) == size:
            return page, size > 0
        page.append(entry)
    return page, False


def _name(entry: Entry) -> str:
    return entry if isinstance(entry, str) else entry.name


def _list_objects(self: S3Backend, bucket: FakeBucket, *, prefix: Any, delimiter: Any, marker: Any, max_keys: Any) -> Any:
    size = 1000 if max_keys is None else max_keys
    page, more = _page(entries(bucket, prefix or "", delimiter or "", marker or ""), size)
    keys, folders = [one for one in page if isinstance(one, FakeKey)], [one for one in page if isinstance(one, str)]
    # Without a delimiter the last key is where the next page begins; S3 names the place only with one.
    return keys, folders, more, _name(page[-1]) if more and delimiter else None


def _list_objects_v2(
    self: S3Backend, bucket: FakeBucket, *, prefix: Any, delimiter: Any, continuation_token: Any, start_after: Any, max_keys: int
) -> Any:
    after = (_place(continuation_token) if continuation_token else start_after) or ""
    page, more = _page(entries(bucket, prefix or "", delimiter or "", after), max_keys)
    return page, more, base64.b64encode(_TOKEN + _name(page[-1]).encode()).decode() if more else None


def _place(token: str) -> str | None:
    try:
        text = base64.b64decode(token, validate=True)
        return text.removeprefix(_TOKEN).decode() if text.startswith(_TOKEN) else None
    except (binascii.Error, UnicodeDecodeError):
        return None


def _list_object_versions(
    self: S3Backend, bucket_name: str, *, delimiter: Any = None, key_marker: Any = None, max_keys: Any = 1000, prefix: str = "",
    version_id_marker: Any = None,
) -> Any:  # fmt: skip
    """(versions, common prefixes, delete markers, next key marker, next version id marker), newest first within a name."""
    bucket = self.get_bucket(bucket_name)
    found = _versions(bucket, prefix, delimiter or "", key_marker or "", version_id_marker)
    page, more = _page(found, 1000 if max_keys is None else max_keys)
    folders = [one for one in page if isinstance(one, str)]
    keys = [one for one in page if isinstance(one, FakeKey)]
    markers = [one for one in page if isinstance(one, FakeDeleteMarker)]
    last = page[-1] if more else None
    identifier = getattr(last, "version_id", None)
    return keys, folders, markers, last if isinstance(last, str) else getattr(last, "name", None), identifier


def _versions(bucket: FakeBucket, prefix: str, delimiter: str, after: str, version: str | None) -> Iterable[Any]:
    last = ""
    for name in sorted(key for key in dict.keys(bucket.keys) if key.startswith(prefix)):
        end = name.find(delimiter, len(prefix)) if delimiter else -1
        if end >= 0:
            folder = name[: end + len(delimiter)]
            if folder != last and folder > after:
                yield folder
            last = folder
        elif name > after or (name == after and version):
            newest_first = list(reversed(bucket.keys.getlist(name)))
            for place, one in enumerate(newest_first):
                one.is_latest = place == 0
            passed = [place for place, one in enumerate(newest_first) if name == after and one.version_id == version]
            yield from newest_first[passed[0] + 1 if passed else 0 :]
