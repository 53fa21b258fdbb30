"""Applications, deployment groups, a deployment."""

from __future__ import annotations

from frozen.aws import ACCOUNT, REGION, Aws, tags

MADE = {"application": ["shop", "site"], "deployment-group": ["shop/blue"], "deployment": ["*"]}
ALTERED = {"application": ["shop"], "deployment-group": ["shop/blue"]}
REMOVED: dict[str, list[str]] = {}
SHOWN = {"tags": "list_tags_for_resource Tags"}


def populate(aws: Aws) -> None:
    deploy = aws["codedeploy"]
    deploy.create_application(applicationName="shop", computePlatform="Server", tags=tags(k="v"))
    deploy.create_application(applicationName="site", computePlatform="Lambda")
    aws.reads.append(("codedeploy", "list_tags_for_resource", {"ResourceArn": f"arn:aws:codedeploy:{REGION}:{ACCOUNT}:application:shop"}))
    deploy.create_deployment_group(applicationName="shop", deploymentGroupName="blue", serviceRoleArn=aws.made["role"])
    bundle = {"revisionType": "S3", "s3Location": {"bucket": "test-plain", "key": "app.zip", "bundleType": "zip"}}
    deploy.create_deployment(applicationName="shop", deploymentGroupName="blue", revision=bundle)


def alter(aws: Aws) -> None:
    for kind in ("application:shop", "deploymentgroup:shop/blue"):
        aws["codedeploy"].tag_resource(ResourceArn=f"arn:aws:codedeploy:{REGION}:{ACCOUNT}:{kind}", Tags=tags(k="w"))


def remove(aws: Aws) -> None:
    pass
