"""Who a sandbox is to AWS: the values its instance metadata shows and the credentials it is handed, minted at every checkout."""

from __future__ import annotations

import base64
import hashlib
import secrets
from datetime import UTC, datetime, timedelta

from django.conf import settings

from sandbox.models import Sandbox, Version

ROLE = "LabWorkstationRole"
_LIFE = timedelta(hours=6)


def mint(sandbox: Sandbox, version: Version) -> dict[str, str]:
    """The identity of one checkout. Key and token are random and die with it; ids and addresses are the sandbox's own for good."""
    number = hashlib.sha256(sandbox.seed.encode()).digest()
    address = f"10.0.{number[0] % 16}.{10 + number[1] % 240}"
    return {
        "account": version.account,
        "region": settings.SANDBOX_REGION,
        "instance_id": sandbox.instance_id,
        "private_ip": address,
        "hostname": "ip-" + address.replace(".", "-"),
        "role_name": ROLE,
        "metadata_key": hashlib.sha256(b"metadata" + sandbox.seed.encode()).hexdigest(),
        "access_key_id": "ASIA" + base64.b32encode(secrets.token_bytes(10)).decode(),
        "secret_access_key": base64.b64encode(secrets.token_bytes(30)).decode(),
        "session_token": base64.b64encode(secrets.token_bytes(180)).decode(),
        "expiration": (datetime.now(UTC) + _LIFE).strftime("%Y-%m-%dT%H:%M:%SZ"),
    }
