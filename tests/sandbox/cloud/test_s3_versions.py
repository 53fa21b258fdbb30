"""Versions, delete markers, a suspended bucket; listing in pages.

Sources: https://docs.aws.amazon.com/AmazonS3/latest/userguide/Versioning.html, https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListObjectsV2.html
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from cloud_harness import REGION, Cloud
from refusals import refusal

WHERE = {"CreateBucketConfiguration": {"LocationConstraint": REGION}}
TREE = ["a.txt", "b/1", "b/2", "b/c/3", "d.txt", "e/4", "f f+ü.txt"]


def versions(client: Any, bucket: str) -> list[tuple[str, str, bool]]:
    """(kind, content or id, is latest), newest first."""
    found = client.list_object_versions(Bucket=bucket)
    rows = [("version", one) for one in found.get("Versions", [])] + [("marker", one) for one in found.get("DeleteMarkers", [])]
    return [(kind, one["VersionId"], one["IsLatest"]) for kind, one in rows]


def test_enabled(cloud: Cloud) -> None:
    mine, where = cloud.client("s3"), {"Bucket": "versioned-bucket", "Key": "k"}
    mine.create_bucket(Bucket="versioned-bucket", **WHERE)
    assert "Status" not in mine.get_bucket_versioning(Bucket="versioned-bucket")
    mine.put_object(**where, Body=b"0")
    mine.put_bucket_versioning(Bucket="versioned-bucket", VersioningConfiguration={"Status": "Enabled"})
    first, second = (mine.put_object(**where, Body=body)["VersionId"] for body in (b"1", b"2"))
    assert len(first) == 32
    assert versions(mine, "versioned-bucket") == [("version", second, True), ("version", first, False), ("version", "null", False)]
    marker = mine.delete_object(**where)
    assert marker["DeleteMarker"] is True
    assert refusal(mine.get_object, **where) == (404, "NoSuchKey", "The specified key does not exist.", {"Key": "k"})
    assert refusal(mine.head_object, **where)[0] == 404
    seen = refusal(mine.get_object, **where, VersionId=marker["VersionId"])
    assert seen[:3] == (405, "MethodNotAllowed", "The specified method is not allowed against this resource.")
    assert mine.copy_object(**where, CopySource={**where, "VersionId": first})["CopySourceVersionId"] == first
    assert mine.get_object(**where)["Body"].read() == b"1"
    hidden = {**where, "VersionId": marker["VersionId"]}
    text = "The source of a copy request may not specifically refer to a delete marker by version id."
    assert refusal(mine.copy_object, **where, CopySource=hidden)[:3] == (400, "InvalidRequest", text)
    malformed = refusal(mine.copy_object, **where, CopySource={**where, "VersionId": "nonsense"})
    assert malformed[:3] == (400, "InvalidArgument", "Invalid version id specified")
    mine.delete_object(**where)
    newest = mine.list_object_versions(Bucket="versioned-bucket")["DeleteMarkers"][0]["VersionId"]
    assert mine.delete_object(**where, VersionId=newest) | {"ResponseMetadata": 0} == {
        "ResponseMetadata": 0, "DeleteMarker": True, "VersionId": newest,
    }  # fmt: skip
    assert mine.get_object(**where)["Body"].read() == b"1"


def test_versions_that_are_not_there(cloud: Cloud) -> None:
    mine, where = cloud.client("s3"), {"Bucket": "gone-bucket", "Key": "k"}
    mine.create_bucket(Bucket="gone-bucket", **WHERE)
    mine.put_bucket_versioning(Bucket="gone-bucket", VersioningConfiguration={"Status": "Enabled"})
    mine.put_object(**where)
    missing = "A" * 32
    assert refusal(mine.get_object, **where, VersionId=missing) == (
        404, "NoSuchVersion", "The specified version does not exist.", {"Key": "k", "VersionId": missing},
    )  # fmt: skip
    assert refusal(mine.get_object, **where, VersionId="nonsense") == (
        400, "InvalidArgument", "Invalid version id specified", {"ArgumentName": "versionId", "ArgumentValue": "nonsense"},
    )  # fmt: skip


def test_suspended_keeps_what_there_was(cloud: Cloud) -> None:
    mine, where = cloud.client("s3"), {"Bucket": "rest-bucket", "Key": "k"}
    mine.create_bucket(Bucket="rest-bucket", **WHERE)
    mine.put_bucket_versioning(Bucket="rest-bucket", VersioningConfiguration={"Status": "Enabled"})
    old = mine.put_object(**where, Body=b"old")["VersionId"]
    mine.put_bucket_versioning(Bucket="rest-bucket", VersioningConfiguration={"Status": "Suspended"})
    for body in (b"null1", b"null2"):
        assert mine.put_object(**where, Body=body)["VersionId"] == "null"
    assert versions(mine, "rest-bucket") == [("version", "null", True), ("version", old, False)]
    assert mine.get_object(**where, VersionId=old)["Body"].read() == b"old"
    assert mine.delete_object(**where)["VersionId"] == "null"
    assert versions(mine, "rest-bucket") == [("version", old, False), ("marker", "null", True)]
    mine.delete_object(**where, VersionId="null")
    assert mine.get_object(**where)["Body"].read() == b"old"
    code = refusal(mine.put_bucket_versioning, Bucket="rest-bucket", VersioningConfiguration={"Status": "Off"})[1]
    assert code == "MalformedXML"
    code = refusal(mine.put_bucket_versioning, Bucket="rest-bucket", VersioningConfiguration={})[1]
    assert code == "IllegalVersioningConfigurationException"


@pytest.fixture(scope="module")
def tree(session_cloud: Cloud) -> Iterator[Any]:
    mine = session_cloud.client("s3")
    mine.create_bucket(Bucket="tree-bucket", **WHERE)
    mine.put_bucket_versioning(Bucket="tree-bucket", VersioningConfiguration={"Status": "Enabled"})
    for key in [*TREE, "z/gone"]:
        mine.put_object(Bucket="tree-bucket", Key=key, Body=b"x")
    mine.delete_object(Bucket="tree-bucket", Key="z/gone")
    yield mine


def names(page: dict[str, Any]) -> list[str]:
    return [one["Key"] for one in page.get("Contents", [])] + [one["Prefix"] for one in page.get("CommonPrefixes", [])]


@pytest.mark.parametrize(
    ("how", "found"),
    [
        ({}, TREE),
        ({"Delimiter": "/"}, ["a.txt", "d.txt", "f f+ü.txt", "b/", "e/"]),
        ({"Prefix": "b/"}, ["b/1", "b/2", "b/c/3"]),
        ({"Prefix": "b/", "Delimiter": "/"}, ["b/1", "b/2", "b/c/"]),
        ({"StartAfter": "b/2"}, TREE[3:]),
        ({"StartAfter": "b/", "Delimiter": "/"}, ["d.txt", "f f+ü.txt", "e/"]),
        ({"MaxKeys": 0}, []),
        ({"Prefix": "none"}, []),
    ],
)
def test_lists(tree: Any, how: dict[str, Any], found: list[str]) -> None:
    page = tree.list_objects_v2(Bucket="tree-bucket", **how)
    assert names(page) == found
    assert (page["KeyCount"], page["IsTruncated"]) == (len(found), False)


@pytest.mark.parametrize("operation", ["list_objects", "list_objects_v2"])
@pytest.mark.parametrize("how", [{}, {"Delimiter": "/"}, {"Prefix": "b/"}])
@pytest.mark.parametrize("size", [1, 2, 3])
def test_pages(tree: Any, operation: str, how: dict[str, Any], size: int) -> None:
    """Keys and common prefixes count alike, none comes twice, none is left out."""
    pages = list(tree.get_paginator(operation).paginate(Bucket="tree-bucket", PaginationConfig={"PageSize": size}, **how))
    assert all(len(names(page)) == size for page in pages[:-1])
    assert sorted(name for page in pages for name in names(page)) == sorted(names(tree.list_objects_v2(Bucket="tree-bucket", **how)))


def test_pages_of_versions(tree: Any) -> None:
    pages = list(tree.get_paginator("list_object_versions").paginate(Bucket="tree-bucket", PaginationConfig={"PageSize": 2}))
    rows = [(one["Key"], one["IsLatest"]) for page in pages for kind in ("Versions", "DeleteMarkers") for one in page.get(kind, [])]
    assert sorted(rows) == sorted([(key, True) for key in TREE] + [("z/gone", True), ("z/gone", False)])


def test_the_next_marker_is_a_name(tree: Any) -> None:
    assert "NextMarker" not in tree.list_objects(Bucket="tree-bucket", MaxKeys=2)
    assert tree.list_objects(Bucket="tree-bucket", MaxKeys=2, Delimiter="/")["NextMarker"] == "b/"


@pytest.mark.parametrize(
    ("how", "message", "name", "value"),
    [
        ({"MaxKeys": -1}, "Argument maxKeys must be an integer between 0 and 2147483647", "maxKeys", "-1"),
        ({"ContinuationToken": "nonsense"}, "The continuation token provided is incorrect", "continuation-token", "nonsense"),
        ({"EncodingType": "base64"}, "Invalid Encoding Method specified in Request", "encoding-type", "base64"),
    ],
)
def test_bad_arguments(tree: Any, how: dict[str, Any], message: str, name: str, value: str) -> None:
    found = refusal(tree.list_objects_v2, Bucket="tree-bucket", **how)
    assert found == (400, "InvalidArgument", message, {"ArgumentName": name, "ArgumentValue": value})
    assert tree.list_objects_v2(Bucket="tree-bucket", MaxKeys=5000)["MaxKeys"] == 1000
