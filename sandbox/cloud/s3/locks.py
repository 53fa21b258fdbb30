"""Object Lock: what moto's S3 lacks of it (reading a retention, a default for a bucket that holds objects already).

Sources: https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetObjectRetention.html,
https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetObjectLegalHold.html,
https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-lock-configure.html
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from moto.core.responses import ActionResult
from moto.s3 import responses
from moto.s3.exceptions import InvalidBucketState
from moto.s3.models import FakeKey, S3Backend
from werkzeug.wrappers import Response

from sandbox.cloud.faults import AwsError
from sandbox.cloud.s3.asked import Asked

_READS = {"GetObjectRetention": "lock_mode", "GetObjectLegalHold": "lock_legal_status"}
_WRITES = ("PutObjectRetention", "PutObjectLegalHold")
_key_response_get = responses.S3Response._key_response_get


def install() -> None:
    """Idempotent."""
    answers: Any = responses.S3Response
    backend: Any = S3Backend
    answers._key_response_get = _get
    backend.put_object_lock_configuration = _configure


def check(asked: Asked) -> None:
    """Raises AwsError."""
    if asked.bucket is None or asked.operation not in (*_READS, *_WRITES):
        return
    if not asked.bucket.object_lock_enabled:
        raise AwsError("InvalidRequest", "Bucket is missing Object Lock Configuration")
    found = asked.version()
    if asked.operation in _READS and isinstance(found, FakeKey) and not getattr(found, _READS[asked.operation]):
        raise AwsError("NoSuchObjectLockConfiguration", "The specified object does not have a ObjectLock configuration", 404)


def finish(asked: Asked, response: Response) -> None:
    """moto says both of a default's days and years."""
    if asked.operation == "GetObjectLockConfiguration":
        response.set_data(response.get_data().replace(b"<Years>0</Years>", b"").replace(b"<Days>0</Days>", b""))


def _get(self: responses.S3Response, query: dict[str, Any], key_name: str) -> Any:
    if "retention" not in query:
        return _key_response_get(self, query, key_name)
    key, _ = self._get_key()
    self.data["Action"] = "GetObjectRetention"
    until = datetime.fromisoformat(str(key.lock_until).replace("Z", "+00:00"))
    return self.serialized(ActionResult({"Retention": {"Mode": key.lock_mode, "RetainUntilDate": until}}))


def _configure(self: S3Backend, bucket_name: str, lock_enabled: bool, *default: Any) -> None:
    """``default`` is the mode, the days and the years of the default retention."""
    bucket: Any = self.get_bucket(bucket_name)
    if not bucket.is_versioned:
        raise InvalidBucketState("Versioning must be 'Enabled' on the bucket to apply a Object Lock configuration")
    bucket.object_lock_enabled = bucket.object_lock_enabled or lock_enabled
    bucket.default_lock_mode, bucket.default_lock_days, bucket.default_lock_years = default
