"""What a service decides of a request before it acts: is it whole, may who asks, would it be refused for what it says."""

from __future__ import annotations

from dataclasses import dataclass

from moto.core.request import Request

from sandbox.cloud import (
    constraints,
    dynamodb_requests,
    kms_policies,
    kms_rules,
    limits,
    required,
    s3_access,
    s3_rules,
    sts_rules,
)
from sandbox.cloud.ec2 import filters, ids
from sandbox.cloud.endpoints import Endpoint
from sandbox.cloud.iam import authorize, validation
from sandbox.cloud.operation import Operation
from sandbox.cloud.principals import Principal
from sandbox.cloud.s3 import key_access
from sandbox.cloud.signatures import Credential


@dataclass(frozen=True, slots=True)
class Asked:
    """One request, understood: to which endpoint, for which operation, signed (or not) by whom."""

    request: Request
    body: bytes
    endpoint: Endpoint
    operation: Operation
    shown: Credential | None


def judge(principal: Principal, asked: Asked) -> s3_rules.Asked | None:
    """What the services decide before they act; a request to S3 is given back as understood. Raises AwsError."""
    operation, request, body = asked.operation, asked.request, asked.body
    query = request.query_string.decode("latin-1")
    required.check(operation, query, body)
    authorize.check(principal, operation, request, body, asked.endpoint.region)
    constraints.check(operation, body)
    limits.check(operation, query, body)
    if operation.service == "s3":
        s3_access.authorize(principal, operation, request, body, asked.endpoint.region)
        understood = s3_rules.understand(operation, request, body, region=asked.endpoint.region, account=principal.account)
        s3_rules.check(understood)
        key_access.check(principal, understood)
        return understood
    if operation.service == "kms":
        kms_rules.check(principal, asked.endpoint.region, operation.name, body)
        kms_policies.check(principal, asked.endpoint.region, operation.name, body)
    elif operation.service == "dynamodb":
        dynamodb_requests.check(operation.name, body)
    elif operation.service == "ec2":
        for part in (ids, filters):
            part.check(operation.name, query, body)
    elif operation.service == "sts":
        sts_rules.check(principal, operation.name, body)
    elif operation.service == "iam" and not principal.trusted:
        validation.check(operation.name, body)
    return None
