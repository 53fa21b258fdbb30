"""A request that lacks what its operation requires. AWS's own clients see to that themselves; curl does not, and moto would go ahead.

Source: botocore's service models; https://docs.aws.amazon.com/AWSEC2/latest/APIReference/errors-overview.html
"""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import parse_qsl

from sandbox.cloud.faults import AwsError
from sandbox.cloud.operation import Operation, model


def check(operation: Operation, query: str, body: bytes) -> None:
    """Raises AwsError in the words of the protocol. Only the top level, and only json, query and ec2."""
    described = model(operation.service)
    if described is None or operation.protocol not in ("json", "query", "ec2"):
        return
    shape = described.operation_model(operation.name).input_shape
    required = list(getattr(shape, "required_members", ())) if shape is not None else []
    if operation.protocol == "json":
        given = _json_names(body)
        missing = [name for name in required if name not in given]
    else:
        members: dict[str, Any] = shape.members if shape is not None else {}
        sent = {name.lower() for name, _ in parse_qsl(query + "&" + body.decode("latin-1"), keep_blank_values=True)}
        missing = [name for name in required if not _sent(_spellings(name, members[name]), sent)]
        if (operation.service, operation.name) == ("ec2", "RunInstances") and not _sent({"imageid", "launchtemplate"}, sent):
            missing.append("ImageId")  # Not required by the model: a launch template may bring it.
    if missing:
        raise _error(operation, missing)


def _json_names(body: bytes) -> set[str]:
    try:
        asked = json.loads(body or b"{}")
    except ValueError:
        asked = None
    if not isinstance(asked, dict):
        raise AwsError("SerializationException", "The body of the request could not be read")
    return {name for name, value in asked.items() if value is not None}


def _spellings(name: str, member: Any) -> set[str]:
    """A member's possible names on the wire; of a flattened list it is the name of what the list holds."""
    inner = getattr(member, "member", None)
    serial, within = member.serialization, inner.serialization if inner is not None else {}
    names = {name, serial.get("name"), serial.get("queryName"), within.get("name"), within.get("queryName")}
    return {spelling.lower() for spelling in names if spelling}


def _sent(spellings: set[str], sent: set[str]) -> bool:
    return any(name == spelling or name.startswith(spelling + ".") for spelling in spellings for name in sent)


def _error(operation: Operation, missing: list[str]) -> AwsError:
    if operation.protocol == "ec2":
        return AwsError("MissingParameter", f"The request must contain the parameter {missing[0]}")
    count = f"{len(missing)} validation error{'s' if len(missing) > 1 else ''} detected: "
    each = (f"Value null at '{name[0].lower()}{name[1:]}' failed to satisfy constraint: Member must not be null" for name in missing)
    return AwsError("ValidationException" if operation.protocol == "json" else "ValidationError", count + "; ".join(each))
