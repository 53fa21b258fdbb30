"""What a start and a first request do, done once for nobody: a process that has done it has its own copy of the pages that they write.

A process forked from the zygote shares its pages, and copies each at its first write. A start and a first request write thousands.
"""

from __future__ import annotations

import socket
import ssl
import threading
from http.client import HTTPConnection
from typing import Any

from botocore.auth import S3SigV4Auth, SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from sandbox.cloud import birth, freeze, hooks, inventory, warm
from sandbox.cloud.call import Caller
from sandbox.cloud.gate import Gate
from sandbox.cloud.server import Server

_SECONDS = 30
_REQUESTS = (
    (SigV4Auth, "sts", "POST", b"Action=GetCallerIdentity&Version=2011-06-15"),
    (S3SigV4Auth, "s3", "GET", b""),
)


def rehearse(gate: Gate, caller: Caller, tls: ssl.SSLContext) -> None:
    """Bear an account, thaw it, serve it, freeze it, and forget it. Raises RuntimeError where something of it is left or goes wrong."""
    identity = warm.IDENTITY
    hooks.set_home_account(identity["account"])
    birth.bear(identity)
    birth.sign_in(identity)
    root, bodies = freeze.freeze(keep_out=birth.session_keys(identity))
    warm.empty(gate, caller)

    hooks.set_home_account(identity["account"])
    freeze.thaw(root, bodies.__getitem__)
    birth.sign_in(identity)
    _serve(gate, tls)
    freeze.freeze(keep_out=birth.session_keys(identity))
    inventory.inventory(identity["account"], identity["region"])
    warm.empty(gate, caller)
    if freeze.universe():
        raise RuntimeError("something of the rehearsal is left")


def _serve(gate: Gate, tls: ssl.SSLContext) -> None:
    """As a learner's client asks: over TCP and TLS, signed. The port is the jail's own, and gone at once."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        server = Server(listener, gate, tls)
        with socket.create_connection(listener.getsockname(), _SECONDS) as client:
            thread = threading.Thread(target=server.talk, args=listener.accept())
            thread.start()
            try:
                _ask(client)
            finally:
                thread.join(_SECONDS)
    if thread.is_alive():
        raise RuntimeError("the rehearsal's connection does not end")


def _ask(client: socket.socket) -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    with context.wrap_socket(client) as secure:
        connection = HTTPConnection("localhost")
        connection.sock = secure
        for signer, service, method, body in _REQUESTS:
            connection.request(method, "/", body or None, _signed(signer, service, method, body))
            answer = connection.getresponse()
            if b"<" not in answer.read() or answer.status != 200:
                raise RuntimeError(f"the rehearsal's request to {service} was answered {answer.status}")


def _signed(signer: Any, service: str, method: str, body: bytes) -> dict[str, str]:
    identity = warm.IDENTITY
    host = f"{service}.{identity['region']}.amazonaws.com"
    headers = {"Host": host, "Content-Type": "application/x-www-form-urlencoded; charset=utf-8"}
    request = AWSRequest(method, f"https://{host}/", data=body, headers=headers)
    keys = Credentials(identity["access_key_id"], identity["secret_access_key"], identity["session_token"])
    signer(keys, service, identity["region"]).add_auth(request)
    return {name: value.decode() if isinstance(value, bytes) else str(value) for name, value in request.headers.items()}
