"""Applications and environments: all that moto keeps."""

from __future__ import annotations

from frozen.aws import Aws, tags

MADE = {"application": ["shop", "site"], "environment": ["shop-blue", "shop-green"]}
ALTERED = {"environment": ["shop-blue"]}
REMOVED = {"application": ["site"]}
SHOWN = {"tags": "list_tags_for_resource ResourceTags"}


def populate(aws: Aws) -> None:
    beanstalk = aws["elasticbeanstalk"]
    for name in ("shop", "site"):
        beanstalk.create_application(ApplicationName=name)
    stack = "64bit Amazon Linux 2018.03 v2.9.0 running Python 3.6"
    for name in ("shop-blue", "shop-green"):
        made = beanstalk.create_environment(ApplicationName="shop", EnvironmentName=name, SolutionStackName=stack, Tags=tags(k="v"))
        aws.made[name] = made["EnvironmentArn"]


def alter(aws: Aws) -> None:
    aws["elasticbeanstalk"].update_tags_for_resource(ResourceArn=aws.made["shop-blue"], TagsToAdd=tags(k="w"))


def remove(aws: Aws) -> None:
    aws["elasticbeanstalk"].delete_application(ApplicationName="site")
