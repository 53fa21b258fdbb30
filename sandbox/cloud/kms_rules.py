"""A key that is disabled or about to be deleted does no work.

Source: https://docs.aws.amazon.com/kms/latest/developerguide/key-state.html
"""

from __future__ import annotations

import base64
import contextlib
import json
from typing import Any

from moto.kms.models import Key, kms_backends
from moto.kms.utils import _deserialize_ciphertext_blob

from sandbox.cloud.faults import AwsError

_USES_KEY = frozenset(
    ("Encrypt", "Decrypt", "ReEncrypt", "GenerateDataKey", "GenerateDataKeyWithoutPlaintext", "GenerateDataKeyPair",
     "GenerateDataKeyPairWithoutPlaintext", "GenerateMac", "VerifyMac", "Sign", "Verify", "GetPublicKey")
)  # fmt: skip


def check(account: str, region: str, operation: str, body: bytes) -> None:
    """Raises AwsError DisabledException or KMSInvalidStateException. Keys that do not exist are left to the operation."""
    if operation not in _USES_KEY:
        return
    for name in _named(body):
        key = resolve(account, region, name)
        if key is not None:
            require_usable(key)


def require_usable(key: Key) -> None:
    if key.key_state == "PendingDeletion":
        raise AwsError("KMSInvalidStateException", f"{key.arn} is pending deletion.")
    if not key.enabled:
        raise AwsError("DisabledException", f"{key.arn} is disabled.")


def resolve(account: str, region: str, name: str) -> Key | None:
    """The key behind an id, an alias or the ARN of either; None when there is none. Makes no AWS managed key."""
    if name.startswith("arn:"):
        parts = name.split(":", 5)
        if len(parts) != 6:
            return None
        region, account, name = parts[3], parts[4], parts[5].removeprefix("key/")
    if account not in kms_backends or region not in kms_backends[account]:
        return None
    keys = kms_backends[account][region].keys
    if name.startswith("alias/"):
        return next((key for key in keys.values() if name in key.aliases), None)
    return keys.get(name)


def _named(body: bytes) -> list[str]:
    try:
        asked: dict[str, Any] = json.loads(body)
    except ValueError:
        return []
    names = [asked.get(field) for field in ("KeyId", "DestinationKeyId", "SourceKeyId")]
    with contextlib.suppress(Exception):  # Not a ciphertext of ours, or none: the operation says what is wrong.
        names.append(_deserialize_ciphertext_blob(base64.b64decode(asked["CiphertextBlob"])).key_id)
    return [name for name in names if isinstance(name, str)]
