"""Policies that AWS does not take, and why it says so."""

from __future__ import annotations

import json
from typing import Any

import pytest
from cloud_harness import Cloud
from iam_harness import ACCOUNT, denied, document, trust

ALLOW: dict[str, Any] = {"Effect": "Allow", "Action": "s3:*", "Resource": "*"}
SYNTAX = "Syntax errors in policy."
SERVICE = {"Service": "lambda.amazonaws.com"}


def whole(*statements: Any, **more: Any) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements), **more})


IDENTITY = [
    ("no JSON", "{", SYNTAX),
    ("the file's name instead of the file", "policy.json", SYNTAX),
    ("an unknown effect", whole({**ALLOW, "Effect": "Permit"}), SYNTAX),
    ("an effect in small letters", whole({**ALLOW, "Effect": "allow"}), "The policy failed legacy parsing"),
    ("an unknown element", whole({**ALLOW, "Actions": "s3:*"}), SYNTAX),
    ("an unknown version", whole(ALLOW, Version="2024-01-01"), SYNTAX),
    ("an unknown condition", whole({**ALLOW, "Condition": {"StringIs": {"a:b": "c"}}}), SYNTAX),
    ("no resource", whole({"Effect": "Allow", "Action": "s3:*"}), "Policy statement must contain resources."),
    ("no action", whole({"Effect": "Allow", "Resource": "*"}), "Policy statement must contain actions."),
    ("a principal", whole({**ALLOW, "Principal": "*"}), "Policy document should not specify a principal."),
    ("a resource that is no ARN", whole({**ALLOW, "Resource": "my-bucket"}), 'Resource my-bucket must be in ARN format or "*".'),
    ("an action without its service", whole({**ALLOW, "Action": "GetObject"}),
     "Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc."),
    ("a Sid twice", whole({**ALLOW, "Sid": "A"}, {**ALLOW, "Sid": "A"}), "Statement IDs (SID) in a single policy must be unique."),
]  # fmt: skip
TRUST = [
    ("no JSON", "trust.json", "This policy contains invalid Json"),
    ("no principal", whole({"Effect": "Allow", "Action": "sts:AssumeRole"}), "Missing required field Principal"),
    ("everybody", trust("*"), 'AssumeRolepolicy contained an invalid principal: "STAR":"*".'),
    ("a resource", trust(SERVICE, Resource="*"), "Has prohibited field Resource."),
    ("another action", trust(SERVICE, Action="s3:GetObject"),
     "Trust Policy statement actions can only be sts:AssumeRole, sts:AssumeRoleWithSAML,  and sts:AssumeRoleWithWebIdentity"),
    ("a user that is not there", trust({"AWS": f"arn:aws:iam::{ACCOUNT}:user/none"}),
     f'Invalid principal in policy: "AWS":"arn:aws:iam::{ACCOUNT}:user/none"'),
    ("no service", trust({"Service": "lambda"}), 'Invalid principal in policy: "SERVICE":"lambda"'),
    ("a wildcard in an ARN", trust({"AWS": f"arn:aws:iam::{ACCOUNT}:role/*"}),
     f'Invalid principal in policy: "AWS":"arn:aws:iam::{ACCOUNT}:role/*"'),
]  # fmt: skip


@pytest.mark.parametrize(("text", "message"), [row[1:] for row in IDENTITY], ids=[row[0] for row in IDENTITY])
def test_identity_policies(session_cloud: Cloud, text: str, message: str) -> None:
    iam = session_cloud.client("iam")
    assert denied(iam.create_policy, PolicyName="p", PolicyDocument=text) == ("MalformedPolicyDocument", message)


@pytest.mark.parametrize(("text", "message"), [row[1:] for row in TRUST], ids=[row[0] for row in TRUST])
def test_trust_policies(session_cloud: Cloud, text: str, message: str) -> None:
    iam = session_cloud.client("iam")
    assert denied(iam.create_role, RoleName="r", AssumeRolePolicyDocument=text) == ("MalformedPolicyDocument", message)


def test_a_policy_without_version(cloud: Cloud) -> None:
    iam, bare = cloud.client("iam"), json.dumps({"Statement": ALLOW})
    iam.create_role(RoleName="r", AssumeRolePolicyDocument=json.dumps({"Statement": json.loads(trust(SERVICE))["Statement"]}))
    iam.put_role_policy(RoleName="r", PolicyName="p", PolicyDocument=bare)
    message = "Policy document must be version 2012-10-17 or greater."
    assert denied(iam.create_policy, PolicyName="p", PolicyDocument=bare) == ("MalformedPolicyDocument", message)


def test_sizes(cloud: Cloud) -> None:
    iam = cloud.client("iam")
    long = document(*({"Action": "s3:GetObject", "Resource": f"arn:aws:s3:::{'b' * 60}/{n}"} for n in range(60)))
    assert denied(iam.create_policy, PolicyName="p", PolicyDocument=long) == ("LimitExceeded", "Cannot exceed quota for PolicySize: 6144")
    iam.create_user(UserName="bob")
    message = "Maximum policy size of 2048 bytes exceeded for user bob"
    assert denied(iam.put_user_policy, UserName="bob", PolicyName="p", PolicyDocument=long) == ("LimitExceeded", message)


def test_awss_own_policies(cloud: Cloud) -> None:
    """They are listed, read and attached; nobody here changes them; they are not the account's things."""
    iam, admin = cloud.client("iam"), "arn:aws:iam::aws:policy/AdministratorAccess"
    found = iam.get_policy(PolicyArn=admin)["Policy"]
    assert (found["PolicyName"], found["AttachmentCount"]) == ("AdministratorAccess", 0)
    version = iam.get_policy_version(PolicyArn=admin, VersionId=found["DefaultVersionId"])["PolicyVersion"]
    assert version["Document"]["Statement"][0]["Action"] == "*"
    assert iam.list_policies(Scope="Local")["Policies"] == []
    assert len(iam.get_paginator("list_policies").paginate(Scope="AWS").build_full_result()["Policies"]) > 1000
    iam.create_user(UserName="bob")
    iam.attach_user_policy(UserName="bob", PolicyArn=admin)
    assert iam.get_policy(PolicyArn=admin)["Policy"]["AttachmentCount"] == 1
    assert [p["PolicyName"] for p in iam.list_policies(OnlyAttached=True)["Policies"]] == ["AdministratorAccess"]
    assert denied(iam.delete_policy, PolicyArn=admin)[0] == "AccessDenied"
    iam.detach_user_policy(UserName="bob", PolicyArn=admin)
    assert iam.get_policy(PolicyArn=admin)["Policy"]["AttachmentCount"] == 0
    root = cloud.freeze()
    assert not [thing for thing in root.header["inventory"] if "AdministratorAccess" in json.dumps(thing)]


@pytest.mark.parametrize(
    ("operation", "name", "more"),
    [
        ("create_user", "UserName", {}),
        ("attach_role_policy", "RoleName", {"PolicyArn": "arn:aws:iam::aws:policy/ReadOnlyAccess"}),
        ("create_group", "GroupName", {}),
        ("create_policy", "PolicyName", {"PolicyDocument": whole(ALLOW)}),
    ],
)
def test_what_can_be_no_name(session_cloud: Cloud, operation: str, name: str, more: dict[str, str]) -> None:
    iam = session_cloud.client("iam")
    words = f"The specified value for {name[0].lower()}{name[1:]} is invalid. "
    words += "It must contain only alphanumeric characters and/or the following: +=,.@_-"
    for value in ("a b", f"arn:aws:iam::{ACCOUNT}:role/R"):
        assert denied(getattr(iam, operation), **{name: value}, **more) == ("ValidationError", words)
