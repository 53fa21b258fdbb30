"""Objects: names, digests, conditions, parts, copies, links, configurations: status, code, words and the further elements of the error.

Words: https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html and the Errors section of each operation's page.
"""

from __future__ import annotations

import base64
import hashlib
import zlib
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from cloud_harness import REGION, Cloud
from refusals import Refusal, refusal

from sandbox.cloud.faults import AwsError
from sandbox.cloud.request_times import _expiry, require_in_time
from sandbox.cloud.s3.integrity import ALGORITHMS
from sandbox.cloud.signatures import V4, Credential, Sent

WHERE = {"CreateBucketConfiguration": {"LocationConstraint": REGION}}
AT = {"Bucket": "object-bucket", "Key": "k"}
MD5 = base64.b64encode(hashlib.md5(b"hello").digest()).decode()


@pytest.fixture(scope="module")
def mine(session_cloud: Cloud) -> Any:
    client = session_cloud.client("s3")
    client.create_bucket(Bucket="object-bucket", **WHERE)
    client.put_object(**AT, Body=b"hello")
    return client


def argument(message: str, name: str, value: str) -> Refusal:
    return 400, "InvalidArgument", message, {"ArgumentName": name, "ArgumentValue": value}


PUTS: list[tuple[dict[str, Any], Refusal]] = [
    ({"Key": "k" * 1025}, (400, "KeyTooLongError", "Your key is too long", {"Size": "1025", "MaxSizeAllowed": "1024"})),
    ({"Key": "가" * 342}, (400, "KeyTooLongError", "Your key is too long", {"Size": "1026", "MaxSizeAllowed": "1024"})),
    (
        {"Metadata": {"x": "y" * 2048}},
        (400, "MetadataTooLarge", "Your metadata headers exceed the maximum allowed metadata size",
         {"Size": "2049", "MaxSizeAllowed": "2048"}),
    ),
    (
        {"ContentMD5": MD5, "Body": b"jello"},
        (400, "BadDigest", "The Content-MD5 you specified did not match what we received.",
         {"ExpectedDigest": MD5, "CalculatedDigest": base64.b64encode(hashlib.md5(b"jello").digest()).decode()}),
    ),
    ({"ContentMD5": "short"}, (400, "InvalidDigest", "The Content-MD5 you specified was invalid.", {"Content-MD5": "short"})),
    ({"ChecksumCRC32": "AAAAAA=="}, (400, "BadDigest", "The CRC32 you specified did not match the calculated checksum.", {})),
    ({"ChecksumSHA256": "A" * 43 + "="}, (400, "BadDigest", "The SHA256 you specified did not match the calculated checksum.", {})),
    ({"ChecksumCRC64NVME": "A" * 11 + "="}, (400, "BadDigest", "The CRC64NVME you specified did not match the calculated checksum.", {})),
    ({"ChecksumCRC32": "AAAA"}, (400, "InvalidRequest", "Value for x-amz-checksum-crc32 header is invalid.", {})),
    (
        {"IfNoneMatch": "*"},
        (412, "PreconditionFailed", "At least one of the pre-conditions you specified did not hold", {"Condition": "If-None-Match"}),
    ),
    (
        {"IfMatch": '"0"'},
        (412, "PreconditionFailed", "At least one of the pre-conditions you specified did not hold", {"Condition": "If-Match"}),
    ),
    ({"IfMatch": '"0"', "Key": "none"}, (404, "NoSuchKey", "The specified key does not exist.", {"Key": "none"})),
    (
        {"IfNoneMatch": '"0"'},
        (501, "NotImplemented", "A header you provided implies functionality that is not implemented",
         {"Header": "If-None-Match", "additionalMessage": "We don't accept the provided value of If-None-Match header for this API"}),
    ),
    ({"StorageClass": "COLD"}, (400, "InvalidStorageClass", "The storage class you specified is not valid", {"StorageClass": "COLD"})),
    ({"Tagging": "&".join(f"t{n}=v" for n in range(11))}, (400, "BadRequest", "Object tags cannot be greater than 10", {})),
]  # fmt: skip


@pytest.mark.parametrize(("wrong", "answer"), PUTS)
def test_put(mine: Any, wrong: dict[str, Any], answer: Refusal) -> None:
    assert refusal(mine.put_object, **{**AT, "Body": b"hello", **wrong}) == answer
    assert mine.get_object(**AT)["Body"].read() == b"hello"


def test_checksums() -> None:
    """The check values of https://reveng.sourceforge.io/crc-catalogue/ for "123456789"."""
    wanted = {"crc32": zlib.crc32(b"123456789"), "crc32c": 0xE3069283, "crc64nvme": 0xAE8B14860A799888}
    for name, value in wanted.items():
        assert int.from_bytes(ALGORITHMS[name](b"123456789"), "big") == value


@pytest.mark.parametrize("name", ["CRC32", "SHA1", "SHA256"])
def test_a_checksum_comes_back(mine: Any, name: str) -> None:
    put = mine.put_object(Bucket=AT["Bucket"], Key=name, Body=b"text", ChecksumAlgorithm=name)
    got = mine.head_object(Bucket=AT["Bucket"], Key=name, ChecksumMode="ENABLED")
    value = base64.b64encode(ALGORITHMS[name.lower()](b"text")).decode()
    assert put[f"Checksum{name}"] == got[f"Checksum{name}"] == value


def test_conditions_on_reading(mine: Any) -> None:
    etag = mine.head_object(**AT)["ETag"]
    assert refusal(mine.get_object, **AT, IfNoneMatch=etag)[0] == 304
    assert refusal(mine.get_object, **AT, IfMatch='"0"')[:2] == (412, "PreconditionFailed")
    assert refusal(mine.head_object, **AT, IfMatch='"0"')[0] == 412
    assert refusal(mine.get_object, **AT, Range="bytes=9-10") == (
        416, "InvalidRange", "The requested range is not satisfiable", {"ActualObjectSize": "5", "RangeRequested": "bytes=9-10"},
    )  # fmt: skip
    part = mine.get_object(**AT, Range="bytes=1-3")
    assert (part["Body"].read(), part["ContentRange"]) == (b"ell", "bytes 1-3/5")


def test_a_copy_onto_itself_must_change_something(mine: Any) -> None:
    text = (
        "This copy request is illegal because it is trying to copy an object to itself without changing the object's metadata, "
        "storage class, website redirect location or encryption attributes."
    )
    assert refusal(mine.copy_object, **AT, CopySource=AT) == (400, "InvalidRequest", text, {})
    mine.copy_object(**AT, CopySource=AT, MetadataDirective="REPLACE", Metadata={"a": "b"})
    mine.copy_object(**AT, CopySource=AT, ServerSideEncryption="AES256")
    missing = {"Bucket": AT["Bucket"], "Key": "none"}
    assert refusal(mine.copy_object, **AT, CopySource=missing) == (404, "NoSuchKey", "The specified key does not exist.", {"Key": "none"})


def test_parts(mine: Any) -> None:
    at = {"Bucket": AT["Bucket"], "Key": "parts"}
    upload = mine.create_multipart_upload(**at)["UploadId"]
    etags = [mine.upload_part(**at, UploadId=upload, PartNumber=n, Body=b"p" * 10)["ETag"] for n in (1, 2)]

    def complete(*parts: tuple[int, str]) -> Refusal:
        return refusal(
            mine.complete_multipart_upload,
            **at,
            UploadId=upload,
            MultipartUpload={"Parts": [{"PartNumber": n, "ETag": e} for n, e in parts]},
        )

    small = complete((1, etags[0]), (2, etags[1]))
    assert small[:3] == (400, "EntityTooSmall", "Your proposed upload is smaller than the minimum allowed size")
    assert small[3] == {"ProposedSize": "10", "MinSizeAllowed": "5242880", "PartNumber": "1", "ETag": etags[0].strip('"')}
    order = "The list of parts was not in ascending order. Parts must be ordered by part number."
    assert complete((2, etags[1]), (1, etags[0])) == (400, "InvalidPartOrder", order, {"UploadId": upload})
    assert complete((1, '"0"'))[:2] == (400, "InvalidPart")
    assert complete()[1] == "MalformedXML"
    for call, more in ((mine.upload_part, {"PartNumber": 1}), (mine.list_parts, {}), (mine.abort_multipart_upload, {})):
        found = refusal(call, **at, UploadId="none", **more)
        assert found[:2] == (404, "NoSuchUpload") and found[3] == {"UploadId": "none"}
    done = mine.complete_multipart_upload(**at, UploadId=upload, MultipartUpload={"Parts": [{"PartNumber": 1, "ETag": etags[0]}]})
    assert done["Location"] == f"https://object-bucket.s3.{REGION}.amazonaws.com/parts"
    assert "VersionId" not in done and done["ServerSideEncryption"] == "AES256"


def test_a_body_like_a_form_is_an_object(session_cloud: Cloud, mine: Any) -> None:
    """``curl -X PUT -d`` says that it sends a form."""
    at = {"Bucket": AT["Bucket"], "Key": "form"}
    url = mine.generate_presigned_url("put_object", Params=at)
    assert session_cloud.curl("-X", "PUT", "-d", "key=a&b=c", "-w", "%{http_code}", url).stdout == "200"
    got = mine.get_object(**at)
    assert (got["Body"].read(), got["ContentType"]) == (b"key=a&b=c", "application/x-www-form-urlencoded")


def test_links_end(session_cloud: Cloud, mine: Any) -> None:
    def answer(url: str) -> str:
        return session_cloud.curl(url).stdout

    assert answer(mine.generate_presigned_url("get_object", Params=AT, ExpiresIn=60)) == "hello"
    over = answer(mine.generate_presigned_url("get_object", Params=AT, ExpiresIn=-1))
    assert "<Code>AccessDenied</Code><Message>Request has expired</Message>" in over
    long = answer(mine.generate_presigned_url("get_object", Params=AT, ExpiresIn=604801))
    assert "<Code>AuthorizationQueryParametersError</Code><Message>X-Amz-Expires must be less than a week" in long


def test_expiry_is_said_with_its_times() -> None:
    when = datetime(2026, 1, 2, tzinfo=UTC)
    sent = Sent("GET", "/b/k?X-Amz-Expires=60&X-Amz-Date=x", {}, b"")
    shown = Credential("AKIA", "", "", V4("", "", "", "", presigned=True), sent, when)
    assert _expiry(shown, when) == {"X-Amz-Expires": "60", "Expires": "2026-01-02T00:00:00Z", "ServerTime": "2026-01-02T00:00:00Z"}


@pytest.mark.parametrize(
    ("minutes", "presigned", "code", "more"),
    [
        (-14, False, "", set()),
        (14, False, "", set()),
        (-16, False, "RequestTimeTooSkewed", {"RequestTime", "ServerTime", "MaxAllowedSkewMilliseconds"}),
        (16, False, "RequestTimeTooSkewed", {"RequestTime", "ServerTime", "MaxAllowedSkewMilliseconds"}),
        (-16, True, "", set()),
        (14, True, "", set()),
        (16, True, "Request is not yet valid", {"X-Amz-Date", "X-Amz-Expires", "Expires", "ServerTime"}),
        (-61, True, "Request has expired", {"X-Amz-Expires", "Expires", "ServerTime"}),
    ],
)
def test_a_request_is_good_near_its_time(minutes: int, presigned: bool, code: str, more: set[str]) -> None:
    now = datetime(2026, 1, 2, tzinfo=UTC)
    signed = now + timedelta(minutes=minutes)
    scope = f"AKIA/{signed:%Y%m%d}/ap-northeast-2/s3/aws4_request"
    proof = V4(scope.partition("/")[2], f"{signed:%Y%m%dT%H%M%SZ}", "host", "", presigned=presigned)
    sent = Sent("GET", "/b/k?X-Amz-Expires=3600", {}, b"")
    shown = Credential("AKIA", scope, "", proof, sent, signed + timedelta(hours=1) if presigned else None)
    if not code:
        require_in_time(shown, now)
        return
    with pytest.raises(AwsError, match=code) as caught:
        require_in_time(shown, now)
    assert (caught.value.status, set(caught.value.details)) == (403, more)


RULE = {"ID": "r", "Status": "Enabled", "Filter": {"Prefix": "log/"}}
LIFECYCLES: list[tuple[list[dict[str, Any]], str, str]] = [
    ([RULE], "InvalidRequest", "At least one action needs to be specified in a rule."),
    ([RULE | {"Status": "On", "Expiration": {"Days": 1}}], "MalformedXML", ""),
    ([RULE | {"Expiration": {"Days": 0}}], "InvalidArgument", "'Days' for Expiration action must be a positive integer"),
    (
        [RULE | {"Transitions": [{"Days": 29, "StorageClass": "STANDARD_IA"}]}],
        "InvalidArgument",
        "'Days' in Transition action must be greater than or equal to 30 for storageClass 'STANDARD_IA'",
    ),
    (
        [RULE | {"Transitions": [{"Days": 30, "StorageClass": "GLACIER"}], "Expiration": {"Days": 30}}],
        "InvalidArgument",
        "'Days' in the Expiration action for filter '(prefix=log/)' must be greater than 'Days' in the Transition action",
    ),
    ([RULE | {"Expiration": {"Days": 1}}] * 2, "InvalidArgument", "Rule ID must be unique. Found same ID for more than one rule"),
]


@pytest.mark.parametrize(("rules", "code", "message"), LIFECYCLES)
def test_lifecycles(mine: Any, rules: list[dict[str, Any]], code: str, message: str) -> None:
    found = refusal(mine.put_bucket_lifecycle_configuration, Bucket=AT["Bucket"], LifecycleConfiguration={"Rules": rules})
    assert found[:2] == (400, code) and found[2].startswith(message)


@pytest.mark.parametrize(
    ("call", "tags", "answer"),
    [
        ("put_bucket_tagging", [("a", "1"), ("a", "2")], ("InvalidTag", "Cannot provide multiple Tags with the same key")),
        ("put_bucket_tagging", [("aws:a", "1")], ("InvalidTag", "System tags cannot be added/updated by requester")),
        ("put_bucket_tagging", [(f"t{n}", "") for n in range(51)], ("BadRequest", "Bucket tag count cannot be greater than 50")),
        ("put_object_tagging", [(f"t{n}", "") for n in range(11)], ("BadRequest", "Object tags cannot be greater than 10")),
        ("put_object_tagging", [("k" * 129, "")], ("InvalidTag", "The TagKey you have provided is invalid")),
        ("put_object_tagging", [("k", "a#b")], ("InvalidTag", "The TagValue you have provided is invalid")),
    ],
)
def test_tags(mine: Any, call: str, tags: list[tuple[str, str]], answer: tuple[str, str]) -> None:
    where = AT if "object" in call else {"Bucket": AT["Bucket"]}
    found = refusal(getattr(mine, call), **where, Tagging={"TagSet": [{"Key": name, "Value": value} for name, value in tags]})
    assert found[1:3] == answer


def test_destinations(cloud: Cloud) -> None:
    mine, sqs = cloud.client("s3"), cloud.client("sqs")
    mine.create_bucket(Bucket="telling-bucket", **WHERE)

    def put(kind: str, field: str, arn: str) -> Callable[[], Any]:
        wish = {kind: [{field: arn, "Events": ["s3:ObjectCreated:*"]}]}
        return lambda: mine.put_bucket_notification_configuration(Bucket="telling-bucket", NotificationConfiguration=wish)

    unable = "Unable to validate the following destination configurations"
    for kind, field, service, name, place in (
        ("QueueConfigurations", "QueueArn", "sqs", "none", "queue"),
        ("TopicConfigurations", "TopicArn", "sns", "none", "topic"),
        ("LambdaFunctionConfigurations", "LambdaFunctionArn", "lambda", "function:none", "Lambda function"),
    ):
        arn = f"arn:aws:{service}:{REGION}:111122223333:{name}"
        why = {"ArgumentName1": arn, "ArgumentValue1": f"The destination {place} does not exist"}
        assert refusal(put(kind, field, arn)) == (400, "InvalidArgument", unable, why)
    url = sqs.create_queue(QueueName="events")["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    closed = "Permissions on the destination queue do not allow S3 to publish notifications from this bucket"
    assert refusal(put("QueueConfigurations", "QueueArn", arn))[3]["ArgumentValue1"] == closed
    from json import dumps, loads

    rule = {"Effect": "Allow", "Principal": {"Service": "s3.amazonaws.com"}, "Action": "sqs:SendMessage", "Resource": arn}
    other = {"ArnLike": {"aws:SourceArn": "arn:aws:s3:::another-bucket"}}
    sqs.set_queue_attributes(QueueUrl=url, Attributes={"Policy": dumps({"Statement": [rule | {"Condition": other}]})})
    assert refusal(put("QueueConfigurations", "QueueArn", arn))[3]["ArgumentValue1"] == closed
    sqs.set_queue_attributes(QueueUrl=url, Attributes={"Policy": dumps({"Statement": [rule]})})
    put("QueueConfigurations", "QueueArn", arn)()
    mine.put_object(Bucket="telling-bucket", Key="in/red flower.txt", Body=b"x")
    told = [loads(one["Body"]) for one in sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10)["Messages"]]
    assert [one["Event"] for one in told if "Event" in one] == ["s3:TestEvent"]
    assert [one["Records"][0]["s3"]["object"]["key"] for one in told if "Records" in one] == ["in/red+flower.txt"]


def test_object_lock_is_told_of(cloud: Cloud) -> None:
    """https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetObjectRetention.html"""
    mine, where = cloud.client("s3"), {"Bucket": "held-bucket", "Key": "k"}
    mine.create_bucket(Bucket="held-bucket", **WHERE)
    mine.put_object(**where, Body=b"1")
    missing = (400, "InvalidRequest", "Bucket is missing Object Lock Configuration")
    assert refusal(mine.get_object_retention, **where)[:3] == refusal(mine.get_object_legal_hold, **where)[:3] == missing
    mine.put_bucket_versioning(Bucket="held-bucket", VersioningConfiguration={"Status": "Enabled"})
    rule = {"DefaultRetention": {"Mode": "GOVERNANCE", "Days": 1}}
    mine.put_object_lock_configuration(Bucket="held-bucket", ObjectLockConfiguration={"ObjectLockEnabled": "Enabled", "Rule": rule})
    assert mine.get_object_lock_configuration(Bucket="held-bucket")["ObjectLockConfiguration"]["Rule"] == rule
    assert refusal(mine.get_object_retention, **where)[:2] == (404, "NoSuchObjectLockConfiguration")
    assert refusal(mine.get_object_legal_hold, **where)[:2] == (404, "NoSuchObjectLockConfiguration")
    until = datetime(2099, 1, 1, tzinfo=UTC)
    mine.put_object_retention(**where, Retention={"Mode": "GOVERNANCE", "RetainUntilDate": until})
    assert mine.get_object_retention(**where)["Retention"] == {"Mode": "GOVERNANCE", "RetainUntilDate": until}
    mine.put_object_legal_hold(**where, LegalHold={"Status": "ON"})
    assert mine.get_object_legal_hold(**where)["LegalHold"] == {"Status": "ON"}
