"""The policies that bound a caller from its own side: inline, managed and group policies, boundary, session policies.

Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_identity-vs-resource.html
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from moto.iam.models import Group, Role, User, iam_backends

from sandbox.cloud.iam.aws_policies import shelf
from sandbox.cloud.iam.evaluation import Kind, Policy, Powers
from sandbox.cloud.iam.statements import Who
from sandbox.cloud.principals import Principal


def who(principal: Principal) -> Who:
    return Who(principal.account, principal.arn, principal.service)


def powers(principal: Principal) -> Powers:
    """What ``principal`` (a user, a role, a session of one, the root user) may do for itself. Nobody anywhere has none."""
    if principal.arn.endswith(":root"):
        return Powers(root=True)
    holder, session = entity(principal), principal.session
    if holder is None:
        return Powers()
    return Powers(tuple(of_holder(holder)), boundary(holder), None if session is None else _session(session))


def entity(principal: Principal) -> User | Role | None:
    """The user or role behind a principal; None for a root user, a service, nobody, and one that was deleted since."""
    return find(principal.holder or principal.arn)


def find(arn: str) -> User | Role | None:
    """The user or role that has this ARN."""
    parts = arn.split(":", 5)
    if len(parts) != 6 or parts[2] != "iam" or parts[4] not in iam_backends:
        return None
    backend = iam_backends[parts[4]]["aws"]
    kind, _, name = parts[5].partition("/")
    everyone: dict[str, Any] = backend.users if kind == "user" else backend.roles if kind == "role" else {}
    name = name.rpartition("/")[2]
    return next((one for one in everyone.values() if one.name == name and one.arn == arn), None)


def groups(user: User) -> list[Group]:
    return [group for group in iam_backends[user.account_id]["aws"].groups.values() if user in group.users]


def managed(arn: str, kind: Kind = Kind.IDENTITY) -> Policy | None:
    """A managed policy, the account's own or AWS's, in its default version."""
    account = arn.split(":", 5)[4] if arn.count(":") >= 5 else ""
    known: Any = shelf() if account == "aws" else iam_backends[account]["aws"].managed_policies if account in iam_backends else {}
    return _of_managed(known[arn], kind) if arn in known else None


def boundary(holder: User | Role) -> Policy | None:
    """The permissions boundary; one whose policy was deleted allows nothing, as at AWS."""
    arn = getattr(holder, "permissions_boundary_arn", None)
    if not arn:
        return None
    return managed(arn, Kind.BOUNDARY) or Policy("{}", Kind.BOUNDARY, arn=arn)


def inline(holder: User | Role | Group) -> Iterator[Policy]:
    for name, document in holder.policies.items():
        yield Policy(document, name=name, holder=holder.name, holder_kind=type(holder).__name__.lower())


def attached(holder: User | Role | Group) -> Iterator[Policy]:
    for policy in holder.managed_policies.values():
        yield _of_managed(policy)


def of_holder(holder: User | Role | Group) -> Iterator[Policy]:
    """Its own policies, and of a user those of its groups."""
    owners: list[User | Role | Group] = [holder, *(groups(holder) if isinstance(holder, User) else ())]
    for owner in owners:
        yield from inline(owner)
        yield from attached(owner)


def _session(session: Any) -> tuple[Policy, ...] | None:
    """None where the session was begun without a policy; a federated user's without one allows nothing."""
    arns = getattr(session, "policy_arns", ())
    if not session.policy and not arns:
        return () if getattr(session, "federated", False) else None
    found = [Policy(session.policy, Kind.SESSION)] if session.policy else []
    return (*found, *(one for arn in arns if (one := managed(arn, Kind.SESSION))))


def _of_managed(policy: Any, kind: Kind = Kind.IDENTITY) -> Policy:
    document = next((version.document for version in policy.versions if version.is_default), "{}")
    return Policy(document, kind, policy.name, policy.arn)
