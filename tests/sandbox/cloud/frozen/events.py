"""Rules on two buses with targets, an archive, a connection with an API destination."""

from __future__ import annotations

import json

from frozen.aws import ACCOUNT, REGION, Aws, tags

BUS = f"arn:aws:events:{REGION}:{ACCOUNT}:event-bus/orders"
MADE = {"event-bus": ["orders"], "rule": ["default/nightly", "orders/placed", "orders/Events-Archive-kept"],
        "archive": ["kept"], "connection": ["partner"], "api-destination": ["hook"]}  # fmt: skip
ALTERED = {"rule": ["default/nightly", "orders/placed"]}
REMOVED = {"rule": ["default/nightly"], "api-destination": ["hook"]}


def populate(aws: Aws) -> None:
    events = aws["events"]
    events.create_event_bus(Name="orders", Tags=tags(k="v"))
    events.put_rule(Name="nightly", ScheduleExpression="rate(1 day)", Description="each night", Tags=tags(k="v"))
    events.put_rule(Name="placed", EventBusName="orders", EventPattern=json.dumps({"source": ["shop"]}), State="DISABLED")
    queue = {"Id": "q", "Arn": aws.made["queue"], "Input": "{}"}
    events.put_targets(Rule="nightly", Targets=[queue])
    events.put_targets(Rule="placed", EventBusName="orders", Targets=[{**queue, "DeadLetterConfig": {"Arn": aws.made["queue"]}}])
    events.put_permission(EventBusName="orders", Action="events:PutEvents", Principal=ACCOUNT, StatementId="s")
    events.create_archive(ArchiveName="kept", EventSourceArn=BUS, RetentionDays=3)
    key = {"ApiKeyAuthParameters": {"ApiKeyName": "x-key", "ApiKeyValue": "s"}}
    connection = events.create_connection(Name="partner", AuthorizationType="API_KEY", AuthParameters=key)["ConnectionArn"]
    events.create_api_destination(Name="hook", ConnectionArn=connection, InvocationEndpoint="https://example.com", HttpMethod="POST")


def alter(aws: Aws) -> None:
    events = aws["events"]
    events.disable_rule(Name="nightly")
    events.put_targets(Rule="placed", EventBusName="orders", Targets=[{"Id": "second", "Arn": aws.made["queue"]}])


def remove(aws: Aws) -> None:
    events = aws["events"]
    events.remove_targets(Rule="nightly", Ids=["q"])
    events.delete_rule(Name="nightly")
    events.delete_api_destination(Name="hook")
