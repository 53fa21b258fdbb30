"""AWS's words for a request that is not allowed.

Sources: https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot_access-denied.html,
https://docs.aws.amazon.com/AmazonS3/latest/userguide/troubleshoot-403-errors.html (S3 tells the reason within the account only),
https://docs.aws.amazon.com/AWSEC2/latest/APIReference/errors-overview.html (EC2's encoded message).
"""

from __future__ import annotations

import base64
import json
import zlib
from typing import Any

from sandbox.cloud.faults import AwsError
from sandbox.cloud.iam.context import of_principal
from sandbox.cloud.iam.evaluation import Decision
from sandbox.cloud.operation import Operation
from sandbox.cloud.principals import Principal

# Codes and statuses by protocol, where a service has none of its own.
_CODES = {"json": ("AccessDeniedException", 400), "rest-json": ("AccessDeniedException", 403)}
_OWN_CODES = {
    "ec2": ("UnauthorizedOperation", 403), "sns": ("AuthorizationError", 403), "sqs": ("AccessDenied", 403),
    "cloudwatch": ("AccessDenied", 403),
}  # fmt: skip
_SILENT_ON_ALL = ("s3", "ec2", "secretsmanager", "sts")
"""Services that name no resource where it would be everything; the others say ``*``."""


def refuse(decision: Decision, principal: Principal, action: str, resource: str, operation: Operation) -> AwsError:
    """The error for a decision that is not allowed, in the words and with the code of the operation's service."""
    code, status = _OWN_CODES.get(operation.service) or _CODES.get(operation.protocol, ("AccessDenied", 403))
    sentence = words(decision, principal, action, resource)
    if operation.service == "ec2":
        encoded = encode(decision, principal, action, resource)
        sentence = f"You are not authorized to perform this operation. {sentence}. Encoded authorization failure message: {encoded}"
    return AwsError(code, sentence, status)


def words(decision: Decision, principal: Principal, action: str, resource: str) -> str:
    """``User: … is not authorized to perform: … on resource: … because …``."""
    vendor, _, name = action.partition(":")
    action = f"sqs:{name.lower()}" if vendor == "sqs" else f"SNS:{name}" if vendor == "sns" else action
    where = "" if resource == "*" and vendor in _SILENT_ON_ALL else f" on resource: {_spelled(vendor, name, resource)}"
    if action == "kms:Decrypt":
        where = " on the resource associated with this ciphertext"
    return f"User: {caller(principal)} is not authorized to perform: {action}{where} {reason(decision, action)}"


def caller(principal: Principal) -> str:
    return principal.arn or principal.service or "anonymous"


def reason(decision: Decision, action: str) -> str:
    """Why: the kind of policy that denies it, by name where it is a managed one, or the kind that would have to allow it."""
    kind = decision.kind.value
    if not decision.explicit:
        return f"because no {kind} allows the {action} action"
    named = next((policy.arn for policy, _ in decision.matched if policy.arn), "")
    article = "an" if kind.startswith("identity") else "a"
    return f"with an explicit deny in {article} {kind}" + (f": {named}" if named else "")


def _spelled(vendor: str, action: str, resource: str) -> str:
    """S3 quotes its resources; IAM names what exists by kind and name, and what is to be made by its ARN."""
    if vendor == "s3":
        return f'"{resource}"'
    if vendor != "iam" or action in _BY_ARN or not resource.startswith("arn:") or resource.endswith("/"):
        return resource
    kind, _, name = resource.split(":", 5)[5].partition("/")
    if kind == "policy" and action != "CreatePolicy":
        return f"policy {resource}"
    return f"{kind.replace('-', ' ')} {name.rpartition('/')[2]}"


_BY_ARN = ("CreateUser", "CreateRole", "CreateGroup", "CreateInstanceProfile", "PassRole")


def encode(decision: Decision, principal: Principal, action: str, resource: str) -> str:
    """What ``sts decode-authorization-message`` reads: https://docs.aws.amazon.com/STS/latest/APIReference/API_DecodeAuthorizationMessage.html"""
    matched = [
        {"statementId": s.sid, "effect": "ALLOW" if s.allows else "DENY", "actions": {"items": [{"value": a} for a in s.actions]}}
        for _, s in decision.matched
    ]
    message: dict[str, Any] = {
        "allowed": False,
        "explicitDeny": decision.explicit,
        "matchedStatements": {"items": matched},
        "failures": {"items": []},
        "context": {
            "principal": {"id": str(of_principal(principal).get("aws:userid", "")), "arn": principal.arn},
            "action": action, "resource": resource, "conditions": {"items": []},
        },
    }  # fmt: skip
    packed = zlib.compress(json.dumps(message, separators=(",", ":")).encode(), 9)
    return base64.urlsafe_b64encode(_MARK + packed).decode().rstrip("=")


def decode(encoded: str) -> str:
    """The JSON text of a message of ours. Raises ValueError for any other."""
    data = base64.urlsafe_b64decode(encoded + "=" * (-len(encoded) % 4))
    if not data.startswith(_MARK):
        raise ValueError("not a message of ours")
    try:
        return zlib.decompress(data[len(_MARK) :]).decode()
    except zlib.error as error:
        raise ValueError(str(error)) from None


_MARK = b"\x01\x8a\xfe"
