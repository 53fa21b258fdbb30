"""The lines of the operation table, one text a service (read by operations.py, which says what the levels mean)."""

from __future__ import annotations

TABLE: dict[str, str] = {
    "s3": """
        behaves: CreateBucket DeleteBucket HeadBucket ListBuckets GetBucketLocation *BucketPolicy GetBucketPolicyStatus *PublicAccessBlock
        behaves: *Object *Objects ListObjectsV2 ListObjectVersions GetObjectAttributes *MultipartUpload* UploadPart UploadPartCopy ListParts
        behaves: *BucketVersioning *BucketTagging *ObjectTagging *BucketAcl *ObjectAcl *BucketOwnershipControls *BucketCors
        behaves: *ObjectLockConfiguration *ObjectRetention *ObjectLegalHold
        stores: *BucketEncryption *BucketLifecycle* *BucketLogging *BucketWebsite *BucketAccelerateConfiguration *BucketRequestPayment
        stores: *BucketInventoryConfiguration* *BucketNotificationConfiguration *BucketNotification GetBucketReplication
        refused: RestoreObject RenameObject PostObject
    """,
    "kms": """
        behaves: CreateKey DescribeKey ListKeys Encrypt Decrypt ReEncrypt GenerateDataKey* GenerateRandom GenerateMac VerifyMac Sign Verify
        behaves: GetPublicKey *Alias ListAliases EnableKey DisableKey ScheduleKeyDeletion CancelKeyDeletion UpdateKeyDescription
        behaves: TagResource UntagResource ListResourceTags
        behaves: *KeyPolicy *KeyPolicies *Grant*
        stores: *KeyRotation GetKeyRotationStatus ListKeyRotations
        refused: RotateKeyOnDemand ReplicateKey ImportKeyMaterial GetParametersForImport
    """,
    "iam": """
        behaves: *User *Users *Role *Roles *AccessKey *AccessKeys GetAccessKeyLastUsed *Group *Groups *GroupsForUser *InstanceProfile*
        behaves: *AccountAlias* GetAccountSummary *UserTags *RoleTags *PolicyTags *InstanceProfileTags *UserToGroup *UserFromGroup
        behaves: TagUser UntagUser TagRole UntagRole TagPolicy UntagPolicy TagInstanceProfile UntagInstanceProfile
        behaves: *Policy *Policies *PolicyVersion* *AssumeRolePolicy *PermissionsBoundary ListEntitiesForPolicy GetContextKeysFor*
        stores: *AccountPasswordPolicy
        stores: *LoginProfile *OpenIDConnect* *SAML* *ServerCertificate* *SSHPublicKey* *SigningCertificate* UpdateRoleDescription
        stores: GetAccountAuthorizationDetails *ServiceLinkedRole ListMFADevices ListVirtualMFADevices
        stores: GenerateCredentialReport GetCredentialReport
        refused: GetServiceLinkedRoleDeletionStatus
    """,
    "sts": """
        behaves: GetCallerIdentity AssumeRole GetAccessKeyInfo GetSessionToken GetFederationToken DecodeAuthorizationMessage
    """,
    "ec2": """
        behaves: DescribeRegions DescribeAvailabilityZones DescribeImages DescribeInstanceTypes DescribeInstanceTypeOfferings
        behaves: *Tags *KeyPair *KeyPairs *SecurityGroup *SecurityGroups *SecurityGroupIngress *SecurityGroupEgress *SecurityGroupRules
        behaves: *SecurityGroupReferences UpdateSecurityGroupRuleDescriptions* DescribeStaleSecurityGroups
        stores: *Vpc *Vpcs *VpcAttribute *VpcCidrBlock *DefaultVpc *Subnet *Subnets *SubnetAttribute *SubnetCidrBlock *DefaultSubnet
        stores: *RouteTable *RouteTables *Route *InternetGateway *InternetGateways *NatGateway *NatGateways *NetworkAcl* *DhcpOptions
        stores: *NetworkInterface *NetworkInterfaces *NetworkInterfaceAttribute *PrivateIpAddresses *Address *Addresses *AddressesAttribute
        stores: *Volume *Volumes *VolumeAttribute *VolumesModifications DescribeVolumeStatus *Snapshot *Snapshots *SnapshotAttribute
        stores: *Image *ImageAttribute RunInstances StartInstances StopInstances TerminateInstances RebootInstances DescribeInstances
        stores: DescribeInstanceStatus DescribeInstanceAttribute ModifyInstanceAttribute DescribeInstanceCreditSpecifications
        stores: *InstanceMetadataOptions MonitorInstances UnmonitorInstances *IamInstanceProfile *IamInstanceProfileAssociation*
        stores: *LaunchTemplate *LaunchTemplates *LaunchTemplateVersion* *PlacementGroup *PlacementGroups *VpcEndpoint *VpcEndpoints
        stores: DescribeVpcEndpointServices *ManagedPrefixList* GetManagedPrefixList* DescribePrefixLists *EgressOnlyInternetGateway*
        stores: *EbsEncryptionByDefault *EbsDefaultKmsKeyId DescribeAccountAttributes ModifyAvailabilityZoneGroup DescribeVpcClassicLink
        refused: ImportImage ExportImage RestoreSnapshotFromRecycleBin ConfirmProductInstance
    """,
    "ssm": """
        behaves: *Parameter *Parameters GetParametersByPath GetParameterHistory LabelParameterVersion UnlabelParameterVersion
        behaves: AddTagsToResource RemoveTagsFromResource ListTagsForResource
        stores: *Document UpdateDocumentDefaultVersion *Documents *DocumentPermission ListDocumentVersions
        stores: *ServiceSetting
        refused: SendCommand GetCommandInvocation ListCommand* CancelCommand StartSession
    """,
    "codepipeline": """
        stores: GetPipeline ListPipelines UpdatePipeline DeletePipeline ListTagsForResource TagResource UntagResource
        refused: CreatePipeline StartPipelineExecution GetPipelineExecution ListPipelineExecutions
    """,
    "codecommit": """
        stores: GetRepository ListRepositories CreateRepository DeleteRepository
    """,
    "codebuild": """
        stores: CreateProject UpdateProject DeleteProject ListProjects BatchGetProjects
        refused: StartBuild StopBuild RetryBuild ListBuild* BatchGetBuilds
    """,
    "codedeploy": """
        stores: *Application *Applications *DeploymentGroup *DeploymentGroups TagResource UntagResource ListTagsForResource
        refused: *Deployment *Deployments
    """,
    "cloudformation": """
        stores: DescribeStacks ListStacks ListExports ListImports GetTemplate ValidateTemplate DescribeStackResources ListStackResources
    """,
    "lambda": """
        stores: ListFunctions GetAccountSettings ListLayers ListEventSourceMappings
        refused: Invoke InvokeAsync InvokeWithResponseStream CreateFunction
    """,
    "apigateway": """
        stores: Get*
        refused: GetExport GetSdk
    """,
    "apigatewayv2": """
        stores: GetApi* GetVpcLinks GetTags GetDomainName*
    """,
    "dynamodb": """
        behaves: *Table *Tables *Item *Items BatchGetItem BatchWriteItem Query Scan TransactGetItems TransactWriteItems ExecuteStatement
        behaves: BatchExecuteStatement ExecuteTransaction TagResource UntagResource ListTagsOfResource DescribeEndpoints DescribeLimits
        behaves: DescribeTimeToLive
        stores: *ContinuousBackups UpdateTimeToLive *ResourcePolicy *Backup *Backups RestoreTableFromBackup RestoreTableToPointInTime
        refused: ImportTable *GlobalTable* ExportTableToPointInTime
    """,
    "dynamodbstreams": """
        behaves: DescribeStream ListStreams GetRecords GetShardIterator
    """,
    "stepfunctions": """
        stores: *StateMachine *StateMachines TagResource UntagResource ListTagsForResource *Activity ListActivities
        refused: StartExecution StartSyncExecution ValidateStateMachineDefinition TestState
    """,
    "events": """
        stores: *Rule *Rules *Targets *TargetsByRule ListRuleNamesByTarget *EventBus *EventBuses
        stores: TagResource UntagResource ListTagsForResource
        refused: PutEvents PutPartnerEvents TestEventPattern
    """,
    "ecs": """
        stores: DescribeClusters ListClusters DescribeServices ListServices *TaskDefinition *TaskDefinitions ListTaskDefinitionFamilies
        stores: DescribeTasks ListTasks ListAccountSettings *AccountSetting TagResource UntagResource ListTagsForResource
        refused: CreateCluster CreateService RunTask StartTask CreateTaskSet
    """,
    "ecr": """
        stores: *Repository *Repositories *RepositoryPolicy *LifecyclePolicy TagResource UntagResource ListTagsForResource ListImages
        stores: DescribeImages PutImageTagMutability *RegistryPolicy DescribeRegistry
        refused: GetAuthorizationToken PutImage StartImageScan StartLifecyclePolicyPreview
    """,
    "eks": """
        stores: ListClusters DescribeCluster ListNodegroups DescribeNodegroup ListFargateProfiles DescribeFargateProfile
    """,
    "appmesh": """
        stores: List* Describe*
    """,
    "elasticbeanstalk": """
        stores: DescribeApplications DescribeEnvironments ListAvailableSolutionStacks CheckDNSAvailability
        refused: CreateApplication CreateEnvironment
    """,
    "route53": """
        stores: *HostedZone *HostedZones ListHostedZonesByName GetHostedZoneCount ChangeResourceRecordSets ListResourceRecordSets
        stores: ChangeTagsForResource ListTagsForResource* GetChange *QueryLoggingConfig* *ReusableDelegationSet*
        refused: TestDNSAnswer CreateHealthCheck
    """,
    "cloudwatch": """
        behaves: PutMetricData GetMetricData GetMetricStatistics ListMetrics
        stores: *Dashboard *Dashboards DescribeAlarms DescribeAlarmsForMetric TagResource UntagResource ListTagsForResource
        refused: PutMetricAlarm PutCompositeAlarm SetAlarmState PutInsightRule
    """,
    "logs": """
        behaves: *LogGroup *LogGroups *LogStream *LogStreams PutLogEvents GetLogEvents *RetentionPolicy TagLogGroup UntagLogGroup
        behaves: ListTagsLogGroup TagResource UntagResource ListTagsForResource
        stores: *ResourcePolicy *ResourcePolicies *KmsKey DescribeQueryDefinitions PutQueryDefinition DeleteQueryDefinition
        refused: FilterLogEvents StartQuery PutMetricFilter PutSubscriptionFilter
    """,
    "sns": """
        behaves: *Topic *Topics *TopicAttributes TagResource UntagResource ListTagsForResource
        stores: Subscribe Unsubscribe *Subscriptions *SubscriptionsByTopic *SubscriptionAttributes *Permission Publish PublishBatch
        refused: *SMS* *PlatformApplication* *PlatformEndpoint*
    """,
    "sqs": """
        behaves: *Queue *Queues *QueueUrl *QueueAttributes *Message *MessageBatch *MessageVisibility *MessageVisibilityBatch *QueueTags
        behaves: ListDeadLetterSourceQueues TagQueue UntagQueue
        stores: AddPermission RemovePermission
    """,
    "secretsmanager": """
        behaves: *Secret *Secrets *SecretValue BatchGetSecretValue ListSecretVersionIds UpdateSecretVersionStage TagResource UntagResource
        behaves: GetRandomPassword
        stores: *ResourcePolicy
        refused: RotateSecret CancelRotateSecret
    """,
    "elbv2": """
        stores: Describe*
        refused: DescribeTargetHealth
    """,
    "autoscaling": """
        stores: Describe* *LaunchConfiguration
    """,
    "resourcegroupstaggingapi": """
        behaves: GetResources GetTagKeys GetTagValues TagResources UntagResources
    """,
}
