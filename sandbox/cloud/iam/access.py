"""May this caller do that? The one question every service asks, and the one place that answers it.

``allowed`` gathers what AWS would: the caller's identity policies, boundary and session policies, the resource's own policy, and for a
KMS key its grants. ``role_may`` asks it for a role that a service acts as (a function's execution role, a pipeline's).
"""

from __future__ import annotations

from collections.abc import Callable

from sandbox.cloud.iam import grants, identities, resource_policies
from sandbox.cloud.iam.context import Keys, of_principal
from sandbox.cloud.iam.evaluation import Decision, decide
from sandbox.cloud.iam.patterns import Context
from sandbox.cloud.iam.statements import Question
from sandbox.cloud.principals import Principal


def allowed(
    principal: Principal,
    action: str,
    resource: str | Callable[[], str] = "*",
    context: Context | Callable[[], Context] | None = None,
) -> Decision:
    """The decision on ``action`` (``s3:GetObject``) by ``principal`` on the resource of this ARN; true where it is allowed.

    ``context``: the request's condition keys in lower case; those of the principal itself are added. Both may be functions, called only
    where a policy asks. Our own (trusted) calls are always allowed.
    """
    if principal.trusted:
        return Decision(True)
    question = Question(identities.who(principal), action, resource, Keys(context, lambda: of_principal(principal)))
    powers = identities.powers(principal)
    if not resource_policies.known(action):
        return decide(question, powers)
    arn = question.resource
    found = decide(question, powers, resource_policies.find(arn), resource_policies.owner(arn), alone=resource_policies.alone(arn))
    return Decision(True) if not found and not found.explicit and grants.cover(question) else found


def role_may(role_arn: str, action: str, resource: str = "*", context: Context | None = None, *, session: str = "service") -> Decision:
    """Whether a role may do that when a service has assumed it: ``role_may(arn, "s3:GetObject", "arn:aws:s3:::b/k")``.

    A role that does not exist may nothing. ``session`` is the session's name, where a policy or a message tells it.
    """
    account, name = role_arn.split(":")[4], role_arn.rpartition("/")[2]
    session_arn = f"arn:aws:sts::{account}:assumed-role/{name}/{session}"
    return allowed(Principal(account, session_arn, "", holder=role_arn), action, resource, context)
