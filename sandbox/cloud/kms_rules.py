"""What KMS refuses before it acts: keys that are not there, not in a state or not of a kind for it, and values out of their range.

Sources: https://docs.aws.amazon.com/kms/latest/developerguide/key-state.html (the table of operations and states and its messages),
https://docs.aws.amazon.com/kms/latest/APIReference/CommonErrors.html and the Errors section of each operation's page.
"""

from __future__ import annotations

import base64
import binascii
import json
from typing import Any

from moto.kms.models import Key, kms_backends
from moto.kms.utils import _deserialize_ciphertext_blob

from sandbox.cloud import kms_requests
from sandbox.cloud.faults import AwsError, not_simulated
from sandbox.cloud.kms_keys import USES, incompatible, named, require_usable, require_usage, resolve
from sandbox.cloud.principals import Principal

_ANY_STATE = frozenset(
    ("CancelKeyDeletion", "DescribeKey", "GetKeyPolicy", "GetKeyRotationStatus", "ListGrants", "ListKeyPolicies", "ListKeyRotations",
     "ListResourceTags", "ListAliases", "PutKeyPolicy", "RetireGrant", "RevokeGrant")
)  # fmt: skip
_ENABLED_ONLY = frozenset((*USES, "CreateGrant", "EnableKeyRotation", "DisableKeyRotation", "RotateKeyOnDemand", "GetPublicKey"))
# What the policy of a key that AWS manages allows its account to do directly.
_ON_MANAGED = frozenset(
    ("DescribeKey", "GetKeyPolicy", "GetKeyRotationStatus", "ListAliases", "ListGrants", "ListKeyPolicies", "ListKeyRotations",
     "ListResourceTags", "RevokeGrant")
)  # fmt: skip
_SYMMETRIC_ONLY = frozenset(("EnableKeyRotation", "DisableKeyRotation", "GetKeyRotationStatus", "RotateKeyOnDemand"))
_NO_SUCH_KEY = (
    "The ciphertext refers to a customer master key that does not exist, does not exist in this region, or you are not allowed to access."
)
_RSA_MOST = {("RSA_2048", "1"): 214, ("RSA_2048", "256"): 190, ("RSA_3072", "1"): 342, ("RSA_3072", "256"): 318,
             ("RSA_4096", "1"): 470, ("RSA_4096", "256"): 446}  # fmt: skip


def check(principal: Principal, region: str, operation: str, body: bytes) -> None:
    """Raises AwsError."""
    try:
        asked = json.loads(body or b"{}")
    except ValueError:
        return  # The operation says so.
    kms_requests.check(operation, asked)
    for key in _keys(principal.account, region, operation, asked):
        _check_key(principal, operation, key, asked)
    if asked.get("DryRun"):
        raise AwsError("DryRunOperationException", "The request would have succeeded, but the DryRun option is set.", 412)


def holder(account: str, region: str, operation: str, body: bytes) -> str:
    """The account whose key a request is about: the caller's own, unless it names another's."""
    try:
        asked = json.loads(body or b"{}")
    except ValueError:
        return account
    name = str(asked.get("DestinationKeyId") or asked.get("KeyId") or "")
    parts = name.split(":", 5)
    if len(parts) == 6 and parts[4].isdigit():
        return parts[4]
    found = _encrypting(account, region, asked) if operation in ("Decrypt", "ReEncrypt") and not name else None
    return found.account_id if found else account


def _keys(account: str, region: str, operation: str, asked: dict[str, Any]) -> list[Key]:
    fields = ("TargetKeyId",) if operation in ("CreateAlias", "UpdateAlias") else ("KeyId", "SourceKeyId", "DestinationKeyId")
    keys = [named(account, region, str(asked[field])) for field in fields if asked.get(field)]
    if operation == "Decrypt" and keys and keys[0].key_spec != "SYMMETRIC_DEFAULT":
        return keys  # Nothing in the ciphertext says which key it is for.
    if operation in ("Decrypt", "ReEncrypt"):
        key = _encrypting(account, region, asked)
        claimed = resolve(account, region, str(asked.get("KeyId") or asked.get("SourceKeyId") or ""))
        if key is None:
            raise AwsError("AccessDeniedException", _NO_SUCH_KEY)
        if claimed is not None and claimed is not key:
            text = "The key ID in the request does not identify a CMK that can perform this operation."
            raise AwsError("IncorrectKeyException", text)
        keys.append(key)
    return keys


def _encrypting(account: str, region: str, asked: dict[str, Any]) -> Key | None:
    """The key that made a ciphertext, in whichever account. Raises AwsError InvalidCiphertextException for what is no ciphertext."""
    try:
        name = _deserialize_ciphertext_blob(base64.b64decode(asked.get("CiphertextBlob") or "")).key_id
    except Exception:
        raise AwsError("InvalidCiphertextException", "") from None
    if name.count("-") < 4:
        raise AwsError("InvalidCiphertextException", "")
    found = (resolve(one, region, name) for one in [account, *kms_backends])
    return next((key for key in found if key is not None), None)


def _check_key(principal: Principal, operation: str, key: Key, asked: dict[str, Any]) -> None:
    if key.key_manager == "AWS" and operation not in _ON_MANAGED and not principal.trusted:
        text = (
            f"User: {principal.arn} is not authorized to perform: kms:{operation} on resource: {key.arn} "
            f"because no resource-based policy allows the kms:{operation} action"
        )
        raise AwsError("AccessDeniedException", text)
    if operation == "CancelKeyDeletion" and key.key_state != "PendingDeletion":
        raise AwsError("KMSInvalidStateException", f"{key.arn} is not pending deletion.")
    if operation not in _ANY_STATE and (key.key_state == "PendingDeletion" or operation in _ENABLED_ONLY):
        require_usable(key)
    require_usage(key, operation)
    symmetric = key.key_spec == "SYMMETRIC_DEFAULT"
    if (operation in _SYMMETRIC_ONLY and not symmetric) or (operation == "GetPublicKey" and not key.key_spec.startswith(("RSA", "ECC"))):
        text = f"{key.arn} key spec is {key.key_spec} which is not valid for this operation."
        raise AwsError("UnsupportedOperationException", text)
    _check_algorithm(operation, key, asked)


def _check_algorithm(operation: str, key: Key, asked: dict[str, Any]) -> None:
    if operation in ("Encrypt", "Decrypt"):
        algorithm = str(asked.get("EncryptionAlgorithm") or "SYMMETRIC_DEFAULT")
        if algorithm not in (key.encryption_algorithms or ()):
            raise incompatible(algorithm, key)
        most = _RSA_MOST.get((key.key_spec, algorithm.rpartition("_")[2]))
        if operation == "Encrypt" and most is not None and _size(asked.get("Plaintext")) > most:
            text = f"Algorithm {algorithm} and key spec {key.key_spec} cannot encrypt data larger than {most} bytes."
            raise AwsError("ValidationException", text)
    elif operation == "ReEncrypt" and key.key_spec != "SYMMETRIC_DEFAULT":
        raise not_simulated("kms ReEncrypt with asymmetric keys")
    elif operation in ("Sign", "Verify") and asked.get("SigningAlgorithm") not in (key.signing_algorithms or ()):
        raise incompatible(str(asked.get("SigningAlgorithm")), key)
    elif operation in ("GenerateMac", "VerifyMac") and str(asked.get("MacAlgorithm")).replace("_SHA", "") != key.key_spec:
        raise incompatible(str(asked.get("MacAlgorithm")), key)


def _size(encoded: Any) -> int:
    try:
        return len(base64.b64decode(encoded or ""))
    except (binascii.Error, TypeError):
        return 0
