"""Was a request signed with this secret? Both signature versions, in the Authorization header or presigned in the query.

Sources: https://docs.aws.amazon.com/IAM/latest/UserGuide/create-signed-request.html,
https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-query-string-auth.html, https://docs.aws.amazon.com/AmazonS3/latest/API/RESTAuthentication.html
"""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from posixpath import normpath
from typing import Any
from urllib.parse import parse_qsl, quote, urlsplit

from botocore.auth import HmacV1Auth
from botocore.compat import HTTPHeaders
from botocore.credentials import Credentials

_UNSIGNED = "UNSIGNED-PAYLOAD"


@dataclass(frozen=True, slots=True)
class Sent:
    """A request as it came over the wire, before anything rewrote it: ``target`` is path and query, still encoded."""

    method: str
    target: str
    headers: Mapping[str, str]
    body: bytes
    bucket: str = ""


@dataclass(frozen=True, slots=True)
class V4:
    """``scope`` is date/region/service/aws4_request."""

    scope: str
    date: str
    signed_headers: str
    signature: str
    presigned: bool

    def made_with(self, secret: str, token: str, sent: Sent) -> bool:
        request = "\n".join(
            [sent.method, self._path(sent), self._query(sent), self._headers(sent), self.signed_headers, self._payload(sent)]
        )
        text = "\n".join(["AWS4-HMAC-SHA256", self.date, self.scope, hashlib.sha256(request.encode("latin-1", "replace")).hexdigest()])
        key = ("AWS4" + secret).encode()
        for part in self.scope.split("/"):
            key = hmac.digest(key, part.encode(), "sha256")
        return hmac.compare_digest(hmac.digest(key, text.encode(), "sha256").hex(), self.signature)

    @property
    def _s3(self) -> bool:
        return self.scope.split("/")[2:3] == ["s3"]

    def _path(self, sent: Sent) -> str:
        path = urlsplit("//host" + sent.target).path or "/"
        if self._s3:
            return path
        clean = normpath(path) + ("/" if path.endswith("/") and path != "/" else "")
        return quote("/" + clean.lstrip("/"), safe="/~")

    def _query(self, sent: Sent) -> str:
        pairs = parse_qsl(urlsplit("//host" + sent.target).query, keep_blank_values=True)
        kept = sorted((quote(k, safe="-_.~"), quote(v, safe="-_.~")) for k, v in pairs if k != "X-Amz-Signature")
        return "&".join(f"{name}={value}" for name, value in kept)

    def _headers(self, sent: Sent) -> str:
        return "".join(f"{name}:{' '.join(sent.headers.get(name, '').split())}\n" for name in self.signed_headers.split(";"))

    def _payload(self, sent: Sent) -> str:
        if self.presigned and self._s3:
            return _UNSIGNED
        return sent.headers.get("x-amz-content-sha256") or hashlib.sha256(sent.body).hexdigest()


@dataclass(frozen=True, slots=True)
class V2:
    """S3's old signature; ``expires`` (seconds since the epoch) only where it is presigned."""

    signature: str
    expires: str | None = None

    def made_with(self, secret: str, token: str, sent: Sent) -> bool:
        url: Any = urlsplit("//host" + sent.target)
        headers = HTTPHeaders()
        for name, value in sent.headers.items():
            headers[name] = value
        path = (f"/{sent.bucket}" if sent.bucket else "") + url.path
        date = self.expires or ("" if "x-amz-date" in sent.headers else sent.headers.get("date", ""))
        made = _Signer(secret, token, date).get_signature(sent.method, url, headers, auth_path=path)
        return hmac.compare_digest(str(made), self.signature)


class _Signer(HmacV1Auth):  # type: ignore[misc]
    """botocore's, at the moment that the request names instead of now."""

    def __init__(self, secret: str, token: str, date: str) -> None:
        super().__init__(Credentials("key", secret, token or None))
        self._date = date

    def _get_date(self) -> str:
        return self._date


@dataclass(frozen=True, slots=True)
class Credential:
    """What a request says of its signer; ``scope`` is the whole credential scope where there is one."""

    access_key: str
    scope: str
    token: str
    proof: V2 | V4
    sent: Sent
    expires: datetime | None = None


_PART = re.compile(r"(Credential|SignedHeaders|Signature)=([^,\s]+)")


def from_header(header: str, date: str) -> V4:
    """The parts of ``AWS4-HMAC-SHA256 Credential=…, SignedHeaders=…, Signature=…``; missing ones are empty, which matches nothing."""
    parts = dict(_PART.findall(header))
    return V4(
        parts.get("Credential", "").partition("/")[2], date, parts.get("SignedHeaders", ""), parts.get("Signature", ""), presigned=False
    )
