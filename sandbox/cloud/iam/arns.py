"""The ARNs of what a request is about.

The kinds of an action and their formats come from the service authorization reference; what fills a format is the parameter named after
the kind (``FunctionName`` for a *function*), a ``ResourceArn``, or a bare ``Name`` or ``Id``. Where a name alone does not make the ARN (a
secret's random suffix, a user's path, a queue's URL) a function here looks it up. **Where nothing fits, the resource is ``*``**: a
policy that names resources then does not match.
"""

from __future__ import annotations

import base64
import contextlib
from collections.abc import Callable, Iterator
from typing import Any

from moto.ec2.utils import EC2_RESOURCE_TO_PREFIX
from moto.iam.models import iam_backends
from moto.kms.utils import _deserialize_ciphertext_blob
from moto.secretsmanager.models import secretsmanager_backends

from sandbox.cloud.iam.arguments import Call, plain
from sandbox.cloud.iam.catalogue import kinds
from sandbox.cloud.kms_keys import resolve

_SUFFIXES = ("", "name", "id", "arn", "identifier", "names", "ids", "arns", "s", "url")
_BARE = ("resourcearn", "resource", "name", "names", "id", "path", "rule", "family")
_ALIASES = {"securitygroup": "group", "elasticip": "allocation", "event-bus": "eventbus"}
_SEVERAL = ("ec2", "kms")
"""Vendors whose actions need every kind that a request names, not one of them."""
_MAKES = ("Create", "Run", "Allocate", "Register", "Copy", "Import")


def of(call: Call, action: str) -> list[str]:
    """Every resource of ``action`` in a request; never empty."""
    vendor, name = action.split(":", 1)
    if special := _SPECIAL.get(vendor):
        found = list(special(call, name))
        if found:
            return found
    hits = [arns for kind, form in kinds(action).items() if (arns := _of_kind(call, vendor, name, kind, form))]
    if not hits:
        hits = [_bare(call, action)]
    chosen = [arn for arns in (hits if vendor in _SEVERAL else hits[:1]) for arn in arns]
    return chosen or ["*"]


def fill(form: str, call: Call, tail: str) -> str:
    """An ARN of the given format: ``.*`` is what the caller names."""
    whole = form.replace("${Partition}", "aws").replace("${Region}", call.region).replace("${Account}", call.account)
    return whole.replace(".*", tail, 1)


def _of_kind(call: Call, vendor: str, action: str, kind: str, form: str) -> list[str]:
    base = plain(kind.split("/", maxsplit=1)[0])
    for spelled in (base, _ALIASES.get(base, base)):
        for suffix in _SUFFIXES:
            if values := call.texts.get(spelled + suffix):
                return [_arn(form, call, value) for value in values]
    if vendor == "ec2" and any(plain(action) == plain(verb) + base + s for verb in _MAKES for s in ("", "s")):
        return [fill(form, call, "*")]
    return []


def _bare(call: Call, action: str) -> list[str]:
    form = next(iter(kinds(action).values()), "")
    for name in _BARE if form else ():
        if values := call.texts.get(name):
            return [_arn(form, call, value) for value in values]
    return []


def _arn(form: str, call: Call, value: str) -> str:
    if value.startswith("arn:"):
        return value
    return fill(form, call, value.lstrip("/") if form.endswith("/.*") else value)


def _sqs(call: Call, action: str) -> Iterator[str]:
    name = call.first("QueueUrl").rpartition("/")[2] or call.first("QueueName")
    owner = call.first("QueueUrl").split("/")[-2] if call.first("QueueUrl").count("/") > 3 else call.account
    if name:
        yield f"arn:aws:sqs:{call.region}:{owner}:{name}"


def _kms(call: Call, action: str) -> Iterator[str]:
    """Keys by their own ARNs; of a ciphertext, the one it was made with."""
    alias = call.first("AliasName")
    if alias:
        yield f"arn:aws:kms:{call.region}:{call.account}:{alias}"
        key = resolve(call.account, call.region, alias)
        if key is not None and action != "CreateAlias":
            yield str(key.arn)
    name = "DestinationKeyId" if action == "ReEncryptTo" else "SourceKeyId" if action == "ReEncryptFrom" else "KeyId"
    named = call.first(name) or call.first("TargetKeyId")
    if not named and call.first("CiphertextBlob"):
        with contextlib.suppress(Exception):  # Not a ciphertext of ours: the operation says what is wrong.
            named = _deserialize_ciphertext_blob(base64.b64decode(call.first("CiphertextBlob"))).key_id
    if named:
        yield key_arn(named, call)


def key_arn(named: str, call: Call) -> str:
    """A key's ARN from its id, an alias, or the ARN of either: policies know no aliases."""
    key = resolve(call.account, call.region, named)
    if key is not None:
        return str(key.arn)
    return named if named.startswith("arn:") else f"arn:aws:kms:{call.region}:{call.account}:key/{named}"


def _secrets(call: Call, action: str) -> Iterator[str]:
    named = call.first("SecretId")
    if named.startswith("arn:"):
        yield named
    elif named:
        store = secretsmanager_backends[call.account][call.region].secrets
        yield str(store[named].arn) if named in store else f"arn:aws:secretsmanager:{call.region}:{call.account}:secret:{named}"


def _iam(call: Call, action: str) -> Iterator[str]:
    """Entities by their own ARNs, which have the path; what is about to be made by the path it is given."""
    if action in _LISTS:
        yield f"arn:aws:iam::{call.account}:{_LISTS[action]}/"
        return
    backend = iam_backends[call.account]["aws"]
    everyone: dict[str, Any] = {"user": backend.users, "role": backend.roles, "group": backend.groups,
                                "instance-profile": backend.instance_profiles}  # fmt: skip
    for kind in kinds(f"iam:{action}"):
        name = call.first(plain(kind) + "name")
        if not name and kind == "user" and action in _SELF:
            yield call.caller
            return
        if name:
            found = next((one for one in everyone.get(kind, {}).values() if one.name == name), None)
            yield found.arn if found is not None else f"arn:aws:iam::{call.account}:{kind}{call.first('Path') or '/'}{name}"
            return


_LISTS = {"ListUsers": "user", "ListRoles": "role", "ListGroups": "group", "ListPolicies": "policy"}
_SELF = ("GetUser", "ChangePassword", "ListAccessKeys", "CreateAccessKey", "DeleteAccessKey", "UpdateAccessKey")
"""Actions about the calling user where a request names none."""


def _ec2(call: Call, action: str) -> Iterator[str]:
    """Tags name their resources by ids, whose first part tells the kind."""
    for named in call.texts.get("resourceid", ()):
        kind = next((kind for kind, start in EC2_RESOURCE_TO_PREFIX.items() if named.startswith(start + "-")), "*")
        yield f"arn:aws:ec2:{call.region}:{call.account}:{kind}/{named}"


def _logs(call: Call, action: str) -> Iterator[str]:
    group = call.first("logGroupName") or call.first("logGroupNamePrefix")
    if group or action == "DescribeLogGroups":
        yield f"arn:aws:logs:{call.region}:{call.account}:log-group:{group}:log-stream:{call.first('logStreamName')}"


def _dynamodb(call: Call, action: str) -> Iterator[str]:
    start = f"arn:aws:dynamodb:{call.region}:{call.account}:table/"
    if action == "ListTables":
        yield start + "*"
    batch = call.said.get("RequestItems")
    names = list(batch) if isinstance(batch, dict) else [call.first("TableName")]
    for name in filter(None, names):
        table = name if name.startswith("arn:") else start + name
        yield f"{table}/index/{call.first('IndexName')}" if call.first("IndexName") else table


def _cloudformation(call: Call, action: str) -> Iterator[str]:
    """A stack's ARN ends with an identifier that its name does not tell."""
    name = call.first("StackName")
    if name:
        yield name if name.startswith("arn:") else f"arn:aws:cloudformation:{call.region}:{call.account}:stack/{name}/*"


def _ecs(call: Call, action: str) -> Iterator[str]:
    service = call.first("service") or call.first("serviceName")
    if service and not service.startswith("arn:"):
        cluster = call.first("cluster").rpartition("/")[2] or "default"
        yield f"arn:aws:ecs:{call.region}:{call.account}:service/{cluster}/{service}"
    elif family := call.first("family"):
        yield f"arn:aws:ecs:{call.region}:{call.account}:task-definition/{family}:*"


def _codedeploy(call: Call, action: str) -> Iterator[str]:
    group = call.first("deploymentGroupName") or call.first("currentDeploymentGroupName")
    if group:
        yield f"arn:aws:codedeploy:{call.region}:{call.account}:deploymentgroup:{call.first('applicationName')}/{group}"


def _apigateway(call: Call, action: str) -> Iterator[str]:
    """Its actions are the methods of HTTP, its resources the paths."""
    yield f"arn:aws:apigateway:{call.region}::{call.request.path}"


def _ssm(call: Call, action: str) -> Iterator[str]:
    kind = call.first("ResourceType").lower()
    if kind and call.first("ResourceId"):
        yield f"arn:aws:ssm:{call.region}:{call.account}:{kind}/{call.first('ResourceId').lstrip('/')}"
    elif action == "GetDocument" and call.first("Name").startswith("AWS-"):
        yield f"arn:aws:ssm:{call.region}::document/{call.first('Name')}"


def _codepipeline(call: Call, action: str) -> Iterator[str]:
    pipeline = call.said.get("pipeline")
    if isinstance(pipeline, dict) and isinstance(pipeline.get("name"), str):
        yield f"arn:aws:codepipeline:{call.region}:{call.account}:{pipeline['name']}"


_SPECIAL: dict[str, Callable[[Call, str], Iterator[str]]] = {
    "sqs": _sqs, "kms": _kms, "secretsmanager": _secrets, "iam": _iam, "ec2": _ec2, "logs": _logs, "dynamodb": _dynamodb, "ecs": _ecs,
    "cloudformation": _cloudformation, "codedeploy": _codedeploy, "apigateway": _apigateway, "ssm": _ssm, "codepipeline": _codepipeline,
}  # fmt: skip
