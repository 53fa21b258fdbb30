"""Where moto's KMS would answer otherwise than KMS does: metadata of keys, aliases, grants, rotation, and RSA that is RSA.

Source: the Response Syntax of https://docs.aws.amazon.com/kms/latest/APIReference/API_DescribeKey.html, and of API_ListAliases.html,
API_ListGrants.html, API_GetKeyRotationStatus.html, API_ScheduleKeyDeletion.html and API_Encrypt.html beside it.
"""

from __future__ import annotations

import base64
import json
import secrets
from datetime import timedelta
from typing import Any

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.padding import MGF1, OAEP
from moto.core.exceptions import JsonRESTError
from moto.core.utils import unix_time
from moto.kms import models
from moto.kms.models import Grant, Key, KmsBackend
from moto.kms.responses import KmsResponse

from sandbox.cloud import kms_keys

# Typed away: what is replaced below is moto's own, and takes what it took.
_models: Any = models
_KeyClass: Any = Key
_GrantClass: Any = Grant
_Backend: Any = KmsBackend
_Response: Any = KmsResponse
_to_dict, _init_key, _make_private_key = _KeyClass.to_dict, _KeyClass.__init__, _models.generate_private_key
_init_grant, _create_grant, _verify = _GrantClass.__init__, _Backend.create_grant, _Backend.verify
_encrypt, _decrypt, _re_encrypt = _Response.encrypt, _Response.decrypt, _Response.re_encrypt


def install() -> None:
    """Idempotent."""
    _models.generate_private_key = _private_key
    _KeyClass.__init__, _KeyClass.to_dict = _new_key, _metadata
    _GrantClass.__init__, _GrantClass.to_json = _new_grant, _grant
    _Backend._generate_default_keys = lambda self, alias: kms_keys.named(self.account_id, self.region_name, alias).id
    _Backend.verify, _Backend.create_grant = _verified, _granted
    for name, answer in _ANSWERS.items():
        setattr(_Response, name, answer)


def _private_key(spec: str) -> Any:
    """Only for keys that have one: moto makes an RSA key (30 ms) for every key there is."""
    return _make_private_key(spec) if spec.startswith(("RSA", "ECC")) else None


def _new_key(self: Key, policy: Any, key_usage: Any, *args: Any, **named: Any) -> None:
    _init_key(self, policy, key_usage or "ENCRYPT_DECRYPT", *args, **named)


def _metadata(self: Key) -> Any:
    document = _to_dict(self)
    metadata = document["KeyMetadata"]
    if self.key_usage == "GENERATE_VERIFY_MAC":
        metadata["EncryptionAlgorithms"] = None
        metadata["MacAlgorithms"] = [self.key_spec.replace("HMAC_", "HMAC_SHA_")]
    document["KeyMetadata"] = {name: value for name, value in metadata.items() if value not in (None, [])}
    return document


def _new_grant(self: Any, *args: Any, **named: Any) -> None:
    _init_grant(self, *args, **named)
    self.id, self.token = secrets.token_hex(32), base64.b64encode(secrets.token_bytes(96)).decode()
    self.created = unix_time()


def _grant(self: Any) -> dict[str, Any]:
    fields = {
        "KeyId": self.key_id, "GrantId": self.id, "Name": self.name or "", "CreationDate": self.created,
        "GranteePrincipal": self.grantee_principal, "RetiringPrincipal": self.retiring_principal, "Operations": self.operations,
        "Constraints": self.constraints, "IssuingAccount": getattr(self, "issuer", None),
    }  # fmt: skip
    return {name: value for name, value in fields.items() if value is not None}


def _granted(self: KmsBackend, key_id: str, grantee: str, operations: list[str], name: str, **more: Any) -> Any:
    """The same grant asked for again under the same name is the grant there is."""
    key = self.describe_key(key_id)
    for grant in key.grants.values():
        same = (grant.grantee_principal, grant.operations, grant.constraints, grant.retiring_principal)
        if name and grant.name == name and same == (grantee, operations, more["constraints"], more["retiring_principal"]):
            return grant.id, grant.token
    identifier, token = _create_grant(self, key_id, grantee, operations, name, **more)
    made: Any = key.grants[identifier]
    made.key_id, made.issuer = key.arn, f"arn:aws:iam::{key.account_id}:root"
    return identifier, token


def _verified(self: KmsBackend, key_id: str, message: bytes, signature: bytes, signing_algorithm: str) -> Any:
    found = _verify(self, key_id, message, signature, signing_algorithm)
    if not found[1]:
        raise JsonRESTError("KMSInvalidSignatureException", "")
    return found


def _key(self: KmsResponse, field: str = "KeyId") -> Any:
    return kms_keys.named(self.current_account, self.region, self._get_param(field))


def _list_aliases(self: KmsResponse) -> str:
    """Those of keys, and those that AWS has reserved and not yet put to a key."""
    key = _key(self).id if self._get_param("KeyId") else None
    found = self.kms_backend.list_aliases(key)
    aliases = [{"AliasName": one.alias_name, "AliasArn": one.alias_arn, "TargetKeyId": one.target_key_id} for one in found]
    known = {one["AliasName"] for one in aliases}
    for service in () if key else kms_keys.MANAGED:
        name = f"alias/aws/{service}"
        if name not in known:
            aliases.append({"AliasName": name, "AliasArn": f"arn:aws:kms:{self.region}:{self.current_account}:{name}"})
    return json.dumps({"Aliases": sorted(aliases, key=lambda one: one["AliasName"]), "Truncated": False})


def _schedule(self: KmsResponse) -> str:
    key, days = _key(self), self._get_param("PendingWindowInDays") or 30
    date = self.kms_backend.schedule_key_deletion(key.id, days)
    return json.dumps({"KeyId": key.arn, "DeletionDate": date, "KeyState": "PendingDeletion", "PendingWindowInDays": days})


def _cancel(self: KmsResponse) -> str:
    key = _key(self)
    self.kms_backend.cancel_key_deletion(key.id)
    return json.dumps({"KeyId": key.arn})


def _enable_rotation(self: KmsResponse) -> str:
    key = _key(self)
    key.rotation_period = self._get_param("RotationPeriodInDays") or 365
    key.rotation_from = unix_time()
    key.key_rotation_status = True
    return json.dumps(None)


def _rotation(self: KmsResponse) -> str:
    key = _key(self)
    on = bool(key.key_rotation_status) and key.key_state != "PendingDeletion"
    status: dict[str, Any] = {"KeyId": key.arn, "KeyRotationEnabled": on}
    if on:
        period = getattr(key, "rotation_period", 365)
        begun = getattr(key, "rotation_from", None) or key.creation_date
        status |= {"RotationPeriodInDays": period, "NextRotationDate": float(begun) + timedelta(days=period).total_seconds()}
    return json.dumps(status)


def _encrypted(self: KmsResponse) -> str:
    key, algorithm = _key(self), self._get_param("EncryptionAlgorithm", "SYMMETRIC_DEFAULT")
    if algorithm == "SYMMETRIC_DEFAULT":
        return json.dumps(json.loads(_encrypt(self)) | {"EncryptionAlgorithm": algorithm})
    secret = key.private_key.private_key.public_key().encrypt(self._get_param("Plaintext"), _oaep(algorithm))
    return json.dumps({"CiphertextBlob": base64.b64encode(secret).decode(), "KeyId": key.arn, "EncryptionAlgorithm": algorithm})


def _decrypted(self: KmsResponse) -> str:
    algorithm = self._get_param("EncryptionAlgorithm", "SYMMETRIC_DEFAULT")
    if algorithm == "SYMMETRIC_DEFAULT":
        return json.dumps(json.loads(_decrypt(self)) | {"EncryptionAlgorithm": algorithm})
    key = _key(self)
    try:
        text = key.private_key.private_key.decrypt(self._get_param("CiphertextBlob"), _oaep(algorithm))
    except ValueError:
        raise JsonRESTError("InvalidCiphertextException", "") from None
    return json.dumps({"Plaintext": base64.b64encode(text).decode(), "KeyId": key.arn, "EncryptionAlgorithm": algorithm})


def _re_encrypted(self: KmsResponse) -> str:
    algorithms = dict.fromkeys(("SourceEncryptionAlgorithm", "DestinationEncryptionAlgorithm"), "SYMMETRIC_DEFAULT")
    return json.dumps(json.loads(_re_encrypt(self)) | algorithms)


def _oaep(algorithm: str) -> OAEP:
    kind = hashes.SHA1 if algorithm.endswith("_1") else hashes.SHA256
    return OAEP(MGF1(kind()), kind(), None)


def _by_arn(name: str) -> Any:
    """The same answer, its KeyId an ARN."""
    original = getattr(KmsResponse, name)

    def answer(self: KmsResponse) -> str:
        return json.dumps(json.loads(original(self)) | {"KeyId": _key(self).arn})

    return answer


_ANSWERS: dict[str, Any] = {
    "list_aliases": _list_aliases, "schedule_key_deletion": _schedule, "cancel_key_deletion": _cancel,
    "enable_key_rotation": _enable_rotation, "get_key_rotation_status": _rotation,
    "encrypt": _encrypted, "decrypt": _decrypted, "re_encrypt": _re_encrypted,
    **{name: _by_arn(name) for name in ("generate_mac", "verify_mac", "get_public_key")},
}  # fmt: skip
