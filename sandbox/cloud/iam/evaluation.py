"""Whether a request is allowed: AWS's evaluation logic, without organizations. Pure.

Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from enum import Enum

from sandbox.cloud.iam.statements import Named, Question, Statement, parse


class Kind(Enum):
    """The kinds of policy, in the words of AWS's messages."""

    IDENTITY = "identity-based policy"
    RESOURCE = "resource-based policy"
    BOUNDARY = "permissions boundary"
    SESSION = "session policy"
    TRUST = "role trust policy"


@dataclass(frozen=True, slots=True)
class Policy:
    """A document and where it was found: ``arn`` of a managed one, ``holder`` (and its kind) the user, group or role of an inline one."""

    document: str
    kind: Kind = Kind.IDENTITY
    name: str = ""
    arn: str = ""
    holder: str = ""
    holder_kind: str = ""

    @property
    def statements(self) -> tuple[Statement, ...]:
        """None where it is no policy at all: such a text says nothing."""
        try:
            return parse(self.document)
        except (ValueError, IndexError):
            return ()


@dataclass(frozen=True, slots=True)
class Powers:
    """What bounds a caller from its own side. ``session`` None: no session policy was passed; empty: one that allows nothing."""

    identity: tuple[Policy, ...] = ()
    boundary: Policy | None = None
    session: tuple[Policy, ...] | None = None
    root: bool = False


@dataclass(frozen=True, slots=True)
class Decision:
    """``explicit``: a Deny statement matched. ``kind``: the kind of policy that decided; ``policy`` and ``matched`` name the statements."""

    allowed: bool
    explicit: bool = False
    kind: Kind = Kind.IDENTITY
    matched: tuple[tuple[Policy, Statement], ...] = field(default=(), repr=False)

    def __bool__(self) -> bool:
        return self.allowed


def decide(question: Question, powers: Powers, resource: Policy | None = None, owner: str = "", *, alone: bool = False) -> Decision:
    """The decision for a caller with ``powers`` on a resource of account ``owner`` (empty: the caller's own) that has ``resource`` policy.

    ``alone``: nothing opens the resource but its own policy (a KMS key, a role to be assumed), not even its account's identity policies.
    """
    denial = _denied(question, powers, resource)
    if denial is not None:
        return denial
    own = matches(question, powers.identity)
    named, granting = _granted(question, resource)
    foreign = owner not in ("", question.who.account)
    needed = Kind.RESOURCE if resource is None else resource.kind
    if not question.who.account or (named is Named.SELF and not foreign):
        return Decision(named > Named.NO, kind=needed, matched=granting)
    if (foreign or alone) and named is Named.NO:
        # Where both sides are silent AWS speaks of the caller's.
        silent = foreign and not own and not powers.root
        return Decision(False, kind=Kind.IDENTITY if silent else needed)
    if not (powers.root or own or (named is Named.ROLE and not foreign)):
        return Decision(False, kind=Kind.IDENTITY)
    beyond = _beyond_limits(question, powers)
    return Decision(False, kind=beyond) if beyond else Decision(True, matched=(*own, *granting))


def _beyond_limits(question: Question, powers: Powers) -> Kind | None:
    """The kind of policy that limits the caller to less than this; None where none does."""
    if powers.boundary is not None and not matches(question, (powers.boundary,)):
        return Kind.BOUNDARY
    if powers.session is not None and not matches(question, powers.session):
        return Kind.SESSION
    return None


def matches(question: Question, policies: Iterable[Policy], *, allows: bool = True) -> tuple[tuple[Policy, Statement], ...]:
    """The Allow (or Deny) statements of identity-side policies that speak of the question."""
    return tuple((p, s) for p in policies for s in p.statements if s.allows is allows and s.speaks_of(question))


def _denied(question: Question, powers: Powers, resource: Policy | None) -> Decision | None:
    groups: Sequence[tuple[Kind, Sequence[Policy]]] = (
        (Kind.IDENTITY, powers.identity),
        (Kind.BOUNDARY, (powers.boundary,) if powers.boundary else ()),
        (Kind.SESSION, powers.session or ()),
    )
    for kind, policies in groups:
        if found := matches(question, policies, allows=False):
            return Decision(False, explicit=True, kind=kind, matched=found)
    if resource is not None:
        found = tuple((resource, s) for s in resource.statements if not s.allows and s.names(question.who) and s.speaks_of(question))
        if found:
            return Decision(False, explicit=True, kind=resource.kind, matched=found)
    return None


def _granted(question: Question, resource: Policy | None) -> tuple[Named, tuple[tuple[Policy, Statement], ...]]:
    if resource is None:
        return Named.NO, ()
    found = [(s.names(question.who), s) for s in resource.statements if s.allows]
    speaking = [(named, s) for named, s in found if named and s.speaks_of(question)]
    return max((named for named, _ in speaking), default=Named.NO), tuple((resource, s) for _, s in speaking)
