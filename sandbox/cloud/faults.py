"""Errors in the shape of each AWS protocol.

Sources: https://smithy.io/2.0/aws/protocols/index.html (awsJson, restJson, restXml, awsQuery, ec2Query, rpcv2Cbor),
https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html
"""

from __future__ import annotations

import json
import secrets
import struct
from collections.abc import Mapping
from dataclasses import dataclass
from xml.sax.saxutils import escape

NOT_SIMULATED = "NotSimulated"


class AwsError(Exception):
    """An answer that is an error: AWS's ``code``, a sentence, an HTTP status; ``details`` are the further elements of an S3 error."""

    def __init__(self, code: str, message: str, status: int = 400, details: Mapping[str, str] | None = None) -> None:
        super().__init__(f"{code}: {message}")
        self.code = code
        self.message = message
        self.status = status
        self.details = details or {}


def not_simulated(what: str) -> AwsError:
    """What is not built. Status 400: no AWS client tries that again (it would a 501)."""
    return AwsError(NOT_SIMULATED, f"not simulated here: {what}", 400)


@dataclass(frozen=True, slots=True)
class Answer:
    status: int
    headers: list[tuple[str, str]]
    body: bytes


def render(fault: AwsError, protocol: str, *, head: bool = False, resource: str = "") -> Answer:
    """The fault in ``protocol`` (botocore's names, ``s3`` for S3's own); ``head`` leaves the body out as HTTP demands."""
    request_id = secrets.token_hex(8).upper() if protocol == "s3" else _uuid()
    headers = [("x-amzn-RequestId", request_id)]
    if protocol in ("json", "rest-json"):
        text = {"__type": fault.code, "message": fault.message} if protocol == "json" else {"message": fault.message}
        headers += [
            ("Content-Type", "application/x-amz-json-1.1" if protocol == "json" else "application/json"),
            ("x-amzn-ErrorType", fault.code),
        ]
        body = json.dumps(text).encode()
    elif protocol == "smithy-rpc-v2-cbor":
        headers += [("Content-Type", "application/cbor"), ("smithy-protocol", "rpc-v2-cbor")]
        body = _cbor({"__type": fault.code, "message": fault.message})
    else:
        headers.append(("Content-Type", "application/xml" if protocol in ("s3", "rest-xml") else "text/xml"))
        body = ('<?xml version="1.0" encoding="UTF-8"?>\n' + _xml(fault, protocol, request_id, resource)).encode()
    if protocol == "s3":
        headers += [("x-amz-request-id", request_id), ("Server", "AmazonS3")]
    return Answer(fault.status, headers, b"" if head else body)


def _xml(fault: AwsError, protocol: str, request_id: str, resource: str) -> str:
    code, message = escape(fault.code), escape(fault.message)
    error = f"<Code>{code}</Code><Message>{message}</Message>"
    if protocol == "s3":
        where = "".join(f"<{name}>{escape(value)}</{name}>" for name, value in fault.details.items())
        if resource and not fault.details:
            where = f"<Resource>{escape(resource)}</Resource>"
        return f"<Error>{error}{where}<RequestId>{request_id}</RequestId><HostId>{secrets.token_hex(16)}</HostId></Error>"
    if protocol == "ec2":
        return f"<Response><Errors><Error>{error}</Error></Errors><RequestID>{request_id}</RequestID></Response>"
    return f"<ErrorResponse><Error><Type>Sender</Type>{error}</Error><RequestId>{request_id}</RequestId></ErrorResponse>"


def _cbor(value: dict[str, str]) -> bytes:
    """A map of texts, all that an error needs (RFC 8949, definite lengths)."""
    return bytes([0xA0 | len(value)]) + b"".join(_cbor_text(part) for pair in value.items() for part in pair)


def _cbor_text(text: str) -> bytes:
    data = text.encode()
    return b"\x7a" + struct.pack("!I", len(data)) + data


def _uuid() -> str:
    text = secrets.token_hex(16)
    return "-".join((text[:8], text[8:12], text[12:16], text[16:20], text[20:]))
