"""The gate's question: may this caller send this request? S3's is s3_access's to answer, that of assuming a role sts_rules'."""

from __future__ import annotations

from moto.core.request import Request

from sandbox.cloud.faults import AwsError
from sandbox.cloud.iam import demands, resource_policies
from sandbox.cloud.iam.access import allowed, on_its_own
from sandbox.cloud.iam.arguments import Call
from sandbox.cloud.iam.denied import caller, refuse
from sandbox.cloud.iam.request_keys import of_resource
from sandbox.cloud.iam.sessions import UserSession
from sandbox.cloud.operation import Operation
from sandbox.cloud.principals import Principal, RefusedError, refusal


def check(principal: Principal, operation: Operation, request: Request, body: bytes, region: str) -> None:
    """Raises AwsError in the service's words where it may not."""
    if principal.trusted or operation.service == "s3":
        return
    call = Call(operation, request, body, region, principal.account, principal.holder or principal.arn)
    if operation.service == "iam" and isinstance(principal.session, UserSession):
        # Only with a second factor, which nobody has here.
        raise refusal(RefusedError("wrong token"), operation.protocol)
    _protect_aws(principal, call)
    for demand in demands.of(call):
        _require(principal, demand, operation)


def _protect_aws(principal: Principal, call: Call) -> None:
    """AWS's own managed policies are in AWS's account: nobody here changes them."""
    name = call.operation.name
    if call.operation.service == "iam" and name in _CHANGES_POLICY and (arn := call.first("PolicyArn")).startswith("arn:aws:iam::aws:"):
        text = f"User: {caller(principal)} is not authorized to perform: iam:{name} on resource: policy {arn}"
        raise AwsError("AccessDenied", text, 403)


_CHANGES_POLICY = ("CreatePolicyVersion", "DeletePolicy", "DeletePolicyVersion", "SetDefaultPolicyVersion", "TagPolicy", "UntagPolicy")


def _require(principal: Principal, demand: demands.Demand, operation: Operation) -> None:
    if not resource_policies.known(demand.action) and on_its_own(principal, demand.action):
        return
    for resource in demand.resources():
        decision = allowed(principal, demand.action, resource, lambda: {**demand.context(), **of_resource(resource)})  # noqa: B023
        if not decision:
            raise refuse(decision, principal, demand.action, resource, operation)
