"""Who a sandbox is to AWS: the values its instance metadata shows and the credentials that its role is handed."""

from __future__ import annotations

import base64
import hashlib
import hmac
from datetime import UTC, datetime

from django.conf import settings

from sandbox.models import Sandbox, Version

ROLE = "LabWorkstationRole"
_WINDOW = 6 * 3600  # seconds


def mint(sandbox: Sandbox, version: Version, *, now: datetime | None = None) -> dict[str, str]:
    """The identity of one checkout. Ids and addresses are the sandbox's own for good.

    Role credentials are the same within a window of six hours, as an instance's are: what a learner presigned or exported in one
    command is good in the next. ``earlier_…`` are the window's before, for as long as they last and to be told that they have ended.
    They open nothing but this sandbox's simulated account.
    """
    window = int((now or datetime.now(UTC)).timestamp()) // _WINDOW
    number = _derive(sandbox, "address")
    address = f"10.0.{number[0] % 16}.{10 + number[1] % 240}"
    return {
        "account": version.account,
        "region": settings.SANDBOX_REGION,
        "instance_id": sandbox.instance_id,
        "private_ip": address,
        "hostname": "ip-" + address.replace(".", "-"),
        "role_name": ROLE,
        "metadata_key": _metadata_key(version),
        **_credentials(sandbox, window),
        **{f"earlier_{name}": value for name, value in _credentials(sandbox, window - 1).items()},
    }


def _credentials(sandbox: Sandbox, window: int) -> dict[str, str]:
    """They end half an hour after their window, so that a new set is there before the old one is gone."""
    return {
        "access_key_id": "ASIA" + base64.b32encode(_derive(sandbox, f"key {window}")[:10]).decode(),
        "secret_access_key": base64.b64encode(_derive(sandbox, f"secret {window}")[:30]).decode(),
        "session_token": base64.b64encode(b"".join(_derive(sandbox, f"token {window} {part}") for part in range(6))).decode(),
        "expiration": f"{datetime.fromtimestamp((window + 1) * _WINDOW + 1800, UTC):%Y-%m-%dT%H:%M:%SZ}",
    }


def _metadata_key(version: Version) -> str:
    """Metadata tokens go with the value, not with the sandbox: one that a variable holds is good in every fork and later start of it."""
    return hmac.digest(settings.SECRET_KEY.encode(), f"metadata {version.account}".encode(), hashlib.sha256).hex()


def _derive(sandbox: Sandbox, what: str) -> bytes:
    return hmac.digest(sandbox.seed.encode(), what.encode(), hashlib.sha256)
