"""Digests and checksums that a client sends with a body are compared with the body.

Sources: https://docs.aws.amazon.com/AmazonS3/latest/userguide/checking-object-integrity.html,
https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-streaming-trailers.html
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import zlib
from collections.abc import Callable, Mapping
from functools import cache

from sandbox.cloud.faults import AwsError
from sandbox.cloud.s3.asked import Asked

_PREFIX = "x-amz-checksum-"
_WRITES = ("PutObject", "UploadPart")


def check(asked: Asked) -> None:
    """Raises AwsError BadDigest, InvalidDigest or InvalidRequest."""
    if md5 := asked.header("Content-Md5"):
        _check_md5(md5, asked.body if asked.operation not in _WRITES else unwrap(asked)[0])
    if asked.operation not in _WRITES:
        return
    body, trailers = unwrap(asked)
    sent = {name.lower(): value for name, value in asked.request.headers.items()} | dict(trailers)
    given = {name.removeprefix(_PREFIX): value for name, value in sent.items() if name.removeprefix(_PREFIX) in ALGORITHMS}
    if len(given) > 1:
        raise AwsError("InvalidRequest", "Expecting a single x-amz-checksum- header. Multiple checksum Types are not allowed.")
    for name, value in given.items():
        _check_sum(name, value, body)
        asked.request.environ["HTTP_X_AMZ_SDK_CHECKSUM_ALGORITHM"] = name.upper()  # Clients other than AWS's own leave it out.


def unwrap(asked: Asked) -> tuple[bytes, Mapping[str, str]]:
    """The object inside a body sent in chunks (``aws-chunked``), and the trailers after it."""
    if not asked.header("X-Amz-Content-Sha256").startswith("STREAMING-"):
        return asked.body, {}
    content, rest = bytearray(), asked.body
    while True:
        head, _, rest = rest.partition(b"\r\n")
        try:
            size = int(head.split(b";")[0] or b"0", 16)
        except ValueError:
            raise AwsError("IncompleteBody", "The request body terminated unexpectedly") from None
        if size == 0:
            break
        if len(rest) < size + 2:
            raise AwsError("IncompleteBody", "The request body terminated unexpectedly")
        content += rest[:size]
        rest = rest[size + 2 :]
    lines = (line.decode("latin-1").partition(":") for line in rest.replace(b"\r\n", b"\n").split(b"\n") if b":" in line)
    return bytes(content), {name.strip().lower(): value.strip() for name, _, value in lines}


def _check_md5(given: str, body: bytes) -> None:
    try:
        wanted = base64.b64decode(given, validate=True)
    except binascii.Error:
        wanted = b""
    if len(wanted) != 16:
        raise AwsError("InvalidDigest", "The Content-MD5 you specified was invalid.", details={"Content-MD5": given})
    found = hashlib.md5(body, usedforsecurity=False).digest()
    if found != wanted:
        details = {"ExpectedDigest": given, "CalculatedDigest": base64.b64encode(found).decode()}
        raise AwsError("BadDigest", "The Content-MD5 you specified did not match what we received.", details=details)


def _check_sum(name: str, given: str, body: bytes) -> None:
    found = ALGORITHMS[name](body)
    try:
        wanted = base64.b64decode(given, validate=True)
    except binascii.Error:
        wanted = b""
    if len(wanted) != len(found):
        raise AwsError("InvalidRequest", f"Value for {_PREFIX}{name} header is invalid.")
    if wanted != found:
        raise AwsError("BadDigest", f"The {name.upper()} you specified did not match the calculated checksum.")


@cache
def _table(polynomial: int) -> tuple[int, ...]:
    """Of a reflected CRC, byte by byte."""
    table = []
    for value in range(256):
        for _ in range(8):
            value = (value >> 1) ^ (polynomial if value & 1 else 0)  # noqa: PLW2901
        table.append(value)
    return tuple(table)


def _crc(polynomial: int, width: int) -> Callable[[bytes], bytes]:
    """In Python, some 10 MB a second: the AWS CLI sends CRC32 unless it is asked for another."""

    def compute(body: bytes) -> bytes:
        table = _table(polynomial)
        value = everything = (1 << 8 * width) - 1
        for byte in body:
            value = table[(value ^ byte) & 0xFF] ^ (value >> 8)
        return (value ^ everything).to_bytes(width, "big")

    return compute


ALGORITHMS: Mapping[str, Callable[[bytes], bytes]] = {
    "crc32": lambda body: zlib.crc32(body).to_bytes(4, "big"),
    "crc32c": _crc(0x82F63B78, 4),
    "crc64nvme": _crc(0x9A6C9329AC4BC9B5, 8),
    "sha1": lambda body: hashlib.sha1(body, usedforsecurity=False).digest(),
    "sha256": lambda body: hashlib.sha256(body).digest(),
}
