"""A role is assumed only if it exists and trusts who asks, for no longer than it lets; tokens are given to users only.

Sources: https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html,
https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_update-role-trust-policy.html,
https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_temp_request.html (who may ask for which token)
"""

from __future__ import annotations

import re
from urllib.parse import parse_qsl

from moto.iam.models import Role

from sandbox.cloud.faults import AwsError
from sandbox.cloud.iam import denied, identities, validation
from sandbox.cloud.iam.context import Keys, Value, of_principal, tags
from sandbox.cloud.iam.evaluation import Decision, Kind, Policy, decide
from sandbox.cloud.iam.statements import Question
from sandbox.cloud.principals import Principal

_HOUR = 3600
_LIMITS = {"AssumeRole": 43200, "GetSessionToken": 129600, "GetFederationToken": 129600}
_SESSION_NAME = re.compile(r"[\w+=,.@-]{2,64}", re.ASCII)


def check(principal: Principal, operation: str, body: bytes) -> None:
    """Raises AwsError: ValidationError for what no role allows, AccessDenied in STS's words, alike for a role that does not exist and one
    that does not trust the caller."""
    form = dict(parse_qsl(body.decode("latin-1"), keep_blank_values=True))
    if operation == "DecodeAuthorizationMessage":
        _require_ours(form.get("EncodedMessage", ""))
    if operation not in _LIMITS:
        return
    seconds = _seconds(form, _LIMITS[operation])
    if form.get("Policy"):
        validation.check_session(form["Policy"])
    if operation == "AssumeRole":
        _check_role(principal, form, seconds)
    elif principal.session is not None or not principal.access_key:
        raise AwsError("AccessDenied", f"Cannot call {operation} with session credentials", 403)


def _check_role(principal: Principal, form: dict[str, str], seconds: int) -> None:
    arn, name = form.get("RoleArn", ""), form.get("RoleSessionName", "")
    if not _SESSION_NAME.fullmatch(name):
        raise _invalid(name, "roleSessionName", r"satisfy regular expression pattern: [\w+=,.@-]*" if len(name) > 1 else
                       "have length greater than or equal to 2")  # fmt: skip
    if not arn.startswith("arn:"):
        raise AwsError("ValidationError", f"{arn} is invalid", 400)
    role = identities.find(arn)
    if not isinstance(role, Role):
        raise _denied(principal, arn)
    if not principal.trusted:
        asked = ["sts:AssumeRole"] + (["sts:TagSession"] if any(field.startswith("Tags.") for field in form) else [])
        for action in asked:
            if not (decision := _trusts(role, principal, form, action)):
                raise _denied(principal, arn, action, decision)
    if seconds > _HOUR and principal.session is not None:
        text = "The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining."
        raise AwsError("ValidationError", text, 400)
    if seconds > int(role.max_session_duration or _HOUR):
        raise AwsError("ValidationError", "The requested DurationSeconds exceeds the MaxSessionDuration set for this role.", 400)


def _trusts(role: Role, principal: Principal, form: dict[str, str], action: str) -> Decision:
    question = Question(identities.who(principal), action, role.arn, Keys(_context(form), lambda: of_principal(principal)))
    trust = Policy(role.assume_role_policy_document, Kind.TRUST, name=role.name)
    return decide(question, identities.powers(principal), trust, role.account_id, alone=True)


def _context(form: dict[str, str]) -> dict[str, Value]:
    names = {"RoleSessionName": "sts:rolesessionname", "ExternalId": "sts:externalid", "SourceIdentity": "sts:sourceidentity"}
    found: dict[str, Value] = {key: form[name] for name, key in names.items() if name in form}
    pairs = {form[f]: form.get(f.removesuffix("Key") + "Value", "") for f in form if f.startswith("Tags.") and f.endswith(".Key")}
    return found | (tags("aws:RequestTag", pairs) | {"aws:tagkeys": tuple(pairs)} if pairs else {})


def _denied(principal: Principal, arn: str, action: str = "sts:AssumeRole", decision: Decision | None = None) -> AwsError:
    """STS tells the reason only where it lies on the caller's side."""
    text = f"User: {denied.caller(principal)} is not authorized to perform: {action} on resource: {arn}"
    if decision is not None and (decision.explicit or decision.kind is not Kind.TRUST):
        text += " " + denied.reason(decision, action)
    return AwsError("AccessDenied", text, 403)


def _seconds(form: dict[str, str], most: int) -> int:
    text = form.get("DurationSeconds", "")
    if not text:
        return 0
    if not text.lstrip("-").isdigit():
        raise AwsError("MalformedInput", f"Invalid Argument: {text} is no number of seconds", 400)
    for wrong, bound in ((int(text) < 900, "greater than or equal to 900"), (int(text) > most, f"less than or equal to {most}")):
        if wrong:
            raise _invalid(text, "durationSeconds", f"have value {bound}")
    return int(text)


def _invalid(value: str, field: str, constraint: str) -> AwsError:
    text = f"1 validation error detected: Value '{value}' at '{field}' failed to satisfy constraint: Member must {constraint}"
    return AwsError("ValidationError", text, 400)


def _require_ours(encoded: str) -> None:
    try:
        denied.decode(encoded)
    except ValueError:
        raise AwsError("InvalidAuthorizationMessageException", "The message is not valid or could not be decoded", 400) from None
