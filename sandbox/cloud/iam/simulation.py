"""The policy simulator: the evaluator itself, asked what would be. Attached to moto's IAM, which has none.

Sources: https://docs.aws.amazon.com/IAM/latest/APIReference/API_SimulatePrincipalPolicy.html,
https://docs.aws.amazon.com/IAM/latest/APIReference/API_SimulateCustomPolicy.html. As there, resource policies count only where the request
brings them, and condition keys are the request's: of the principal's own, only those of the one simulated are known.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Any

from moto.core.responses import ActionResult
from moto.iam.exceptions import InvalidInput, NoSuchEntity
from moto.iam.models import Group, Role, User, iam_backends
from moto.iam.responses import IamResponse

from sandbox.cloud.iam import conditions, identities
from sandbox.cloud.iam.context import Keys, of_principal
from sandbox.cloud.iam.evaluation import Decision, Kind, Policy, Powers, decide
from sandbox.cloud.iam.patterns import Context
from sandbox.cloud.iam.statements import Question, Statement, Who
from sandbox.cloud.principals import Principal

_VARIABLE = re.compile(r"\$\{([^}*?$,]+)")
_TYPES = {Kind.RESOURCE: "Resource Policy"}


def install() -> None:
    """Idempotent."""
    response: Any = IamResponse
    response.simulate_principal_policy = simulate_principal_policy
    response.simulate_custom_policy = simulate_custom_policy
    response.get_context_keys_for_principal_policy = get_context_keys_for_principal_policy
    response.get_context_keys_for_custom_policy = get_context_keys_for_custom_policy


def simulate_principal_policy(self: IamResponse) -> ActionResult:
    holder = _holder(self, self._get_param("PolicySourceArn"))
    caller = self._get_param("CallerArn") or (holder.arn if not isinstance(holder, Group) else "")
    principal = Principal(self.current_account, caller, "")
    own = list(identities.of_holder(holder))
    boundary = None if isinstance(holder, Group) else identities.boundary(holder)
    return _simulate(self, [*own, *_given(self, "PolicyInputList")], boundary, principal)


def simulate_custom_policy(self: IamResponse) -> ActionResult:
    caller = self._get_param("CallerArn") or ""
    account = caller.split(":")[4] if caller.count(":") >= 5 else self.current_account
    return _simulate(self, list(_given(self, "PolicyInputList")), None, Principal(account, caller, ""))


def get_context_keys_for_principal_policy(self: IamResponse) -> ActionResult:
    holder = _holder(self, self._get_param("PolicySourceArn"))
    return _context_keys([*identities.of_holder(holder), *_given(self, "PolicyInputList")])


def get_context_keys_for_custom_policy(self: IamResponse) -> ActionResult:
    return _context_keys(list(_given(self, "PolicyInputList")))


def _holder(self: IamResponse, arn: str) -> User | Role | Group:
    if arn.count(":") < 5:
        raise InvalidInput(f"Invalid Entity Arn: {arn}")
    kind, _, name = arn.split(":", 5)[5].partition("/")
    groups = iam_backends[self.current_account]["aws"].groups
    found = next((g for g in groups.values() if g.arn == arn), None) if kind == "group" else identities.find(arn)
    if found is None:
        raise NoSuchEntity(f"The {kind} with name {name.rpartition('/')[2]} cannot be found.")
    return found


def _given(self: IamResponse, name: str, kind: Kind = Kind.IDENTITY) -> Iterable[Policy]:
    for number, document in enumerate(self._get_param(name) or (), start=1):
        policy = Policy(document, kind, name=f"{name}.{number}")
        if not policy.statements:
            raise InvalidInput("Syntax errors in policy.")
        yield policy


def _simulate(self: IamResponse, own: list[Policy], boundary: Policy | None, principal: Principal) -> ActionResult:
    boundary = next(iter(_given(self, "PermissionsBoundaryPolicyInputList", Kind.BOUNDARY)), boundary)
    text = self._get_param("ResourcePolicy")
    resource = Policy(text, Kind.RESOURCE, name="ResourcePolicy") if text else None
    context = {
        entry["ContextKeyName"].lower(): _values(entry) for entry in self._get_param("ContextEntries") or () if entry.get("ContextKeyName")
    }
    powers = Powers(tuple(own), boundary)
    who = Who(principal.account, principal.arn)
    owner = (self._get_param("ResourceOwner") or "").split(":")[4:5]
    named = self._get_param("ResourceArns") or []
    results = []
    for action in self._get_param("ActionNames") or ():
        for arn in named or ["*"]:
            question = Question(who, action, arn, Keys(context, lambda: of_principal(principal)))
            decision = decide(question, powers, resource, owner[0] if owner else "")
            results.append(_result(question, decision, powers, resource, specific=bool(named)))
    return ActionResult({"EvaluationResults": results, "IsTruncated": False})


def _values(entry: dict[str, Any]) -> str | Sequence[str]:
    values = [str(value) for value in entry.get("ContextKeyValues") or ()]
    return values[0] if len(values) == 1 and not entry.get("ContextKeyType", "").endswith("List") else tuple(values)


def _result(question: Question, decision: Decision, powers: Powers, resource: Policy | None, *, specific: bool) -> dict[str, Any]:
    policies = [*powers.identity, *([powers.boundary] if powers.boundary else ()), *([resource] if resource else ())]
    missing, matched = _missing(question, policies), [_matched(policy, statement) for policy, statement in decision.matched]
    verdict = "allowed" if decision else "explicitDeny" if decision.explicit else "implicitDeny"
    found: dict[str, Any] = {
        "EvalActionName": question.action, "EvalResourceName": question.resource, "EvalDecision": verdict,
        "MatchedStatements": matched, "MissingContextValues": missing,
    }  # fmt: skip
    if powers.boundary is not None:
        within = bool(decide(question, Powers((powers.boundary,))))
        found["PermissionsBoundaryDecisionDetail"] = {"AllowedByPermissionsBoundary": within}
    if specific:
        found["ResourceSpecificResults"] = [
            {"EvalResourceName": question.resource, "EvalResourceDecision": verdict, "MatchedStatements": matched,
             "MissingContextValues": missing}
        ]  # fmt: skip
    return found


def _matched(policy: Policy, statement: Statement) -> dict[str, Any]:
    places = (("StartPosition", statement.start), ("EndPosition", statement.end))
    identifier = f"{policy.holder_kind}_{policy.holder}_{policy.name}" if policy.holder else policy.name
    found: dict[str, Any] = {"SourcePolicyId": identifier, "SourcePolicyType": _TYPES.get(policy.kind, "IAM Policy")}
    return found | {name: {"Line": line, "Column": column} for name, (line, column) in places}


def _missing(question: Question, policies: Iterable[Policy]) -> list[str]:
    """The keys that statements about this action and resource ask for and the request does not have, as the policies spell them."""
    context: Context = question.context
    asked = (key for policy in policies for s in policy.statements if s.concerns(question) for key in conditions.keys(s.condition))
    return list(dict.fromkeys(key for key in asked if key.lower() not in context))


def _context_keys(policies: Iterable[Policy]) -> ActionResult:
    found: dict[str, None] = {}
    for policy in policies:
        for statement in policy.statements:
            found |= dict.fromkeys(conditions.keys(statement.condition))
            said = [
                *(statement.resources or ()),
                *(t for b in statement.condition.values() for v in b.values() for t in conditions.texts(v)),
            ]
            if statement.variables:
                found |= dict.fromkeys(match.strip() for text in said for match in _VARIABLE.findall(text))
    return ActionResult({"ContextKeyNames": list(found)})
