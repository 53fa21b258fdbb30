"""Grants of KMS keys.

Source: https://docs.aws.amazon.com/kms/latest/developerguide/grants.html
"""

from __future__ import annotations

from typing import Any

from sandbox.cloud.iam.patterns import Context
from sandbox.cloud.iam.statements import Question
from sandbox.cloud.kms_keys import resolve

_CONTEXT = "kms:encryptioncontext:"


def cover(question: Question) -> bool:
    """Whether a grant of the key lets the caller do it, whatever the policies leave unsaid."""
    service, _, operation = question.action.partition(":")
    key = resolve("", "", question.resource) if service == "kms" else None
    if key is None:
        return False
    names = {question.who.arn, question.who.role} - {""}
    return any(
        grant.grantee_principal in names and operation in grant.operations and _within(grant.constraints or {}, question.context)
        for grant in key.grants.values()
    )


def _within(constraints: dict[str, Any], context: Context) -> bool:
    given = {key.removeprefix(_CONTEXT): value for key, value in context.items() if key.startswith(_CONTEXT)}
    equal, subset = constraints.get("EncryptionContextEquals"), constraints.get("EncryptionContextSubset")
    if equal is not None and {k.lower(): v for k, v in equal.items()} != given:
        return False
    return all(given.get(key.lower()) == value for key, value in (subset or {}).items())
