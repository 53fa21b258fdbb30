"""The instance metadata service, version 2 only: what a request gets, as text; the sockets are network.py's.

Sources: https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/instancedata-data-retrieval.html (tokens, status codes),
https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/ec2-instance-metadata.html (categories),
https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/instance-identity-documents.html
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import secrets
import struct
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from urllib.parse import unquote, urlsplit

VERSIONS = ("1.0", "2007-01-19", "2007-03-01", "2016-09-02", "2018-09-24", "2019-10-01", "2020-10-27", "2021-01-03", "2021-03-23",
            "2021-07-15", "2022-09-24", "2024-04-11", "latest")  # fmt: skip
IMAGE_ID = "ami-0c9c942bd7bf113a2"
INSTANCE_TYPE = "t3.medium"
_TTL = "x-aws-ec2-metadata-token-ttl-seconds"
_REASONS = {200: "OK", 400: "Bad Request", 401: "Unauthorized", 403: "Forbidden", 404: "Not Found", 405: "Method Not Allowed"}
_PAGE = """<?xml version="1.0" encoding="iso-8859-1"?>
<!DOCTYPE html PUBLIC "-//W3C//DTD XHTML 1.0 Transitional//EN"
\t"http://www.w3.org/TR/xhtml1/DTD/xhtml1-transitional.dtd">
<html xmlns="http://www.w3.org/1999/xhtml" xml:lang="en" lang="en">
 <head>
  <title>{title}</title>
 </head>
 <body>
  <h1>{title}</h1>
 </body>
</html>
"""

Tree = dict[str, Any]


@dataclass(slots=True)
class Metadata:
    """One instance's metadata. ``identity`` is the checkout's: account, region, instance_id, private_ip, hostname, role_name,
    access_key_id, secret_access_key, session_token, expiration, and maybe metadata_key (hexadecimal).

    Tokens carry their own expiry under the sandbox's key, and nothing is remembered: one got by a command is good in the next
    one, which another process answers."""

    identity: Mapping[str, str]
    clock: Callable[[], float] = time.time
    _tree: Tree = field(default_factory=dict)
    _key: bytes = b""

    def __post_init__(self) -> None:
        self._key = bytes.fromhex(self.identity.get("metadata_key", "")) or secrets.token_bytes(32)
        self._tree = {"dynamic": _dynamic(self.identity, self.clock()), "meta-data": _meta_data(self.identity, self.clock())}

    def respond(self, method: str, target: str, headers: Mapping[str, str]) -> bytes:
        """The whole HTTP response. ``headers`` have lower-case names."""
        path = unquote(urlsplit(target).path)
        if method == "PUT" and path.rstrip("/") == "/latest/api/token":
            return self._new_token(headers)
        if method not in {"GET", "HEAD"}:
            return _response(405, head=False)
        expiry = self._expiry(headers.get("x-aws-ec2-metadata-token", ""))
        if expiry <= self.clock():
            return _response(401, head=method == "HEAD")
        left = {"X-Aws-Ec2-Metadata-Token-Ttl-Seconds": str(max(1, int(expiry - self.clock())))}
        body = self._look_up(path)
        if body is None:
            return _response(404, head=method == "HEAD", headers=left)
        return _response(200, body, head=method == "HEAD", headers=left)

    def _new_token(self, headers: Mapping[str, str]) -> bytes:
        if "x-forwarded-for" in headers:
            return _response(403)
        text = headers.get(_TTL, "")
        if not (text.isascii() and text.isdigit() and len(text) < 6 and 1 <= int(text) <= 21600):
            return _response(400)
        token = self._sign(struct.pack("!I8s", int(self.clock()) + int(text), secrets.token_bytes(8)))
        return _response(200, token, headers={"X-Aws-Ec2-Metadata-Token-Ttl-Seconds": text})

    def _sign(self, content: bytes) -> str:
        seal = hmac.digest(self._key, content, "sha256")[:24]
        return f"AQAEA{base64.urlsafe_b64encode(content + seal).decode()}A=="

    def _expiry(self, token: str) -> int:
        """When ``token`` ends, in seconds since 1970; 0 when it is none of ours."""
        try:
            content = base64.urlsafe_b64decode(token[5:-3])[:12]
            expiry: int = struct.unpack("!I8s", content)[0]
        except (ValueError, struct.error):
            return 0
        return expiry if hmac.compare_digest(self._sign(content).encode(), token.encode()) else 0

    def _look_up(self, path: str) -> str | None:
        parts = [part for part in path.split("/") if part]
        if not parts:
            return "\n".join(VERSIONS)
        if parts[0] not in VERSIONS:
            return None
        node: Any = self._tree
        for part in parts[1:]:
            if not isinstance(node, dict) or part not in node:
                return None
            node = node[part]
        return _listing(node) if isinstance(node, dict) else str(node)


def _listing(node: Tree) -> str:
    return "\n".join(name + ("/" if isinstance(value, dict) else "") for name, value in node.items())


def _response(status: int, body: str | None = None, *, head: bool = False, headers: Mapping[str, str] | None = None) -> bytes:
    kind = "text/plain"
    if body is None:
        body, kind = _PAGE.format(title=f"{status} - {_REASONS[status]}"), "text/html"
    content = body.encode()
    lines = [
        f"HTTP/1.1 {status} {_REASONS[status]}",
        f"Content-Type: {kind}",
        "Accept-Ranges: none",
        f"Content-Length: {len(content)}",
        f"Date: {datetime.now(UTC):%a, %d %b %Y %H:%M:%S GMT}",
        "Server: EC2ws",
        "Connection: close",
        *(f"{name}: {value}" for name, value in (headers or {}).items()),
    ]
    return "\r\n".join([*lines, "", ""]).encode() + (b"" if head else content)


def _hex(identity: Mapping[str, str], what: str, digits: int) -> str:
    """Digits that look random, and are the same for one instance every time."""
    return hashlib.sha256(f"{what}:{identity['instance_id']}".encode()).hexdigest()[:digits]


def _iso(moment: float) -> str:
    return f"{datetime.fromtimestamp(moment, UTC):%Y-%m-%dT%H:%M:%SZ}"


def _meta_data(identity: Mapping[str, str], now: float) -> Tree:
    digits = _hex(identity, "mac", 10)
    mac = ":".join(["02", *(digits[i : i + 2] for i in range(0, 10, 2))])
    host, zone, role = identity["hostname"], identity["region"] + "a", identity["role_name"]
    network = {
        "device-number": "0",
        "interface-id": f"eni-0{_hex(identity, 'eni', 16)}",
        "local-hostname": host,
        "local-ipv4s": identity["private_ip"],
        "mac": mac,
        "owner-id": identity["account"],
        "security-groups": "workstation",
        "subnet-id": f"subnet-0{_hex(identity, 'subnet', 16)}",
        "vpc-id": f"vpc-0{_hex(identity, 'vpc', 16)}",
    }
    return {
        "ami-id": IMAGE_ID,
        "ami-launch-index": "0",
        "ami-manifest-path": "(unknown)",
        "hostname": host,
        "iam": {"info": _profile(identity, now), "security-credentials": {role: _credentials(identity, now)}},
        "instance-action": "none",
        "instance-id": identity["instance_id"],
        "instance-life-cycle": "on-demand",
        "instance-type": INSTANCE_TYPE,
        "local-hostname": host,
        "local-ipv4": identity["private_ip"],
        "mac": mac,
        "network": {"interfaces": {"macs": {mac: network}}},
        "placement": {"availability-zone": zone, "availability-zone-id": "apne2-az1", "region": identity["region"]},
        "profile": "default-hvm",
        "reservation-id": f"r-0{_hex(identity, 'reservation', 16)}",
        "security-groups": "workstation",
        "services": {"domain": "amazonaws.com", "partition": "aws"},
        "tags": {"instance": {"Name": "Workstation"}},
    }


def _profile(identity: Mapping[str, str], now: float) -> str:
    arn = f"arn:aws:iam::{identity['account']}:instance-profile/{identity['role_name']}"
    profile = "AIPA" + _hex(identity, "profile", 16).upper().replace("0", "X").replace("1", "Y")
    return json.dumps({"Code": "Success", "LastUpdated": _iso(now), "InstanceProfileArn": arn, "InstanceProfileId": profile}, indent=2)


def _credentials(identity: Mapping[str, str], now: float) -> str:
    return json.dumps(
        {
            "Code": "Success",
            "LastUpdated": _iso(now),
            "Type": "AWS-HMAC",
            "AccessKeyId": identity["access_key_id"],
            "SecretAccessKey": identity["secret_access_key"],
            "Token": identity["session_token"],
            "Expiration": identity["expiration"],
        },
        indent=2,
    )


def _dynamic(identity: Mapping[str, str], now: float) -> Tree:
    document = {
        "accountId": identity["account"],
        "architecture": "x86_64",
        "availabilityZone": identity["region"] + "a",
        "billingProducts": None,
        "devpayProductCodes": None,
        "marketplaceProductCodes": None,
        "imageId": IMAGE_ID,
        "instanceId": identity["instance_id"],
        "instanceType": INSTANCE_TYPE,
        "kernelId": None,
        "pendingTime": _iso(now),
        "privateIp": identity["private_ip"],
        "ramdiskId": None,
        "region": identity["region"],
        "version": "2017-09-30",
    }
    return {"instance-identity": {"document": json.dumps(document, indent=2)}}
