"""Policies decide at the front door: users with keys, sessions of roles, nobody. In AWS's words."""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest
from botocore import UNSIGNED
from botocore.config import Config
from cloud_harness import REGION, Cloud
from iam_harness import ACCOUNT, WHERE, User, denied, document, trust

BOB = f"arn:aws:iam::{ACCOUNT}:user/bob"


@pytest.fixture
def bob(cloud: Cloud) -> User:
    return User(cloud, "bob")


def test_nothing_is_allowed_by_default(bob: User) -> None:
    who = f"User: {BOB} is not authorized to perform: "

    def why(action: str) -> str:
        return f" because no identity-based policy allows the {action} action"

    assert bob.client("sts").get_caller_identity()["Arn"] == BOB
    rows: list[tuple[str, str, dict[str, Any], str, str]] = [
        ("s3", "list_buckets", {}, "AccessDenied", who + "s3:ListAllMyBuckets" + why("s3:ListAllMyBuckets")),
        ("s3", "create_bucket", {"Bucket": "bobs-own", **WHERE}, "AccessDenied",
         who + 's3:CreateBucket on resource: "arn:aws:s3:::bobs-own"' + why("s3:CreateBucket")),
        ("iam", "list_users", {}, "AccessDenied", who + f"iam:ListUsers on resource: arn:aws:iam::{ACCOUNT}:user/" + why("iam:ListUsers")),
        ("iam", "get_user", {}, "AccessDenied", who + "iam:GetUser on resource: user bob" + why("iam:GetUser")),
        ("iam", "create_user", {"UserName": "eve"}, "AccessDenied",
         who + f"iam:CreateUser on resource: arn:aws:iam::{ACCOUNT}:user/eve" + why("iam:CreateUser")),
        ("dynamodb", "describe_table", {"TableName": "t"}, "AccessDeniedException",
         who + f"dynamodb:DescribeTable on resource: arn:aws:dynamodb:{REGION}:{ACCOUNT}:table/t" + why("dynamodb:DescribeTable")),
        ("sqs", "create_queue", {"QueueName": "q"}, "AccessDenied",
         who + f"sqs:createqueue on resource: arn:aws:sqs:{REGION}:{ACCOUNT}:q" + why("sqs:createqueue")),
        ("sns", "create_topic", {"Name": "t"}, "AuthorizationError",
         who + f"SNS:CreateTopic on resource: arn:aws:sns:{REGION}:{ACCOUNT}:t" + why("SNS:CreateTopic")),
        ("ssm", "get_parameter", {"Name": "/a/b"}, "AccessDeniedException",
         who + f"ssm:GetParameter on resource: arn:aws:ssm:{REGION}:{ACCOUNT}:parameter/a/b" + why("ssm:GetParameter")),
        ("lambda", "list_functions", {}, "AccessDeniedException",
         who + "lambda:ListFunctions on resource: *" + why("lambda:ListFunctions")),
        ("kms", "list_keys", {}, "AccessDeniedException", who + "kms:ListKeys on resource: *" + why("kms:ListKeys")),
        ("logs", "create_log_group", {"logGroupName": "g"}, "AccessDeniedException",
         who + f"logs:CreateLogGroup on resource: arn:aws:logs:{REGION}:{ACCOUNT}:log-group:g:log-stream:" + why("logs:CreateLogGroup")),
        ("cloudformation", "list_stacks", {}, "AccessDenied",
         who + "cloudformation:ListStacks on resource: *" + why("cloudformation:ListStacks")),
    ]  # fmt: skip
    for service, operation, params, code, message in rows:
        assert denied(getattr(bob.client(service), operation), **params) == (code, message)


def test_ec2_encodes_why(bob: User) -> None:
    code, message = denied(bob.client("ec2").describe_instances)
    assert code == "UnauthorizedOperation"
    start, _, encoded = message.partition(" Encoded authorization failure message: ")
    assert start == (
        f"You are not authorized to perform this operation. User: {BOB} is not authorized to perform: ec2:DescribeInstances "
        "because no identity-based policy allows the ec2:DescribeInstances action."
    )
    decoded = json.loads(bob.cloud.client("sts").decode_authorization_message(EncodedMessage=encoded)["DecodedMessage"])
    assert decoded["context"]["action"] == "ec2:DescribeInstances" and not decoded["explicitDeny"]
    assert decoded["context"]["principal"]["id"] == bob.client("sts").get_caller_identity()["UserId"]
    assert denied(bob.client("sts").decode_authorization_message, EncodedMessage=encoded)[0] == "AccessDenied"
    wrong = denied(bob.cloud.client("sts").decode_authorization_message, EncodedMessage=base64.b64encode(b"x" * 30).decode())
    assert wrong[0] == "InvalidAuthorizationMessageException"


def test_policies_of_every_kind_open(bob: User) -> None:
    s3, iam = bob.client("s3"), bob.iam
    bob.may({"Action": "s3:ListAllMyBuckets"})
    assert s3.list_buckets()["Buckets"] == []
    iam.delete_user_policy(UserName="bob", PolicyName="p")
    assert denied(s3.list_buckets)[0] == "AccessDenied"
    iam.attach_user_policy(UserName="bob", PolicyArn="arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess")
    assert s3.list_buckets()["Buckets"] == []
    iam.detach_user_policy(UserName="bob", PolicyArn="arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess")
    iam.create_group(GroupName="readers")
    iam.put_group_policy(GroupName="readers", PolicyName="g", PolicyDocument=document({"Action": "s3:List*"}))
    iam.add_user_to_group(GroupName="readers", UserName="bob")
    assert s3.list_buckets()["Buckets"] == []
    made = iam.create_policy(PolicyName="NoBuckets", PolicyDocument=document({"Effect": "Deny", "Action": "s3:*"}))["Policy"]
    iam.attach_group_policy(GroupName="readers", PolicyArn=made["Arn"])
    assert denied(s3.list_buckets)[1].endswith(f"s3:ListAllMyBuckets with an explicit deny in an identity-based policy: {made['Arn']}")
    # The version that counts is the default one.
    iam.create_policy_version(PolicyArn=made["Arn"], PolicyDocument=document({"Effect": "Deny", "Action": "ec2:*"}), SetAsDefault=True)
    assert s3.list_buckets()["Buckets"] == []


def test_a_boundary_limits_a_user(bob: User) -> None:
    made = bob.iam.create_policy(PolicyName="Edge", PolicyDocument=document({"Action": ["iam:*", "s3:*"]}))["Policy"]["Arn"]
    bob.may({"Action": "*"})
    assert bob.client("dynamodb").list_tables()["TableNames"] == []
    bob.iam.put_user_permissions_boundary(UserName="bob", PermissionsBoundary=made)
    code, message = denied(bob.client("dynamodb").list_tables)
    assert code == "AccessDeniedException"
    assert message.endswith("because no permissions boundary allows the dynamodb:ListTables action")
    assert bob.client("s3").list_buckets()["Buckets"] == []
    assert bob.iam.get_user(UserName="bob")["User"]["PermissionsBoundary"]["PermissionsBoundaryArn"] == made
    bob.iam.delete_user_permissions_boundary(UserName="bob")
    assert bob.client("dynamodb").list_tables()["TableNames"] == []


def test_resources_and_variables(bob: User) -> None:
    """The home folders of https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_examples_s3_home-directory-console.html"""
    mine, his = bob.cloud.client("s3"), bob.client("s3")
    mine.create_bucket(Bucket="home-folders", **WHERE)
    mine.put_object(Bucket="home-folders", Key="home/ann/k", Body=b"x")
    bob.may(
        {
            "Action": "s3:ListBucket",
            "Resource": "arn:aws:s3:::home-folders",
            "Condition": {"StringLike": {"s3:prefix": ["", "home/${aws:username}/*"]}},
        },
        {"Action": "s3:*Object", "Resource": "arn:aws:s3:::home-folders/home/${aws:username}/*"},
    )
    his.put_object(Bucket="home-folders", Key="home/bob/k", Body=b"x")
    assert his.head_object(Bucket="home-folders", Key="home/bob/k")["ContentLength"] == 1
    assert his.list_objects_v2(Bucket="home-folders", Prefix="home/bob/")["KeyCount"] == 1
    assert denied(his.list_objects_v2, Bucket="home-folders", Prefix="home/ann/") == (
        "AccessDenied",
        f'User: {BOB} is not authorized to perform: s3:ListBucket on resource: "arn:aws:s3:::home-folders" '
        "because no identity-based policy allows the s3:ListBucket action",
    )
    assert denied(his.get_object, Bucket="home-folders", Key="home/ann/k")[1].startswith(
        f'User: {BOB} is not authorized to perform: s3:GetObject on resource: "arn:aws:s3:::home-folders/home/ann/k" because'
    )
    # A copy reads its source; what is not there is not told to who may not list.
    copied = {"Bucket": "home-folders", "Key": "home/bob/c", "CopySource": {"Bucket": "home-folders", "Key": "home/ann/k"}}
    assert "s3:GetObject" in denied(his.copy_object, **copied)[1]
    assert "s3:ListBucket" in denied(his.get_object, Bucket="home-folders", Key="home/bob/none")[1]
    both = [{"Key": "home/bob/k"}, {"Key": "home/ann/k"}]
    assert "home/ann/k" in denied(his.delete_objects, Bucket="home-folders", Delete={"Objects": both})[1]
    assert his.delete_objects(Bucket="home-folders", Delete={"Objects": both[:1]})["Deleted"] == both[:1]


def test_bucket_policies_and_identity(bob: User) -> None:
    mine, his = bob.cloud.client("s3"), bob.client("s3")
    mine.create_bucket(Bucket="shared-bucket", **WHERE)
    mine.put_object(Bucket="shared-bucket", Key="k", Body=b"x")

    def policy(**statement: Any) -> None:
        whole = {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::shared-bucket/*", **statement}
        mine.put_bucket_policy(Bucket="shared-bucket", Policy=json.dumps({"Version": "2012-10-17", "Statement": whole}))

    policy(Principal={"AWS": BOB})
    assert his.get_object(Bucket="shared-bucket", Key="k")["Body"].read() == b"x"
    policy(Principal={"AWS": f"arn:aws:iam::{ACCOUNT}:root"})
    assert denied(his.get_object, Bucket="shared-bucket", Key="k")[0] == "AccessDenied"
    bob.may({"Action": "s3:*"})
    policy(Principal="*", Effect="Deny")
    assert denied(his.get_object, Bucket="shared-bucket", Key="k")[1].endswith("with an explicit deny in a resource-based policy")
    nobody = bob.cloud.client("s3", config=Config(signature_version=UNSIGNED, s3={"addressing_style": "path"}))
    assert denied(nobody.get_object, Bucket="shared-bucket", Key="k") == ("AccessDenied", "Access Denied")


def test_across_accounts_both_sides_must_allow(bob: User) -> None:
    bob.cloud.call("s3", "create_bucket", account="training", Bucket="their-bucket", **WHERE)
    bob.cloud.call("s3", "put_object", account="training", Bucket="their-bucket", Key="k", Body="x")
    his = bob.client("s3")
    bob.may({"Action": "s3:*"})
    assert denied(his.get_object, Bucket="their-bucket", Key="k") == ("AccessDenied", "Access Denied")
    grant = {"Effect": "Allow", "Principal": {"AWS": ACCOUNT}, "Action": "s3:GetObject", "Resource": "arn:aws:s3:::their-bucket/*"}
    whole = json.dumps({"Version": "2012-10-17", "Statement": grant})
    bob.cloud.call("s3", "put_bucket_policy", account="training", Bucket="their-bucket", Policy=whole)
    assert his.get_object(Bucket="their-bucket", Key="k")["Body"].read() == b"x"
    bob.may({"Action": "ec2:*"})
    assert denied(his.get_object, Bucket="their-bucket", Key="k") == ("AccessDenied", "Access Denied")


def test_a_role_passed_must_be_allowed(bob: User) -> None:
    bob.iam.create_role(RoleName="Pipe", AssumeRolePolicyDocument=trust({"Service": "states.amazonaws.com"}))
    bob.may({"Action": "states:*"})
    states, role = bob.client("stepfunctions"), f"arn:aws:iam::{ACCOUNT}:role/Pipe"
    machine = {"name": "m", "roleArn": role, "definition": json.dumps({"StartAt": "A", "States": {"A": {"Type": "Pass", "End": True}}})}
    assert denied(states.create_state_machine, **machine) == (
        "AccessDeniedException",
        f"User: {BOB} is not authorized to perform: iam:PassRole on resource: {role} "
        "because no identity-based policy allows the iam:PassRole action",
    )
    bob.may(
        {"Action": "states:*"}, {"Action": "iam:PassRole", "Condition": {"StringEquals": {"iam:PassedToService": "states.amazonaws.com"}}}
    )
    assert states.create_state_machine(**machine)["stateMachineArn"]


def test_tags_decide(bob: User) -> None:
    bob.may(
        {"Action": "ec2:CreateTags"},
        {"Action": "ec2:CreateVpc", "Condition": {"StringEquals": {"aws:RequestTag/team": "blue"}}},
        {"Action": "ec2:DeleteVpc", "Condition": {"StringEquals": {"aws:ResourceTag/team": "blue"}}},
    )
    ec2, admin = bob.client("ec2"), bob.cloud.client("ec2")
    assert denied(ec2.create_vpc, CidrBlock="10.9.0.0/16")[0] == "UnauthorizedOperation"
    tags = [{"ResourceType": "vpc", "Tags": [{"Key": "team", "Value": "blue"}]}]
    made = ec2.create_vpc(CidrBlock="10.9.0.0/16", TagSpecifications=tags)["Vpc"]["VpcId"]
    other = admin.create_vpc(CidrBlock="10.8.0.0/16")["Vpc"]["VpcId"]
    assert f"vpc/{other}" in denied(ec2.delete_vpc, VpcId=other)[1]
    ec2.delete_vpc(VpcId=made)


def test_users_as_iam_shows_them(bob: User) -> None:
    bob.may({"Action": "iam:GetUser", "Resource": "arn:aws:iam::*:user/${aws:username}"})
    found = bob.client("iam").get_user()["User"]
    assert found["UserName"] == "bob" and found["UserId"].startswith("AIDA") and len(found["UserId"]) == 21
    message = "Must specify userName when calling with non-User credentials"
    assert denied(bob.iam.get_user) == ("ValidationError", message)
    edge = bob.iam.create_policy(PolicyName="Edge", PolicyDocument=document({"Action": "s3:*"}))["Policy"]
    assert edge["PolicyId"].startswith("ANPA")
    made = bob.iam.create_user(UserName="ann", PermissionsBoundary=edge["Arn"])["User"]
    assert made["PermissionsBoundary"]["PermissionsBoundaryArn"] == edge["Arn"]
    assert denied(bob.iam.create_user, UserName="eve", PermissionsBoundary=edge["Arn"] + "x")[0] == "NoSuchEntity"
