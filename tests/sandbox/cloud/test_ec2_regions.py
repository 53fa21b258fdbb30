"""https://docs.aws.amazon.com/cli/latest/reference/ec2/describe-regions.html"""

from __future__ import annotations

from typing import Any

import pytest
from cloud_harness import REGION, Cloud
from refusals import refusal

from sandbox.cloud.ec2.regions import ENABLED
from sandbox.cloud.regions import COMMERCIAL


@pytest.fixture(scope="module")
def ec2(session_cloud: Cloud) -> Any:
    return session_cloud.client("ec2")


def regions(ec2: Any, **asked: Any) -> dict[str, str]:
    return {one["RegionName"]: one["OptInStatus"] for one in ec2.describe_regions(**asked)["Regions"]}


def only(**values: list[str]) -> list[dict[str, Any]]:
    return [{"Name": name.replace("_", "-"), "Values": wanted} for name, wanted in values.items()]


def test_those_of_every_account(ec2: Any) -> None:
    assert regions(ec2) == dict.fromkeys(ENABLED, "opt-in-not-required")
    assert len(ENABLED) == 17
    assert {one["Endpoint"] for one in ec2.describe_regions(RegionNames=["eu-west-1"])["Regions"]} == {"ec2.eu-west-1.amazonaws.com"}


def test_all_regions(ec2: Any) -> None:
    found = regions(ec2, AllRegions=True)
    assert found.keys() == COMMERCIAL
    assert {name for name, status in found.items() if status == "not-opted-in"} == COMMERCIAL - ENABLED
    assert found["af-south-1"] == "not-opted-in"


def test_filters(ec2: Any) -> None:
    assert sorted(regions(ec2, Filters=only(endpoint=["*us*"]))) == ["us-east-1", "us-east-2", "us-west-1", "us-west-2"]
    assert regions(ec2, Filters=only(opt_in_status=["not-opted-in"])) == {}
    there = regions(ec2, AllRegions=True, Filters=only(opt_in_status=["not-opted-in"], region_name=["a?-*"]))
    assert "af-south-1" in there
    assert "ap-northeast-2" not in there


def test_by_name(ec2: Any) -> None:
    assert regions(ec2, RegionNames=["af-south-1", "us-east-1"]) == {"af-south-1": "not-opted-in", "us-east-1": "opt-in-not-required"}
    assert refusal(ec2.describe_regions, RegionNames=["us--east-1"])[1:3] == ("InvalidParameterValue", "Invalid region: [us--east-1]")
    assert refusal(ec2.describe_regions, Filters=only(nonsense=["x"]))[1] == "InvalidParameterValue"
    assert refusal(ec2.describe_regions, DryRun=True)[1] == "DryRunOperation"


def test_zones(ec2: Any) -> None:
    """https://docs.aws.amazon.com/cli/latest/reference/ec2/describe-availability-zones.html"""
    first = ec2.describe_availability_zones()["AvailabilityZones"][0]
    more = {"OptInStatus": "opt-in-not-required", "GroupName": REGION, "NetworkBorderGroup": REGION}
    assert first == {"State": "available", "Messages": [], "RegionName": REGION, "ZoneName": REGION + "a", "ZoneId": "apne2-az1",
                     "ZoneType": "availability-zone", **more}  # fmt: skip
    assert ec2.describe_availability_zones(ZoneNames=[REGION + "b"])["AvailabilityZones"][0]["ZoneName"] == REGION + "b"
