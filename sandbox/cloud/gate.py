"""The one door to the simulated account: who asks, for what, is it built, may they; then moto, under one lock."""

from __future__ import annotations

import io
import sys
import threading
import traceback
from collections.abc import Callable, Iterable
from json import JSONDecodeError
from typing import Any
from urllib.parse import quote
from xml.parsers.expat import ExpatError

from moto.core.request import Request
from moto.moto_server.werkzeug_app import create_backend_app
from werkzeug.wrappers import Response

from sandbox.cloud import hooks, kms_rules, rewordings, s3_access, s3_rules, stumbles
from sandbox.cloud.ec2 import filters
from sandbox.cloud.endpoints import DEFAULT_REGION, Endpoint, from_host, from_scope
from sandbox.cloud.faults import AwsError, not_simulated, render
from sandbox.cloud.judging import Asked, judge
from sandbox.cloud.operation import Operation, identify
from sandbox.cloud.operations import Level, changes_state, lookup, rules
from sandbox.cloud.principals import ANONYMOUS, Principal, RefusedError, credential, find, refusal
from sandbox.cloud.signatures import Credential

PRINCIPAL = "sandbox.principal"
"""The environ key under which our own calls name themselves; no header can set it."""
_MODULES = {"lambda": "awslambda", "elbv2": "elbv2"}
Environ = dict[str, Any]
StartResponse = Callable[..., Any]


class Gate:
    """A WSGI application. Requests run one at a time: moto is not safe under threads, and a freeze must see none half done."""

    def __init__(self) -> None:
        self.lock = threading.RLock()
        self.dirty = False
        self.touched = False
        self.catch_up: Callable[[], None] = lambda: None  # called, under the lock, before anybody sees the account
        self._apps: dict[str, Any] = {}

    def __call__(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        """``wsgi.input`` must hold the whole body and end with it."""
        body = environ["wsgi.input"].read()
        _rewind(environ, body)
        request = Request(environ)
        protocol, resource = "rest-json", request.path
        try:
            endpoint = _endpoint(request)
            protocol = "s3" if endpoint is None or endpoint.service == "s3" else protocol
            shown = credential(request, body, endpoint.bucket if endpoint else None)
            endpoint = endpoint or (from_scope(shown.scope) if shown else None) or Endpoint("s3", DEFAULT_REGION)
            if endpoint.service == "s3":
                protocol = "s3"
                _to_path_style(environ, endpoint)
                request = Request(environ)
            operation = identify(endpoint, request, body)
            protocol = operation.protocol
            with self.lock:
                self.catch_up()
                response = self._serve(Asked(request, body, endpoint, operation, shown))
            if protocol == "s3":
                response.headers["Server"] = "AmazonS3"
            return response(environ, start_response)
        except AwsError as error:
            fault = error
        except Exception:
            traceback.print_exc(file=sys.stderr)
            fault = AwsError("InternalFailure", "the simulation failed", 400)
        answer = render(fault, protocol, head=request.method == "HEAD", resource=resource)
        return Response(answer.body, answer.status, answer.headers)(environ, start_response)

    def _serve(self, asked: Asked) -> Response:
        operation = asked.operation
        _require_built(operation)
        self.touched = True
        principal = asked.request.environ.get(PRINCIPAL) or _principal(operation, asked.shown)
        before = hooks.grown()
        bucket = judge(principal, asked)
        _vouch(principal, asked)
        response = self._moto(asked.request.environ, operation)
        if bucket is not None and response.status_code < 300:
            s3_rules.finish(bucket, response)
        worked = response.status_code < 400 or response.status_code >= 500
        if (worked and changes_state(operation.service, operation.name)) or hooks.grown() != before:
            self.dirty = True
        return response

    def _moto(self, environ: Environ, operation: Operation) -> Response:
        name = f"{operation.service} {operation.name}"
        try:
            response = Response.from_app(self.app(operation.service), environ, buffered=True)
        except AwsError:  # of what is ours in there
            raise
        except NotImplementedError as why:
            raise (filters.unbuilt(operation.name, why) if operation.service == "ec2" else not_simulated(name)) from None
        except (ExpatError, JSONDecodeError):
            raise _malformed(operation) from None
        except Exception:
            # The sandbox lives on; the operator reads why. Not a 500: clients would try for half a minute what fails for certain.
            self.dirty = self.dirty or changes_state(operation.service, operation.name)
            if (explained := stumbles.explain(operation)) is not None:
                raise explained from None
            traceback.print_exc(file=sys.stderr)
            raise AwsError("InternalFailure", f"the simulation of {name} failed", 400) from None
        # The page of an address that moto does not know. (S3's answer to HEAD for what is not there has the type, but no page.)
        if response.status_code in (404, 405) and (response.content_type or "").startswith("text/html") and response.get_data():
            raise not_simulated(name)
        if response.status_code >= 400:
            rewordings.reword(operation.service, operation.name, response)
        return response

    def app(self, service: str) -> Any:
        """The moto application of a service, made once (a child process inherits those its zygote made)."""
        if service not in self._apps:
            self._apps[service] = create_backend_app(_MODULES.get(service, service))  # type: ignore[arg-type]
        return self._apps[service]


def _endpoint(request: Request) -> Endpoint | None:
    host = request.headers.get("Host", "")
    return from_host(host.rsplit(":", 1)[0] if ":" in host else host)


def _to_path_style(environ: Environ, endpoint: Endpoint) -> None:
    """One spelling for every way to address a bucket, so that nothing behind has to guess again."""
    if endpoint.bucket:
        for key in ("RAW_URI", "REQUEST_URI"):
            environ[key] = "/" + quote(endpoint.bucket) + str(environ.get(key) or environ["PATH_INFO"])
        environ["PATH_INFO"] = f"/{endpoint.bucket}{environ['PATH_INFO']}"
    environ["HTTP_HOST"] = f"s3.{endpoint.region}.amazonaws.com"


def _require_built(operation: Operation) -> None:
    if rules(operation.service) is None:
        raise not_simulated(f"the service {operation.service}")
    if not operation.name:
        raise _unknown(operation)
    if operation.protocol == "smithy-rpc-v2-cbor":
        raise not_simulated("the CBOR protocol (the AWS CLI and boto3 speak JSON)")
    if lookup(operation.service, operation.name) is Level.REFUSED:
        raise not_simulated(f"{operation.service} {operation.name}")


def _unknown(operation: Operation) -> AwsError:
    if operation.protocol == "s3":
        return AwsError("MethodNotAllowed", "The specified method is not allowed against this resource.", 405)
    code = "InvalidAction" if operation.protocol in ("query", "ec2") else "UnknownOperationException"
    return AwsError(code, "The requested operation is not known.")


def _malformed(operation: Operation) -> AwsError:
    if operation.protocol in ("s3", "rest-xml"):
        return AwsError("MalformedXML", "The XML you provided was not well-formed or did not validate against our published schema")
    return AwsError("SerializationException", "The body of the request could not be read")


def _principal(operation: Operation, shown: Credential | None) -> Principal:
    """Only S3 serves those who do not say who they are."""
    if shown is None:
        if operation.service == "s3":
            return ANONYMOUS
        raise refusal(RefusedError("unsigned"), operation.protocol)
    try:
        return find(shown)
    except RefusedError as error:
        raise refusal(error, operation.protocol) from None


def _vouch(principal: Principal, asked: Asked) -> None:
    """Tell moto who it is. Its own header is the one way to name the account; clients' copies of it are gone by now."""
    environ, operation = asked.request.environ, asked.operation
    for key in [key for key in environ if key.startswith("HTTP_X_MOTO")]:
        del environ[key]
    account = principal.account
    if operation.service == "s3" and operation.name not in ("ListBuckets", "CreateBucket"):
        account = s3_access.owner(str(operation.params.get("Bucket", ""))) or account or hooks.home_account()
    elif operation.service == "kms":
        account = kms_rules.holder(account, asked.endpoint.region, operation.name, asked.body)
    environ["HTTP_X_MOTO_ACCOUNT_ID"] = account
    key = principal.access_key or "AKIA" + "0" * 16
    scope = f"{key}/20000101/{asked.endpoint.region}/{operation.service}/aws4_request"
    environ["HTTP_AUTHORIZATION"] = f"AWS4-HMAC-SHA256 Credential={scope}, SignedHeaders=host, Signature=0"


def _rewind(environ: Environ, body: bytes) -> None:
    environ["wsgi.input"] = io.BytesIO(body)
    environ["CONTENT_LENGTH"] = str(len(body))
    environ.pop("wsgi.input_terminated", None)
    environ.pop("HTTP_TRANSFER_ENCODING", None)
