"""Blobs in S3-compatible storage, for workers on several machines."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from typing import Any

from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError
from django.core.files.base import ContentFile, File
from storages.backends.s3 import S3Storage

_CONFIG = {
    "connect_timeout": 5,
    "read_timeout": 20,
    "retries": {"total_max_attempts": 4, "mode": "standard"},
    # Not every store that speaks S3 knows the newer checksums; a blob's name is its hash anyway.
    "request_checksum_calculation": "when_required",
    "response_checksum_validation": "when_required",
}
_NOT_THERE = {"404", "NoSuchKey", "NotFound", "NoSuchBucket"}


@contextmanager
def _as_of_a_disk() -> Iterator[None]:
    """What goes wrong is an OSError, as with files."""
    try:
        yield
    except ClientError as error:
        kind = FileNotFoundError if error.response.get("Error", {}).get("Code") in _NOT_THERE else OSError
        raise kind(str(error)) from error
    except BotoCoreError as error:
        raise OSError(str(error)) from error


def _translated(method: Callable[..., Any]) -> Callable[..., Any]:
    @wraps(method)
    def translating(*arguments: Any, **named: Any) -> Any:
        with _as_of_a_disk():
            return method(*arguments, **named)

    return translating


class SharedBlobs(S3Storage):  # type: ignore[misc]
    """A blob is one object, there whole or not at all; saving the same name again is no error. Every failure is an OSError."""

    def __init__(self, **options: Any) -> None:
        style = {"s3": {"addressing_style": options.pop("addressing_style", "auto")}}
        super().__init__(**options, file_overwrite=True, client_config=Config(signature_version="s3v4", **style, **_CONFIG))

    def _open(self, name: str, mode: str = "rb") -> File[bytes]:
        """In one request: the caller wants all of it."""
        with _as_of_a_disk():
            body: bytes = self.bucket.Object(self._normalize_name(name)).get()["Body"].read()
        return ContentFile(body, name)

    def make_bucket(self) -> None:
        """Where there is none yet. Raises OSError."""
        client = self.connection.meta.client
        with _as_of_a_disk():
            try:
                client.head_bucket(Bucket=self.bucket_name)
            except ClientError as error:
                if error.response.get("Error", {}).get("Code") not in _NOT_THERE:
                    raise
                # us-east-1 is the one region that S3 wants not to be named.
                place = {} if self.region_name == "us-east-1" else {"CreateBucketConfiguration": {"LocationConstraint": self.region_name}}
                client.create_bucket(Bucket=self.bucket_name, **place)

    _save = _translated(S3Storage._save)
    delete = _translated(S3Storage.delete)
    exists = _translated(S3Storage.exists)
    listdir = _translated(S3Storage.listdir)
    get_modified_time = _translated(S3Storage.get_modified_time)
