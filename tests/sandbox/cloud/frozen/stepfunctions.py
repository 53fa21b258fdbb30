"""State machines with a version and an alias, activities, an execution."""

from __future__ import annotations

import json

from frozen.aws import ACCOUNT, REGION, Aws

ARN = f"arn:aws:states:{REGION}:{ACCOUNT}"
WAIT = json.dumps({"StartAt": "W", "States": {"W": {"Type": "Wait", "Seconds": 900, "End": True}}})
MADE = {"state-machine": ["waiting"], "state-machine-version": ["waiting:1"], "state-machine-alias": ["waiting:live"],
        "activity": ["approve", "spare"], "execution": ["waiting:first"]}  # fmt: skip
ALTERED = {"state-machine": ["waiting"], "execution": ["waiting:first"]}
REMOVED = {"activity": ["spare"], "state-machine-alias": ["waiting:live"]}


def populate(aws: Aws) -> None:
    states = aws["stepfunctions"]
    tag = [{"key": "k", "value": "v"}]
    made = states.create_state_machine(name="waiting", definition=WAIT, roleArn=aws.made["role"], tags=tag, publish=True)
    routes = [{"stateMachineVersionArn": made["stateMachineVersionArn"], "weight": 100}]
    states.create_state_machine_alias(name="live", routingConfiguration=routes)
    states.start_execution(stateMachineArn=f"{ARN}:stateMachine:waiting", name="first", input="{}")
    for name in ("approve", "spare"):
        states.create_activity(name=name, tags=tag)


def alter(aws: Aws) -> None:
    states = aws["stepfunctions"]
    states.tag_resource(resourceArn=f"{ARN}:stateMachine:waiting", tags=[{"key": "k", "value": "w"}])
    states.stop_execution(executionArn=f"{ARN}:execution:waiting:first", cause="enough")


def remove(aws: Aws) -> None:
    states = aws["stepfunctions"]
    states.delete_activity(activityArn=f"{ARN}:activity:spare")
    states.delete_state_machine_alias(stateMachineAliasArn=f"{ARN}:stateMachine:waiting:live")
