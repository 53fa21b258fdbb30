"""Which operation of which service a request is: by the protocol it speaks and botocore's own models."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any
from urllib.parse import parse_qs

from botocore.exceptions import UnknownServiceError
from moto.core.model import ServiceModel
from moto.core.request import Request
from moto.core.routing import ServiceOperationRouter, get_service_router
from moto.core.utils import get_service_model
from werkzeug.exceptions import NotFound

from sandbox.cloud.endpoints import Endpoint

_MAX_FORM = 1 << 20


@dataclass(frozen=True, slots=True)
class Operation:
    """``name`` is empty where the service has no such operation; ``params`` are the labels of a REST path (``Bucket``, ``Key``)."""

    service: str
    name: str
    protocol: str
    params: Mapping[str, Any]


@cache
def model(service: str) -> ServiceModel | None:
    try:
        return get_service_model(service)
    except UnknownServiceError:
        return None


def identify(endpoint: Endpoint, request: Request, body: bytes) -> Operation:
    """Never fails: an unknown service has no name and the protocol the request looks like."""
    form = _form(request, body)
    service = _sibling(endpoint.service, request, form)
    described = model(service)
    if described is None:
        return Operation(service, "", _guess(request, form), {})
    protocol = _protocol(described, request, form)
    if protocol == "smithy-rpc-v2-cbor":
        return _named(described, protocol, request.path.rpartition("/operation/")[2])
    if protocol == "json":
        return _named(described, protocol, request.headers.get("X-Amz-Target", "").rpartition(".")[2])
    if protocol in ("query", "ec2"):
        return _named(described, protocol, form.get("Action", ""))
    try:
        found, params = _router(service).match(request)
    except NotFound:
        return Operation(service, "", _shape(service, protocol), {})
    return Operation(service, str(found.name), _shape(service, protocol), params)


@cache
def _router(service: str) -> ServiceOperationRouter:
    return get_service_router(service)


def _named(described: ServiceModel, protocol: str, name: str) -> Operation:
    return Operation(str(described.service_name), name if name in described.operation_names else "", protocol, {})


def _shape(service: str, protocol: str) -> str:
    return "s3" if service == "s3" else protocol


def _protocol(described: ServiceModel, request: Request, form: Mapping[str, str]) -> str:
    """A service may speak several; what the client chose shows in its headers."""
    own = str(described.protocol)
    spoken = described.metadata.get("protocols") or [own]
    if "smithy-rpc-v2-cbor" in spoken and request.headers.get("Smithy-Protocol") == "rpc-v2-cbor":
        return "smithy-rpc-v2-cbor"
    if "json" in spoken and "X-Amz-Target" in request.headers:
        return "json"
    if "query" in spoken and "Action" in form:
        return "query"
    return next((name for name in (own, "json", "query") if name in spoken and name != "smithy-rpc-v2-cbor"), own)


def _sibling(service: str, request: Request, form: Mapping[str, str]) -> str:
    """Services that share an endpoint tell themselves apart inside the request."""
    if service == "dynamodb" and request.headers.get("X-Amz-Target", "").startswith("DynamoDBStreams"):
        return "dynamodbstreams"
    if service == "apigateway" and request.path.startswith("/v2/"):
        return "apigatewayv2"
    if service == "elbv2" and form.get("Version", "") == "2012-06-01":
        return "elb"
    return service


def _guess(request: Request, form: Mapping[str, str]) -> str:
    if request.headers.get("Smithy-Protocol") == "rpc-v2-cbor":
        return "smithy-rpc-v2-cbor"
    if "X-Amz-Target" in request.headers:
        return "json"
    return "query" if "Action" in form else "rest-json"


def _form(request: Request, body: bytes) -> dict[str, str]:
    """Query string and form body together, first value of each; the body is parsed here so that its stream stays unread."""
    text = request.query_string.decode("latin-1")
    if request.method == "POST" and len(body) <= _MAX_FORM and request.mimetype in ("application/x-www-form-urlencoded", ""):
        text += "&" + body.decode("latin-1")
    return {name: values[0] for name, values in parse_qs(text, keep_blank_values=True, max_num_fields=10_000).items()}
