"""Projects, one with a build that is done."""

from __future__ import annotations

from frozen.aws import Aws

MADE = {"project": ["app", "site"], "build": ["app:*"]}
ALTERED: dict[str, list[str]] = {}
REMOVED = {"project": ["site"]}


def populate(aws: Aws) -> None:
    codebuild = aws["codebuild"]
    for name in ("app", "site"):
        codebuild.create_project(
            name=name, source={"type": "S3", "location": "test-plain/app.zip"}, artifacts={"type": "NO_ARTIFACTS"},
            environment={"type": "LINUX_CONTAINER", "image": "aws/codebuild/standard:7.0", "computeType": "BUILD_GENERAL1_SMALL"},
            serviceRole=aws.made["role"], tags=[{"key": "k", "value": "v"}],
        )  # fmt: skip
    codebuild.start_build(projectName="app")


def alter(aws: Aws) -> None:
    pass


def remove(aws: Aws) -> None:
    aws["codebuild"].delete_project(name="site")
