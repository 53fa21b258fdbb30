"""States, kinds, names and limits of keys, operation by operation.

Sources: the table of https://docs.aws.amazon.com/kms/latest/developerguide/key-state.html; words as recorded against AWS in
https://github.com/localstack/localstack/blob/master/tests/aws/services/kms/test_kms.snapshot.json.
"""

from __future__ import annotations

from typing import Any

import pytest
from cloud_harness import REGION, Cloud
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding
from refusals import refusal

ROLE = "arn:aws:iam::111122223333:role/LabWorkstationRole"
OWN = f"arn:aws:kms:{REGION}:111122223333:"
GONE = "1234abcd-12ab-34cd-56ef-1234567890ab"


@pytest.fixture(scope="module")
def kms(session_cloud: Cloud) -> Any:
    return session_cloud.client("kms")


def make(kms: Any, state: str = "Enabled", **how: Any) -> dict[str, Any]:
    key: dict[str, Any] = kms.create_key(**how)["KeyMetadata"]
    if state == "Disabled":
        kms.disable_key(KeyId=key["KeyId"])
    elif state == "PendingDeletion":
        kms.schedule_key_deletion(KeyId=key["KeyId"], PendingWindowInDays=7)
    return key


ALWAYS = {
    "describe_key": {}, "get_key_policy": {"PolicyName": "default"}, "get_key_rotation_status": {}, "list_grants": {},
    "list_key_policies": {}, "list_key_rotations": {}, "list_resource_tags": {}, "list_aliases": {},
}  # fmt: skip
NOT_PENDING: dict[str, dict[str, Any]] = {
    "tag_resource": {"Tags": [{"TagKey": "a", "TagValue": "b"}]}, "untag_resource": {"TagKeys": ["a"]},
    "update_key_description": {"Description": "d"}, "enable_key": {}, "disable_key": {}, "schedule_key_deletion": {},
}  # fmt: skip
ENABLED: dict[str, dict[str, Any]] = {
    "encrypt": {"Plaintext": b"x"}, "generate_data_key": {"KeySpec": "AES_256"},
    "generate_data_key_without_plaintext": {"NumberOfBytes": 8}, "enable_key_rotation": {}, "disable_key_rotation": {},
    "create_grant": {"GranteePrincipal": ROLE, "Operations": ["Decrypt"]},
}  # fmt: skip


@pytest.mark.parametrize("operation", [*ALWAYS, *NOT_PENDING, *ENABLED])
def test_states(kms: Any, operation: str) -> None:
    params = {**ALWAYS, **NOT_PENDING, **ENABLED}[operation]
    call = getattr(kms, operation)
    call(KeyId=make(kms)["KeyId"], **params)
    disabled, pending = make(kms, "Disabled"), make(kms, "PendingDeletion")
    if operation in ENABLED:
        assert refusal(call, KeyId=disabled["KeyId"], **params)[1:3] == ("DisabledException", f"{disabled['Arn']} is disabled.")
    else:
        call(KeyId=disabled["KeyId"], **params)
    if operation in ALWAYS:
        call(KeyId=pending["KeyId"], **params)
    else:
        found = refusal(call, KeyId=pending["KeyId"], **params)
        assert found[:3] == (400, "KMSInvalidStateException", f"{pending['Arn']} is pending deletion.")


def test_deletion(kms: Any) -> None:
    key = make(kms)
    range_error = "1 validation error detected: Value '{}' at 'pendingWindowInDays' failed to satisfy constraint: Member must have value {}"
    for days, words in ((6, "greater than or equal to 7"), (31, "less than or equal to 30")):
        found = refusal(kms.schedule_key_deletion, KeyId=key["KeyId"], PendingWindowInDays=days)
        assert found[1:3] == ("ValidationException", range_error.format(days, words))
    assert refusal(kms.cancel_key_deletion, KeyId=key["KeyId"])[1:3] == (
        "KMSInvalidStateException", f"{key['Arn']} is not pending deletion.",
    )  # fmt: skip
    done = kms.schedule_key_deletion(KeyId=key["KeyId"])
    assert (done["KeyId"], done["KeyState"], done["PendingWindowInDays"]) == (key["Arn"], "PendingDeletion", 30)
    assert kms.cancel_key_deletion(KeyId=key["KeyId"])["KeyId"] == key["Arn"]
    assert kms.describe_key(KeyId=key["KeyId"])["KeyMetadata"]["KeyState"] == "Disabled"


def test_names(kms: Any) -> None:
    for name, words in {
        GONE: f"Key '{OWN}key/{GONE}' does not exist",
        "nonsense": "Invalid keyId 'nonsense'",
        "alias/none": f"Alias {OWN}alias/none is not found.",
        OWN.replace(REGION, "us-west-2") + f"key/{GONE}": "Invalid arn us-west-2",
    }.items():
        for call, more in ((kms.describe_key, {}), (kms.encrypt, {"Plaintext": b"x"})):
            assert refusal(call, KeyId=name, **more)[1:3] == ("NotFoundException", words)


def test_ciphertexts(kms: Any) -> None:
    key, other = make(kms), make(kms)
    secret = kms.encrypt(KeyId=key["KeyId"], Plaintext=b"x", EncryptionContext={"a": "b"})
    assert secret["EncryptionAlgorithm"] == "SYMMETRIC_DEFAULT"
    blob, context = secret["CiphertextBlob"], {"EncryptionContext": {"a": "b"}}
    assert kms.decrypt(CiphertextBlob=blob, **context)["Plaintext"] == b"x"
    for wrong in ({}, {"EncryptionContext": {"a": "c"}}):
        assert refusal(kms.decrypt, CiphertextBlob=blob, **wrong)[:3] == (400, "InvalidCiphertextException", "")
    assert refusal(kms.decrypt, CiphertextBlob=b"rubbish" * 20)[1] == "InvalidCiphertextException"
    found = refusal(kms.decrypt, CiphertextBlob=blob, KeyId=other["KeyId"], **context)
    assert found[1:3] == ("IncorrectKeyException", "The key ID in the request does not identify a CMK that can perform this operation.")
    again = kms.re_encrypt(CiphertextBlob=blob, SourceEncryptionContext={"a": "b"}, DestinationKeyId=other["KeyId"])
    assert (again["SourceKeyId"], again["KeyId"]) == (key["Arn"], other["Arn"])
    assert kms.decrypt(CiphertextBlob=again["CiphertextBlob"])["Plaintext"] == b"x"
    strange = GONE.encode() + blob[36:]
    refused = refusal(kms.decrypt, CiphertextBlob=strange)
    assert refused[1] == "AccessDeniedException" and refused[2].startswith(
        "The ciphertext refers to a customer master key that does not exist,"
    )
    kms.disable_key(KeyId=key["KeyId"])
    for call, more in ((kms.decrypt, context), (kms.re_encrypt, {"DestinationKeyId": other["KeyId"]})):
        assert refusal(call, CiphertextBlob=blob, **more)[1] == "DisabledException"


def test_limits(kms: Any) -> None:
    key = make(kms)["KeyId"]
    at = "1 validation error detected: Value {}at '{}' failed to satisfy constraint: Member must have {}"
    found = refusal(kms.encrypt, KeyId=key, Plaintext=b"x" * 4097)
    assert found[1:3] == ("ValidationException", at.format("", "plaintext", "length less than or equal to 4096"))
    found = refusal(kms.generate_data_key, KeyId=key, NumberOfBytes=1025)
    assert found[1:3] == ("ValidationException", at.format("'1025' ", "numberOfBytes", "value less than or equal to 1024"))
    for both in ({}, {"KeySpec": "AES_256", "NumberOfBytes": 8}):
        assert refusal(kms.generate_data_key, KeyId=key, **both)[2] == "Please specify either number of bytes or key spec."
    assert refusal(kms.generate_random)[1:3] == ("ValidationException", "NumberOfBytes is required.")
    dry = refusal(kms.encrypt, KeyId=key, Plaintext=b"x", DryRun=True)
    assert dry[:3] == (412, "DryRunOperationException", "The request would have succeeded, but the DryRun option is set.")


def test_kinds(kms: Any) -> None:
    sealing, mac = make(kms), make(kms, KeySpec="HMAC_256", KeyUsage="GENERATE_VERIFY_MAC")
    signing = make(kms, KeySpec="ECC_NIST_P256", KeyUsage="SIGN_VERIFY")
    assert mac["MacAlgorithms"] == ["HMAC_SHA_256"] and "EncryptionAlgorithms" not in mac and "SigningAlgorithms" not in sealing
    sign = {"Message": b"m", "SigningAlgorithm": "ECDSA_SHA_256"}
    for call, name, key, more in (
        (kms.encrypt, "Encrypt", signing, {"Plaintext": b"x"}),
        (kms.generate_data_key, "GenerateDataKey", mac, {"KeySpec": "AES_256"}),
        (kms.sign, "Sign", mac, sign),
        (kms.verify, "Verify", sealing, {**sign, "Signature": b"s"}),
        (kms.generate_mac, "GenerateMac", sealing, {"Message": b"m", "MacAlgorithm": "HMAC_SHA_256"}),
    ):
        words = f"{key['Arn']} key usage is {key['KeyUsage']} which is not valid for {name}."
        assert refusal(call, KeyId=key["KeyId"], **more)[1:3] == ("InvalidKeyUsageException", words)
    wrong = refusal(kms.generate_mac, KeyId=mac["KeyId"], Message=b"m", MacAlgorithm="HMAC_SHA_512")
    assert wrong[1:3] == ("InvalidKeyUsageException", "Algorithm HMAC_SHA_512 is incompatible with key spec HMAC_256.")
    signature = kms.sign(KeyId=signing["KeyId"], **sign)["Signature"]
    assert kms.verify(KeyId=signing["KeyId"], Signature=signature, **sign)["SignatureValid"] is True
    assert (
        refusal(kms.verify, KeyId=signing["KeyId"], Signature=signature, **{**sign, "Message": b"n"})[1] == "KMSInvalidSignatureException"
    )
    assert refusal(kms.get_public_key, KeyId=sealing["KeyId"])[1] == "UnsupportedOperationException"
    assert refusal(kms.enable_key_rotation, KeyId=mac["KeyId"])[1] == "UnsupportedOperationException"
    assert refusal(kms.create_key, KeySpec="RSA_2048")[1:3] == (
        "ValidationException", "You must specify a KeyUsage value for all KMS keys except for symmetric encryption keys.",
    )  # fmt: skip
    assert (
        refusal(kms.create_key, KeySpec="HMAC_256", KeyUsage="SIGN_VERIFY")[2]
        == "KeyUsage SIGN_VERIFY is not compatible with KeySpec HMAC_256"
    )
    assert refusal(kms.create_key, Origin="EXTERNAL")[1] == "NotSimulated"


def test_what_is_encrypted_elsewhere_is_decrypted_here(kms: Any) -> None:
    key = make(kms, KeySpec="RSA_2048", KeyUsage="ENCRYPT_DECRYPT")["KeyId"]
    public: Any = serialization.load_der_public_key(kms.get_public_key(KeyId=key)["PublicKey"])
    blob = public.encrypt(b"from outside", padding.OAEP(padding.MGF1(hashes.SHA256()), hashes.SHA256(), None))
    how = {"KeyId": key, "EncryptionAlgorithm": "RSAES_OAEP_SHA_256"}
    assert kms.decrypt(CiphertextBlob=blob, **how)["Plaintext"] == b"from outside"
    assert kms.decrypt(CiphertextBlob=kms.encrypt(Plaintext=b"x", **how)["CiphertextBlob"], **how)["Plaintext"] == b"x"
    assert refusal(kms.encrypt, Plaintext=b"x" * 191, **how)[2] == (
        "Algorithm RSAES_OAEP_SHA_256 and key spec RSA_2048 cannot encrypt data larger than 190 bytes."
    )
    assert refusal(kms.encrypt, KeyId=key, Plaintext=b"x")[2] == "Algorithm SYMMETRIC_DEFAULT is incompatible with key spec RSA_2048."


def test_aliases(kms: Any) -> None:
    key = make(kms)["KeyId"]
    kms.create_alias(AliasName="alias/twice", TargetKeyId=key)
    again = refusal(kms.create_alias, AliasName="alias/twice", TargetKeyId=key)
    assert again[1:3] == ("AlreadyExistsException", f"An alias with the name {OWN}alias/twice already exists")
    for call, more in ((kms.update_alias, {"TargetKeyId": key}), (kms.delete_alias, {})):
        found = refusal(call, AliasName="alias/none", **more)
        assert found[1:3] == ("NotFoundException", f"Alias {OWN}alias/none is not found.")
        assert refusal(call, AliasName="alias/aws/s3", **more)[1] == "NotAuthorizedException"
    assert refusal(kms.create_alias, AliasName="alias/aws/mine", TargetKeyId=key)[:2] == (400, "NotAuthorizedException")
    bare = refusal(kms.create_alias, AliasName="bare", TargetKeyId=key)
    assert bare[2].startswith('Alias must start with the prefix "alias/".')
    assert refusal(kms.create_alias, AliasName="alias/sp ace", TargetKeyId=key)[1] == "ValidationException"
    assert refusal(kms.create_alias, AliasName="alias/lost", TargetKeyId=GONE)[1] == "NotFoundException"


def test_rotation(kms: Any) -> None:
    key = make(kms)
    assert kms.get_key_rotation_status(KeyId=key["KeyId"])["KeyRotationEnabled"] is False
    kms.enable_key_rotation(KeyId=key["KeyId"], RotationPeriodInDays=90)
    found = kms.get_key_rotation_status(KeyId=key["KeyId"])
    assert (found["KeyId"], found["KeyRotationEnabled"], found["RotationPeriodInDays"]) == (key["Arn"], True, 90)
    assert (found["NextRotationDate"] - key["CreationDate"]).days == 90
    kms.schedule_key_deletion(KeyId=key["KeyId"])
    assert kms.get_key_rotation_status(KeyId=key["KeyId"])["KeyRotationEnabled"] is False


def test_grants(kms: Any) -> None:
    key = make(kms)
    wish = {"KeyId": key["KeyId"], "GranteePrincipal": ROLE, "Operations": ["Encrypt"], "RetiringPrincipal": ROLE, "Name": "once"}
    first, second = kms.create_grant(**wish), kms.create_grant(**wish)
    assert first["GrantId"] == second["GrantId"] and len(first["GrantId"]) == 64
    (grant,) = kms.list_grants(KeyId=key["KeyId"])["Grants"]
    assert (grant["KeyId"], grant["Name"], grant["IssuingAccount"]) == (key["Arn"], "once", "arn:aws:iam::111122223333:root")
    assert first["GrantId"] in [one["GrantId"] for one in kms.list_retirable_grants(RetiringPrincipal=ROLE)["Grants"]]
    nobody = ROLE + "-none"
    assert refusal(kms.create_grant, **{**wish, "GranteePrincipal": nobody})[1:3] == (
        "InvalidArnException", f"ARN does not refer to a valid principal: {nobody}",
    )  # fmt: skip
    assert refusal(kms.create_grant, **{**wish, "Operations": ["Dance"]})[1] == "ValidationException"
    assert refusal(kms.revoke_grant, KeyId=key["KeyId"], GrantId="none")[1] == "NotFoundException"
    assert refusal(kms.retire_grant)[2] == "Grant token OR (grant ID, key ID) must be specified"
    kms.retire_grant(GrantToken=first["GrantToken"])
    assert kms.list_grants(KeyId=key["KeyId"])["Grants"] == []


def test_what_aws_manages_is_its_own(cloud: Cloud) -> None:
    kms = cloud.client("kms")
    found = kms.describe_key(KeyId="alias/aws/ebs")["KeyMetadata"]
    assert (found["KeyManager"], found["Description"]) == ("AWS", "Default key that protects my EBS volumes when no other key is defined")
    assert kms.get_key_rotation_status(KeyId=found["KeyId"])["KeyRotationEnabled"] is True
    me = f"arn:aws:sts::111122223333:assumed-role/LabWorkstationRole/{cloud.identity['instance_id']}"
    for call, action, more in (
        (kms.disable_key, "DisableKey", {}),
        (kms.schedule_key_deletion, "ScheduleKeyDeletion", {}),
        (kms.encrypt, "Encrypt", {"Plaintext": b"x"}),
    ):
        words = f"User: {me} is not authorized to perform: kms:{action} on resource: {found['Arn']}"
        refused = refusal(call, KeyId=found["KeyId"], **more)
        assert refused[:2] == (400, "AccessDeniedException") and refused[2].startswith(words)
    assert refusal(kms.describe_key, KeyId="alias/aws/nothing")[1] == "NotFoundException"


def test_another_accounts_key(cloud: Cloud) -> None:
    """By its ARN; what was encrypted with it says itself whose it is."""
    policy = '{"Statement": [{"Effect": "Allow", "Principal": {"AWS": "111122223333"}, "Action": "kms:*", "Resource": "*"}]}'
    theirs = cloud.call("kms", "create_key", account="training", Policy=policy)["KeyMetadata"]["Arn"]
    kms = cloud.client("kms")
    blob = kms.encrypt(KeyId=theirs, Plaintext=b"x")["CiphertextBlob"]
    assert kms.decrypt(CiphertextBlob=blob)["KeyId"] == theirs
    assert refusal(kms.describe_key, KeyId=theirs.rpartition("/")[2])[1] == "NotFoundException"


def test_the_name_of_a_policy_need_not_be_said(kms: Any) -> None:
    """https://docs.aws.amazon.com/kms/latest/APIReference/API_GetKeyPolicy.html"""
    key = make(kms)["KeyId"]
    found = kms.get_key_policy(KeyId=key)
    assert found["PolicyName"] == "default"
    kms.put_key_policy(KeyId=key, Policy=found["Policy"])
    assert refusal(kms.get_key_policy, KeyId=key, PolicyName="other")[1:3] == ("NotFoundException", "No such policy exists")
