"""Parameters with versions and labels, documents, a maintenance window, a patch baseline."""

from __future__ import annotations

import json

from frozen.aws import Aws, tags

MADE = {"parameter": ["/app/count", "/app/list", "/app/secret"], "document": ["Hello"], "maintenance-window": ["mw-*"],
        "maintenance-window-target": ["mw-*/*"], "maintenance-window-task": ["mw-*/*"], "patch-baseline": ["pb-*"]}  # fmt: skip
ALTERED = {"parameter": ["/app/count", "/app/list"], "document": ["Hello"]}
REMOVED = {"parameter": ["/app/secret"], "maintenance-window-target": ["mw-*/*"], "patch-baseline": ["pb-*"]}


def _content(text: str) -> str:
    return json.dumps({"schemaVersion": "2.2", "description": text, "parameters": {}, "mainSteps": []})


def populate(aws: Aws) -> None:
    ssm = aws["ssm"]
    for value in ("1", "2", "3"):
        ssm.put_parameter(Name="/app/count", Value=value, Type="String", Overwrite=value != "1")
    ssm.put_parameter(Name="/app/secret", Value="p4ss", Type="SecureString")
    ssm.put_parameter(Name="/app/list", Value="a,b", Type="StringList", Tags=tags(k="v"), Description="letters")
    ssm.label_parameter_version(Name="/app/count", ParameterVersion=2, Labels=["stable"])
    ssm.create_document(Name="Hello", DocumentType="Command", DocumentFormat="JSON", Content=_content("d"))
    window = ssm.create_maintenance_window(Name="night", Schedule="cron(0 2 * * ? *)", Duration=2, Cutoff=1, AllowUnassociatedTargets=False)
    window_id = window["WindowId"]
    instances = [{"Key": "tag:role", "Values": ["web"]}]
    target = ssm.register_target_with_maintenance_window(WindowId=window_id, ResourceType="INSTANCE", Targets=instances)["WindowTargetId"]
    ssm.register_task_with_maintenance_window(
        WindowId=window_id, Targets=[{"Key": "WindowTargetIds", "Values": [target]}], TaskArn="AWS-RunShellScript",
        TaskType="RUN_COMMAND", MaxConcurrency="1", MaxErrors="1",
    )  # fmt: skip
    baseline = ssm.create_patch_baseline(Name="base", OperatingSystem="AMAZON_LINUX_2")["BaselineId"]
    aws.made["ssm"] = {"window": window_id, "target": target, "baseline": baseline}


def alter(aws: Aws) -> None:
    ssm = aws["ssm"]
    ssm.put_parameter(Name="/app/count", Value="4", Type="String", Overwrite=True)
    ssm.add_tags_to_resource(ResourceType="Parameter", ResourceId="/app/list", Tags=tags(k="w"))
    ssm.update_document(Name="Hello", Content=_content("e"), DocumentVersion="$LATEST")


def remove(aws: Aws) -> None:
    ssm, made = aws["ssm"], aws.made["ssm"]
    ssm.delete_parameter(Name="/app/secret")
    ssm.deregister_target_from_maintenance_window(WindowId=made["window"], WindowTargetId=made["target"])
    ssm.delete_patch_baseline(BaselineId=made["baseline"])
