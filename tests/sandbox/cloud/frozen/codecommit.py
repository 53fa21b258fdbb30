"""Repositories: all that moto keeps."""

from __future__ import annotations

from frozen.aws import Aws

MADE = {"repository": ["app", "site"]}
ALTERED: dict[str, list[str]] = {}
REMOVED = {"repository": ["site"]}


def populate(aws: Aws) -> None:
    for name in ("app", "site"):
        aws["codecommit"].create_repository(repositoryName=name, repositoryDescription="d")


def alter(aws: Aws) -> None:
    pass


def remove(aws: Aws) -> None:
    aws["codecommit"].delete_repository(repositoryName="site")
