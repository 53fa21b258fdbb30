"""What a request needs to be allowed: actions, each on resources, each with the condition keys of its service.

Source: the service authorization reference, https://docs.aws.amazon.com/service-authorization/latest/reference/reference.html, and, where a
role is handed to a service, https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_use_passrole.html.
S3 is not here: s3_access decides on buckets and objects.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

from moto.iam.models import iam_backends

from sandbox.cloud.iam import arns, catalogue
from sandbox.cloud.iam.arguments import Call
from sandbox.cloud.iam.patterns import Context
from sandbox.cloud.iam.request_keys import of_call
from sandbox.cloud.operation import model


@dataclass(frozen=True, slots=True)
class Demand:
    """``resources`` (never empty) and ``context`` are found out only where a policy asks for them."""

    action: str
    resources: Callable[[], list[str]]
    context: Callable[[], Context]


# Everybody may ask who they are, and what a session may not do for tokens STS says itself. Who may assume a role is sts_rules' to say.
_FREE = frozenset(
    {("sts", "GetCallerIdentity"), ("sts", "GetSessionToken"), ("sts", "AssumeRole"), ("sts", "AssumeRoleWithSAML"),
     ("sts", "AssumeRoleWithWebIdentity")}
)  # fmt: skip


def of(call: Call) -> Iterator[Demand]:
    """In the order in which AWS asks. Nothing for what needs no permission."""
    service, name = call.operation.service, call.operation.name
    if (service, name) in _FREE:
        return
    for action in _actions(call):
        yield Demand(action, lambda action=action: arns.of(call, action), lambda: of_call(call))  # type: ignore[misc]
    if may_pass_roles(service, name):
        for role in roles_passed(call):
            context = {"iam:passedtoservice": _RECEIVERS.get(service, f"{catalogue.prefix(service)}.amazonaws.com")}
            yield Demand("iam:PassRole", lambda role=role: [role], lambda context=context: context)  # type: ignore[misc]


def _actions(call: Call) -> list[str]:
    service, name = call.operation.service, call.operation.name
    if service in ("apigateway", "apigatewayv2"):
        return [f"apigateway:{call.request.method}"]
    if (service, name) == ("kms", "ReEncrypt"):
        return ["kms:ReEncryptFrom", "kms:ReEncryptTo"]
    if (service, name) == ("dynamodb", "TransactWriteItems"):
        items = call.said.get("TransactItems")
        asked = {verb for item in items or () if isinstance(item, dict) for verb in item}
        return [action for verb, action in _TRANSACTED.items() if verb in asked] or ["dynamodb:PutItem"]
    if service == "dynamodb" and name in ("ExecuteStatement", "BatchExecuteStatement", "ExecuteTransaction"):
        return _partiql(call.said)
    return [catalogue.action(service, name)]


def _partiql(said: dict[str, Any]) -> list[str]:
    """By what each statement does. One that cannot be read may do anything.

    https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/ql-iam.html
    """
    listed = said.get("Statements") or said.get("TransactStatements") or [said]
    texts = [str(one.get("Statement", "")) for one in listed if isinstance(one, dict)]
    verbs = dict.fromkeys((text.split() or [""])[0].lower() for text in texts)
    if not verbs or not verbs.keys() <= _PARTIQL.keys():
        return list(_PARTIQL.values())
    return [_PARTIQL[verb] for verb in verbs]


_PARTIQL = {verb: f"dynamodb:PartiQL{verb.title()}" for verb in ("select", "insert", "update", "delete")}
_TRANSACTED = {"ConditionCheck": "dynamodb:ConditionCheckItem", "Put": "dynamodb:PutItem", "Update": "dynamodb:UpdateItem",
               "Delete": "dynamodb:DeleteItem"}  # fmt: skip

_RECEIVERS = {"ecs": "ecs-tasks.amazonaws.com", "iam": "ec2.amazonaws.com", "autoscaling": "ec2.amazonaws.com"}
"""Whom a role is passed to, where it is not the service asked."""
_ROLE_NAME = re.compile(r"role(arn)?$", re.IGNORECASE)
_ROLE_ARN = re.compile(r"^arn:aws:iam::\d{12}:role/\S+$")
_PROFILES = ("AddRoleToInstanceProfile", "RunInstances", "AssociateIamInstanceProfile", "ReplaceIamInstanceProfileAssociation")


@cache
def may_pass_roles(service: str, operation: str) -> bool:
    """Whether the operation has a parameter for a role or an instance profile; asking for its request's roles costs a parse."""
    described = model(service)
    if operation in _PROFILES:
        return True
    if described is None or service in ("iam", "sts"):
        return False
    return _mentions(described.operation_model(operation).input_shape, 4)


def _mentions(shape: Any, depth: int) -> bool:
    if shape is None or depth == 0:
        return False
    if shape.type_name == "structure":
        return any(_ROLE_NAME.search(name) or _mentions(member, depth - 1) for name, member in shape.members.items())
    return shape.type_name == "list" and _mentions(shape.member, depth - 1)


def roles_passed(call: Call) -> list[str]:
    """The ARNs of the roles that a request hands to a service, itself or in an instance profile."""
    found = dict.fromkeys(_roles_in(call.said))
    found |= {value: None for name, value in call.form if _ROLE_NAME.search(name.rstrip("0123456789.")) and _ROLE_ARN.match(value)}
    backend = iam_backends[call.account]["aws"]
    if call.operation.name == "AddRoleToInstanceProfile":
        found |= {role.arn: None for role in backend.roles.values() if role.name == call.first("RoleName")}
    elif call.operation.name in _PROFILES:
        named = {value.rpartition("/")[2] for name, value in call.form if name in ("IamInstanceProfile.Name", "IamInstanceProfile.Arn")}
        found |= {role.arn: None for name, one in backend.instance_profiles.items() if one.name in named for role in one.roles}
    return list(found)


def _roles_in(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        for name, inner in value.items():
            if isinstance(inner, str):
                if _ROLE_NAME.search(name) and _ROLE_ARN.match(inner):
                    yield inner
            else:
                yield from _roles_in(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _roles_in(inner)
