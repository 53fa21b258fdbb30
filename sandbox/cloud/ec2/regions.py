"""The regions of an account: those that every account has, and those that one would have to opt in to first; and a region's zones.

Sources: https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeRegions.html, API_DescribeAvailabilityZones.html beside it,
https://docs.aws.amazon.com/cli/latest/reference/ec2/describe-regions.html (the list),
https://docs.aws.amazon.com/accounts/latest/reference/manage-acct-regions.html
"""

from __future__ import annotations

from fnmatch import fnmatchcase
from typing import Any

from moto.core.responses import ActionResult
from moto.ec2.models.availability_zones_and_regions import Zone
from moto.ec2.responses.availability_zones_and_regions import AvailabilityZonesAndRegions

from sandbox.cloud.faults import AwsError
from sandbox.cloud.regions import COMMERCIAL

ENABLED = frozenset(
    ("ap-northeast-1", "ap-northeast-2", "ap-northeast-3", "ap-south-1", "ap-southeast-1", "ap-southeast-2", "ca-central-1", "eu-central-1",
     "eu-north-1", "eu-west-1", "eu-west-2", "eu-west-3", "sa-east-1", "us-east-1", "us-east-2", "us-west-1", "us-west-2")
)  # fmt: skip
"""Of every account, without asking. Nobody here can opt in to another."""
_moto_zones = AvailabilityZonesAndRegions.describe_availability_zones
_FILTERS = {"endpoint": "Endpoint", "opt-in-status": "OptInStatus", "region-name": "RegionName"}


def install() -> None:
    """Idempotent."""
    response: Any = AvailabilityZonesAndRegions
    response.describe_regions, response.describe_availability_zones = describe_regions, describe_zones


def describe_regions(self: Any) -> ActionResult:
    """In moto's place."""
    self.error_on_dryrun()
    asked, filters = self._get_param("RegionNames", []), self._filters_from_querystring()
    if unknown := [name for name in asked if name not in COMMERCIAL]:
        raise AwsError("InvalidParameterValue", f"Invalid region: [{', '.join(unknown)}]")
    names = asked or (COMMERCIAL if self._get_bool_param("AllRegions") else ENABLED)
    return ActionResult({"Regions": [one for one in map(_region, sorted(names)) if _passes(one, filters)]})


def describe_zones(self: Any) -> ActionResult:
    """moto's, with what it leaves out. A zone of a region belongs to the group and to the border that are called as the region."""
    zones: Any = _moto_zones(self)
    more = {"OptInStatus": "opt-in-not-required", "GroupName": self.region, "NetworkBorderGroup": self.region}
    found = [_zone(one) | more for one in zones.result["AvailabilityZones"]]
    return ActionResult({"AvailabilityZones": found})


def _zone(zone: Zone) -> dict[str, Any]:
    return {"ZoneName": zone.name, "ZoneId": zone.zone_id, "ZoneType": zone.zone_type, "RegionName": zone.region_name,
            "State": zone.state, "Messages": zone.messages}  # fmt: skip


def _region(name: str) -> dict[str, str]:
    status = "opt-in-not-required" if name in ENABLED else "not-opted-in"
    return {"Endpoint": f"ec2.{name}.amazonaws.com", "RegionName": name, "OptInStatus": status}


def _passes(region: dict[str, str], filters: dict[str, Any]) -> bool:
    return all(any(fnmatchcase(region[_FILTERS[name]], value) for value in values) for name, values in filters.items())
