"""Who a key belongs to, and what AWS says to one that belongs to nobody."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError
from cloud_harness import REGION, Cloud, identity

from sandbox.cloud.birth import CREDENTIALS

WHERE = {"CreateBucketConfiguration": {"LocationConstraint": REGION}}


def code(call: Callable[..., Any], **params: Any) -> str:
    with pytest.raises(ClientError) as caught:
        call(**params)
    return str(caught.value.response["Error"]["Code"])


def keys(access: str, secret: str = "s", token: str | None = None) -> dict[str, str | None]:
    return {"aws_access_key_id": access, "aws_secret_access_key": secret, "aws_session_token": token}


def test_the_workstation_is_an_assumed_role(session_cloud: Cloud) -> None:
    who = session_cloud.client("sts").get_caller_identity()
    assert who["Account"] == "111122223333"
    assert who["Arn"] == "arn:aws:sts::111122223333:assumed-role/LabWorkstationRole/i-0123456789abcdef0"
    assert who["UserId"].startswith("AROA") and who["UserId"].endswith(":i-0123456789abcdef0")
    assert len(who["UserId"].split(":")[0]) == 21


def test_unknown_keys(session_cloud: Cloud) -> None:
    nobody = keys("AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI")
    assert code(session_cloud.client("sts", **nobody).get_caller_identity) == "InvalidClientTokenId"
    assert code(session_cloud.client("iam", **nobody).list_roles) == "InvalidClientTokenId"
    assert code(session_cloud.client("kms", **nobody).list_keys) == "UnrecognizedClientException"
    assert code(session_cloud.client("ec2", **nobody).describe_vpcs) == "AuthFailure"
    assert code(session_cloud.client("s3", **nobody).list_buckets) == "InvalidAccessKeyId"


def test_the_token_belongs_to_the_key(session_cloud: Cloud) -> None:
    who = session_cloud.identity
    for token in (None, "another"):
        wrong = keys(who["access_key_id"], who["secret_access_key"], token)
        assert code(session_cloud.client("sts", **wrong).get_caller_identity) == "InvalidClientTokenId"


def test_a_wrong_secret_signs_nothing(session_cloud: Cloud) -> None:
    who = session_cloud.identity
    wrong = keys(who["access_key_id"], "wrong" * 8, who["session_token"])
    assert code(session_cloud.client("sts", **wrong).get_caller_identity) == "SignatureDoesNotMatch"
    assert code(session_cloud.client("s3", **wrong).list_buckets) == "SignatureDoesNotMatch"
    assert code(session_cloud.client("dynamodb", **wrong).list_tables) == "InvalidSignatureException"


def test_an_expired_session(clouds: Callable[..., Cloud]) -> None:
    old = clouds(who={**identity(), "expiration": "2020-01-01T00:00:00Z"})
    assert code(old.client("sts").get_caller_identity) == "ExpiredToken"
    assert code(old.client("s3").list_buckets) == "ExpiredToken"
    assert code(old.client("kms").list_keys) == "ExpiredTokenException"


def test_the_set_before_is_good_until_it_ends(clouds: Callable[..., Cloud]) -> None:
    before = {f"earlier_{name}": value for name, value in identity().items() if name in CREDENTIALS}
    old = keys(before["earlier_access_key_id"], before["earlier_secret_access_key"], before["earlier_session_token"])
    here = clouds(who={**identity(), **before})
    assert here.client("sts", **old).get_caller_identity() | {"ResponseMetadata": 0} == here.client("sts").get_caller_identity() | {
        "ResponseMetadata": 0
    }
    frozen = here.freeze()
    gone = clouds(root=frozen.payload, bodies=here.bodies)
    assert code(gone.client("sts", **old).get_caller_identity) == "InvalidClientTokenId", "they are no part of the value"
    ended = clouds(who={**identity(), **before, "earlier_expiration": "2020-01-01T00:00:00Z"})
    assert code(ended.client("s3", **old).list_buckets) == "ExpiredToken"


def test_users_keys(cloud: Cloud) -> None:
    iam = cloud.client("iam")
    iam.create_user(UserName="ann")
    key = iam.create_access_key(UserName="ann")["AccessKey"]
    ann = keys(key["AccessKeyId"], key["SecretAccessKey"])
    assert cloud.client("sts", **ann).get_caller_identity()["Arn"] == "arn:aws:iam::111122223333:user/ann"
    iam.update_access_key(UserName="ann", AccessKeyId=key["AccessKeyId"], Status="Inactive")
    assert code(cloud.client("sts", **ann).get_caller_identity) == "InvalidClientTokenId"
    iam.delete_access_key(UserName="ann", AccessKeyId=key["AccessKeyId"])
    assert code(cloud.client("sts", **ann).get_caller_identity) == "InvalidClientTokenId"


@pytest.fixture
def roles(cloud: Cloud) -> Cloud:
    def trust(principal: dict[str, str], **more: Any) -> str:
        return json.dumps(
            {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": principal, "Action": "sts:AssumeRole", **more}]}
        )

    iam = cloud.client("iam")
    iam.create_role(RoleName="Mine", AssumeRolePolicyDocument=trust({"AWS": "arn:aws:iam::111122223333:root"}))
    iam.create_role(RoleName="Service", AssumeRolePolicyDocument=trust({"Service": "codepipeline.amazonaws.com"}))
    external = trust({"AWS": "111122223333"}, Condition={"StringEquals": {"sts:ExternalId": "42"}})
    iam.create_role(RoleName="External", AssumeRolePolicyDocument=external)
    there = {"AssumeRolePolicyDocument": trust({"AWS": "111122223333"})}
    cloud.call("iam", "create_role", account="training", RoleName="Shared", **there)
    return cloud


def test_assume_role(roles: Cloud) -> None:
    sts = roles.client("sts")
    made = sts.assume_role(RoleArn="arn:aws:iam::698244000366:role/Shared", RoleSessionName="visit")["Credentials"]
    visitor = keys(made["AccessKeyId"], made["SecretAccessKey"], made["SessionToken"])
    assert roles.client("sts", **visitor).get_caller_identity()["Arn"] == "arn:aws:sts::698244000366:assumed-role/Shared/visit"
    assert sts.assume_role(RoleArn="arn:aws:iam::111122223333:role/External", RoleSessionName="s1", ExternalId="42")["Credentials"]


@pytest.mark.parametrize(
    "role",
    ["111122223333:role/None", "111122223333:role/Service", "111122223333:role/External", "999988887777:role/R", "698244000366:role/No"],
)
def test_assume_role_refused(roles: Cloud, role: str) -> None:
    with pytest.raises(ClientError) as caught:
        roles.client("sts").assume_role(RoleArn=f"arn:aws:iam::{role}", RoleSessionName="s1")
    error = caught.value.response["Error"]
    assert error["Code"] == "AccessDenied"
    assert error["Message"].startswith("User: arn:aws:sts::111122223333:assumed-role/LabWorkstationRole/i-")
    assert error["Message"].endswith(f"is not authorized to perform: sts:AssumeRole on resource: arn:aws:iam::{role}")
