"""Groups and streams with events, filters, a destination, a resource policy, a query."""

from __future__ import annotations

from frozen.aws import ACCOUNT, REGION, Aws, policy

MADE = {"log-group": ["/app", "/other"], "log-stream": ["/app/one", "/app/two"], "metric-filter": ["/app/errors"],
        "subscription-filter": ["/other/all"], "destination": ["central"], "resource-policy": ["route53"],
        "delivery-destination": ["s3"]}  # fmt: skip
ALTERED = {"log-group": ["/app"], "log-stream": ["/app/one"], "metric-filter": ["/app/errors"]}
REMOVED = {
    "log-group": ["/other"],
    "subscription-filter": ["/other/all"],
    "log-stream": ["/app/two"],
    "destination": ["central"],
    "resource-policy": ["route53"],
}


def populate(aws: Aws) -> None:
    logs = aws["logs"]
    logs.create_log_group(logGroupName="/app", tags={"k": "v"})
    logs.create_log_group(logGroupName="/other")
    logs.put_retention_policy(logGroupName="/other", retentionInDays=7)
    for name in ("one", "two"):
        logs.create_log_stream(logGroupName="/app", logStreamName=name)
    moment = aws.made["now"] * 1000
    logs.put_log_events(logGroupName="/app", logStreamName="one", logEvents=[{"timestamp": moment + n, "message": f"{n}"} for n in (0, 1)])
    put_filter(aws, "1")
    logs.put_subscription_filter(logGroupName="/other", filterName="all", filterPattern="", destinationArn=aws.made["function"])
    logs.put_destination(destinationName="central", targetArn="arn:aws:s3:::test-plain", roleArn=aws.made["role"])
    logs.put_destination_policy(destinationName="central", accessPolicy=policy())
    logs.put_resource_policy(policyName="route53", policyDocument=policy())
    bucket = {"destinationResourceArn": "arn:aws:s3:::test-plain"}
    logs.put_delivery_destination(name="s3", outputFormat="json", deliveryDestinationConfiguration=bucket)


def put_filter(aws: Aws, value: str) -> None:
    metric = {"metricName": "Errors", "metricNamespace": "App", "metricValue": value}
    aws["logs"].put_metric_filter(logGroupName="/app", filterName="errors", filterPattern="ERROR", metricTransformations=[metric])


def alter(aws: Aws) -> None:
    logs = aws["logs"]
    logs.tag_resource(resourceArn=f"arn:aws:logs:{REGION}:{ACCOUNT}:log-group:/app", tags={"k": "w"})
    logs.put_log_events(logGroupName="/app", logStreamName="one", logEvents=[{"timestamp": aws.made["now"] * 1000 + 2, "message": "2"}])
    put_filter(aws, "2")


def remove(aws: Aws) -> None:
    logs = aws["logs"]
    logs.delete_log_group(logGroupName="/other")
    logs.delete_log_stream(logGroupName="/app", logStreamName="two")
    logs.delete_destination(destinationName="central")
    logs.delete_resource_policy(policyName="route53")
