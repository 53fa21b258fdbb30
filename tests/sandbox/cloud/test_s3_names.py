"""Names, places and owners of buckets. Words: the error responses of https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html."""

from __future__ import annotations

import pytest
from cloud_harness import REGION, Cloud
from refusals import refusal

from sandbox.cloud.s3.names import strangers, valid_name

WHERE = {"CreateBucketConfiguration": {"LocationConstraint": REGION}}


@pytest.mark.parametrize("name", ["abc", "a" * 63, "my.bucket-1", "1-and-2", "192.168.5.4.5", "sthreex"])
def test_good_names(name: str) -> None:
    assert valid_name(name)


@pytest.mark.parametrize(
    "name",
    [
        "ab", "a" * 64, "Upper", "under_score", "-front", "end-", "dot.", ".dot", "two..dots", "192.168.5.4", "xn--a", "sthree-a",
        "amzn-s3-demo-a", "a-s3alias", "a--ol-s3", "a.mrap", "a--x-s3", "a--table-s3",
    ],
)  # fmt: skip
def test_bad_names(session_cloud: Cloud, name: str) -> None:
    assert not valid_name(name)
    if len(name) >= 3 and not name.endswith("--x-s3"):  # The client refuses the first itself, and asks for a session for the second.
        found = refusal(session_cloud.client("s3").create_bucket, Bucket=name, **WHERE)
        assert found == (400, "InvalidBucketName", "The specified bucket is not valid.", {"BucketName": name})


@pytest.mark.parametrize("name", ["abc", "reports", "releases", "my-bucket", "test1"])
def test_names_that_anybody_thinks_of_are_taken(name: str) -> None:
    assert strangers(name)


@pytest.mark.parametrize("name", ["reports-2026", "reports1", "reportings", "harbour-weekly", "my-own-bucket", "a.b"])
def test_names_with_something_of_ones_own_are_free(name: str) -> None:
    assert not strangers(name)


@pytest.mark.parametrize(
    ("region", "wanted", "code", "message"),
    [
        (REGION, None, "IllegalLocationConstraintException",
         "The unspecified location constraint is incompatible for the region specific endpoint this request was sent to."),
        (REGION, "eu-west-1", "IllegalLocationConstraintException",
         "The eu-west-1 location constraint is incompatible for the region specific endpoint this request was sent to."),
        ("us-east-1", "us-east-1", "InvalidLocationConstraint", "The specified location-constraint is not valid"),
        ("us-east-1", "mars-north-1", "InvalidLocationConstraint", "The specified location-constraint is not valid"),
    ],
)  # fmt: skip
def test_places(session_cloud: Cloud, region: str, wanted: str | None, code: str, message: str) -> None:
    where = {"CreateBucketConfiguration": {"LocationConstraint": wanted}} if wanted else {}
    found = refusal(session_cloud.client("s3", region_name=region).create_bucket, Bucket="placed-nowhere", **where)
    assert found[:3] == (400, code, message)


def test_whose(cloud: Cloud) -> None:
    mine, virginia = cloud.client("s3"), cloud.client("s3", region_name="us-east-1")
    mine.create_bucket(Bucket="mine-alone", **WHERE)
    owned = "Your previous request to create the named bucket succeeded and you already own it."
    assert refusal(mine.create_bucket, Bucket="mine-alone", **WHERE) == (
        409, "BucketAlreadyOwnedByYou", owned, {"BucketName": "mine-alone"},
    )  # fmt: skip
    assert refusal(virginia.create_bucket, Bucket="mine-alone")[1] == "BucketAlreadyOwnedByYou"
    virginia.create_bucket(Bucket="old-habits")
    assert virginia.create_bucket(Bucket="old-habits")["Location"] == "/old-habits"
    cloud.call("s3", "create_bucket", account="training", Bucket="theirs-alone", **WHERE)
    taken = (
        "The requested bucket name is not available. The bucket namespace is shared by all users of the system. "
        "Please select a different name and try again."
    )
    for name in ("theirs-alone", "reports", "my-bucket"):
        assert refusal(mine.create_bucket, Bucket=name, **WHERE) == (409, "BucketAlreadyExists", taken, {"BucketName": name})


def test_what_strangers_have_is_closed(session_cloud: Cloud) -> None:
    mine = session_cloud.client("s3")
    assert refusal(mine.list_objects_v2, Bucket="my-bucket")[:3] == (403, "AccessDenied", "Access Denied")
    assert refusal(mine.head_bucket, Bucket="test")[0] == 403
    missing = refusal(mine.list_objects_v2, Bucket="nobody-has-this-one")
    assert missing == (404, "NoSuchBucket", "The specified bucket does not exist", {"BucketName": "nobody-has-this-one"})


def test_only_an_empty_bucket_goes(cloud: Cloud) -> None:
    mine = cloud.client("s3")
    mine.create_bucket(Bucket="full-bucket", **WHERE)
    mine.put_object(Bucket="full-bucket", Key="k", Body=b"1")
    full = "The bucket you tried to delete is not empty"
    assert refusal(mine.delete_bucket, Bucket="full-bucket") == (409, "BucketNotEmpty", full, {"BucketName": "full-bucket"})
    mine.put_bucket_versioning(Bucket="full-bucket", VersioningConfiguration={"Status": "Enabled"})
    mine.delete_object(Bucket="full-bucket", Key="k")
    assert mine.list_objects_v2(Bucket="full-bucket")["KeyCount"] == 0
    assert refusal(mine.delete_bucket, Bucket="full-bucket")[2] == full + ". You must delete all versions in the bucket."
    found = mine.list_object_versions(Bucket="full-bucket")
    for one in found["Versions"] + found["DeleteMarkers"]:
        mine.delete_object(Bucket="full-bucket", Key="k", VersionId=one["VersionId"])
    mine.delete_bucket(Bucket="full-bucket")
