"""What KMS refuses of a request's values, whatever key they are for.

Sources: https://docs.aws.amazon.com/kms/latest/APIReference/API_CreateKey.html, API_CreateAlias.html, API_CreateGrant.html,
API_ScheduleKeyDeletion.html and API_GenerateDataKey.html beside it.
"""

from __future__ import annotations

import re
from typing import Any

from moto.iam.models import iam_backends

from sandbox.cloud.faults import AwsError, not_simulated
from sandbox.cloud.kms_keys import USES

_ALIAS = re.compile(r"[a-zA-Z0-9:/_-]+")
_SPECS = ("RSA_2048", "RSA_3072", "RSA_4096", "ECC_NIST_P256", "ECC_NIST_P384", "ECC_NIST_P521", "ECC_SECG_P256K1", "SYMMETRIC_DEFAULT",
          "HMAC_224", "HMAC_256", "HMAC_384", "HMAC_512")  # fmt: skip
_USAGES = ("ENCRYPT_DECRYPT", "SIGN_VERIFY", "GENERATE_VERIFY_MAC", "KEY_AGREEMENT")
_FIT = {"SYMMETRIC": _USAGES[:1], "RSA": _USAGES[:2], "ECC": ("SIGN_VERIFY", "KEY_AGREEMENT"), "HMAC": _USAGES[2:3]}
_GRANTABLE = (*USES, "ReEncryptFrom", "ReEncryptTo", "GetPublicKey", "CreateGrant", "RetireGrant", "DescribeKey")
# Operation → field → the least and the most it may be, in the words of the API.
_RANGES = {
    "ScheduleKeyDeletion": {"PendingWindowInDays": (7, 30)},
    "EnableKeyRotation": {"RotationPeriodInDays": (90, 2560)},
    "GenerateDataKey": {"NumberOfBytes": (1, 1024)},
    "GenerateDataKeyWithoutPlaintext": {"NumberOfBytes": (1, 1024)},
    "GenerateRandom": {"NumberOfBytes": (1, 1024)},
}


def check(operation: str, asked: dict[str, Any]) -> None:
    """Raises AwsError ValidationException and its like."""
    for name, (least, most) in _RANGES.get(operation, {}).items():
        _check_range(name, asked.get(name), least, most)
    if operation == "GenerateRandom" and asked.get("NumberOfBytes") is None:
        raise AwsError("ValidationException", "NumberOfBytes is required.")
    if operation == "CreateKey":
        _check_key(asked)
    elif operation in ("CreateAlias", "UpdateAlias", "DeleteAlias"):
        _check_alias(str(asked.get("AliasName") or ""))
    elif operation == "CreateGrant":
        _check_grant(asked)
    elif operation == "RetireGrant" and not (asked.get("GrantToken") or (asked.get("GrantId") and asked.get("KeyId"))):
        raise AwsError("ValidationException", "Grant token OR (grant ID, key ID) must be specified")
    elif operation in ("Sign", "Verify") and asked.get("MessageType", "RAW") != "RAW":
        raise not_simulated(f"kms {operation} of a digest (MessageType RAW is)")


def _check_range(name: str, value: Any, least: int, most: int) -> None:
    if value is None or least <= value <= most:
        return
    bound = f"greater than or equal to {least}" if value < least else f"less than or equal to {most}"
    field = name[0].lower() + name[1:]
    text = f"1 validation error detected: Value '{value}' at '{field}' failed to satisfy constraint: Member must have value {bound}"
    raise AwsError("ValidationException", text)


def _one_of(name: str, value: Any, values: tuple[str, ...]) -> None:
    if value is not None and value not in values:
        text = f"Value '{value}' at '{name}' failed to satisfy constraint: Member must satisfy enum value set: [{', '.join(values)}]"
        raise AwsError("ValidationException", f"1 validation error detected: {text}")


def _check_key(asked: dict[str, Any]) -> None:
    spec = asked.get("KeySpec") or asked.get("CustomerMasterKeySpec") or "SYMMETRIC_DEFAULT"
    usage = asked.get("KeyUsage")
    _one_of("keySpec", spec, _SPECS)
    _one_of("keyUsage", usage, _USAGES)
    if usage is None and spec != "SYMMETRIC_DEFAULT":
        text = "You must specify a KeyUsage value for all KMS keys except for symmetric encryption keys."
        raise AwsError("ValidationException", text)
    if usage is not None and usage not in _FIT[spec.partition("_")[0]]:
        raise AwsError("ValidationException", f"KeyUsage {usage} is not compatible with KeySpec {spec}")
    if asked.get("Origin", "AWS_KMS") != "AWS_KMS" or asked.get("CustomKeyStoreId") or usage == "KEY_AGREEMENT":
        raise not_simulated("keys with imported material, in a key store of one's own, or for key agreement")


def _check_alias(name: str) -> None:
    if not name.startswith("alias/"):
        text = 'Alias must start with the prefix "alias/". Please see https://docs.aws.amazon.com/kms/latest/developerguide/kms-alias.html'
        raise AwsError("ValidationException", text)
    if name.startswith("alias/aws/"):
        raise AwsError("NotAuthorizedException", "")
    if not _ALIAS.fullmatch(name):
        text = "failed to satisfy constraint: Member must satisfy regular expression pattern: ^[a-zA-Z0-9:/_-]+$"
        raise AwsError("ValidationException", f"1 validation error detected: Value '{name}' at 'aliasName' {text}")


def _check_grant(asked: dict[str, Any]) -> None:
    given = [str(operation) for operation in asked.get("Operations") or []]
    if not set(given) <= set(_GRANTABLE):
        text = f"1 validation error detected: Value '[{', '.join(given)}]' at 'operations' failed to satisfy constraint: "
        values = ", ".join(_GRANTABLE)
        raise AwsError("ValidationException", f"{text}Member must satisfy constraint: [Member must satisfy enum value set: [{values}]]")
    for field in ("GranteePrincipal", "RetiringPrincipal"):
        name = asked.get(field)
        if name is not None and not _exists(str(name)):
            raise AwsError("InvalidArnException", f"ARN does not refer to a valid principal: {name}")


def _exists(arn: str) -> bool:
    parts = arn.split(":", 5)
    if len(parts) != 6 or parts[2] not in ("iam", "sts"):
        return False
    kind, _, rest = parts[5].partition("/")
    if kind == "root":
        return True
    if parts[4] not in iam_backends:
        return False
    iam = iam_backends[parts[4]]["aws"]
    if kind == "assumed-role":
        return any(role.name == rest.partition("/")[0] for role in iam.roles.values())
    return arn in {role.arn for role in iam.roles.values()} | {user.arn for user in iam.users.values()}
