"""A stack that owns a queue, a topic subscribed to it and a role; a change set; a stack set with an instance."""

from __future__ import annotations

import json

from frozen.aws import ACCOUNT, REGION, Aws, tags

TEMPLATE = {
    "Parameters": {"Delay": {"Type": "Number", "Default": 0}},
    "Resources": {
        "Queue": {"Type": "AWS::SQS::Queue", "Properties": {"QueueName": "stacked", "DelaySeconds": {"Ref": "Delay"}}},
        "Topic": {"Type": "AWS::SNS::Topic", "Properties": {
            "TopicName": "stacked", "Subscription": [{"Protocol": "sqs", "Endpoint": {"Fn::GetAtt": ["Queue", "Arn"]}}]}},
        "Bucket": {"Type": "AWS::S3::Bucket", "Properties": {"BucketName": "test-stacked"}},
    },
    "Outputs": {"QueueUrl": {"Value": {"Ref": "Queue"}, "Export": {"Name": "shop-queue"}}},
}  # fmt: skip
MADE = {"stack": ["shop", "site", "StackSet*everywhere"], "change-set": ["shop/slower"], "stack-set": ["everywhere"],
        "stack-instance": ["everywhere/*"],
        "export": ["shop-queue"]}  # fmt: skip
ALTERED = {"stack": ["shop"]}
REMOVED = {"stack": ["site"], "change-set": ["shop/slower"]}


def populate(aws: Aws) -> None:
    formation = aws["cloudformation"]
    formation.create_stack(StackName="shop", TemplateBody=json.dumps(TEMPLATE), Tags=tags(k="v"), NotificationARNs=[])
    formation.create_stack(StackName="site", TemplateBody=json.dumps({"Resources": {"Log": {"Type": "AWS::Logs::LogGroup"}}}))
    slower = [{"ParameterKey": "Delay", "ParameterValue": "5"}]
    formation.create_change_set(
        StackName="shop", ChangeSetName="slower", TemplateBody=json.dumps(TEMPLATE), Parameters=slower, ChangeSetType="UPDATE"
    )
    empty = json.dumps({"Resources": {"Log": {"Type": "AWS::Logs::LogGroup", "Properties": {"LogGroupName": "everywhere"}}}})
    formation.create_stack_set(StackSetName="everywhere", TemplateBody=empty)
    formation.create_stack_instances(StackSetName="everywhere", Accounts=[ACCOUNT], Regions=[REGION])


def alter(aws: Aws) -> None:
    formation = aws["cloudformation"]
    slow = [{"ParameterKey": "Delay", "ParameterValue": "9"}]
    formation.update_stack(StackName="shop", TemplateBody=json.dumps(TEMPLATE), Parameters=slow)


def remove(aws: Aws) -> None:
    formation = aws["cloudformation"]
    formation.delete_change_set(StackName="shop", ChangeSetName="slower")
    formation.delete_stack(StackName="site")
