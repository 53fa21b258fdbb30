"""Keys of every kind that moto makes, disabled, waiting to be deleted; aliases, grants, a ciphertext and a signature."""

from __future__ import annotations

from frozen.aws import ACCOUNT, Aws, data, policy

MADE = {"key": ["*"] * 6, "alias": ["alias/app", "alias/sign"], "grant": ["*"]}
ALTERED = {"key": ["*", "*"], "alias": ["alias/sign"]}
REMOVED = {"alias": ["alias/app"], "grant": ["*"]}
SHOWN = {
    "policy": "get_key_policy Policy",
    "tags": "list_resource_tags Tags",
    "rotation": "list_key_rotations Rotations",
    "rotation period": "get_key_rotation_status RotationPeriodInDays",
    "public key": "get_public_key PublicKey",
}


def populate(aws: Aws) -> None:
    kms = aws["kms"]
    plain = _key(kms, Description="plain", Tags=[{"TagKey": "k", "TagValue": "v"}])
    signing = {name: _key(kms, KeySpec=name, KeyUsage="SIGN_VERIFY") for name in ("RSA_2048", "ECC_NIST_P256")}
    disabled, doomed = _key(kms), _key(kms)
    _key(kms, KeySpec="HMAC_256", KeyUsage="GENERATE_VERIFY_MAC")
    kms.create_alias(AliasName="alias/app", TargetKeyId=plain)
    kms.create_alias(AliasName="alias/sign", TargetKeyId=signing["RSA_2048"])
    kms.enable_key_rotation(KeyId=plain, RotationPeriodInDays=90)
    kms.rotate_key_on_demand(KeyId=plain)
    everything = {"Effect": "Allow", "Principal": {"AWS": f"arn:aws:iam::{ACCOUNT}:root"}, "Action": "kms:*", "Resource": "*"}
    kms.put_key_policy(KeyId=plain, PolicyName="default", Policy=policy({"Sid": "Ours", **everything}))
    aws.reads.append(("kms", "get_key_policy", {"KeyId": plain, "PolicyName": "default"}))
    grant = kms.create_grant(KeyId=plain, GranteePrincipal=aws.made["role"], Operations=["Decrypt"], Name="g")["GrantId"]
    secret = kms.encrypt(KeyId="alias/app", Plaintext=data(b"hello"))["CiphertextBlob"]
    message = data(b"signed")
    kinds = {"RSA_2048": "RSASSA_PSS_SHA_256", "ECC_NIST_P256": "ECDSA_SHA_256"}
    signatures = {name: kms.sign(KeyId=signing[name], Message=message, SigningAlgorithm=how)["Signature"] for name, how in kinds.items()}
    kms.disable_key(KeyId=disabled)
    kms.schedule_key_deletion(KeyId=doomed, PendingWindowInDays=7)
    aws.made["kms"] = {"plain": plain, "signing": signing, "disabled": disabled, "grant": grant}
    aws.reads.append(("kms", "decrypt", {"CiphertextBlob": secret}))
    for name, how in kinds.items():
        proof = {"KeyId": signing[name], "Message": message, "Signature": signatures[name], "SigningAlgorithm": how}
        aws.reads.append(("kms", "verify", proof))


def _key(kms: object, **how: object) -> str:
    return str(kms.create_key(**how)["KeyMetadata"]["KeyId"])


def alter(aws: Aws) -> None:
    kms, made = aws["kms"], aws.made["kms"]
    kms.enable_key(KeyId=made["disabled"])
    kms.tag_resource(KeyId=made["plain"], Tags=[{"TagKey": "k", "TagValue": "w"}])
    kms.update_alias(AliasName="alias/sign", TargetKeyId=made["signing"]["ECC_NIST_P256"])


def remove(aws: Aws) -> None:
    kms, made = aws["kms"], aws.made["kms"]
    kms.delete_alias(AliasName="alias/app")
    kms.revoke_grant(KeyId=made["plain"], GrantId=made["grant"])
