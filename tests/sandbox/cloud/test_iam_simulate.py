"""The policy simulator: https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_testing-policies.html"""

from __future__ import annotations

import json
from typing import Any

import pytest
from cloud_harness import Cloud
from iam_harness import ACCOUNT, User, denied, document, trust


@pytest.fixture
def bob(cloud: Cloud) -> User:
    return User(cloud, "bob")


def results(answer: dict[str, Any]) -> list[tuple[str, str, str]]:
    return [(one["EvalActionName"], one["EvalResourceName"], one["EvalDecision"]) for one in answer["EvaluationResults"]]


def test_a_principal(bob: User) -> None:
    bucket = "arn:aws:s3:::b"
    bob.may({"Action": "s3:ListBucket", "Resource": bucket})
    bob.iam.create_group(GroupName="g")
    bob.iam.put_group_policy(GroupName="g", PolicyName="no", PolicyDocument=document({"Effect": "Deny", "Action": "s3:DeleteBucket"}))
    bob.iam.add_user_to_group(GroupName="g", UserName="bob")
    asked = {"PolicySourceArn": bob.arn, "ActionNames": ["s3:ListBucket", "s3:DeleteBucket", "s3:GetObject"]}
    answer = bob.iam.simulate_principal_policy(**asked, ResourceArns=[bucket])
    assert results(answer) == [
        ("s3:ListBucket", bucket, "allowed"),
        ("s3:DeleteBucket", bucket, "explicitDeny"),
        ("s3:GetObject", bucket, "implicitDeny"),
    ]
    assert answer["IsTruncated"] is False
    allowed, refused, unsaid = answer["EvaluationResults"]
    (found,) = allowed["MatchedStatements"]
    assert (found["SourcePolicyId"], found["SourcePolicyType"]) == ("user_bob_p", "IAM Policy")
    assert found["StartPosition"] == {"Line": 1, "Column": 41} and found["EndPosition"]["Line"] == 1
    assert [one["SourcePolicyId"] for one in refused["MatchedStatements"]] == ["group_g_no"]
    assert unsaid["MatchedStatements"] == [] and unsaid["MissingContextValues"] == []
    assert allowed["ResourceSpecificResults"][0]["EvalResourceDecision"] == "allowed"
    assert results(bob.iam.simulate_principal_policy(**asked))[0] == ("s3:ListBucket", "*", "implicitDeny")


def test_a_boundary_and_what_is_added(bob: User) -> None:
    bob.may({"Action": "*"})
    edge = bob.iam.create_policy(PolicyName="Edge", PolicyDocument=document({"Action": "s3:*"}))["Policy"]["Arn"]
    bob.iam.put_user_permissions_boundary(UserName="bob", PermissionsBoundary=edge)
    asked = {"PolicySourceArn": bob.arn, "ActionNames": ["s3:ListBucket", "ec2:RunInstances"]}
    answer = bob.iam.simulate_principal_policy(**asked)
    assert [one["EvalDecision"] for one in answer["EvaluationResults"]] == ["allowed", "implicitDeny"]
    within = [one["PermissionsBoundaryDecisionDetail"]["AllowedByPermissionsBoundary"] for one in answer["EvaluationResults"]]
    assert within == [True, False]
    more = bob.iam.simulate_principal_policy(**asked, PolicyInputList=[document({"Effect": "Deny", "Action": "s3:*"})])
    assert more["EvaluationResults"][0]["EvalDecision"] == "explicitDeny"
    assert more["EvaluationResults"][0]["MatchedStatements"][0]["SourcePolicyId"] == "PolicyInputList.1"


def test_a_role_and_what_is_not_there(bob: User) -> None:
    bob.iam.create_role(RoleName="R", AssumeRolePolicyDocument=trust({"Service": "lambda.amazonaws.com"}))
    bob.iam.attach_role_policy(RoleName="R", PolicyArn="arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole")
    arn = f"arn:aws:iam::{ACCOUNT}:role/R"
    answer = bob.iam.simulate_principal_policy(PolicySourceArn=arn, ActionNames=["logs:PutLogEvents", "s3:GetObject"])
    assert [one["EvalDecision"] for one in answer["EvaluationResults"]] == ["allowed", "implicitDeny"]
    assert answer["EvaluationResults"][0]["MatchedStatements"][0]["SourcePolicyId"] == "AWSLambdaBasicExecutionRole"
    missing = denied(bob.iam.simulate_principal_policy, PolicySourceArn=arn + "x", ActionNames=["s3:GetObject"])
    assert missing == ("NoSuchEntity", "The role with name Rx cannot be found.")
    assert denied(bob.iam.simulate_principal_policy, PolicySourceArn="bob" * 7, ActionNames=["s3:GetObject"])[0] == "InvalidInput"


def test_a_custom_policy_and_its_context(bob: User) -> None:
    """The example of https://docs.aws.amazon.com/cli/latest/reference/iam/simulate-custom-policy.html"""
    late = document({"Action": "dynamodb:*", "Condition": {"DateGreaterThan": {"aws:CurrentTime": "2015-08-16T12:00:00Z"}}})
    asked = {"PolicyInputList": [late], "ActionNames": ["dynamodb:CreateBackup"]}
    (bare,) = bob.iam.simulate_custom_policy(**asked)["EvaluationResults"]
    assert (bare["EvalDecision"], bare["MissingContextValues"]) == ("implicitDeny", ["aws:CurrentTime"])
    entry = {"ContextKeyName": "aws:CurrentTime", "ContextKeyType": "date"}
    for when, decision in (("2016-04-25T11:00:00Z", "allowed"), ("2014-04-25T11:00:00Z", "implicitDeny")):
        context = [{**entry, "ContextKeyValues": [when]}]
        (found,) = bob.iam.simulate_custom_policy(**asked, ContextEntries=context)["EvaluationResults"]
        assert (found["EvalDecision"], found["MissingContextValues"]) == (decision, [])


def test_a_resource_policy(bob: User) -> None:
    whole = {"Effect": "Allow", "Principal": {"AWS": bob.arn}, "Action": "s3:GetObject", "Resource": "*"}
    answer = bob.iam.simulate_custom_policy(
        PolicyInputList=[document({"Action": "ec2:*"})], ActionNames=["s3:GetObject"], ResourceArns=["arn:aws:s3:::b/k"], CallerArn=bob.arn,
        ResourcePolicy=json.dumps({"Version": "2012-10-17", "Statement": [whole]}),
    )  # fmt: skip
    assert results(answer) == [("s3:GetObject", "arn:aws:s3:::b/k", "allowed")]
    assert answer["EvaluationResults"][0]["MatchedStatements"][0]["SourcePolicyType"] == "Resource Policy"


def test_context_keys(bob: User) -> None:
    condition = {"StringLike": {"s3:prefix": "home/${aws:username}/*"}, "Bool": {"aws:SecureTransport": "true"}}
    bob.may({"Action": "s3:*", "Resource": "arn:aws:s3:::${aws:PrincipalTag/team}/*", "Condition": condition})
    names = bob.iam.get_context_keys_for_principal_policy(PolicySourceArn=bob.arn)["ContextKeyNames"]
    assert sorted(names) == ["aws:PrincipalTag/team", "aws:SecureTransport", "aws:username", "s3:prefix"]
    assert bob.iam.get_context_keys_for_custom_policy(PolicyInputList=[document({"Action": "*"})])["ContextKeyNames"] == []
    assert denied(bob.iam.get_context_keys_for_custom_policy, PolicyInputList=["{"]) == ("InvalidInput", "Syntax errors in policy.")
