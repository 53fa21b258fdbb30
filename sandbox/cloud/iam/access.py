"""May this caller do that? The one question every service asks, and the one place that answers it.

``allowed`` gathers what AWS would: the caller's identity policies, boundary and session policies, the resource's own policy, and for a
KMS key its grants. ``role_may`` asks it for a role that a service acts as (a function's execution role, a pipeline's).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

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
    policy = resource_policies.find(arn)
    found = decide(question, powers, policy, resource_policies.owner(arn), alone=policy is not None and resource_policies.alone(arn))
    return Decision(True) if not found and not found.explicit and grants.cover(question) else found


def service_may(service: str, action: str, resource: str, context: Context | None = None) -> Decision:
    """Whether the policy of a queue, topic, function… lets a service in that calls for itself (``s3.amazonaws.com``).

    ``context`` tells for whom: ``aws:sourcearn`` and ``aws:sourceaccount``.
    """
    return allowed(Principal("", "", "", service=service), action, resource, context)


def for_itself(principal: Principal, action: str, resource: str, context: Context | Callable[[], Context] | None = None) -> Decision:
    """The decision of the caller's own policies alone, where what opens the resource is no policy (an access control list)."""
    question = Question(identities.who(principal), action, resource, Keys(context, lambda: of_principal(principal)))
    return decide(question, identities.powers(principal))


def on_its_own(principal: Principal, action: str) -> bool:
    """Whether the caller's policies allow an action whatever it is on and under whatever conditions, as an administrator's do.

    Most requests are an administrator's: it is cheaper to find out that nobody asks for the resource than to find the resource.
    """
    try:
        return bool(decide(Question(identities.who(principal), action, _unseen, _UNSEEN), identities.powers(principal)))
    except _Unseen:
        return False


class _Unseen(Exception):
    """A policy asked for something of the request."""


def _unseen() -> str:
    raise _Unseen


class _Nothing(Mapping[str, str]):
    def __getitem__(self, key: str) -> str:
        raise _Unseen

    def __iter__(self) -> Iterator[str]:
        raise _Unseen

    def __len__(self) -> int:
        return 1


_UNSEEN = _Nothing()


def role_may(role_arn: str, action: str, resource: str = "*", context: Context | None = None, *, session: str = "service") -> Decision:
    """Whether a role may do that when a service has assumed it: ``role_may(arn, "s3:GetObject", "arn:aws:s3:::b/k")``.

    A role that does not exist may nothing. ``session`` is the session's name, where a policy or a message tells it.
    """
    account, name = role_arn.split(":")[4], role_arn.rpartition("/")[2]
    session_arn = f"arn:aws:sts::{account}:assumed-role/{name}/{session}"
    return allowed(Principal(account, session_arn, "", holder=role_arn), action, resource, context)
