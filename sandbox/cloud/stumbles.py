"""Where moto stumbles over a value that AWS refuses, what AWS says of it: mostly of a resource that is not there.

Sources: the Errors section of each operation's page; https://docs.aws.amazon.com/AWSEC2/latest/APIReference/errors-overview.html
"""

from __future__ import annotations

from sandbox.cloud.faults import AwsError
from sandbox.cloud.operation import Operation

_TOPIC = ("InvalidParameter", "Invalid parameter: TopicArn")
_TOKEN = ("InvalidParameter", "Invalid parameter: NextToken")
_STREAM = ("ResourceNotFoundException", "Requested resource not found: Stream not found")
_STATEMENT = ("ValidationException", "Statement wasn't well formed, can't be processed")
_NO_KEYS = (
    "ValidationException",
    "1 validation error detected: Value null at 'keySchema' failed to satisfy constraint: Member must not be null",
)
_PREFIX_LIST = ("InvalidPrefixListID.NotFound", "The prefix list ID does not exist.")
_STUMBLES: dict[str, dict[str, tuple[str, str]]] = {
    "sns": {
        **dict.fromkeys(("AddPermission", "DeleteTopic", "GetTopicAttributes", "ListSubscriptionsByTopic", "PublishBatch"), _TOPIC),
        **dict.fromkeys(("RemovePermission", "SetTopicAttributes"), _TOPIC),
        **dict.fromkeys(("ListSubscriptions", "ListTopics"), _TOKEN),
        "Publish": ("InvalidParameter", "Invalid parameter: TopicArn or TargetArn Reason: no value for required parameter"),
    },
    "dynamodb": {
        **dict.fromkeys(("ExecuteStatement", "ExecuteTransaction", "BatchExecuteStatement"), _STATEMENT),
        "TransactWriteItems": ("ValidationException", "Invalid ConditionExpression: Syntax error"),
        "CreateTable": _NO_KEYS,
    },
    "dynamodbstreams": {
        **dict.fromkeys(("DescribeStream", "GetShardIterator"), _STREAM),
        "GetRecords": ("ValidationException", "Invalid ShardIterator"),
    },
    "ec2": {
        **dict.fromkeys(("DeleteManagedPrefixList", "ModifyManagedPrefixList"), _PREFIX_LIST),
        "CopyImage": ("InvalidAMIID.NotFound", "The source image does not exist"),
        "CopySnapshot": ("InvalidSnapshot.NotFound", "The source snapshot does not exist."),
        "CreateDhcpOptions": ("InvalidParameterValue", "A DHCP configuration needs values"),
        "CreateLaunchTemplateVersion": ("InvalidLaunchTemplateId.NotFound", "The specified launch template does not exist"),
        "DeleteNatGateway": ("NatGatewayNotFound", "The NAT gateway was not found"),
        "DescribeImageAttribute": ("InvalidRequest", "The request received was invalid."),
        "DescribeSecurityGroupRules": ("InvalidSecurityGroupRuleId.NotFound", "The security group rule ID does not exist"),
        "ModifyEbsDefaultKmsKeyId": ("InvalidParameterValue", "The KMS key does not exist"),
        "ModifySecurityGroupRules": ("InvalidSecurityGroupRuleId.NotFound", "The security group rule ID does not exist"),
        "ReplaceNetworkAclAssociation": ("InvalidAssociationID.NotFound", "The association ID does not exist"),
    },
    "s3": {"UploadPartCopy": ("InvalidArgument", "Invalid copy source object key")},
    "iam": {"CreateServiceLinkedRole": ("InvalidInput", "The service name is not that of an AWS service")},
    "apigateway": {"GetTags": ("BadRequestException", "Invalid ARN specified in the request")},
    "stepfunctions": {"TagResource": ("InvalidArn", "Invalid Arn")},
}


def explain(operation: Operation) -> AwsError | None:
    """What the service says where moto has fallen over; None where falling over is our own fault."""
    found = _STUMBLES.get(operation.service, {}).get(operation.name)
    return AwsError(*found) if found else None
