"""Trails with selectors, one that is logging."""

from __future__ import annotations

from frozen.aws import ACCOUNT, REGION, Aws, tags

TRAIL = f"arn:aws:cloudtrail:{REGION}:{ACCOUNT}:trail/all"
MADE = {"trail": ["all", "spare"]}
ALTERED = {"trail": ["all"]}
REMOVED = {"trail": ["spare"]}
SHOWN = {
    "status": "get_trail_status IsLogging",
    "event selector": "get_event_selectors EventSelectors",
    "insight selector": "get_insight_selectors InsightSelectors",
    "tags": "list_tags ResourceTagList[].TagsList[]",
}


def populate(aws: Aws) -> None:
    trail = aws["cloudtrail"]
    for name in ("all", "spare"):
        trail.create_trail(Name=name, S3BucketName="test-plain", TagsList=tags(k="v"))
    trail.start_logging(Name=TRAIL)
    trail.put_event_selectors(TrailName="all", EventSelectors=[{"ReadWriteType": "All", "IncludeManagementEvents": True}])
    trail.put_insight_selectors(TrailName="all", InsightSelectors=[{"InsightType": "ApiCallRateInsight"}])
    aws.reads.append(("cloudtrail", "get_insight_selectors", {"TrailName": "all"}))
    aws.reads.append(("cloudtrail", "list_tags", {"ResourceIdList": [TRAIL]}))


def alter(aws: Aws) -> None:
    aws["cloudtrail"].add_tags(ResourceId=TRAIL, TagsList=tags(k="w"))


def remove(aws: Aws) -> None:
    aws["cloudtrail"].delete_trail(Name="spare")
