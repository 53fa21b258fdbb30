"""Versions, as S3 keeps them: with versioning suspended only the version ``null`` is replaced, and a deletion hides, it does not remove.

Source: https://docs.aws.amazon.com/AmazonS3/latest/userguide/AddingObjectstoVersionSuspendedBuckets.html,
https://docs.aws.amazon.com/AmazonS3/latest/userguide/DeletingObjectsfromVersionSuspendedBuckets.html
"""

from __future__ import annotations

import string
from types import SimpleNamespace
from typing import Any

from moto.moto_api._internal import mock_random
from moto.s3 import models, notifications
from moto.s3.exceptions import AccessDeniedByLock
from moto.s3.models import FakeBucket, FakeDeleteMarker, FakeKey, S3Backend

_put_object = S3Backend.put_object
_delete_object = S3Backend.delete_object
_ALPHABET = string.ascii_letters + string.digits + "._"


class _Ids:
    """moto's generator, but for version ids: S3's are 32 characters, not a UUID."""

    def __getattr__(self, name: str) -> Any:
        return getattr(mock_random, name)

    @staticmethod
    def uuid4() -> str:
        return "".join(mock_random.choices(_ALPHABET, k=32))


def install() -> None:
    """Idempotent."""
    module: Any = models
    backend: Any = S3Backend
    module.random = _Ids()
    backend.put_object, backend.delete_object = _put, _delete


def _put(self: S3Backend, bucket_name: str, key_name: str, *args: Any, **named: Any) -> FakeKey:
    bucket = self.get_bucket(bucket_name)
    if bucket.versioning_status != "Suspended":
        return _put_object(self, bucket_name, key_name, *args, **named)
    bucket.versioning_status = "Enabled"  # moto would throw every version away.
    try:
        new = _put_object(self, bucket_name, key_name, *args, **named)
    finally:
        bucket.versioning_status = "Suspended"
    new._version_id = "null"
    bucket.keys.setlist(key_name, [one for one in bucket.keys.getlist(key_name) if one is new or one.version_id != "null"])
    return new


def _delete(self: S3Backend, bucket_name: str, key_name: str, version_id: str | None = None, bypass: bool = False) -> tuple[bool, Any]:
    bucket = self.get_bucket(bucket_name)
    if not bucket.versioning_status:
        return _delete_object(self, bucket_name, key_name, version_id, bypass)
    versions = list(bucket.keys.getlist(key_name) or [])
    if version_id is None:
        return True, _hide(self, bucket, key_name, versions)
    gone = next((one for one in versions if str(one.version_id) == version_id), None)
    meta = {"version-id": version_id}
    if isinstance(gone, FakeKey):
        if gone.is_locked(governance_bypass=bypass):
            raise AccessDeniedByLock
        _tell(self, notifications.S3NotificationEvent.OBJECT_REMOVED_DELETE_EVENT, bucket, gone)
    elif gone is not None:
        meta["delete-marker"] = "true"
    kept = [one for one in versions if one is not gone]
    if kept:
        bucket.keys.setlist(key_name, kept)
    elif gone is not None:
        dict.pop(bucket.keys, key_name)
    return True, meta


def _hide(backend: S3Backend, bucket: FakeBucket, key_name: str, versions: list[Any]) -> dict[str, str]:
    """Put a delete marker on top; where versioning is suspended it takes the place of the version ``null``."""
    hidden: Any = versions[-1] if versions else SimpleNamespace(name=key_name)
    marker = FakeDeleteMarker(key=hidden)
    if bucket.versioning_status == "Suspended":
        marker._version_id = "null"
        versions = [one for one in versions if one.version_id != "null"]
    newest = next((one for one in reversed(versions) if isinstance(one, FakeKey)), None)
    bucket.keys.setlist(key_name, [*versions, marker])
    if newest is not None:
        _tell(backend, notifications.S3NotificationEvent.OBJECT_REMOVED_DELETE_MARKER_CREATED_EVENT, bucket, newest)
    return {"version-id": marker.version_id, "delete-marker": "true"}


def _tell(backend: S3Backend, event: Any, bucket: FakeBucket, key: FakeKey) -> None:
    notifications.send_event(backend.account_id, event, bucket, key)
