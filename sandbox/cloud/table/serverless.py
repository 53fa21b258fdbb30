"""Functions, data and messages: the lines of the operation table (operations.py says what the levels mean)."""

from __future__ import annotations

TABLE: dict[str, str] = {
    "lambda": """
        stores: GetAlias GetFunction GetFunctionConfiguration GetLayerVersion GetPolicy ListAliases ListEventSourceMappings
        stores: ListFunctions ListLayerVersions ListLayers ListTags ListVersionsByFunction
    """,
    "serverlessrepo": "",
    "apigateway": """
        stores: GetAccount GetApiKey GetApiKeys GetAuthorizer GetAuthorizers GetBasePathMapping GetBasePathMappings GetDeployment
        stores: GetDeployments GetDomainName GetDomainNames GetGatewayResponse GetGatewayResponses GetIntegration GetMethod GetModel
        stores: GetModels GetRequestValidator GetRequestValidators GetResource GetResources GetRestApi GetRestApis GetStage GetStages
        stores: GetTags GetUsagePlan GetUsagePlanKey GetUsagePlanKeys GetUsagePlans GetVpcLink GetVpcLinks
    """,
    "apigatewayv2": """
        stores: GetApi GetApiMapping GetApiMappings GetApis GetDomainName GetDomainNames GetTags GetVpcLinks
    """,
    "stepfunctions": """
        stores: CreateStateMachine UpdateStateMachine
        stores: CreateActivity DeleteActivity DeleteStateMachine DescribeActivity DescribeStateMachine ListActivities ListStateMachines
        stores: ListTagsForResource TagResource UntagResource
    """,
    "dynamodb": """
        behaves: BatchExecuteStatement BatchGetItem BatchWriteItem CreateTable DeleteItem DeleteTable DescribeEndpoints DescribeLimits
        behaves: DescribeTable DescribeTimeToLive ExecuteStatement ExecuteTransaction GetItem ListTables ListTagsOfResource PutItem Query
        behaves: Scan TagResource TransactGetItems TransactWriteItems UntagResource UpdateItem UpdateTable
        stores: CreateBackup DeleteBackup DeleteResourcePolicy DescribeBackup DescribeContinuousBackups GetResourcePolicy ListBackups
        stores: PutResourcePolicy RestoreTableFromBackup RestoreTableToPointInTime UpdateContinuousBackups UpdateTimeToLive
    """,
    "dynamodbstreams": """
        behaves: DescribeStream GetRecords GetShardIterator ListStreams
    """,
    "sns": """
        behaves: AddPermission CreateTopic DeleteTopic GetSubscriptionAttributes GetTopicAttributes ListSubscriptions
        behaves: ListSubscriptionsByTopic ListTagsForResource ListTopics Publish PublishBatch RemovePermission SetSubscriptionAttributes
        behaves: SetTopicAttributes Subscribe TagResource Unsubscribe UntagResource
    """,
    "sqs": """
        behaves: AddPermission ChangeMessageVisibility ChangeMessageVisibilityBatch CreateQueue DeleteMessage DeleteMessageBatch
        behaves: DeleteQueue GetQueueAttributes GetQueueUrl ListDeadLetterSourceQueues ListQueueTags ListQueues PurgeQueue ReceiveMessage
        behaves: RemovePermission SendMessage SendMessageBatch SetQueueAttributes TagQueue UntagQueue
    """,
    "events": """
        behaves: CreateEventBus DeleteEventBus DeleteRule DescribeEventBus DescribeRule DisableRule EnableRule ListEventBuses
        behaves: ListRuleNamesByTarget ListRules ListTagsForResource ListTargetsByRule PutEvents PutRule PutTargets RemoveTargets
        behaves: TagResource UntagResource
    """,
    "secretsmanager": """
        behaves: BatchGetSecretValue CreateSecret DeleteSecret DescribeSecret GetRandomPassword GetSecretValue ListSecretVersionIds
        behaves: ListSecrets PutSecretValue RestoreSecret TagResource UntagResource UpdateSecret UpdateSecretVersionStage
        stores: DeleteResourcePolicy GetResourcePolicy PutResourcePolicy
    """,
}
