"""Names, places, who may, and keys that may not be used."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from botocore import UNSIGNED
from botocore.config import Config
from botocore.exceptions import ClientError
from cloud_harness import REGION, Cloud

WHERE = {"CreateBucketConfiguration": {"LocationConstraint": REGION}}
ANYBODY = Config(signature_version=UNSIGNED, s3={"addressing_style": "path"}, retries={"total_max_attempts": 1})


def code(call: Callable[..., Any], **params: Any) -> str:
    with pytest.raises(ClientError) as caught:
        call(**params)
    return str(caught.value.response["Error"]["Code"])


def policy(bucket: str, **statement: Any) -> str:
    base = {"Effect": "Allow", "Principal": "*", "Action": "s3:GetObject", "Resource": f"arn:aws:s3:::{bucket}/*"}
    return json.dumps({"Version": "2012-10-17", "Statement": [{**base, **statement}]})


@pytest.mark.parametrize(
    "name", ["Bad-Name", "Bad_Name", "has_underscore", "-begins", "ends-", "two..dots", "192.168.5.4", "xn--puny", "x-s3alias"]
)
def test_bad_names(session_cloud: Cloud, name: str) -> None:
    assert code(session_cloud.client("s3").create_bucket, Bucket=name, **WHERE) == "InvalidBucketName"


def test_the_place(cloud: Cloud) -> None:
    here, virginia = cloud.client("s3"), cloud.client("s3", region_name="us-east-1")
    assert code(here.create_bucket, Bucket="no-constraint") == "IllegalLocationConstraintException"
    elsewhere = {"CreateBucketConfiguration": {"LocationConstraint": "eu-west-1"}}
    assert code(here.create_bucket, Bucket="elsewhere", **elsewhere) == "IllegalLocationConstraintException"
    virginia.create_bucket(Bucket="in-virginia")
    here.create_bucket(Bucket="in-seoul", **WHERE)
    assert here.get_bucket_location(Bucket="in-virginia")["LocationConstraint"] is None
    assert here.get_bucket_location(Bucket="in-seoul")["LocationConstraint"] == REGION
    assert virginia.head_bucket(Bucket="in-seoul")["BucketRegion"] == REGION


def test_names_are_everybodys(cloud: Cloud) -> None:
    mine = cloud.client("s3")
    cloud.call("s3", "create_bucket", account="training", Bucket="taken-name", **WHERE)
    assert code(mine.create_bucket, Bucket="taken-name", **WHERE) == "BucketAlreadyExists"
    mine.create_bucket(Bucket="my-own-name", **WHERE)
    assert code(mine.create_bucket, Bucket="my-own-name", **WHERE) == "BucketAlreadyOwnedByYou"


def test_a_new_bucket_is_closed_and_encrypted(cloud: Cloud) -> None:
    mine = cloud.client("s3")
    mine.create_bucket(Bucket="new-bucket", **WHERE)
    assert set(mine.get_public_access_block(Bucket="new-bucket")["PublicAccessBlockConfiguration"].values()) == {True}
    assert mine.get_bucket_ownership_controls(Bucket="new-bucket")["OwnershipControls"]["Rules"] == [
        {"ObjectOwnership": "BucketOwnerEnforced"}
    ]
    rule = mine.get_bucket_encryption(Bucket="new-bucket")["ServerSideEncryptionConfiguration"]["Rules"][0]
    assert rule["ApplyServerSideEncryptionByDefault"] == {"SSEAlgorithm": "AES256"}
    assert mine.put_object(Bucket="new-bucket", Key="k", Body=b"")["ServerSideEncryption"] == "AES256"


def test_public_policies_are_blocked_until_unblocked(cloud: Cloud) -> None:
    mine, anybody = cloud.client("s3"), cloud.client("s3", config=ANYBODY)
    mine.create_bucket(Bucket="open-bucket", **WHERE)
    mine.put_object(Bucket="open-bucket", Key="k", Body=b"text")
    assert code(mine.put_bucket_policy, Bucket="open-bucket", Policy=policy("open-bucket")) == "AccessDenied"
    mine.delete_public_access_block(Bucket="open-bucket")
    assert code(anybody.get_object, Bucket="open-bucket", Key="k") == "AccessDenied"
    mine.put_bucket_policy(Bucket="open-bucket", Policy=policy("open-bucket"))
    assert anybody.get_object(Bucket="open-bucket", Key="k")["Body"].read() == b"text"
    assert mine.get_bucket_policy_status(Bucket="open-bucket")["PolicyStatus"]["IsPublic"] is True
    for call, params in [
        (anybody.list_objects_v2, {}),
        (anybody.put_object, {"Key": "k", "Body": b"x"}),
        (anybody.delete_object, {"Key": "k"}),
    ]:
        assert code(call, Bucket="open-bucket", **params) == "AccessDenied"
    switches = {"BlockPublicAcls": False, "IgnorePublicAcls": False, "BlockPublicPolicy": False, "RestrictPublicBuckets": True}
    mine.put_public_access_block(Bucket="open-bucket", PublicAccessBlockConfiguration=switches)
    assert code(anybody.get_object, Bucket="open-bucket", Key="k") == "AccessDenied"
    assert mine.get_object(Bucket="open-bucket", Key="k")["Body"].read() == b"text"


def test_public_lists(cloud: Cloud) -> None:
    mine, anybody = cloud.client("s3"), cloud.client("s3", config=ANYBODY)
    mine.create_bucket(Bucket="list-bucket", **WHERE)
    assert code(mine.put_object, Bucket="list-bucket", Key="k", Body=b"", ACL="public-read") == "AccessControlListNotSupported"
    mine.put_bucket_ownership_controls(Bucket="list-bucket", OwnershipControls={"Rules": [{"ObjectOwnership": "ObjectWriter"}]})
    assert code(mine.put_object, Bucket="list-bucket", Key="k", Body=b"", ACL="public-read") == "AccessDenied"
    mine.delete_public_access_block(Bucket="list-bucket")
    mine.put_object(Bucket="list-bucket", Key="k", Body=b"text", ACL="public-read")
    mine.put_object(Bucket="list-bucket", Key="own", Body=b"text")
    assert anybody.get_object(Bucket="list-bucket", Key="k")["Body"].read() == b"text"
    assert code(anybody.get_object, Bucket="list-bucket", Key="own") == "AccessDenied"
    switches = {"BlockPublicAcls": False, "IgnorePublicAcls": True, "BlockPublicPolicy": False, "RestrictPublicBuckets": False}
    mine.put_public_access_block(Bucket="list-bucket", PublicAccessBlockConfiguration=switches)
    assert code(anybody.get_object, Bucket="list-bucket", Key="k") == "AccessDenied"


def test_another_account(cloud: Cloud) -> None:
    mine = cloud.client("s3")
    cloud.call("s3", "create_bucket", account="training", Bucket="their-bucket", **WHERE)
    for key in ("shared/a.zip", "own/b.zip"):
        cloud.call("s3", "put_object", account="training", Bucket="their-bucket", Key=key, Body=key)
    assert code(mine.get_object, Bucket="their-bucket", Key="shared/a.zip") == "AccessDenied"
    share = policy("their-bucket", Principal={"AWS": "111122223333"}, Resource="arn:aws:s3:::their-bucket/shared/*")
    cloud.call("s3", "put_bucket_policy", account="training", Bucket="their-bucket", Policy=share)
    assert mine.get_object(Bucket="their-bucket", Key="shared/a.zip")["Body"].read() == b"shared/a.zip"
    assert code(mine.get_object, Bucket="their-bucket", Key="own/b.zip") == "AccessDenied"
    assert code(mine.put_object, Bucket="their-bucket", Key="shared/c", Body=b"") == "AccessDenied"
    mine.create_bucket(Bucket="copy-bucket", **WHERE)
    mine.copy_object(Bucket="copy-bucket", Key="a.zip", CopySource="their-bucket/shared/a.zip")
    assert mine.get_object(Bucket="copy-bucket", Key="a.zip")["Body"].read() == b"shared/a.zip"
    assert code(mine.copy_object, Bucket="copy-bucket", Key="b.zip", CopySource="their-bucket/own/b.zip") == "AccessDenied"
    assert mine.list_buckets()["Buckets"][0]["Name"] == "copy-bucket"


def test_a_policy_denies_its_own_account(cloud: Cloud) -> None:
    mine = cloud.client("s3")
    mine.create_bucket(Bucket="deny-bucket", **WHERE)
    rule = {"StringNotEquals": {"s3:x-amz-server-side-encryption": "aws:kms"}}
    mine.put_bucket_policy(Bucket="deny-bucket", Policy=policy("deny-bucket", Effect="Deny", Action="s3:PutObject", Condition=rule))
    assert code(mine.put_object, Bucket="deny-bucket", Key="k", Body=b"") == "AccessDenied"
    mine.put_object(Bucket="deny-bucket", Key="k", Body=b"", ServerSideEncryption="aws:kms")
    secure = policy("deny-bucket", Effect="Deny", Action="s3:*", Condition={"Bool": {"aws:SecureTransport": "false"}})
    mine.put_bucket_policy(Bucket="deny-bucket", Policy=secure)
    assert code(mine.get_object, Bucket="deny-bucket", Key="k") == "AccessDenied"  # the tests speak plain HTTP
    assert cloud.call("s3", "get_object", Bucket="deny-bucket", Key="k")["ContentLength"] == 0


@pytest.mark.parametrize(
    "text",
    ["{", "[]", '{"Statement": [{"Effect": "Perhaps", "Principal": "*"}]}', policy("other-bucket"), '{"Statement": [{"Effect": "Allow"}]}'],
)
def test_malformed_policies(cloud: Cloud, text: str) -> None:
    mine = cloud.client("s3")
    mine.create_bucket(Bucket="some-bucket", **WHERE)
    assert code(mine.put_bucket_policy, Bucket="some-bucket", Policy=text) == "MalformedPolicy"


def test_a_condition_on_the_time(cloud: Cloud) -> None:
    mine = cloud.client("s3")
    mine.create_bucket(Bucket="date-bucket", **WHERE)
    mine.put_object(Bucket="date-bucket", Key="k", Body=b"x")
    dated = policy("date-bucket", Effect="Deny", Condition={"DateLessThan": {"aws:CurrentTime": "2099-01-01T00:00:00Z"}})
    mine.put_bucket_policy(Bucket="date-bucket", Policy=dated)
    assert code(mine.get_object, Bucket="date-bucket", Key="k") == "AccessDenied"
    mine.put_bucket_policy(Bucket="date-bucket", Policy=dated.replace("2099", "2020"))
    assert mine.get_object(Bucket="date-bucket", Key="k")["Body"].read() == b"x"


class TestKms:
    def test_missing_and_disabled_keys(self, cloud: Cloud) -> None:
        mine, kms = cloud.client("s3"), cloud.client("kms")
        mine.create_bucket(Bucket="kms-bucket", **WHERE)
        put = {"Bucket": "kms-bucket", "Key": "k", "Body": b"text", "ServerSideEncryption": "aws:kms"}
        assert code(mine.put_object, **put, SSEKMSKeyId="1234abcd-12ab-34cd-56ef-1234567890ab") == "KMS.NotFoundException"
        assert code(mine.put_object, **put, SSEKMSKeyId="alias/none") == "KMS.NotFoundException"
        key = kms.create_key()["KeyMetadata"]
        kms.create_alias(AliasName="alias/lab", TargetKeyId=key["KeyId"])
        for name in (key["KeyId"], key["Arn"], "alias/lab"):
            answer = mine.put_object(**put, SSEKMSKeyId=name)
            assert (answer["ServerSideEncryption"], answer["SSEKMSKeyId"]) == ("aws:kms", key["Arn"])
        assert mine.get_object(Bucket="kms-bucket", Key="k")["SSEKMSKeyId"] == key["Arn"]
        kms.disable_key(KeyId=key["KeyId"])
        assert code(mine.get_object, Bucket="kms-bucket", Key="k") == "KMS.DisabledException"
        assert code(mine.put_object, **put, SSEKMSKeyId=key["KeyId"]) == "KMS.DisabledException"
        assert mine.head_object(Bucket="kms-bucket", Key="k")["ContentLength"] == 4
        kms.enable_key(KeyId=key["KeyId"])
        assert mine.get_object(Bucket="kms-bucket", Key="k")["Body"].read() == b"text"
        kms.schedule_key_deletion(KeyId=key["KeyId"], PendingWindowInDays=7)
        assert code(mine.get_object, Bucket="kms-bucket", Key="k") == "KMS.KMSInvalidStateException"

    def test_the_buckets_default_key(self, cloud: Cloud) -> None:
        mine, kms = cloud.client("s3"), cloud.client("kms")
        key = kms.create_key()["KeyMetadata"]["KeyId"]
        mine.create_bucket(Bucket="default-bucket", **WHERE)
        rule = {"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": key}}
        mine.put_bucket_encryption(Bucket="default-bucket", ServerSideEncryptionConfiguration={"Rules": [rule]})
        assert mine.put_object(Bucket="default-bucket", Key="k", Body=b"")["ServerSideEncryption"] == "aws:kms"
        kms.disable_key(KeyId=key)
        assert code(mine.put_object, Bucket="default-bucket", Key="k2", Body=b"") == "KMS.DisabledException"

    def test_a_key_that_rests_does_no_work(self, cloud: Cloud) -> None:
        kms = cloud.client("kms")
        key = kms.create_key()["KeyMetadata"]["KeyId"]
        kms.create_alias(AliasName="alias/rest", TargetKeyId=key)
        secret = kms.encrypt(KeyId=key, Plaintext=b"x")["CiphertextBlob"]
        kms.disable_key(KeyId=key)
        assert code(kms.encrypt, KeyId="alias/rest", Plaintext=b"x") == "DisabledException"
        assert code(kms.decrypt, CiphertextBlob=secret) == "DisabledException"
        assert code(kms.generate_data_key, KeyId=key, KeySpec="AES_256") == "DisabledException"
        kms.enable_key(KeyId=key)
        assert kms.decrypt(CiphertextBlob=secret)["Plaintext"] == b"x"
        kms.schedule_key_deletion(KeyId=key, PendingWindowInDays=7)
        assert code(kms.decrypt, CiphertextBlob=secret) == "KMSInvalidStateException"
