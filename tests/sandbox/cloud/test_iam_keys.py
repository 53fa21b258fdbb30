"""Key policies and grants, and the keys of objects: https://docs.aws.amazon.com/kms/latest/developerguide/key-policies.html"""

from __future__ import annotations

import json
from typing import Any

import pytest
from botocore import UNSIGNED
from botocore.config import Config
from cloud_harness import REGION, Cloud
from iam_harness import ACCOUNT, WHERE, User, denied, document

ROOT = {"AWS": f"arn:aws:iam::{ACCOUNT}:root"}
LAB = {"AWS": f"arn:aws:iam::{ACCOUNT}:role/LabWorkstationRole"}


@pytest.fixture
def bob(cloud: Cloud) -> User:
    return User(cloud, "bob")


def policy(*statements: dict[str, Any]) -> str:
    filled = [{"Effect": "Allow", "Action": "kms:*", "Resource": "*", **s} for s in statements]
    return json.dumps({"Version": "2012-10-17", "Statement": filled})


def key(bob: User, *statements: dict[str, Any]) -> str:
    more = {"Policy": policy(*statements)} if statements else {}
    return str(bob.cloud.client("kms").create_key(**more)["KeyMetadata"]["Arn"])


def test_the_usual_policy_leaves_it_to_iam(bob: User) -> None:
    arn = key(bob)
    mine, his = bob.cloud.client("kms"), bob.client("kms")
    secret = mine.encrypt(KeyId=arn, Plaintext=b"x")["CiphertextBlob"]
    who, why = f"User: {bob.arn} is not authorized to perform: ", " because no identity-based policy allows the "
    assert denied(his.encrypt, KeyId=arn, Plaintext=b"x") == (
        "AccessDeniedException", f"{who}kms:Encrypt on resource: {arn}{why}kms:Encrypt action")  # fmt: skip
    assert denied(his.decrypt, CiphertextBlob=secret) == (
        "AccessDeniedException", f"{who}kms:Decrypt on the resource associated with this ciphertext{why}kms:Decrypt action")  # fmt: skip
    mine.create_alias(AliasName="alias/mine", TargetKeyId=arn)
    bob.may({"Action": ["kms:Decrypt", "kms:Encrypt"], "Resource": arn})
    assert his.decrypt(CiphertextBlob=secret)["Plaintext"] == b"x"
    assert his.encrypt(KeyId="alias/mine", Plaintext=b"x")["KeyId"] == arn
    assert denied(his.schedule_key_deletion, KeyId=arn)[0] == "AccessDeniedException"


def test_a_key_that_names_its_users(bob: User) -> None:
    arn = key(bob, {"Principal": LAB}, {"Principal": {"AWS": bob.arn}, "Action": "kms:Encrypt"})
    assert bob.client("kms").encrypt(KeyId=arn, Plaintext=b"x")["KeyId"] == arn
    # No policy of the account's opens it.
    eve = User(bob.cloud, "eve")
    eve.may({"Action": "kms:*"})
    assert denied(eve.client("kms").encrypt, KeyId=arn, Plaintext=b"x") == (
        "AccessDeniedException",
        f"User: {eve.arn} is not authorized to perform: kms:Encrypt on resource: {arn} "
        "because no resource-based policy allows the kms:Encrypt action",
    )
    assert denied(eve.client("kms").encrypt, KeyId="11111111-2222-3333-4444-555555555555", Plaintext=b"x")[0] == "NotFoundException"


def test_a_deny_is_for_whom_it_names(bob: User) -> None:
    arn = key(bob, {"Principal": ROOT}, {"Effect": "Deny", "Principal": {"AWS": bob.arn}, "Action": "kms:DescribeKey"})
    bob.may({"Action": "kms:*"})
    assert denied(bob.client("kms").describe_key, KeyId=arn)[1].endswith("with an explicit deny in a resource-based policy")
    assert bob.cloud.client("kms").describe_key(KeyId=arn)["KeyMetadata"]["Arn"] == arn


def test_a_policy_that_locks_out(bob: User) -> None:
    kms, others = bob.cloud.client("kms"), policy({"Principal": {"AWS": bob.arn}})
    message = "The new key policy will not allow you to update the key policy in the future."
    assert denied(kms.create_key, Policy=others) == ("MalformedPolicyDocumentException", message)
    arn = key(bob)
    assert denied(kms.put_key_policy, KeyId=arn, PolicyName="default", Policy=others) == ("MalformedPolicyDocumentException", message)
    kms.put_key_policy(KeyId=arn, PolicyName="default", Policy=others, BypassPolicyLockoutSafetyCheck=True)
    assert denied(kms.get_key_policy, KeyId=arn, PolicyName="default")[0] == "AccessDeniedException"
    assert json.loads(bob.client("kms").get_key_policy(KeyId=arn, PolicyName="default")["Policy"]) == json.loads(others)
    none = policy({"Principal": {"AWS": bob.arn + "x"}})
    assert denied(kms.create_key, Policy=none)[1] == "Policy contains a statement with one or more invalid principals."
    assert denied(kms.create_key, Policy="{")[0] == "MalformedPolicyDocumentException"


def test_grants(bob: User) -> None:
    arn = key(bob)
    mine, his = bob.cloud.client("kms"), bob.client("kms")
    constraint = {"EncryptionContextSubset": {"team": "blue"}}
    grant = mine.create_grant(KeyId=arn, GranteePrincipal=bob.arn, Operations=["Encrypt"], Constraints=constraint)["GrantId"]
    assert his.encrypt(KeyId=arn, Plaintext=b"x", EncryptionContext={"team": "blue", "n": "1"})["KeyId"] == arn
    assert denied(his.encrypt, KeyId=arn, Plaintext=b"x", EncryptionContext={"team": "red"})[0] == "AccessDeniedException"
    assert denied(his.describe_key, KeyId=arn)[0] == "AccessDeniedException"
    mine.revoke_grant(KeyId=arn, GrantId=grant)
    assert denied(his.encrypt, KeyId=arn, Plaintext=b"x", EncryptionContext={"team": "blue"})[0] == "AccessDeniedException"


def test_the_encryption_context_decides(bob: User) -> None:
    arn = key(bob)
    bob.may({"Action": "kms:Encrypt", "Condition": {"StringEquals": {"kms:EncryptionContext:team": "blue"}}})
    assert bob.client("kms").encrypt(KeyId=arn, Plaintext=b"x", EncryptionContext={"team": "blue"})["KeyId"] == arn
    assert denied(bob.client("kms").encrypt, KeyId=arn, Plaintext=b"x")[0] == "AccessDeniedException"


def test_objects_need_their_key(bob: User) -> None:
    arn = key(bob)
    mine, his = bob.cloud.client("s3"), bob.client("s3")
    mine.create_bucket(Bucket="locked-up", **WHERE)
    rule = {"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": arn}}
    mine.put_bucket_encryption(Bucket="locked-up", ServerSideEncryptionConfiguration={"Rules": [rule]})
    mine.put_object(Bucket="locked-up", Key="k", Body=b"x")
    bob.may({"Action": "s3:*"})
    who, why = f"User: {bob.arn} is not authorized to perform: ", " because no identity-based policy allows the "
    assert denied(his.get_object, Bucket="locked-up", Key="k") == (
        "AccessDenied", f"{who}kms:Decrypt on the resource associated with this ciphertext{why}kms:Decrypt action")  # fmt: skip
    assert denied(his.put_object, Bucket="locked-up", Key="n", Body=b"x") == (
        "AccessDenied", f"{who}kms:GenerateDataKey on resource: {arn}{why}kms:GenerateDataKey action")  # fmt: skip
    assert his.head_object(Bucket="locked-up", Key="k")["SSEKMSKeyId"] == arn
    assert his.put_object(Bucket="locked-up", Key="n", Body=b"x", ServerSideEncryption="AES256")["ServerSideEncryption"] == "AES256"
    copied = {"Bucket": "locked-up", "Key": "c", "CopySource": {"Bucket": "locked-up", "Key": "k"}, "ServerSideEncryption": "AES256"}
    assert "kms:Decrypt" in denied(his.copy_object, **copied)[1]
    # Through S3 alone, and for this object alone.
    through = {"kms:ViaService": f"s3.{REGION}.amazonaws.com", "kms:EncryptionContext:aws:s3:arn": "arn:aws:s3:::locked-up/k"}
    bob.may({"Action": "s3:*"}, {"Action": "kms:Decrypt", "Condition": {"StringEquals": through}})
    assert his.get_object(Bucket="locked-up", Key="k")["Body"].read() == b"x"
    assert denied(bob.client("kms").decrypt, CiphertextBlob=bob.cloud.client("kms").encrypt(KeyId=arn, Plaintext=b"x")["CiphertextBlob"])


def test_s3s_own_key_is_open_to_who_may_use_s3(bob: User) -> None:
    mine, his = bob.cloud.client("s3"), bob.client("s3")
    mine.create_bucket(Bucket="as-usual", **WHERE)
    bob.may({"Action": "s3:*"})
    his.put_object(Bucket="as-usual", Key="k", Body=b"x", ServerSideEncryption="aws:kms")
    assert his.get_object(Bucket="as-usual", Key="k")["Body"].read() == b"x"
    mine.delete_public_access_block(Bucket="as-usual")
    opened = document({"Principal": "*", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::as-usual/*"})
    mine.put_bucket_policy(Bucket="as-usual", Policy=opened)
    nobody = bob.cloud.client("s3", config=Config(signature_version=UNSIGNED, s3={"addressing_style": "path"}))
    assert denied(nobody.get_object, Bucket="as-usual", Key="k")[1].startswith("Requests specifying Server Side Encryption with AWS KMS")
