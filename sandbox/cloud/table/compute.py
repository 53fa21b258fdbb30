"""Machines, networks and containers: the lines of the operation table (operations.py says what the levels mean)."""

from __future__ import annotations

TABLE: dict[str, str] = {
    "ec2": """
        behaves: AuthorizeSecurityGroupEgress AuthorizeSecurityGroupIngress CreateKeyPair CreateSecurityGroup CreateTags DeleteKeyPair
        behaves: DeleteSecurityGroup DeleteTags DescribeAvailabilityZones DescribeImages DescribeInstanceTypeOfferings
        behaves: DescribeInstanceTypes DescribeKeyPairs DescribeRegions DescribeSecurityGroupRules DescribeSecurityGroups DescribeTags
        behaves: ImportKeyPair ModifySecurityGroupRules RevokeSecurityGroupEgress RevokeSecurityGroupIngress
        behaves: UpdateSecurityGroupRuleDescriptionsEgress UpdateSecurityGroupRuleDescriptionsIngress
        stores: AllocateAddress AssignIpv6Addresses AssignPrivateIpAddresses AssociateAddress AssociateDhcpOptions
        stores: AssociateIamInstanceProfile AssociateRouteTable AssociateSubnetCidrBlock AssociateVpcCidrBlock AttachInternetGateway
        stores: AttachNetworkInterface AttachVolume CopyImage CopySnapshot CreateDefaultSubnet CreateDefaultVpc CreateDhcpOptions
        stores: CreateEgressOnlyInternetGateway CreateImage CreateInternetGateway CreateLaunchTemplate CreateLaunchTemplateVersion
        stores: CreateManagedPrefixList CreateNatGateway CreateNetworkAcl CreateNetworkAclEntry CreateNetworkInterface CreateRoute
        stores: CreateRouteTable CreateSnapshot CreateSnapshots CreateSubnet CreateVolume CreateVpc CreateVpcEndpoint DeleteDhcpOptions
        stores: DeleteEgressOnlyInternetGateway DeleteInternetGateway DeleteLaunchTemplate DeleteManagedPrefixList DeleteNatGateway
        stores: DeleteNetworkAcl DeleteNetworkAclEntry DeleteNetworkInterface DeleteRoute DeleteRouteTable DeleteSnapshot DeleteSubnet
        stores: DeleteVolume DeleteVpc DeleteVpcEndpoints DeregisterImage DescribeAccountAttributes DescribeAddresses
        stores: DescribeAddressesAttribute DescribeDhcpOptions DescribeEgressOnlyInternetGateways DescribeIamInstanceProfileAssociations
        stores: DescribeImageAttribute DescribeInstanceAttribute DescribeInstanceCreditSpecifications DescribeInstanceStatus
        stores: DescribeInstances DescribeInternetGateways DescribeLaunchTemplateVersions DescribeLaunchTemplates
        stores: DescribeManagedPrefixLists DescribeNatGateways DescribeNetworkAcls DescribeNetworkInterfaceAttribute
        stores: DescribeNetworkInterfaces DescribePrefixLists DescribeRouteTables DescribeSnapshotAttribute DescribeSnapshots
        stores: DescribeSubnets DescribeVolumeStatus DescribeVolumes DescribeVolumesModifications DescribeVpcAttribute
        stores: DescribeVpcEndpointServices DescribeVpcEndpoints DescribeVpcs DetachInternetGateway DetachNetworkInterface DetachVolume
        stores: DisableEbsEncryptionByDefault DisableImage DisassociateAddress DisassociateIamInstanceProfile DisassociateRouteTable
        stores: DisassociateSubnetCidrBlock DisassociateVpcCidrBlock EnableEbsEncryptionByDefault EnableImage GetEbsEncryptionByDefault
        stores: GetManagedPrefixListEntries ModifyEbsDefaultKmsKeyId ModifyImageAttribute ModifyInstanceAttribute
        stores: ModifyInstanceMetadataOptions ModifyLaunchTemplate ModifyManagedPrefixList ModifyNetworkInterfaceAttribute
        stores: ModifySnapshotAttribute ModifySubnetAttribute ModifyVolume ModifyVpcAttribute ModifyVpcEndpoint RebootInstances
        stores: RegisterImage ReleaseAddress ReplaceIamInstanceProfileAssociation ReplaceNetworkAclAssociation ReplaceNetworkAclEntry
        stores: ReplaceRoute RunInstances StartInstances StopInstances TerminateInstances UnassignIpv6Addresses
        stores: UnassignPrivateIpAddresses
    """,
    "autoscaling": """
        stores: DescribeAutoScalingGroups DescribeAutoScalingInstances DescribeLaunchConfigurations DescribeLifecycleHooks
        stores: DescribePolicies DescribeScalingActivities DescribeScheduledActions DescribeTags
    """,
    "elbv2": """
        stores: DescribeAccountLimits DescribeCapacityReservation DescribeListenerAttributes DescribeListenerCertificates
        stores: DescribeListeners DescribeLoadBalancerAttributes DescribeLoadBalancers DescribeRules DescribeSSLPolicies DescribeTags
        stores: DescribeTargetGroupAttributes DescribeTargetGroups
    """,
    "ecs": """
        stores: DeleteAccountSetting DeleteTaskDefinitions DeregisterTaskDefinition DescribeClusters DescribeServices
        stores: DescribeTaskDefinition DescribeTasks ListAccountSettings ListClusters ListServices ListTagsForResource
        stores: ListTaskDefinitionFamilies ListTaskDefinitions ListTasks PutAccountSetting RegisterTaskDefinition TagResource
        stores: UntagResource
    """,
    "ecr": """
        stores: CreateRepository DeleteLifecyclePolicy DeleteRegistryPolicy DeleteRepository DeleteRepositoryPolicy DescribeImages
        stores: DescribeRegistry DescribeRepositories GetLifecyclePolicy GetRegistryPolicy GetRepositoryPolicy ListImages
        stores: ListTagsForResource PutImageTagMutability PutLifecyclePolicy PutRegistryPolicy SetRepositoryPolicy TagResource
        stores: UntagResource
    """,
    "eks": """
        stores: DescribeCluster DescribeFargateProfile DescribeNodegroup ListClusters
    """,
    "appmesh": """
        stores: DescribeGatewayRoute DescribeMesh DescribeRoute DescribeVirtualGateway DescribeVirtualNode DescribeVirtualRouter
        stores: ListGatewayRoutes ListMeshes ListRoutes ListTagsForResource ListVirtualGateways ListVirtualNodes ListVirtualRouters
    """,
    "servicediscovery": """
        stores: GetNamespace GetService ListInstances ListNamespaces ListServices
    """,
    "elasticbeanstalk": """
        stores: DescribeApplications DescribeEnvironments
    """,
    "route53": """
        behaves: GetChange
        stores: AssociateVPCWithHostedZone ChangeResourceRecordSets ChangeTagsForResource CreateHostedZone CreateQueryLoggingConfig
        stores: CreateReusableDelegationSet DeleteHostedZone DeleteQueryLoggingConfig DeleteReusableDelegationSet
        stores: DisassociateVPCFromHostedZone GetHostedZone GetHostedZoneCount GetQueryLoggingConfig GetReusableDelegationSet
        stores: ListHostedZones ListHostedZonesByName ListQueryLoggingConfigs ListResourceRecordSets ListReusableDelegationSets
        stores: ListTagsForResource ListTagsForResources
    """,
}
