"""Pipelines, one with an execution."""

from __future__ import annotations

from typing import Any

from frozen.aws import ACCOUNT, REGION, Aws, trust

MADE = {"pipeline": ["one", "two"], "pipeline-execution": ["one/*"]}
ALTERED = {"pipeline": ["one", "two"]}
REMOVED = {"pipeline": ["two"]}
SHOWN = {"tags": "list_tags_for_resource tags"}


def populate(aws: Aws) -> None:
    role = aws["iam"].create_role(RoleName="Pipes", AssumeRolePolicyDocument=trust("codepipeline"))["Role"]["Arn"]
    aws.made["pipeline"] = {
        "roleArn": role, "artifactStore": {"type": "S3", "location": "test-plain"}, "version": 1,
        "stages": [
            {"name": "Source", "actions": [_action("S3", "Source", "S3", S3Bucket="b", S3ObjectKey="k.zip")]},
            {"name": "Deploy", "actions": [_action("Deploy", "Deploy", "CodeDeploy", ApplicationName="a", DeploymentGroupName="g")]},
        ],
    }  # fmt: skip
    for name in ("one", "two"):
        aws["codepipeline"].create_pipeline(pipeline={"name": name, **aws.made["pipeline"]}, tags=[{"key": "k", "value": name}])
    aws["codepipeline"].start_pipeline_execution(name="one")
    aws.reads.append(("codepipeline", "list_tags_for_resource", {"resourceArn": f"arn:aws:codepipeline:{REGION}:{ACCOUNT}:one"}))


def _action(name: str, category: str, provider: str, **configuration: str) -> dict[str, Any]:
    kind = {"category": category, "owner": "AWS", "provider": provider, "version": "1"}
    edge = {"outputArtifacts": [{"name": "app"}]} if category == "Source" else {"inputArtifacts": [{"name": "app"}]}
    return {"name": name, "actionTypeId": kind, "configuration": configuration, **edge}


def alter(aws: Aws) -> None:
    pipelines = aws["codepipeline"]
    pipelines.update_pipeline(pipeline={"name": "two", **aws.made["pipeline"]})
    pipelines.tag_resource(resourceArn=f"arn:aws:codepipeline:{REGION}:{ACCOUNT}:one", tags=[{"key": "k", "value": "w"}])


def remove(aws: Aws) -> None:
    aws["codepipeline"].delete_pipeline(name="two")
