from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from cloud_harness import Cloud
from iam_harness import ACCOUNT, User, denied, document, keys, trust

ROLE = f"arn:aws:iam::{ACCOUNT}:role/Dev"
BOB = f"arn:aws:iam::{ACCOUNT}:user/bob"
ASKED: dict[str, Any] = {"RoleArn": ROLE, "RoleSessionName": "s1"}
REFUSED = f"User: {BOB} is not authorized to perform: sts:AssumeRole on resource: {ROLE}"


@pytest.fixture
def bob(cloud: Cloud) -> User:
    return User(cloud, "bob")


def role(bob: User, principal: Any = None, policy: dict[str, Any] | None = None, **more: Any) -> None:
    document_ = trust(principal or {"AWS": BOB}, **more.pop("trusting", {}))
    bob.iam.create_role(RoleName="Dev", AssumeRolePolicyDocument=document_, **more)
    if policy:
        bob.iam.put_role_policy(RoleName="Dev", PolicyName="p", PolicyDocument=document(policy))


def test_who_trusts_whom(bob: User) -> None:
    sts = bob.client("sts")
    assert denied(sts.assume_role, **ASKED) == ("AccessDenied", REFUSED)
    role(bob, {"Service": "lambda.amazonaws.com"})
    assert denied(sts.assume_role, **ASKED) == ("AccessDenied", REFUSED)
    # The account trusted: its own policies decide.
    bob.iam.update_assume_role_policy(RoleName="Dev", PolicyDocument=trust({"AWS": f"arn:aws:iam::{ACCOUNT}:root"}))
    why = " because no identity-based policy allows the sts:AssumeRole action"
    assert denied(sts.assume_role, **ASKED) == ("AccessDenied", REFUSED + why)
    bob.may({"Action": "sts:AssumeRole", "Resource": ROLE})
    assert sts.assume_role(**ASKED)["AssumedRoleUser"]["Arn"] == f"arn:aws:sts::{ACCOUNT}:assumed-role/Dev/s1"
    # The user itself trusted: enough, unless a policy of its own denies.
    bob.iam.update_assume_role_policy(RoleName="Dev", PolicyDocument=trust({"AWS": BOB}))
    bob.iam.delete_user_policy(UserName="bob", PolicyName="p")
    assert sts.assume_role(**ASKED)["Credentials"]
    bob.may({"Effect": "Deny", "Action": "sts:*"})
    assert denied(sts.assume_role, **ASKED)[1] == REFUSED + " with an explicit deny in an identity-based policy"


def test_an_external_id(bob: User) -> None:
    role(bob, trusting={"Condition": {"StringEquals": {"sts:ExternalId": "42"}}})
    sts = bob.client("sts")
    assert denied(sts.assume_role, **ASKED) == ("AccessDenied", REFUSED)
    assert denied(sts.assume_role, ExternalId="43", **ASKED) == ("AccessDenied", REFUSED)
    assert sts.assume_role(ExternalId="42", **ASKED)["Credentials"]


def test_durations(bob: User) -> None:
    role(bob, MaxSessionDuration=7200)
    sts = bob.client("sts")
    assert sts.assume_role(DurationSeconds=7200, **ASKED)["Credentials"]
    assert denied(sts.assume_role, DurationSeconds=7201, **ASKED) == (
        "ValidationError",
        "The requested DurationSeconds exceeds the MaxSessionDuration set for this role.",
    )
    code, message = denied(sts.assume_role, DurationSeconds=43201, **ASKED)
    assert code == "ValidationError" and message.endswith("'durationSeconds' failed to satisfy constraint: "
                                                          "Member must have value less than or equal to 43200")  # fmt: skip
    # From a session on, an hour is the most.
    bob.iam.update_assume_role_policy(RoleName="Dev", PolicyDocument=trust({"AWS": ACCOUNT}))
    assert denied(bob.cloud.client("sts").assume_role, DurationSeconds=3601, **ASKED) == (
        "ValidationError",
        "The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining.",
    )


def test_a_session_may_what_its_role_may(bob: User) -> None:
    role(bob, policy={"Action": ["s3:*", "dynamodb:*"]})
    made = bob.client("sts").assume_role(**ASKED)
    s3 = bob.cloud.client("s3", **keys(made))
    assert s3.list_buckets()["Buckets"] == []
    assert denied(bob.cloud.client("iam", **keys(made)).list_users) == (
        "AccessDenied",
        f"User: arn:aws:sts::{ACCOUNT}:assumed-role/Dev/s1 is not authorized to perform: iam:ListUsers "
        f"on resource: arn:aws:iam::{ACCOUNT}:user/ because no identity-based policy allows the iam:ListUsers action",
    )
    bob.iam.delete_role_policy(RoleName="Dev", PolicyName="p")
    assert denied(s3.list_buckets)[0] == "AccessDenied"


def test_session_policies(bob: User) -> None:
    role(bob, policy={"Action": ["s3:*", "dynamodb:*"]})
    only_s3 = document({"Action": ["s3:*", "iam:*"]})
    limited = keys(bob.client("sts").assume_role(Policy=only_s3, **ASKED))
    assert bob.cloud.client("s3", **limited).list_buckets()["Buckets"] == []
    message = denied(bob.cloud.client("dynamodb", **limited).list_tables)[1]
    assert message.endswith("because no session policy allows the dynamodb:ListTables action")
    assert "no identity-based policy" in denied(bob.cloud.client("iam", **limited).list_users)[1]
    arns = [{"arn": "arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess"}]
    limited = keys(bob.client("sts").assume_role(PolicyArns=arns, **ASKED))
    assert bob.cloud.client("s3", **limited).list_buckets()["Buckets"] == []
    assert denied(bob.client("sts").assume_role, Policy="{", **ASKED)[0] == "MalformedPolicyDocument"


def test_session_tags_are_principal_tags(bob: User) -> None:
    role(bob, policy={"Action": "s3:*", "Condition": {"StringEquals": {"aws:PrincipalTag/team": "blue"}}})
    sts, tags = bob.client("sts"), [{"Key": "team", "Value": "blue"}]
    assert denied(sts.assume_role, **ASKED, Tags=tags)[1] == REFUSED.replace("AssumeRole", "TagSession")
    both = json.loads(trust({"AWS": BOB}))
    both["Statement"][0]["Action"] = ["sts:AssumeRole", "sts:TagSession"]
    bob.iam.update_assume_role_policy(RoleName="Dev", PolicyDocument=json.dumps(both))
    assert bob.cloud.client("s3", **keys(sts.assume_role(**ASKED, Tags=tags))).list_buckets()["Buckets"] == []
    assert denied(bob.cloud.client("s3", **keys(sts.assume_role(**ASKED))).list_buckets)[0] == "AccessDenied"


def test_tokens_of_a_user(bob: User) -> None:
    bob.may({"Action": ["s3:*", "iam:*", "sts:GetFederationToken"]})
    sts = bob.client("sts")
    mine = keys(sts.get_session_token())
    assert bob.cloud.client("sts", **mine).get_caller_identity()["Arn"] == BOB
    assert bob.cloud.client("s3", **mine).list_buckets()["Buckets"] == []
    # Without a second factor such a session does not reach IAM, and makes no other.
    assert denied(bob.cloud.client("iam", **mine).list_users)[0] == "InvalidClientTokenId"
    refusal = ("AccessDenied", "Cannot call GetSessionToken with session credentials")
    assert denied(bob.cloud.client("sts", **mine).get_session_token) == refusal
    assert denied(bob.cloud.client("sts").get_session_token) == refusal

    lent = sts.get_federation_token(Name="visitor", Policy=document({"Action": "s3:*"}))
    assert lent["FederatedUser"]["Arn"] == f"arn:aws:sts::{ACCOUNT}:federated-user/visitor"
    assert bob.cloud.client("sts", **keys(lent)).get_caller_identity()["UserId"] == f"{ACCOUNT}:visitor"
    assert bob.cloud.client("s3", **keys(lent)).list_buckets()["Buckets"] == []
    bare = keys(sts.get_federation_token(Name="visitor"))
    assert "no session policy" in denied(bob.cloud.client("s3", **bare).list_buckets)[1]


def test_tokens_outlive_a_freeze(bob: User, clouds: Callable[..., Cloud]) -> None:
    bob.may({"Action": ["s3:*", "sts:*"]})
    role(bob, policy={"Action": "s3:*"})
    limits = document({"Action": "s3:ListAllMyBuckets"})
    made = [bob.client("sts").get_session_token(), bob.client("sts").assume_role(Policy=limits, **ASKED)]
    root = bob.cloud.freeze().payload
    later = clouds(root, bodies=bob.cloud.bodies)
    for one in made:
        assert later.client("s3", **keys(one)).list_buckets()["Buckets"] == []
    assert "no session policy" in denied(later.client("s3", **keys(made[1])).create_bucket, Bucket="late-bucket")[1]
