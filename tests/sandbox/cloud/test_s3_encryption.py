"""Which key an object is under, what is said of it, and what becomes of it when the key rests.

Sources: https://docs.aws.amazon.com/AmazonS3/latest/userguide/UsingKMSEncryption.html,
https://docs.aws.amazon.com/AmazonS3/latest/userguide/ServerSideEncryptionCustomerKeys.html. Words of keys that rest: the first of
https://github.com/localstack/localstack/pull/8423 ("AWS validated"), https://docs.aws.amazon.com/kms/latest/developerguide/key-state.html.
"""

from __future__ import annotations

import base64
import hashlib
from typing import Any

import pytest
from cloud_harness import REGION, Cloud
from refusals import refusal

WHERE = {"CreateBucketConfiguration": {"LocationConstraint": REGION}}
SAID = ("ServerSideEncryption", "SSEKMSKeyId", "BucketKeyEnabled", "SSECustomerAlgorithm", "SSECustomerKeyMD5")


def said(answer: dict[str, Any]) -> dict[str, Any]:
    return {name: answer[name] for name in SAID if name in answer}


@pytest.fixture
def mine(cloud: Cloud) -> Any:
    client = cloud.client("s3")
    client.create_bucket(Bucket="secret-bucket", **WHERE)
    return client


@pytest.fixture
def key(cloud: Cloud) -> dict[str, str]:
    kms = cloud.client("kms")
    made = kms.create_key()["KeyMetadata"]
    kms.create_alias(AliasName="alias/lab", TargetKeyId=made["KeyId"])
    arn = f"arn:aws:kms:{REGION}:111122223333:alias/lab"
    return {"id": made["KeyId"], "arn": made["Arn"], "alias": "alias/lab", "alias arn": arn}


AT = {"Bucket": "secret-bucket", "Key": "k"}


def test_by_default(mine: Any) -> None:
    assert said(mine.put_object(**AT)) == said(mine.head_object(**AT)) == {"ServerSideEncryption": "AES256"}


@pytest.mark.parametrize("name", ["id", "arn", "alias", "alias arn"])
def test_a_key_by_any_name(mine: Any, key: dict[str, str], name: str) -> None:
    wanted = {"ServerSideEncryption": "aws:kms", "SSEKMSKeyId": key["arn"]}
    put = mine.put_object(**AT, Body=b"x", ServerSideEncryption="aws:kms", SSEKMSKeyId=key[name])
    assert said(put) == said(mine.head_object(**AT)) == said(mine.get_object(**AT)) == wanted


def test_the_key_that_aws_manages(cloud: Cloud, mine: Any) -> None:
    kms = cloud.client("kms")

    def target() -> Any:
        return next(one.get("TargetKeyId") for one in kms.list_aliases()["Aliases"] if one["AliasName"] == "alias/aws/s3")

    assert target() is None
    arn = mine.put_object(**AT, ServerSideEncryption="aws:kms")["SSEKMSKeyId"]
    found = kms.describe_key(KeyId="alias/aws/s3")["KeyMetadata"]
    assert (found["Arn"], found["KeyManager"], target()) == (arn, "AWS", found["KeyId"])
    assert mine.put_object(**AT, ServerSideEncryption="aws:kms")["SSEKMSKeyId"] == arn


def test_the_buckets_default(mine: Any, key: dict[str, str]) -> None:
    rule = {"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": key["alias"]}, "BucketKeyEnabled": True}
    mine.put_bucket_encryption(Bucket="secret-bucket", ServerSideEncryptionConfiguration={"Rules": [rule]})
    wanted = {"ServerSideEncryption": "aws:kms", "SSEKMSKeyId": key["arn"], "BucketKeyEnabled": True}
    assert said(mine.put_object(**AT)) == said(mine.head_object(**AT)) == wanted
    copy = {"Bucket": "secret-bucket", "Key": "copy"}
    assert said(mine.copy_object(**copy, CopySource=AT)) == said(mine.head_object(**copy)) == wanted
    many = {"Bucket": "secret-bucket", "Key": "parts"}
    begun = mine.create_multipart_upload(**many)
    part = mine.upload_part(**many, UploadId=begun["UploadId"], PartNumber=1, Body=b"x")
    parts = {"Parts": [{"PartNumber": 1, "ETag": part["ETag"]}]}
    done = mine.complete_multipart_upload(**many, UploadId=begun["UploadId"], MultipartUpload=parts)
    assert said(begun) == said(part) == said(done) == said(mine.head_object(**many)) == wanted
    assert said(mine.put_object(**AT, ServerSideEncryption="AES256")) == {"ServerSideEncryption": "AES256"}
    assert said(mine.put_object(**AT, ServerSideEncryption="aws:kms"))["SSEKMSKeyId"] != key["arn"]
    mine.delete_bucket_encryption(Bucket="secret-bucket")
    assert said(mine.put_object(**AT)) == {"ServerSideEncryption": "AES256"}


def test_two_layers(mine: Any, key: dict[str, str]) -> None:
    put = mine.put_object(**AT, ServerSideEncryption="aws:kms:dsse", SSEKMSKeyId=key["id"])
    assert said(put) == said(mine.head_object(**AT)) == {"ServerSideEncryption": "aws:kms:dsse", "SSEKMSKeyId": key["arn"]}


def test_keys_that_are_not_there(mine: Any) -> None:
    put = {**AT, "ServerSideEncryption": "aws:kms"}
    own = f"arn:aws:kms:{REGION}:111122223333:"
    gone = "1234abcd-12ab-34cd-56ef-1234567890ab"
    for name, message in {
        gone: f"Key '{own}key/{gone}' does not exist",
        f"{own}key/{gone}": f"Key '{own}key/{gone}' does not exist",
        "alias/none": f"Alias {own}alias/none is not found.",
        "nonsense": "Invalid keyId 'nonsense'",
        f"arn:aws:kms:us-west-2:111122223333:key/{gone}": "Invalid arn us-west-2",
    }.items():
        assert refusal(mine.put_object, **put, SSEKMSKeyId=name) == (400, "KMS.NotFoundException", message, {})


def test_keys_that_rest(cloud: Cloud, mine: Any, key: dict[str, str]) -> None:
    kms, put = cloud.client("kms"), {**AT, "Body": b"text", "ServerSideEncryption": "aws:kms", "SSEKMSKeyId": key["arn"]}
    mine.put_object(**put)
    kms.disable_key(KeyId=key["id"])
    disabled = (400, "KMS.DisabledException", f"{key['arn']} is disabled.", {})
    assert refusal(mine.put_object, **put) == refusal(mine.get_object, **AT) == disabled
    assert refusal(mine.copy_object, Bucket="secret-bucket", Key="c", CopySource=AT) == disabled
    assert mine.head_object(**AT)["SSEKMSKeyId"] == key["arn"]
    kms.enable_key(KeyId=key["id"])
    assert mine.get_object(**AT)["Body"].read() == b"text"
    kms.schedule_key_deletion(KeyId=key["id"], PendingWindowInDays=7)
    pending = (400, "KMS.KMSInvalidStateException", f"{key['arn']} is pending deletion.", {})
    assert refusal(mine.put_object, **put) == refusal(mine.get_object, **AT) == pending
    kms.cancel_key_deletion(KeyId=key["id"])
    assert refusal(mine.get_object, **AT) == disabled


def test_what_does_not_go_together(mine: Any) -> None:
    sse = "x-amz-server-side-encryption"
    bad = refusal(mine.put_object, **AT, ServerSideEncryption="AES128")
    assert bad == (
        400, "InvalidArgument", "The encryption method specified is not supported", {"ArgumentName": sse, "ArgumentValue": "AES128"},
    )  # fmt: skip
    needs = "Server Side Encryption with AWS KMS managed key requires HTTP header x-amz-server-side-encryption : aws:kms"
    assert refusal(mine.put_object, **AT, SSEKMSKeyId="x") == (
        400, "InvalidArgument", needs, {"ArgumentName": sse, "ArgumentValue": "null"},
    )  # fmt: skip
    for rule, code in (
        ({"SSEAlgorithm": "AES512"}, "MalformedXML"),
        ({"SSEAlgorithm": "AES256", "KMSMasterKeyID": "x"}, "InvalidArgument"),
    ):
        wish = {"Rules": [{"ApplyServerSideEncryptionByDefault": rule}]}
        assert refusal(mine.put_bucket_encryption, Bucket="secret-bucket", ServerSideEncryptionConfiguration=wish)[1] == code


class TestCustomersKeys:
    secret = b"k" * 32
    own = {"SSECustomerAlgorithm": "AES256", "SSECustomerKey": secret}
    md5 = base64.b64encode(hashlib.md5(secret).digest()).decode()

    def test_in_the_clear(self, mine: Any) -> None:
        text = "Requests specifying Server Side Encryption with Customer provided keys must be made over a secure connection."
        assert refusal(mine.put_object, **AT, **self.own) == (400, "InvalidRequest", text, {})

    def test_the_key_is_asked_for_again(self, cloud: Cloud, mine: Any) -> None:
        def curl(url: str, *arguments: str, key: bytes = self.secret) -> str:
            sums = {"algorithm": b"AES256", "key": base64.b64encode(key), "key-MD5": base64.b64encode(hashlib.md5(key).digest())}
            headers = [f"x-amz-server-side-encryption-customer-{name}: {value.decode()}" for name, value in sums.items()] if key else []
            return cloud.curl("-i", *(part for header in headers for part in ("-H", header)), *arguments, url).stdout

        hosted = cloud.client("s3", endpoint_url=f"https://s3.{REGION}.amazonaws.com")
        urls = {method: hosted.generate_presigned_url(f"{method}_object", Params=AT) for method in ("put", "get")}
        put = curl(urls["put"], "-X", "PUT", "--data", "text")
        assert "HTTP/1.1 200" in put and f"x-amz-server-side-encryption-customer-key-md5: {self.md5}" in put
        assert curl(urls["get"]).endswith("text")
        without = curl(urls["get"], key=b"")
        assert "HTTP/1.1 400" in without and "<Message>The object was stored using a form of Server Side" in without
        assert "HTTP/1.1 403" in curl(urls["get"], key=b"o" * 32)
        assert "The secret key was invalid for the specified algorithm." in curl(urls["get"], key=b"short")
