"""Policy documents, and names, that IAM, STS and KMS do not take, in AWS's words.

Sources: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_grammar.html,
https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot_policies.html,
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html. The grammar is checked by moto's validator.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import parse_qsl

from moto.iam.exceptions import MalformedPolicyDocument
from moto.iam.models import iam_backends
from moto.iam.policy_validation import BaseIAMPolicyValidator, IAMPolicyDocumentValidator, IAMTrustPolicyDocumentValidator

from sandbox.cloud.faults import AwsError
from sandbox.cloud.iam import identities
from sandbox.cloud.iam.conditions import known, texts

_MANAGED = ("CreatePolicy", "CreatePolicyVersion")
_INLINE = {"PutUserPolicy": ("user", 2048), "PutRolePolicy": ("role", 10240), "PutGroupPolicy": ("group", 5120)}
_TRUST = {"CreateRole": "AssumeRolePolicyDocument", "UpdateAssumeRolePolicy": "PolicyDocument"}
_MANAGED_SIZE, _TRUST_SIZE = 6144, 2048
_NAMES = ("UserName", "RoleName", "GroupName", "InstanceProfileName", "PolicyName")
_NAME = re.compile(r"[A-Za-z0-9_+=,.@-]+")
_ENTITY = re.compile(r"^arn:aws:iam::(\d{12}):(user|role)/\S+$")
_PRINCIPAL = re.compile(
    r"^(\*|\d{12}|arn:aws:iam::\d{12}:root|arn:aws:sts::\d{12}:(assumed-role/[^/*]+/[^*]+|federated-user/[^*]+)|AROA\w+|AIDA\w+)$"
)


def install() -> None:
    """Which versions are taken where is said here: moto's validator would have all documents in the newest."""
    validator: Any = BaseIAMPolicyValidator
    validator._validate_version = lambda _self: None


def check(operation: str, body: bytes) -> None:
    """Raises AwsError ValidationError for a name that can be none (mostly an ARN in its place), MalformedPolicyDocument or LimitExceeded
    for an operation of IAM that brings a policy."""
    _check_names(_sent(body))
    if operation in _MANAGED:
        document = _sent(body).get("PolicyDocument", "")
        check_identity(document)
        if json.loads(document).get("Version") != "2012-10-17":
            raise _malformed("Policy document must be version 2012-10-17 or greater.")
        _require_size(document, _MANAGED_SIZE, f"Cannot exceed quota for PolicySize: {_MANAGED_SIZE}")
    elif operation in _INLINE:
        form = _sent(body)
        check_identity(form.get("PolicyDocument", ""))
        kind, most = _INLINE[operation]
        name = form.get(kind.capitalize() + "Name", "")
        _require_size(form["PolicyDocument"], most, f"Maximum policy size of {most} bytes exceeded for {kind} {name}")
    elif operation in _TRUST:
        document = _sent(body).get(_TRUST[operation], "")
        check_trust(document)
        _require_size(document, _TRUST_SIZE, f"Cannot exceed quota for ACLSizePerRole: {_TRUST_SIZE}")


def _check_names(form: Mapping[str, str]) -> None:
    for name in _NAMES:
        if form.get(name) and not _NAME.fullmatch(form[name]):
            text = f"The specified value for {name[0].lower()}{name[1:]} is invalid. "
            raise AwsError("ValidationError", text + "It must contain only alphanumeric characters and/or the following: +=,.@_-")


def check_identity(document: str) -> None:
    """An identity policy, a boundary or a session policy."""
    _grammar(IAMPolicyDocumentValidator(document))
    for statement in _statements(json.loads(document)):
        if "Principal" in statement or "NotPrincipal" in statement:
            raise _malformed("Policy document should not specify a principal.")


check_session = check_identity


def check_trust(document: str) -> None:
    try:
        found = json.loads(document)
    except ValueError:
        raise _malformed("This policy contains invalid Json") from None
    _grammar(IAMTrustPolicyDocumentValidator(document))
    for statement in _statements(found):
        if "Principal" not in statement and "NotPrincipal" not in statement:
            raise _malformed("Missing required field Principal")
        if "NotPrincipal" in statement:
            raise _malformed("Has prohibited field NotPrincipal")
        _require_principals(statement["Principal"])


def check_key_policy(document: str) -> None:
    """A key's policy, as KMS says it: MalformedPolicyDocumentException."""
    try:
        sound = all(_is_key_statement(statement) for statement in _statements(json.loads(document)))
    except AwsError as error:
        text = "Policy contains a statement with one or more invalid principals."
        raise AwsError("MalformedPolicyDocumentException", text, 400) from error
    except (ValueError, AttributeError, TypeError, LookupError):
        sound = False
    if not sound:
        raise AwsError("MalformedPolicyDocumentException", "The new key policy is not a valid policy document.", 400)


def _is_key_statement(statement: Mapping[str, Any]) -> bool:
    if "Principal" in statement:
        _require_principals(statement["Principal"], star=True)
    pairs = (("Principal", "NotPrincipal"), ("Action", "NotAction"), ("Resource", "NotResource"))
    return statement.get("Effect") in ("Allow", "Deny") and all(one in statement or other in statement for one, other in pairs)


def _grammar(validator: BaseIAMPolicyValidator) -> None:
    try:
        validator.validate()
    except MalformedPolicyDocument as error:
        raise _malformed(str(error.message)) from None
    for statement in _statements(validator._policy_json):
        if not all(known(operator) for operator in statement.get("Condition") or {}):
            raise _malformed("Syntax errors in policy.")


def _require_principals(principal: Any, *, star: bool = False) -> None:
    """Every user and role named must exist, in the accounts that are here."""
    if principal == "*":
        if star:
            return
        raise _malformed('AssumeRolepolicy contained an invalid principal: "STAR":"*".')
    if not isinstance(principal, dict) or not principal:
        raise _malformed("Syntax errors in policy.")
    for kind, values in principal.items():
        for value in texts(values):
            if not _exists(kind, value):
                raise _malformed(f'Invalid principal in policy: "{kind.upper()}":"{value}"')


def _exists(kind: str, value: str) -> bool:
    if kind == "AWS":
        found = _ENTITY.match(value)
        if found is None:
            return _PRINCIPAL.match(value) is not None
        return found[1] not in iam_backends or identities.find(value) is not None
    if kind == "Service":
        return value.endswith((".amazonaws.com", ".amazonaws.com.cn", ".aws.internal"))
    return kind in ("Federated", "CanonicalUser")


def _statements(document: Any) -> Iterator[Mapping[str, Any]]:
    found = document["Statement"]
    yield from [found] if isinstance(found, dict) else found


def _require_size(document: str, most: int, text: str) -> None:
    if len(re.sub(r"\s", "", document)) > most:
        raise AwsError("LimitExceeded", text, 409)


def _sent(body: bytes) -> dict[str, str]:
    return dict(parse_qsl(body.decode(), keep_blank_values=True))


def _malformed(text: str) -> AwsError:
    return AwsError("MalformedPolicyDocument", text, 400)
