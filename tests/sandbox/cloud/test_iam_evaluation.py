"""AWS's evaluation logic as a table: policies, a request, the decision that AWS documents.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html
"""

from __future__ import annotations

import json
from typing import Any

import pytest

from sandbox.cloud.iam.evaluation import Decision, Kind, Policy, Powers, decide
from sandbox.cloud.iam.patterns import arn_like, expand, like
from sandbox.cloud.iam.statements import Question, Who, parse

ACCOUNT, OTHER = "111122223333", "444455556666"
BOB = f"arn:aws:iam::{ACCOUNT}:user/bob"
SESSION = f"arn:aws:sts::{ACCOUNT}:assumed-role/Dev/s1"
ROLE = f"arn:aws:iam::{ACCOUNT}:role/Dev"
OBJECT = "arn:aws:s3:::b/dir/k"
Statement = dict[str, Any]
READ: Statement = {"Action": "s3:GetObject", "Resource": "*"}
NOTHING: Statement = {"Action": "ec2:*", "Resource": "*"}


def policy(kind: Kind, *statements: Statement, version: str = "2012-10-17") -> Policy:
    return Policy(json.dumps({"Version": version, "Statement": [{"Effect": "Allow", **s} for s in statements]}), kind)


def ask(
    identity: tuple[Statement, ...] = (),
    *,
    boundary: Statement | None = None,
    session: Statement | None = None,
    resource: tuple[Statement, ...] | None = None,
    arn: str = BOB,
    action: str = "s3:GetObject",
    of: str = OBJECT,
    owner: str = ACCOUNT,
    alone: bool = False,
    context: dict[str, Any] | None = None,
    version: str = "2012-10-17",
) -> Decision:
    powers = Powers(
        (policy(Kind.IDENTITY, *identity, version=version),) if identity else (),
        policy(Kind.BOUNDARY, boundary) if boundary else None,
        (policy(Kind.SESSION, session),) if session else None,
        root=arn.endswith(":root"),
    )
    who = Who(arn.split(":")[4], arn) if arn.startswith("arn:") else Who(service=arn)
    found = policy(Kind.RESOURCE, *({"Resource": "*", **s} for s in resource)) if resource is not None else None
    return decide(Question(who, action, of, context or {}), powers, found, owner, alone=alone)


def on(path: str) -> tuple[Statement, ...]:
    return ({"Action": "s3:*", "Resource": f"arn:aws:s3:::{path}"},)


def to(principal: Any, **more: Any) -> tuple[Statement, ...]:
    return ({"Principal": principal, "Action": "s3:GetObject", **more},)


ROOT = f"arn:aws:iam::{ACCOUNT}:root"
SPARES_ROLE: tuple[Statement, ...] = ({"Effect": "Deny", "NotPrincipal": {"AWS": ROLE}, "Action": "s3:*"},)
DENY: Statement = {"Effect": "Deny", **READ}
ROWS: list[tuple[str, dict[str, Any], str]] = [
    ("nothing is allowed by default", {}, "no identity-based policy"),
    ("an allow allows", {"identity": (READ,)}, "allow"),
    ("an explicit deny overrides any allow", {"identity": (READ, DENY)}, "deny in identity-based policy"),
    ("the root user may everything", {"arn": ROOT}, "allow"),
    ("a boundary grants nothing", {"boundary": READ}, "no identity-based policy"),
    ("a boundary limits", {"identity": (READ,), "boundary": NOTHING}, "no permissions boundary"),
    ("both allow", {"identity": (READ,), "boundary": READ}, "allow"),
    ("a deny in the boundary", {"identity": (READ,), "boundary": DENY}, "deny in permissions boundary"),
    ("a session policy limits", {"identity": (READ,), "session": NOTHING, "arn": SESSION}, "no session policy"),
    ("a session policy grants nothing", {"session": READ, "arn": SESSION}, "no identity-based policy"),
    ("session and identity", {"identity": (READ,), "session": READ, "arn": SESSION}, "allow"),
    # Within an account, either side is enough.
    ("a bucket policy lets its user in", {"resource": to({"AWS": BOB})}, "allow"),
    ("a user named is not limited by its boundary", {"resource": to({"AWS": BOB}), "boundary": NOTHING}, "allow"),
    ("a role named is limited by its boundary",
     {"resource": to({"AWS": ROLE}), "boundary": NOTHING, "arn": SESSION}, "no permissions boundary"),
    ("a session named is not limited by its policy", {"resource": to({"AWS": SESSION}), "session": NOTHING, "arn": SESSION}, "allow"),
    ("the account named delegates", {"resource": to({"AWS": ACCOUNT})}, "no identity-based policy"),
    ("the account's root named delegates", {"resource": to({"AWS": ROOT}), "identity": (READ,)}, "allow"),
    ("a resource policy for others changes nothing", {"resource": to({"AWS": OTHER}), "identity": (READ,)}, "allow"),
    ("a bucket's deny", {"identity": (READ,), "resource": to("*", Effect="Deny")}, "deny in resource-based policy"),
    # Across accounts, both sides must allow.
    ("only the caller's side", {"identity": (READ,), "owner": OTHER}, "no resource-based policy"),
    ("only the resource's side", {"resource": to({"AWS": BOB}), "owner": OTHER}, "no identity-based policy"),
    ("neither side", {"owner": OTHER}, "no identity-based policy"),
    ("both sides", {"identity": (READ,), "resource": to({"AWS": ACCOUNT}), "owner": OTHER}, "allow"),
    ("anybody, from another account", {"identity": (READ,), "resource": to("*"), "owner": OTHER}, "allow"),
    ("anybody is not enough without the caller's side", {"resource": to("*"), "owner": OTHER}, "no identity-based policy"),
    ("another account's root user needs the bucket", {"arn": ROOT, "owner": OTHER}, "no resource-based policy"),
    # Resources that open by their own policy alone: KMS keys.
    ("a key that names nobody", {"identity": (READ,), "resource": (), "alone": True}, "no resource-based policy"),
    ("a key that delegates", {"identity": (READ,), "resource": to({"AWS": ACCOUNT}), "alone": True}, "allow"),
    ("a key that delegates to who may not", {"resource": to({"AWS": ACCOUNT}), "alone": True}, "no identity-based policy"),
    ("a key without root locks the root user out",
     {"arn": ROOT, "resource": (), "alone": True}, "no resource-based policy"),
    # Principals.
    ("anonymous, public", {"arn": "", "resource": to("*")}, "allow"),
    ("anonymous, not public", {"arn": "", "resource": to({"AWS": ACCOUNT})}, "no resource-based policy"),
    ("a service", {"arn": "sns.amazonaws.com", "resource": to({"Service": "sns.amazonaws.com"})}, "allow"),
    ("another service", {"arn": "sqs.amazonaws.com", "resource": to({"Service": "sns.amazonaws.com"})}, "no resource-based policy"),
    ("not principal", {"identity": (READ,), "resource": SPARES_ROLE}, "deny in resource-based policy"),
    ("not principal, the one spared", {"identity": (READ,), "arn": SESSION, "resource": SPARES_ROLE}, "allow"),
    # Elements.
    ("actions ignore case", {"identity": ({"Action": "S3:getobject", "Resource": "*"},)}, "allow"),
    ("wildcards in actions", {"identity": ({"Action": ["s3:Put*", "s3:Get?bject"], "Resource": "*"},)}, "allow"),
    ("NotAction allows the rest", {"identity": ({"NotAction": "iam:*", "Resource": "*"},)}, "allow"),
    ("NotAction leaves it out", {"identity": ({"NotAction": "s3:*", "Resource": "*"},)}, "no identity-based policy"),
    ("resources mind case", {"identity": ({"Action": "s3:*", "Resource": "arn:aws:s3:::B/*"},)}, "no identity-based policy"),
    ("wildcards in resources", {"identity": ({"Action": "s3:*", "Resource": "arn:aws:s3:::b/*/?"},)}, "allow"),
    ("the bucket is not its objects", {"identity": ({"Action": "s3:*", "Resource": "arn:aws:s3:::b"},)}, "no identity-based policy"),
    ("NotResource", {"identity": ({"Action": "s3:*", "NotResource": "arn:aws:s3:::secret/*"},)}, "allow"),
    ("NotResource leaves it out", {"identity": ({"Action": "s3:*", "NotResource": "arn:aws:s3:::b/*"},)}, "no identity-based policy"),
    # Variables: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_variables.html
    ("a variable", {"identity": on("b/${aws:username}/*"), "context": {"aws:username": "dir"}}, "allow"),
    ("a variable without value matches nothing", {"identity": on("b/${aws:username}*")}, "no identity-based policy"),
    ("a variable's default", {"identity": on("b/${aws:PrincipalTag/team, 'dir'}/k")}, "allow"),
    ("no variables in 2008-10-17", {"identity": on("b/${aws:username}/*"), "context": {"aws:username": "dir"}, "version": "2008-10-17"},
     "no identity-based policy"),
]  # fmt: skip


def spoken(decision: Decision) -> str:
    if decision:
        return "allow"
    return f"deny in {decision.kind.value}" if decision.explicit else f"no {decision.kind.value}"


@pytest.mark.parametrize(("request_", "expected"), [row[1:] for row in ROWS], ids=[row[0] for row in ROWS])
def test_decision(request_: dict[str, Any], expected: str) -> None:
    assert spoken(ask(**request_)) == expected


CONDITIONS: list[tuple[Statement, dict[str, Any], bool]] = [
    ({"StringEquals": {"aws:username": "bob"}}, {"aws:username": "bob"}, True),
    ({"StringEquals": {"aws:username": "Bob"}}, {"aws:username": "bob"}, False),
    ({"StringEquals": {"AWS:UserName": ["ann", "bob"]}}, {"aws:username": "bob"}, True),
    ({"StringEquals": {"aws:username": "bob"}}, {}, False),
    ({"StringEqualsIfExists": {"aws:username": "bob"}}, {}, True),
    ({"StringNotEquals": {"aws:username": ["ann", "bob"]}}, {"aws:username": "bob"}, False),
    ({"StringNotEquals": {"s3:x-amz-server-side-encryption": "aws:kms"}}, {}, True),
    ({"StringEqualsIgnoreCase": {"aws:username": "BOB"}}, {"aws:username": "bob"}, True),
    ({"StringLike": {"s3:prefix": ["", "home/", "home/${aws:username}/*"]}}, {"s3:prefix": "home/bob/x", "aws:username": "bob"}, True),
    ({"StringLike": {"s3:prefix": ["", "home/", "home/${aws:username}/*"]}}, {"s3:prefix": "home/ann/x", "aws:username": "bob"}, False),
    ({"StringEquals": {"s3:prefix": "home/*"}}, {"s3:prefix": "home/x"}, False),
    ({"StringNotLike": {"s3:prefix": "home/*"}}, {"s3:prefix": "home/x"}, False),
    ({"Bool": {"aws:SecureTransport": "false"}}, {"aws:securetransport": "true"}, False),
    ({"Bool": {"aws:SecureTransport": False}}, {"aws:securetransport": "false"}, True),
    ({"BoolIfExists": {"aws:MultiFactorAuthPresent": "false"}}, {}, True),
    ({"Null": {"aws:TokenIssueTime": "true"}}, {}, True),
    ({"Null": {"aws:TokenIssueTime": "false"}}, {}, False),
    ({"NumericLessThanEquals": {"s3:max-keys": "10"}}, {"s3:max-keys": "10"}, True),
    ({"NumericLessThan": {"s3:max-keys": 10}}, {"s3:max-keys": "10"}, False),
    ({"NumericNotEquals": {"s3:max-keys": "10"}}, {"s3:max-keys": "9"}, True),
    ({"NumericEquals": {"s3:max-keys": "10"}}, {"s3:max-keys": "ten"}, False),
    ({"DateGreaterThan": {"aws:CurrentTime": "2020-04-01T00:00:00Z"}}, {"aws:currenttime": "2026-01-01T00:00:00Z"}, True),
    ({"DateLessThan": {"aws:CurrentTime": "2020-06-30T23:59:59Z"}}, {"aws:currenttime": "2026-01-01T00:00:00Z"}, False),
    ({"DateLessThan": {"aws:EpochTime": "1593561599"}}, {"aws:epochtime": "1500000000"}, True),
    ({"DateGreaterThanEquals": {"aws:CurrentTime": "2020-04-01"}}, {"aws:currenttime": "2020-04-01T00:00:00Z"}, True),
    ({"IpAddress": {"aws:SourceIp": ["203.0.113.0/24", "2001:DB8:1234:5678::/64"]}}, {"aws:sourceip": "203.0.113.7"}, True),
    ({"IpAddress": {"aws:SourceIp": ["203.0.113.0/24", "2001:DB8:1234:5678::/64"]}}, {"aws:sourceip": "2001:db8:1234:5678::1"}, True),
    ({"NotIpAddress": {"aws:SourceIp": ["192.0.2.0/24", "203.0.113.0/24"]}}, {"aws:sourceip": "203.0.113.7"}, False),
    ({"ArnLike": {"aws:PrincipalArn": "arn:aws:iam::*:role/Dev*"}}, {"aws:principalarn": ROLE}, True),
    ({"ArnEquals": {"aws:PrincipalArn": "arn:*:role/Dev"}}, {"aws:principalarn": ROLE}, False),
    ({"ArnNotEquals": {"aws:PrincipalArn": ROLE}}, {"aws:principalarn": ROLE}, False),
    ({"ForAllValues:StringEquals": {"aws:TagKeys": ["environment", "webserver"]}}, {"aws:tagkeys": ("environment",)}, True),
    ({"ForAllValues:StringEquals": {"aws:TagKeys": ["environment", "webserver"]}}, {"aws:tagkeys": ("environment", "x")}, False),
    ({"ForAllValues:StringEquals": {"aws:TagKeys": ["environment"]}}, {}, True),
    ({"ForAnyValue:StringEquals": {"aws:TagKeys": ["environment"]}}, {"aws:tagkeys": ("environment", "x")}, True),
    ({"ForAnyValue:StringEquals": {"aws:TagKeys": ["environment"]}}, {}, False),
    ({"ForAnyValue:StringNotEquals": {"aws:TagKeys": ["environment"]}}, {"aws:tagkeys": ("environment", "x")}, True),
    ({"ForAllValues:StringNotEquals": {"aws:TagKeys": ["environment"]}}, {"aws:tagkeys": ("environment", "x")}, False),
    ({"StringEquals": {"a:b": "1"}, "Bool": {"c:d": "true"}}, {"a:b": "1"}, False),
    ({"StringEquals": {"a:b": "1", "c:d": "2"}}, {"a:b": "1", "c:d": "2"}, True),
    ({"Strange": {"a:b": "1"}}, {"a:b": "1"}, False),
]  # fmt: skip


@pytest.mark.parametrize(("condition", "context", "holds"), CONDITIONS)
def test_condition(condition: Statement, context: dict[str, Any], holds: bool) -> None:
    assert bool(ask(({**READ, "Condition": condition},), context=context)) is holds


def test_values_of_variables_are_no_patterns() -> None:
    filled = expand("home/${aws:username}/${*}", {"aws:username": "*"})
    assert filled is not None
    assert like(filled, "home/*/*")
    assert not like(filled, "home/bob/*") and not like(filled, "home/*/x")


def test_wildcards_of_arns_stay_within_their_part() -> None:
    assert arn_like("arn:aws:sns:*:111122223333:*", "arn:aws:sns:eu-west-1:111122223333:t:1")
    assert not arn_like("arn:aws:*:t", "arn:aws:sns:eu-west-1:111122223333:t")


def test_a_role_with_a_path_is_known_by_its_session() -> None:
    named = {"AWS": f"arn:aws:iam::{ACCOUNT}:role/team/Dev"}
    assert ask(resource=to(named), arn=SESSION)
    assert not ask(resource=to({"AWS": f"arn:aws:iam::{OTHER}:role/Dev"}), arn=SESSION)


def test_where_statements_stand() -> None:
    text = '{"Version": "2012-10-17",\n "Statement": [\n  {"Effect": "Allow", "Action": "*", "Resource": "*"},\n  {"Effect": "Deny"}]}'
    first, second = parse(text)
    assert (first.start, first.end) == ((3, 3), (3, 54))
    assert (second.start, second.end) == ((4, 3), (4, 21))
    (only,) = parse('{"Statement":{"Effect":"Allow","Action":"*","Resource":"*"},"Version":"2012-10-17"}')
    assert only.start == (1, 14) and only.variables


@pytest.mark.parametrize("text", ["", "[]", "{", '{"Statement": ["x"]}', '{"Statement": [{"Condition": []}, {"Condition": {"a": 1}}]}'])
def test_what_is_no_policy(text: str) -> None:
    with pytest.raises(ValueError):
        parse(text)


@pytest.mark.parametrize(
    ("pattern", "value", "matches"),
    [
        ("*a*b*", "xxaxxbxx", True),
        ("*ab*ab", "abab", True),
        ("*ab*ab", "ab", False),
        ("a*a", "a", False),
        ("**", "", True),
        ("a?*c", "abc", True),
    ],
)
def test_stars(pattern: str, value: str, matches: bool) -> None:
    assert like(pattern, value) is matches


def test_many_stars_take_no_time() -> None:
    """With a backtracking ``.*`` for each this would outlast the test's time limit."""
    assert not like("*a" * 30 + "*b", "a" * 1000)
