"""Calls of our own: a botocore client whose requests go to the gate in this process instead of onto a network."""

from __future__ import annotations

import base64
import io
from collections.abc import Callable
from datetime import datetime
from typing import Any
from urllib.parse import unquote_to_bytes, urlsplit

from botocore import UNSIGNED
from botocore.awsrequest import AWSPreparedRequest, AWSResponse
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError, UnknownServiceError
from botocore.response import StreamingBody
from botocore.session import Session

from sandbox.cloud.gate import PRINCIPAL, Gate
from sandbox.cloud.principals import Principal
from sandbox.cloud.server import headers_to_environ
from sandbox.errors import CloudError

TRAINING_ACCOUNT = "698244000366"
_CONFIG = Config(signature_version=UNSIGNED, retries={"total_max_attempts": 1}, s3={"addressing_style": "path"}, user_agent_extra="sandbox")


class Caller:
    """As an administrator of an account. Clients are kept: making one costs milliseconds, a call one or two."""

    def __init__(self, gate: Gate) -> None:
        self._gate = gate
        self._session = Session()
        self._session.set_credentials("AKIAINTERNAL00000000", "none")
        self._clients: dict[tuple[str, str, str], Any] = {}

    def call(self, service: str, operation: str, params: dict[str, Any], account: str, region: str) -> Any:
        """The answer as JSON-able data: times as ISO 8601 texts, bytes (and streams, read) as ``{"$bytes": base64}``.

        ``operation`` in either spelling (``list_buckets``, ``ListBuckets``). Raises CloudError with AWS's code and message, or
        ``ParamValidation`` / ``UnknownService`` / ``UnknownOperation`` for a call that no AWS client would send.
        """
        client = self._client(service, account, region)
        method = _method(client, operation)
        try:
            answer = method(**_decode(params))
        except ClientError as error:
            raise CloudError(error.response["Error"]["Code"], error.response["Error"].get("Message", "")) from None
        except BotoCoreError as error:
            raise CloudError(type(error).__name__.removesuffix("Error"), str(error)) from None
        answer.pop("ResponseMetadata", None)
        return _encode(answer)

    def forget(self, *accounts: str) -> None:
        """Drop the clients of accounts that were only there to warm up; what they loaded stays."""
        self._clients = {key: client for key, client in self._clients.items() if key[1] not in accounts}

    def _client(self, service: str, account: str, region: str) -> Any:
        key = (service, account, region)
        if key not in self._clients:
            try:
                client = self._session.create_client(service, region_name=region, config=_CONFIG)
            except UnknownServiceError:
                raise CloudError("UnknownService", f"there is no service {service}") from None
            client.meta.events.register_first("before-send", _Sender(self._gate, account))
            self._clients[key] = client
        return self._clients[key]


class _Sender:
    """botocore asks it first; what it returns is the response."""

    def __init__(self, gate: Gate, account: str) -> None:
        self._gate = gate
        self._principal = Principal(account, f"arn:aws:iam::{account}:root", "", trusted=True)

    def __call__(self, request: AWSPreparedRequest, **_: Any) -> AWSResponse:
        answer: list[Any] = []
        environ = _environ(request) | {PRINCIPAL: self._principal}
        body = b"".join(self._gate(environ, lambda status, headers, *_: answer.extend((status, headers))))
        return AWSResponse(request.url, int(answer[0].split(maxsplit=1)[0]), dict(answer[1]), _Raw(body))


class _Raw(io.BytesIO):
    """What botocore wants of urllib3's response."""

    def stream(self, *_: Any, **__: Any) -> Any:
        while chunk := self.read(65536):
            yield chunk


def _environ(request: AWSPreparedRequest) -> dict[str, Any]:
    url = urlsplit(request.url)
    body = request.body or b""
    body = body.encode() if isinstance(body, str) else body if isinstance(body, bytes | bytearray) else body.read()
    headers = [(name, value.decode("latin-1") if isinstance(value, bytes) else str(value)) for name, value in request.headers.items()]
    target = url.path + (f"?{url.query}" if url.query else "")
    return headers_to_environ(headers) | {
        "wsgi.version": (1, 0), "wsgi.url_scheme": "https", "wsgi.input": io.BytesIO(bytes(body)), "wsgi.errors": io.StringIO(),
        "wsgi.multithread": True, "wsgi.multiprocess": False, "wsgi.run_once": False,
        "REQUEST_METHOD": request.method, "SCRIPT_NAME": "", "QUERY_STRING": url.query,
        "PATH_INFO": unquote_to_bytes(url.path or "/").decode("latin-1"), "REQUEST_URI": target, "RAW_URI": target, "HTTP_HOST": url.netloc,
        "REMOTE_ADDR": "127.0.0.1", "SERVER_NAME": "localhost", "SERVER_PORT": "443", "SERVER_PROTOCOL": "HTTP/1.1",
    }  # fmt: skip


def _method(client: Any, operation: str) -> Callable[..., Any]:
    names: dict[str, str] = client.meta.method_to_api_mapping
    if operation not in names:
        operation = next((method for method, api in names.items() if api == operation), "")
    if not operation:
        raise CloudError("UnknownOperation", f"{client.meta.service_model.service_name} has no such operation")
    found: Callable[..., Any] = getattr(client, operation)
    return found


def _decode(value: Any) -> Any:
    if isinstance(value, dict):
        if set(value) == {"$bytes"}:
            return base64.b64decode(value["$bytes"])
        return {key: _decode(item) for key, item in value.items()}
    return [_decode(item) for item in value] if isinstance(value, list) else value


def _encode(value: Any) -> Any:
    if isinstance(value, dict):
        return {str(key): _encode(item) for key, item in value.items()}
    if isinstance(value, list | tuple | set):
        return [_encode(item) for item in value]
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, StreamingBody):
        value = value.read()
    if isinstance(value, bytes | bytearray):
        return {"$bytes": base64.b64encode(value).decode()}
    return value if value is None or isinstance(value, str | int | float | bool) else str(value)
