"""Clusters with node groups and Fargate profiles."""

from __future__ import annotations

from frozen.aws import ACCOUNT, REGION, Aws

MADE = {"cluster": ["main", "spare"], "nodegroup": ["main/blue", "main/green"], "fargate-profile": ["main/batch"]}
ALTERED = {"cluster": ["main"]}
REMOVED = {"cluster": ["spare"], "nodegroup": ["main/green"], "fargate-profile": ["main/batch"]}
SHOWN = {"tags": "list_tags_for_resource tags"}


def populate(aws: Aws) -> None:
    eks, made = aws["eks"], aws.made
    for name in ("main", "spare"):
        network = {"subnetIds": made["subnets"], "securityGroupIds": [made["group"]]}
        eks.create_cluster(name=name, roleArn=made["role"], resourcesVpcConfig=network, tags={"k": "v"})
    for name in ("blue", "green"):
        eks.create_nodegroup(clusterName="main", nodegroupName=name, subnets=made["subnets"], nodeRole=made["role"],
                             scalingConfig={"minSize": 1, "maxSize": 3, "desiredSize": 2})  # fmt: skip
    select = [{"namespace": "batch", "labels": {"run": "fargate"}}]
    eks.create_fargate_profile(clusterName="main", fargateProfileName="batch", podExecutionRoleArn=made["role"], selectors=select)


def alter(aws: Aws) -> None:
    eks = aws["eks"]
    eks.tag_resource(resourceArn=f"arn:aws:eks:{REGION}:{ACCOUNT}:cluster/main", tags={"k": "w"})


def remove(aws: Aws) -> None:
    eks = aws["eks"]
    eks.delete_nodegroup(clusterName="main", nodegroupName="green")
    eks.delete_fargate_profile(clusterName="main", fargateProfileName="batch")
    eks.delete_cluster(name="spare")
