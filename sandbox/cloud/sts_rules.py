"""A role is assumed only if it exists and trusts who asks.

Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_update-role-trust-policy.html
"""

from __future__ import annotations

from urllib.parse import parse_qs, unquote

from moto.iam.models import Role, iam_backends

from sandbox.cloud.faults import AwsError, not_simulated
from sandbox.cloud.policies import UnsupportedError, Verdict, evaluate
from sandbox.cloud.principals import Principal


def check(principal: Principal, body: bytes) -> None:
    """Raises AwsError AccessDenied, as STS does alike for a role that does not exist and one that does not trust the caller."""
    form = {name: values[0] for name, values in parse_qs(body.decode("latin-1")).items()}
    arn = form.get("RoleArn", "")
    role = _role(arn)
    if role is None or not (principal.trusted or _trusts(role, principal, form)):
        who = principal.arn or f"arn:aws:iam::{principal.account}:root"
        raise AwsError("AccessDenied", f"User: {who} is not authorized to perform: sts:AssumeRole on resource: {arn}", 403)


def _role(arn: str) -> Role | None:
    parts = arn.split(":", 5)
    if len(parts) != 6 or parts[4] not in iam_backends:
        return None
    return next((role for role in iam_backends[parts[4]]["aws"].roles.values() if role.arn == arn), None)


def _trusts(role: Role, principal: Principal, form: dict[str, str]) -> bool:
    context = {
        "aws:principalarn": principal.arn,
        "aws:principalaccount": principal.account,
        "sts:rolesessionname": form.get("RoleSessionName", ""),
    }
    if "ExternalId" in form:
        context["sts:externalid"] = form["ExternalId"]
    document = role.assume_role_policy_document
    document = document if document.lstrip().startswith("{") else unquote(document)
    try:
        verdict = evaluate(
            document, account=principal.account, arn=principal.arn, action="sts:AssumeRole", resource=role.arn, context=context
        )
    except UnsupportedError as error:
        raise not_simulated(str(error)) from None
    return verdict is Verdict.ALLOW
