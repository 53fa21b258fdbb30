"""What botocore sends is never found wanting; what lacks a required parameter always is."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode

import pytest
from botocore import xform_name
from botocore.exceptions import ClientError
from botocore.serialize import create_serializer
from cloud_harness import Cloud
from moto.core.utils import get_service_model

from sandbox.cloud.faults import AwsError
from sandbox.cloud.operation import Operation
from sandbox.cloud.operations import Level, lookup, services
from sandbox.cloud.required import check

SIMPLE = {
    "integer": 1,
    "long": 1,
    "float": 1.0,
    "double": 1.0,
    "boolean": True,
    "blob": b"x",
    "timestamp": datetime(2026, 1, 1, tzinfo=UTC),
}


def filled(shape: Any, depth: int = 0) -> Any:
    """The least that is valid: required members, one of each list."""
    if shape.type_name == "structure":
        wanted = shape.required_members or (list(shape.members)[:1] if depth < 6 else [])
        return {name: filled(shape.members[name], depth + 1) for name in wanted}
    if shape.type_name == "list":
        return [filled(shape.member, depth + 1)]
    if shape.type_name == "map":
        return {"k": filled(shape.value, depth + 1)}
    return SIMPLE.get(shape.type_name, shape.enum[0] if getattr(shape, "enum", None) else "x" * 40)


def bodies(service: str) -> list[tuple[Operation, dict[str, Any], Any]]:
    described = get_service_model(service)
    found = []
    for protocol in described.metadata.get("protocols") or [described.protocol]:
        if protocol not in ("json", "query", "ec2"):
            continue
        serializer = create_serializer(protocol, include_validation=False)
        for name in described.operation_names:
            operation = described.operation_model(name)
            if lookup(service, name) is not Level.REFUSED and operation.input_shape is not None:
                found.append((Operation(service, name, protocol, {}), filled(operation.input_shape), (serializer, operation)))
    return found


def sent(params: dict[str, Any], how: Any) -> bytes:
    serializer, operation = how
    body = serializer.serialize_to_request(params, operation)["body"]
    return urlencode(body, doseq=True).encode() if isinstance(body, dict) else body if isinstance(body, bytes) else body.encode()


@pytest.mark.parametrize("service", services())
def test_every_operation(service: str) -> None:
    for operation, params, how in bodies(service):
        if operation.name == "RunInstances":
            params["ImageId"] = "ami-1"
        check(operation, "", sent(params, how))
        required = how[1].input_shape.required_members
        if required:
            less = {name: value for name, value in params.items() if name != required[-1]}
            with pytest.raises(AwsError):
                check(operation, "", sent(less, how))


def test_said_in_the_services_words(session_cloud: Cloud) -> None:
    from botocore.config import Config

    config = Config(parameter_validation=False, retries={"total_max_attempts": 1})
    for service, operation, code in (
        ("kms", "Encrypt", "ValidationException"),
        ("iam", "CreateRole", "ValidationError"),
        ("ec2", "RunInstances", "MissingParameter"),
    ):
        with pytest.raises(ClientError) as caught:
            getattr(session_cloud.client(service, config=config), xform_name(operation))()
        assert caught.value.response["Error"]["Code"] == code


def test_an_instance_needs_an_image() -> None:
    run = Operation("ec2", "RunInstances", "ec2", {})
    with pytest.raises(AwsError, match="ImageId"):
        check(run, "", b"MinCount=1&MaxCount=1")
    check(run, "", b"MinCount=1&MaxCount=1&LaunchTemplate.LaunchTemplateName=x")
    check(run, "MinCount=1", b"MaxCount=1&ImageId=ami-1")


@pytest.mark.parametrize("body", [b"{", b"[]", b"\xff"])
def test_rubbish(body: bytes) -> None:
    with pytest.raises(AwsError, match="SerializationException"):
        check(Operation("kms", "ListKeys", "json", {}), "", body)
    check(Operation("kms", "ListKeys", "json", {}), "", json.dumps({}).encode())
