"""Metrics, alarms on a metric and on an expression, a dashboard, an insight rule."""

from __future__ import annotations

import json

from frozen.aws import ACCOUNT, REGION, Aws, tags

MADE = {"alarm": ["both", "high"], "dashboard": ["main"], "insight-rule": ["top"], "metric": ["App/Requests"]}
ALTERED = {"alarm": ["high"], "dashboard": ["main"], "metric": ["App/Requests"]}
REMOVED = {"alarm": ["both"], "insight-rule": ["top"]}
SHOWN = {
    "tags": "list_tags_for_resource Tags",
    "statistics": "get_metric_statistics Datapoints",
    "data": "get_metric_data MetricDataResults[].Values[]",
    "alarm of a metric": "describe_alarms_for_metric MetricAlarms",
}


def populate(aws: Aws) -> None:
    cloudwatch = aws["cloudwatch"]
    point = {
        "MetricName": "Requests",
        "Value": 3,
        "Unit": "Count",
        "Timestamp": aws.made["now"],
        "Dimensions": [{"Name": "Path", "Value": "/"}],
    }
    cloudwatch.put_metric_data(Namespace="App", MetricData=[point])
    cloudwatch.put_metric_alarm(
        AlarmName="high", MetricName="Requests", Namespace="App", Statistic="Sum", Period=60, EvaluationPeriods=1, Threshold=10,
        ComparisonOperator="GreaterThanThreshold", AlarmActions=[f"arn:aws:sns:{REGION}:{ACCOUNT}:news"], Tags=tags(k="v"),
    )  # fmt: skip
    metric = {"MetricName": "Requests", "Namespace": "App"}
    cloudwatch.put_metric_alarm(
        AlarmName="both", EvaluationPeriods=1, Threshold=1, ComparisonOperator="GreaterThanThreshold",
        Metrics=[{"Id": "e", "Expression": "m*2"}, {"Id": "m", "MetricStat": {"Metric": metric, "Period": 60, "Stat": "Sum"}}],
    )  # fmt: skip
    cloudwatch.put_dashboard(DashboardName="main", DashboardBody=json.dumps({"widgets": []}))
    aws.reads.append(("cloudwatch", "list_tags_for_resource", {"ResourceARN": f"arn:aws:cloudwatch:{REGION}:{ACCOUNT}:alarm:high"}))
    when = {"StartTime": aws.made["now"] - 3600, "EndTime": aws.made["now"] + 3600}
    aws.reads.append(("cloudwatch", "get_metric_statistics", {**metric, **when, "Period": 60, "Statistics": ["Sum"],
                                                              "Dimensions": point["Dimensions"]}))  # fmt: skip
    stat = {"Metric": {**metric, "Dimensions": point["Dimensions"]}, "Period": 60, "Stat": "Sum"}
    aws.reads.append(("cloudwatch", "get_metric_data", {**when, "MetricDataQueries": [{"Id": "m", "MetricStat": stat}]}))
    cloudwatch.put_insight_rule(
        RuleName="top", RuleDefinition=json.dumps({"Schema": {"Name": "CloudWatchLogRule", "Version": 1}}), RuleState="ENABLED"
    )


def alter(aws: Aws) -> None:
    cloudwatch = aws["cloudwatch"]
    cloudwatch.set_alarm_state(AlarmName="high", StateValue="ALARM", StateReason="tried")
    widget = {"type": "text", "x": 0, "y": 0, "width": 3, "height": 3, "properties": {"markdown": "hi"}}
    cloudwatch.put_dashboard(DashboardName="main", DashboardBody=json.dumps({"widgets": [widget]}))
    cloudwatch.put_metric_data(Namespace="App", MetricData=[{"MetricName": "Requests", "Value": 4, "Timestamp": aws.made["now"]}])


def remove(aws: Aws) -> None:
    aws["cloudwatch"].delete_alarms(AlarmNames=["both"])
    aws["cloudwatch"].delete_insight_rules(RuleNames=["top"])
