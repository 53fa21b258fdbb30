"""Key policies that KMS does not take: what is no policy, names nobody that there is, or locks its own author out.

Source: https://docs.aws.amazon.com/kms/latest/APIReference/API_PutKeyPolicy.html,
https://docs.aws.amazon.com/kms/latest/developerguide/key-policy-default.html#prevent-unmanageable-key
"""

from __future__ import annotations

import json
from typing import Any

from moto.kms import responses

from sandbox.cloud.faults import AwsError
from sandbox.cloud.iam import identities, validation
from sandbox.cloud.iam.context import Keys, of_principal
from sandbox.cloud.iam.evaluation import Kind, Policy, decide
from sandbox.cloud.iam.statements import Question
from sandbox.cloud.principals import Principal

_MOST = 32 * 1024
_assert_default = responses._assert_default_policy
_get_key_policy = responses.KmsResponse.get_key_policy


def install() -> None:
    """moto's own reading of a key's policy knows no principals: the evaluator's decides. Idempotent.

    The one name that a key's policy can have need not be said: https://docs.aws.amazon.com/kms/latest/APIReference/API_GetKeyPolicy.html
    """
    module: Any = responses
    response: Any = responses.KmsResponse
    module._assert_default_policy = lambda name: _assert_default(name or "default")
    response.get_key_policy = lambda self: json.dumps(json.loads(_get_key_policy(self)) | {"PolicyName": "default"})
    response._validate_key_policy = lambda _self, _key_id, _action: None


def check(principal: Principal, region: str, operation: str, body: bytes) -> None:
    """Raises AwsError MalformedPolicyDocumentException or LimitExceededException."""
    if operation not in ("CreateKey", "PutKeyPolicy"):
        return
    try:
        asked = json.loads(body or b"{}")
    except ValueError:
        return  # The operation says so.
    document = asked.get("Policy")
    if not isinstance(document, str):
        return
    validation.check_key_policy(document)
    if len(document.encode()) > _MOST:
        raise AwsError("LimitExceededException", f"Policy exceeds {_MOST} bytes")
    if not asked.get("BypassPolicyLockoutSafetyCheck") and not principal.trusted and not _keeps(principal, region, document):
        text = "The new key policy will not allow you to update the key policy in the future."
        raise AwsError("MalformedPolicyDocumentException", text)


def _keeps(principal: Principal, region: str, document: str) -> bool:
    """Whether who puts the policy could put another."""
    resource = f"arn:aws:kms:{region}:{principal.account}:key/new"
    question = Question(identities.who(principal), "kms:PutKeyPolicy", resource, Keys(lambda: of_principal(principal)))
    return bool(decide(question, identities.powers(principal), Policy(document, Kind.RESOURCE), alone=True))
