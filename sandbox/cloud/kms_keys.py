"""Keys of KMS: found by any of their names, in a state and of a kind to be used, and those that AWS makes for its own services.

Sources: https://docs.aws.amazon.com/kms/latest/developerguide/key-state.html,
https://docs.aws.amazon.com/kms/latest/developerguide/concepts.html#aws-managed-cmk
"""

from __future__ import annotations

import json
import re

from moto.kms.models import Key, KmsBackend, kms_backends

from sandbox.cloud.faults import AwsError

_ID = re.compile(r"(mrk-)?[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}|mrk-[0-9a-f]{32}", re.IGNORECASE)
MANAGED = {
    "acm": "ACM private keys", "dynamodb": "DynamoDB data", "ebs": "EBS volumes", "elasticfilesystem": "EFS filesystems",
    "glue": "Glue data",
    "kinesis": "Kinesis streams", "lambda": "Lambda functions", "rds": "RDS database volumes", "s3": "S3 objects",
    "secretsmanager": "Secrets Manager data", "sns": "SNS data", "sqs": "SQS messages", "ssm": "SSM parameters", "xray": "X-Ray data",
}  # fmt: skip
_PREFIX = "alias/aws/"
_USAGES = {
    "ENCRYPT_DECRYPT": ("Encrypt", "Decrypt", "ReEncrypt", "GenerateDataKey", "GenerateDataKeyWithoutPlaintext", "GenerateDataKeyPair",
                        "GenerateDataKeyPairWithoutPlaintext"),
    "SIGN_VERIFY": ("Sign", "Verify"),
    "GENERATE_VERIFY_MAC": ("GenerateMac", "VerifyMac"),
    "KEY_AGREEMENT": ("DeriveSharedSecret",),
}  # fmt: skip
USES = {operation: usage for usage, operations in _USAGES.items() for operation in operations}


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


def named(account: str, region: str, name: str) -> Key:
    """The same, made if it is one that AWS manages. Raises AwsError NotFoundException in KMS's words for each kind of name."""
    arn = name if name.startswith("arn:") else f"arn:aws:kms:{region}:{account}:{'' if name.startswith('alias/') else 'key/'}{name}"
    parts = arn.split(":", 5)
    if len(parts) != 6 or parts[2] != "kms":
        raise AwsError("NotFoundException", f"Invalid arn {name}")
    if parts[3] != region:
        raise AwsError("NotFoundException", f"Invalid arn {parts[3]}")
    if key := resolve(account, region, arn):
        return key
    bare = parts[5]
    if bare.startswith(_PREFIX) and bare.removeprefix(_PREFIX) in MANAGED and parts[4] == account:
        return managed(account, region, bare)
    if bare.startswith("alias/"):
        raise AwsError("NotFoundException", f"Alias {arn} is not found.")
    if not _ID.fullmatch(bare.removeprefix("key/")):
        raise AwsError("NotFoundException", f"Invalid keyId '{bare.removeprefix('key/')}'")
    raise AwsError("NotFoundException", f"Key '{arn}' does not exist")


def managed(account: str, region: str, alias: str) -> Key:
    """The key that AWS manages for a service (``alias/aws/s3``), made when it is first needed."""
    backend: KmsBackend = kms_backends[account][region]
    if key := resolve(account, region, alias):
        return key
    service = alias.removeprefix(_PREFIX)
    what = f"Default key that protects my {MANAGED[service]} when no other key is defined"
    key = backend.create_key(_policy(account, region, service), "ENCRYPT_DECRYPT", "SYMMETRIC_DEFAULT", what, None)
    key.key_manager = "AWS"
    key.key_rotation_status = True
    backend.create_alias(key.id, alias)
    return key


def require_usable(key: Key) -> None:
    """Raises AwsError KMSInvalidStateException or DisabledException for a key that does no work now."""
    if key.key_state == "PendingDeletion":
        raise AwsError("KMSInvalidStateException", f"{key.arn} is pending deletion.")
    if not key.enabled:
        raise AwsError("DisabledException", f"{key.arn} is disabled.")


def require_usage(key: Key, operation: str) -> None:
    """Raises AwsError InvalidKeyUsageException for a key that was made for other work."""
    usage = USES.get(operation)
    own = key.key_usage or "ENCRYPT_DECRYPT"
    if usage and own != usage:
        text = f"{key.arn} key usage is {own} which is not valid for {operation}."
        raise AwsError("InvalidKeyUsageException", text)
    if operation.startswith("GenerateDataKey") and key.key_spec != "SYMMETRIC_DEFAULT":
        raise incompatible("SYMMETRIC_DEFAULT", key)


def incompatible(algorithm: str, key: Key) -> AwsError:
    return AwsError("InvalidKeyUsageException", f"Algorithm {algorithm} is incompatible with key spec {key.key_spec}.")


def _policy(account: str, region: str, service: str) -> str:
    """What the account itself may do with such a key: look at it, and use it through the service alone."""
    through = {"kms:CallerAccount": account, "kms:ViaService": f"{service}.{region}.amazonaws.com"}
    use = ["kms:Encrypt", "kms:Decrypt", "kms:ReEncrypt*", "kms:GenerateDataKey*", "kms:CreateGrant", "kms:DescribeKey"]
    statements = [
        {"Sid": f"Allow access through {service} for all principals in the account that are authorized to use it", "Effect": "Allow",
         "Principal": {"AWS": "*"}, "Action": use, "Resource": "*", "Condition": {"StringEquals": through}},
        {"Sid": "Allow direct access to key metadata to the account", "Effect": "Allow",
         "Principal": {"AWS": f"arn:aws:iam::{account}:root"}, "Action": ["kms:Describe*", "kms:Get*", "kms:List*", "kms:RevokeGrant"],
         "Resource": "*"},
    ]  # fmt: skip
    return json.dumps({"Version": "2012-10-17", "Id": f"auto-{service}-2", "Statement": statements})
