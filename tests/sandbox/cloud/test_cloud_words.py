"""What moto words, or answers, otherwise than AWS: one row each, with the code and the words that AWS's clients quote (the modules say from
where)."""

from __future__ import annotations

from datetime import UTC
from typing import Any

import pytest
from cloud_harness import REGION, Cloud
from refusals import refusal

ACCOUNT = "111122223333"
KEYS: dict[str, Any] = {
    "TableName": "there",
    "AttributeDefinitions": [{"AttributeName": "k", "AttributeType": "S"}],
    "KeySchema": [{"AttributeName": "k", "KeyType": "HASH"}],
    "BillingMode": "PAY_PER_REQUEST",
}
ITEM = {"TableName": "there", "Key": {"k": {"S": "1"}}}
TOPIC = f"arn:aws:sns:{REGION}:{ACCOUNT}:none"
QUEUE = f"https://sqs.{REGION}.amazonaws.com/{ACCOUNT}/there"
CONSTRAINT = "1 validation error detected: Value '{}' at '{}' failed to satisfy constraint: Member must satisfy {}"
SPARE = "Value provided in ExpressionAttribute{} unused in expressions: keys: {{{}}}"


@pytest.fixture(scope="module")
def cloud(session_cloud: Cloud) -> Cloud:
    """With one of each that may be there."""
    session_cloud.client("dynamodb").create_table(**KEYS)
    session_cloud.client("sqs").create_queue(QueueName="there")
    session_cloud.client("logs").create_log_group(logGroupName="there")
    session_cloud.client("route53").create_hosted_zone(Name="there.example", CallerReference="there")
    return session_cloud


@pytest.mark.parametrize(
    ("service", "operation", "asked", "code", "words"),
    [
        ("iam", "get_role", {"RoleName": "no"}, "NoSuchEntity", "The role with name no cannot be found."),
        ("iam", "delete_user", {"UserName": "no"}, "NoSuchEntity", "The user with name no cannot be found."),
        ("iam", "get_group", {"GroupName": "no"}, "NoSuchEntity", "The group with name no cannot be found."),
        ("iam", "get_instance_profile", {"InstanceProfileName": "no"}, "NoSuchEntity", "Instance Profile no cannot be found."),
        ("iam", "get_role_policy", {"RoleName": "LabWorkstationRole", "PolicyName": "no"}, "NoSuchEntity",
         "The role policy with name no cannot be found."),
        ("sns", "publish", {"TopicArn": "no", "Message": "m"}, "InvalidParameter",
         "Invalid parameter: TopicArn Reason: An ARN must have at least 6 elements, not 1"),
        ("sns", "get_topic_attributes", {"TopicArn": "arn:aws:sns"}, "InvalidParameter",
         "Invalid parameter: TopicArn Reason: An ARN must have at least 6 elements, not 3"),
        ("sns", "publish", {"TopicArn": TOPIC, "Message": "m"}, "NotFound", "Topic does not exist"),
        ("sns", "create_topic", {"Name": "bad name"}, "InvalidParameter", "Invalid parameter: Topic Name"),
        ("sqs", "send_message", {"QueueUrl": QUEUE, "MessageBody": ""}, "MissingParameter",
         "The request must contain the parameter MessageBody."),
        ("sqs", "create_queue", {"QueueName": "there", "Attributes": {"DelaySeconds": "0", "VisibilityTimeout": "9"}}, "QueueAlreadyExists",
         "A queue already exists with the same name and a different value for attribute VisibilityTimeout"),
        ("cloudwatch", "put_metric_data", {"Namespace": "AWS/Mine", "MetricData": [{"MetricName": "m", "Value": 1}]},
         "InvalidParameterValue", "The value AWS/ for parameter Namespace is invalid."),
        ("events", "describe_rule", {"Name": "no"}, "ResourceNotFoundException", "Rule no does not exist on EventBus default."),
        ("events", "put_rule", {"Name": "bad name", "EventPattern": "{}"}, "ValidationException",
         CONSTRAINT.format("bad name", "name", r"regular expression pattern: [\.\-_A-Za-z0-9]+")),
        ("logs", "create_log_group", {"logGroupName": "bad name!"}, "InvalidParameterException",
         CONSTRAINT.format("bad name!", "logGroupName", r"regular expression pattern: [\.\-_/#A-Za-z0-9]+")),
        ("logs", "get_log_events", {"logGroupName": "there", "logStreamName": "no"}, "ResourceNotFoundException",
         "The specified log stream does not exist."),
        ("logs", "get_log_events", {"logGroupName": "no", "logStreamName": "no"}, "ResourceNotFoundException",
         "The specified log group does not exist."),
        ("ssm", "put_parameter", {"Name": "n", "Value": "v", "Type": "Text"}, "ValidationException",
         CONSTRAINT.format("Text", "type", "enum value set: [String, StringList, SecureString]")),
        ("appmesh", "describe_mesh", {"meshName": "no"}, "NotFoundException", "There are no meshes with the name no."),
        ("elbv2", "describe_load_balancers", {"Names": ["no"]}, "LoadBalancerNotFound", "Load balancers '[no]' not found"),
        ("codedeploy", "list_deployment_groups", {"applicationName": "no"}, "ApplicationDoesNotExistException",
         "The application no does not exist with the user or AWS account."),
        ("dynamodb", "create_table", KEYS | {"TableName": "new", "BillingMode": "FREE"}, "ValidationException",
         CONSTRAINT.format("FREE", "billingMode", "enum value set: [PROVISIONED, PAY_PER_REQUEST]")),
        ("dynamodb", "delete_table", {"TableName": "no"}, "ResourceNotFoundException", "Requested resource not found: Table: no not found"),
        ("dynamodb", "query", {"TableName": "there"}, "ValidationException",
         "Either the KeyConditions or KeyConditionExpression parameter must be specified in the request."),
        ("dynamodb", "scan", {"TableName": "there", "FilterExpression": "a = :v"}, "ValidationException",
         "Invalid FilterExpression: An expression attribute value used in expression is not defined; attribute value: :v"),
        ("dynamodb", "query", {"TableName": "there", "KeyConditionExpression": "#k = :v", "ExpressionAttributeValues": {":v": {"S": "1"}}},
         "ValidationException",
         "Invalid KeyConditionExpression: An expression attribute name used in the document path is not defined; attribute name: #k"),
        ("dynamodb", "get_item", {**ITEM, "ProjectionExpression": "k", "ExpressionAttributeNames": {"#k": "k"}}, "ValidationException",
         SPARE.format("Names", "#k")),
        ("dynamodb", "update_item", {**ITEM, "UpdateExpression": "SET a = :a",
                                     "ExpressionAttributeValues": {":a": {"S": "1"}, ":b": {"S": "1"}}}, "ValidationException",
         SPARE.format("Values", ":b")),
    ],
)  # fmt: skip
def test_in_the_services_words(cloud: Cloud, service: str, operation: str, asked: dict[str, Any], code: str, words: str) -> None:
    status = 404 if code in ("NoSuchEntity", "NotFound", "NotFoundException") else 400
    assert refusal(getattr(cloud.client(service), operation), **asked)[:3] == (status, code, words)


def test_a_reference_makes_one_zone(cloud: Cloud) -> None:
    status, code, words, _ = refusal(cloud.client("route53").create_hosted_zone, Name="other.example", CallerReference="there")
    assert (status, code) == (409, "HostedZoneAlreadyExists")
    assert words == "A hosted zone has already been created with the specified caller reference."


def test_placeholders_that_are_used(cloud: Cloud) -> None:
    dynamodb = cloud.client("dynamodb")
    names, values = {"#k": "k"}, {":v": {"S": "1"}}
    asked = {"TableName": "there", "ExpressionAttributeNames": names, "ExpressionAttributeValues": values}
    assert dynamodb.query(KeyConditionExpression="#k = :v", **asked)["Items"] == []
    assert dynamodb.scan(FilterExpression="begins_with(#k, :v)", **asked)["Items"] == []


def test_data_points_stand_at_the_beginning_of_their_period(cloud: Cloud) -> None:
    cloudwatch = cloud.client("cloudwatch")
    cloudwatch.put_metric_data(Namespace="Mine", MetricData=[{"MetricName": "m", "Value": 2, "Timestamp": "2026-11-28T07:44:05Z"}])
    span = {"StartTime": "2026-11-28T07:00:00Z", "EndTime": "2026-11-28T08:00:00Z", "Period": 300}
    found = cloudwatch.get_metric_statistics(Namespace="Mine", MetricName="m", Statistics=["Sum"], **span)["Datapoints"]
    told = [(one["Timestamp"].astimezone(UTC).isoformat(), one["Sum"], one["Unit"]) for one in found]
    assert told == [("2026-11-28T07:40:00+00:00", 2.0, "None")]


def test_a_queue_was_made_at_a_whole_second(cloud: Cloud) -> None:
    told = cloud.client("sqs").get_queue_attributes(QueueUrl=QUEUE, AttributeNames=["All"])["Attributes"]
    assert told["CreatedTimestamp"].isdigit()
    assert told["LastModifiedTimestamp"].isdigit()
