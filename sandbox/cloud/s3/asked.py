"""A request to S3 as its rules see it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any
from xml.parsers.expat import ExpatError

import xmltodict
from moto.core.request import Request
from moto.s3.models import FakeBucket, FakeDeleteMarker, FakeKey

from sandbox.cloud.faults import AwsError

SSE = "X-Amz-Server-Side-Encryption"
PUTS = ("PutObject", "CopyObject", "CreateMultipartUpload")


@dataclass(frozen=True)
class Asked:
    """``bucket`` is None where there is none of that name; ``account`` is the caller's, empty for nobody."""

    operation: str
    name: str
    bucket: FakeBucket | None
    key: str
    request: Request
    body: bytes
    region: str
    account: str

    def header(self, name: str) -> str:
        return str(self.request.headers.get(name) or "")

    @property
    def secure(self) -> bool:
        return str(self.request.environ.get("wsgi.url_scheme")) == "https"

    @cached_property
    def document(self) -> dict[str, Any]:
        """The children of the body's root element, in xmltodict's spelling. Raises AwsError MalformedXML."""
        try:
            root = next(iter(xmltodict.parse(self.body).values()))
        except (ExpatError, StopIteration):
            raise malformed() from None
        return dict(root or {})

    def version(self) -> FakeKey | FakeDeleteMarker | None:
        """The version that the request names, the newest where it names none."""
        return find(self.bucket, self.key, self.request.args.get("versionId")) if self.bucket else None


def find(bucket: FakeBucket, key: str, version: str | None) -> FakeKey | FakeDeleteMarker | None:
    versions: list[FakeKey | FakeDeleteMarker] = bucket.keys.getlist(key) or []
    return next((one for one in reversed(versions) if version is None or str(one.version_id) == version), None)


def rules(document: dict[str, Any], name: str) -> list[dict[str, Any]]:
    """The elements ``name`` of a document, however many; an empty one is an empty dict."""
    found = document.get(name, [])
    return [dict(one or {}) for one in (found if isinstance(found, list) else [found])]


def malformed() -> AwsError:
    return AwsError("MalformedXML", "The XML you provided was not well-formed or did not validate against our published schema")


def invalid(message: str, name: str, value: str) -> AwsError:
    return AwsError("InvalidArgument", message, details={"ArgumentName": name, "ArgumentValue": value})
