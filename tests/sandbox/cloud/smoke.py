"""For each service a story in which its operations succeed one after the other. A function makes parameters of earlier answers."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

Kept = dict[str, Any]
Params = dict[str, Any] | Callable[[Kept], dict[str, Any]]
REGION, ACCOUNT = "ap-northeast-2", "111122223333"
QUEUE = f"arn:aws:sqs:{REGION}:{ACCOUNT}:smoke"
TAGS = [{"Key": "team", "Value": "blue"}]
ITEM = {"k": {"S": "1"}, "n": {"N": "1"}}
TABLE: dict[str, Any] = {
    "TableName": "smoke", "KeySchema": [{"AttributeName": "k", "KeyType": "HASH"}], "BillingMode": "PAY_PER_REQUEST",
    "AttributeDefinitions": [{"AttributeName": "k", "AttributeType": "S"}],
    "StreamSpecification": {"StreamEnabled": True, "StreamViewType": "NEW_IMAGE"},
}  # fmt: skip


def at_queue(**more: Any) -> Callable[[Kept], dict[str, Any]]:
    return lambda kept: {"QueueUrl": kept["CreateQueue"]["QueueUrl"], **more}


def at_topic(**more: Any) -> Callable[[Kept], dict[str, Any]]:
    return lambda kept: {"TopicArn": kept["CreateTopic"]["TopicArn"], **more}


def at_table(**more: Any) -> dict[str, Any]:
    return {"TableName": "smoke", **more}


def receipt(**more: Any) -> Callable[[Kept], dict[str, Any]]:
    return lambda kept: at_queue(ReceiptHandle=kept["ReceiveMessage"]["Messages"][0]["ReceiptHandle"], **more)(kept)


def at_group(**more: Any) -> Callable[[Kept], dict[str, Any]]:
    return lambda kept: {"GroupId": kept["CreateSecurityGroup"]["GroupId"], **more}


def subscription(**more: Any) -> Callable[[Kept], dict[str, Any]]:
    return lambda kept: {"SubscriptionArn": kept["Subscribe"]["SubscriptionArn"], **more}


def table_arn(kept: Kept) -> str:
    return str(kept["CreateTable"]["TableDescription"]["TableArn"])


HTTP = [{"IpProtocol": "tcp", "FromPort": 80, "ToPort": 80, "IpRanges": [{"CidrIp": "10.0.0.0/8"}]}]
POLICY = json.dumps({"Statement": [{"Effect": "Allow", "Principal": "*", "Action": "sqs:SendMessage", "Resource": QUEUE}]})
NOW = 1795461734000
STORIES: dict[str, list[tuple[str, Params]]] = {
    "sqs": [
        ("CreateQueue", {"QueueName": "smoke"}), ("GetQueueUrl", {"QueueName": "smoke"}), ("ListQueues", {}),
        ("SetQueueAttributes", at_queue(Attributes={"VisibilityTimeout": "0"})), ("GetQueueAttributes", at_queue(AttributeNames=["All"])),
        ("SendMessage", at_queue(MessageBody="b")), ("SendMessageBatch", at_queue(Entries=[{"Id": "1", "MessageBody": "b"}])),
        ("ReceiveMessage", at_queue()), ("ChangeMessageVisibility", receipt(VisibilityTimeout=30)), ("DeleteMessage", receipt()),
        ("PurgeQueue", at_queue()), ("TagQueue", at_queue(Tags={"a": "b"})), ("ListQueueTags", at_queue()),
        ("UntagQueue", at_queue(TagKeys=["a"])), ("AddPermission", at_queue(Label="l", AWSAccountIds=[ACCOUNT], Actions=["*"])),
        ("RemovePermission", at_queue(Label="l")), ("ListDeadLetterSourceQueues", at_queue()), ("DeleteQueue", at_queue()),
    ],
    "sns": [
        ("CreateTopic", {"Name": "smoke"}), ("ListTopics", {}), ("GetTopicAttributes", at_topic()),
        ("SetTopicAttributes", at_topic(AttributeName="DisplayName", AttributeValue="d")),
        ("Subscribe", at_topic(Protocol="sqs", Endpoint=QUEUE)), ("ListSubscriptions", {}), ("ListSubscriptionsByTopic", at_topic()),
        ("GetSubscriptionAttributes", subscription()),
        ("SetSubscriptionAttributes", subscription(AttributeName="RawMessageDelivery", AttributeValue="true")),
        ("Publish", at_topic(Message="m")), ("PublishBatch", at_topic(PublishBatchRequestEntries=[{"Id": "1", "Message": "m"}])),
        ("AddPermission", at_topic(Label="l", AWSAccountId=[ACCOUNT], ActionName=["Publish"])), ("RemovePermission", at_topic(Label="l")),
        ("TagResource", lambda kept: {"ResourceArn": kept["CreateTopic"]["TopicArn"], "Tags": TAGS}),
        ("ListTagsForResource", lambda kept: {"ResourceArn": kept["CreateTopic"]["TopicArn"]}),
        ("UntagResource", lambda kept: {"ResourceArn": kept["CreateTopic"]["TopicArn"], "TagKeys": ["team"]}),
        ("Unsubscribe", subscription()), ("DeleteTopic", at_topic()),
    ],
    "events": [
        ("CreateEventBus", {"Name": "smoke"}), ("DescribeEventBus", {"Name": "smoke"}), ("ListEventBuses", {}),
        ("PutRule", {"Name": "smoke", "EventPattern": '{"source": ["me"]}'}), ("DescribeRule", {"Name": "smoke"}), ("ListRules", {}),
        ("PutTargets", {"Rule": "smoke", "Targets": [{"Id": "1", "Arn": QUEUE}]}), ("ListTargetsByRule", {"Rule": "smoke"}),
        ("ListRuleNamesByTarget", {"TargetArn": QUEUE}), ("DisableRule", {"Name": "smoke"}), ("EnableRule", {"Name": "smoke"}),
        ("PutEvents", {"Entries": [{"Source": "me", "DetailType": "d", "Detail": "{}"}]}),
        ("TagResource", lambda kept: {"ResourceARN": kept["PutRule"]["RuleArn"], "Tags": TAGS}),
        ("ListTagsForResource", lambda kept: {"ResourceARN": kept["PutRule"]["RuleArn"]}),
        ("UntagResource", lambda kept: {"ResourceARN": kept["PutRule"]["RuleArn"], "TagKeys": ["team"]}),
        ("RemoveTargets", {"Rule": "smoke", "Ids": ["1"]}), ("DeleteRule", {"Name": "smoke"}), ("DeleteEventBus", {"Name": "smoke"}),
    ],
    "logs": [
        ("CreateLogGroup", {"logGroupName": "smoke"}), ("CreateLogStream", {"logGroupName": "smoke", "logStreamName": "s"}),
        ("PutLogEvents", {"logGroupName": "smoke", "logStreamName": "s", "logEvents": [{"timestamp": NOW, "message": "ERROR one"}]}),
        ("GetLogEvents", {"logGroupName": "smoke", "logStreamName": "s"}),
        ("FilterLogEvents", {"logGroupName": "smoke", "filterPattern": "ERROR"}),
        ("DescribeLogGroups", {}), ("DescribeLogStreams", {"logGroupName": "smoke"}),
        ("PutRetentionPolicy", {"logGroupName": "smoke", "retentionInDays": 7}), ("DeleteRetentionPolicy", {"logGroupName": "smoke"}),
        ("TagLogGroup", {"logGroupName": "smoke", "tags": {"a": "b"}}), ("ListTagsLogGroup", {"logGroupName": "smoke"}),
        ("UntagLogGroup", {"logGroupName": "smoke", "tags": ["a"]}), ("DeleteLogStream", {"logGroupName": "smoke", "logStreamName": "s"}),
        ("DeleteLogGroup", {"logGroupName": "smoke"}),
    ],
    "ssm": [
        ("PutParameter", {"Name": "/smoke/p", "Value": "1", "Type": "SecureString"}),
        ("GetParameter", {"Name": "/smoke/p", "WithDecryption": True}),
        ("GetParameters", {"Names": ["/smoke/p"]}), ("GetParametersByPath", {"Path": "/smoke"}), ("DescribeParameters", {}),
        ("GetParameterHistory", {"Name": "/smoke/p"}), ("LabelParameterVersion", {"Name": "/smoke/p", "Labels": ["l"]}),
        ("UnlabelParameterVersion", {"Name": "/smoke/p", "ParameterVersion": 1, "Labels": ["l"]}),
        ("AddTagsToResource", {"ResourceType": "Parameter", "ResourceId": "/smoke/p", "Tags": TAGS}),
        ("ListTagsForResource", {"ResourceType": "Parameter", "ResourceId": "/smoke/p"}),
        ("RemoveTagsFromResource", {"ResourceType": "Parameter", "ResourceId": "/smoke/p", "TagKeys": ["team"]}),
        ("DeleteParameter", {"Name": "/smoke/p"}), ("DeleteParameters", {"Names": ["/smoke/p"]}),
    ],
    "secretsmanager": [
        ("CreateSecret", {"Name": "smoke", "SecretString": "1"}), ("GetSecretValue", {"SecretId": "smoke"}),
        ("DescribeSecret", {"SecretId": "smoke"}),
        ("PutSecretValue", {"SecretId": "smoke", "SecretString": "2"}), ("UpdateSecret", {"SecretId": "smoke", "Description": "d"}),
        ("ListSecretVersionIds", {"SecretId": "smoke"}), ("ListSecrets", {}), ("BatchGetSecretValue", {"SecretIdList": ["smoke"]}),
        ("TagResource", {"SecretId": "smoke", "Tags": TAGS}), ("UntagResource", {"SecretId": "smoke", "TagKeys": ["team"]}),
        ("GetRandomPassword", {}), ("DeleteSecret", {"SecretId": "smoke"}), ("RestoreSecret", {"SecretId": "smoke"}),
    ],
    "dynamodb": [
        ("CreateTable", TABLE), ("DescribeTable", at_table()), ("ListTables", {}), ("PutItem", at_table(Item=ITEM)),
        ("GetItem", at_table(Key={"k": {"S": "1"}})), ("Scan", at_table()), ("DescribeEndpoints", {}), ("DescribeLimits", {}),
        ("UpdateItem", at_table(Key={"k": {"S": "1"}}, UpdateExpression="ADD n :one", ExpressionAttributeValues={":one": {"N": "1"}})),
        ("Query", at_table(KeyConditionExpression="k = :k", ExpressionAttributeValues={":k": {"S": "1"}})),
        ("BatchWriteItem", {"RequestItems": {"smoke": [{"PutRequest": {"Item": ITEM}}]}}),
        ("BatchGetItem", {"RequestItems": {"smoke": {"Keys": [{"k": {"S": "1"}}]}}}),
        ("TransactWriteItems", {"TransactItems": [{"Put": at_table(Item=ITEM)}]}),
        ("TransactGetItems", {"TransactItems": [{"Get": at_table(Key={"k": {"S": "1"}})}]}),
        ("ExecuteStatement", {"Statement": "SELECT * FROM smoke"}), ("DescribeTimeToLive", at_table()),
        ("BatchExecuteStatement", {"Statements": [{"Statement": "SELECT * FROM smoke WHERE k = '1'"}]}),
        ("ExecuteTransaction", {"TransactStatements": [{"Statement": "SELECT * FROM smoke WHERE k = '1'"}]}),
        ("TagResource", lambda kept: {"ResourceArn": table_arn(kept), "Tags": TAGS}),
        ("ListTagsOfResource", lambda kept: {"ResourceArn": table_arn(kept)}),
        ("UntagResource", lambda kept: {"ResourceArn": table_arn(kept), "TagKeys": ["team"]}),
        ("UpdateTable", at_table(BillingMode="PAY_PER_REQUEST")), ("DeleteItem", at_table(Key={"k": {"S": "1"}})),
        ("DeleteTable", at_table()),
    ],
    "ec2": [
        ("DescribeRegions", {}), ("DescribeAvailabilityZones", {}), ("DescribeImages", {"Owners": ["amazon"]}),
        ("DescribeInstanceTypes", {"InstanceTypes": ["t3.micro"]}),
        ("DescribeInstanceTypeOfferings", {"Filters": [{"Name": "instance-type", "Values": ["t3.micro"]}]}),
        ("CreateSecurityGroup", {"GroupName": "smoke", "Description": "d"}), ("DescribeSecurityGroups", {}),
        ("AuthorizeSecurityGroupIngress", at_group(IpPermissions=HTTP)), ("AuthorizeSecurityGroupEgress", at_group(IpPermissions=HTTP)),
        ("UpdateSecurityGroupRuleDescriptionsIngress", at_group(IpPermissions=HTTP)), ("DescribeSecurityGroupRules", {}),
        ("RevokeSecurityGroupIngress", at_group(IpPermissions=HTTP)), ("RevokeSecurityGroupEgress", at_group(IpPermissions=HTTP)),
        ("CreateTags", lambda kept: {"Resources": [kept["CreateSecurityGroup"]["GroupId"]], "Tags": TAGS}), ("DescribeTags", {}),
        ("DeleteTags", lambda kept: {"Resources": [kept["CreateSecurityGroup"]["GroupId"]]}), ("DeleteSecurityGroup", at_group()),
        ("CreateKeyPair", {"KeyName": "smoke"}), ("DescribeKeyPairs", {}), ("DeleteKeyPair", {"KeyName": "smoke"}),
    ],
    "cloudwatch": [
        ("PutMetricData", {"Namespace": "smoke", "MetricData": [{"MetricName": "m", "Value": 1}]}), ("ListMetrics", {}),
        ("GetMetricStatistics", {"Namespace": "smoke", "MetricName": "m", "StartTime": "2026-01-01T00:00:00Z",
                                 "EndTime": "2026-01-01T01:00:00Z",
                                 "Period": 60, "Statistics": ["Sum"]}),
    ],
    "kms": [
        ("CreateKey", {}), ("ListKeys", {}), ("GenerateRandom", {"NumberOfBytes": 8}),
        ("TagResource", lambda kept: {"KeyId": kept["CreateKey"]["KeyMetadata"]["KeyId"], "Tags": [{"TagKey": "a", "TagValue": "b"}]}),
    ],
    "resourcegroupstaggingapi": [("GetResources", {}), ("GetTagKeys", {}), ("GetTagValues", {"Key": "team"})],
    "sts": [("GetCallerIdentity", {}), ("GetAccessKeyInfo", {"AccessKeyId": "AKIA" + "A" * 16})],
}  # fmt: skip
