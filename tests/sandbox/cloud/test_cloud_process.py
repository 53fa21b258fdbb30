"""The protocol: fork, start, call, freeze, exit."""

from __future__ import annotations

import base64
import json
import os
import socket
import threading
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import pytest
from cloud_harness import DEADLINE, REGION, Cloud, Zygote, identity

from sandbox import wire
from sandbox.cloud.changes import diff
from sandbox.errors import CloudError

pytestmark = pytest.mark.slow

Make = Callable[..., Cloud]
WHERE = {"CreateBucketConfiguration": {"LocationConstraint": REGION}}


def test_a_new_account(cloud: Cloud) -> None:
    role = cloud.call("iam", "get_role", RoleName="LabWorkstationRole")["Role"]
    assert role["AssumeRolePolicyDocument"]["Statement"][0]["Principal"] == {"Service": "ec2.amazonaws.com"}
    profile = cloud.call("iam", "get_instance_profile", InstanceProfileName="LabWorkstationRole")["InstanceProfile"]
    assert [one["RoleName"] for one in profile["Roles"]] == ["LabWorkstationRole"]
    vpcs = cloud.call("ec2", "describe_vpcs")["Vpcs"]
    assert [(one["IsDefault"], one["CidrBlock"]) for one in vpcs] == [(True, "172.31.0.0/16")]
    assert cloud.call("ec2", "describe_instances")["Reservations"] == []
    assert cloud.call("s3", "list_buckets")["Buckets"] == []


def test_two_accounts_never_share_an_id(clouds: Make) -> None:
    first, second = clouds(), clouds(who=identity("444455556666"))
    ids = [{one["VpcId"] for one in made.call("ec2", "describe_vpcs")["Vpcs"]} for made in (first, second)]
    assert not ids[0] & ids[1]


def test_call_speaks_json(cloud: Cloud) -> None:
    cloud.call("s3", "CreateBucket", Bucket="byte-bucket", **WHERE)
    cloud.call("s3", "put_object", Bucket="byte-bucket", Key="k", Body={"$bytes": base64.b64encode(b"\x00\xff").decode()})
    answer = cloud.call("s3", "get_object", Bucket="byte-bucket", Key="k")
    assert answer["Body"] == {"$bytes": "AP8="}
    assert "ResponseMetadata" not in answer
    assert datetime.fromisoformat(answer["LastModified"]).tzinfo is not None


@pytest.mark.parametrize(
    ("service", "operation", "params", "code"),
    [
        ("s3", "get_object", {"Bucket": "no-bucket", "Key": "k"}, "NoSuchBucket"),
        ("s3", "get_object", {"Bucket": "no-bucket"}, "ParamValidation"),
        ("s3", "sing", {}, "UnknownOperation"),
        ("nonesuch", "list", {}, "UnknownService"),
        ("codebuild", "start_build", {"projectName": "p"}, "NotSimulated"),
        ("ssm", "get_parameter", {"Name": "/none"}, "ParameterNotFound"),
    ],
)
def test_call_errors(session_cloud: Cloud, service: str, operation: str, params: dict[str, str], code: str) -> None:
    with pytest.raises(CloudError) as caught:
        session_cloud.call(service, operation, **params)
    assert caught.value.code == code


def test_a_big_answer_is_refused_not_fatal(cloud: Cloud) -> None:
    cloud.call("s3", "create_bucket", Bucket="big-one", **WHERE)
    cloud.client("s3").put_object(Bucket="big-one", Key="k", Body=bytes(5 << 20))
    with pytest.raises(CloudError, match="ResultTooLarge"):
        cloud.call("s3", "get_object", Bucket="big-one", Key="k")
    assert cloud.call("s3", "head_object", Bucket="big-one", Key="k")["ContentLength"] == 5 << 20


def test_training_is_an_account_of_its_own(cloud: Cloud) -> None:
    assert cloud.call("sts", "get_caller_identity", account="training")["Account"] == "698244000366"
    cloud.call("s3", "create_bucket", account="training", Bucket="its-bucket", **WHERE)
    assert cloud.call("s3", "list_buckets")["Buckets"] == []
    with pytest.raises(CloudError, match="BucketAlreadyExists"):
        cloud.call("s3", "create_bucket", Bucket="its-bucket", **WHERE)


def test_freeze_goes_on_and_thaws(clouds: Make) -> None:
    first = clouds()
    learner = first.client("s3")
    learner.create_bucket(Bucket="kept-bucket", **WHERE)
    learner.put_object(Bucket="kept-bucket", Key="big", Body=b"z" * 10_000)
    learner.put_object(Bucket="kept-bucket", Key="small", Body=b"s")
    frozen = first.freeze()
    header = frozen.header
    assert (header["touched"], header["dirty"], header["root_size"]) == (True, True, len(frozen.payload))
    assert header["bodies"] == first.new and len(first.new) == 1
    assert header["inventory"]["s3"]["object"].keys() == {"kept-bucket/big", "kept-bucket/small"}

    learner.put_object(Bucket="kept-bucket", Key="later", Body=b"l")  # it stays usable
    again = first.freeze()
    assert again.header["dirty"] and first.new == [] and again.header["bodies"] == header["bodies"]
    assert diff(header["inventory"], again.header["inventory"]) == [
        {"service": "s3", "kind": "object", "name": "kept-bucket/later", "change": "added"}
    ]

    second = clouds(again.payload, first.bodies)
    assert second.client("s3").get_object(Bucket="kept-bucket", Key="big")["Body"].read() == b"z" * 10_000
    assert {one["Key"] for one in second.call("s3", "list_objects_v2", Bucket="kept-bucket")["Contents"]} == {"big", "small", "later"}
    unchanged = second.freeze()
    assert (unchanged.header["dirty"], unchanged.payload, unchanged.header["bodies"]) == (False, b"", header["bodies"])
    assert unchanged.header["inventory"] == {}

    second.client("s3").delete_object(Bucket="kept-bucket", Key="big")
    gone = second.freeze()
    assert gone.header["bodies"] == [] and second.new == []


def test_looking_is_no_change(clouds: Make) -> None:
    first = clouds()
    first.call("s3", "create_bucket", Bucket="looked-at", **WHERE)
    thawed = clouds(first.freeze().payload)
    for service, operation, params in [
        ("sts", "get_caller_identity", {}),
        ("s3", "list_buckets", {}),
        ("s3", "list_objects_v2", {"Bucket": "looked-at"}),
        ("iam", "list_roles", {}),
        ("ec2", "describe_vpcs", {}),
        ("kms", "list_keys", {}),
        ("ssm", "describe_parameters", {}),
        ("codepipeline", "list_pipelines", {}),
    ]:
        getattr(thawed.client(service), operation)(**params)
    frozen = thawed.freeze().header
    assert (frozen["touched"], frozen["dirty"]) == (True, False)


def test_a_look_that_makes_something_is_a_change(clouds: Make) -> None:
    """Another region's default network, and a key that AWS manages, have ids: they must be the same at the next look."""
    root = clouds().freeze().payload
    for service, operation, params in [("ec2", "describe_vpcs", {}), ("kms", "describe_key", {"KeyId": "alias/aws/s3"})]:
        thawed = clouds(root)
        getattr(thawed.client(service, region_name="us-west-2"), operation)(**params)
        assert thawed.freeze().header["dirty"] is True


def test_untouched(clouds: Make) -> None:
    first = clouds().freeze().header
    assert first["touched"] is False and first["dirty"] is True  # a birth is kept, or its ids would change under the learner


def test_the_checkouts_own_session_stays_out(clouds: Make) -> None:
    first = clouds()
    second = clouds(first.freeze().payload)
    assert second.client("sts").get_caller_identity()["Arn"].endswith(":assumed-role/LabWorkstationRole/i-0123456789abcdef0")
    who = first.identity
    keys = {
        "aws_access_key_id": who["access_key_id"],
        "aws_secret_access_key": who["secret_access_key"],
        "aws_session_token": who["session_token"],
    }
    with pytest.raises(Exception, match="InvalidClientTokenId"):
        second.client("sts", **keys).get_caller_identity()
    assert first.client("sts").get_caller_identity()["Account"] == who["account"]  # and is back where it was


def test_learners_own_sessions_and_keys_stay_in(clouds: Make) -> None:
    first = clouds()
    trust = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": {"AWS": "111122223333"}, "Action": "sts:AssumeRole"}]}
    iam = first.client("iam")
    iam.create_role(RoleName="R", AssumeRolePolicyDocument=json.dumps(trust))
    iam.create_user(UserName="ann")
    key = iam.create_access_key(UserName="ann")["AccessKey"]
    session = first.client("sts").assume_role(RoleArn="arn:aws:iam::111122223333:role/R", RoleSessionName="s1")["Credentials"]
    second = clouds(first.freeze().payload)

    def arn(access: str, secret: str, token: str | None) -> str:
        keys = {"aws_access_key_id": access, "aws_secret_access_key": secret, "aws_session_token": token}
        found: str = second.client("sts", **keys).get_caller_identity()["Arn"]
        return found

    assert arn(session["AccessKeyId"], session["SecretAccessKey"], session["SessionToken"]) == "arn:aws:sts::111122223333:assumed-role/R/s1"
    assert arn(key["AccessKeyId"], key["SecretAccessKey"], None) == "arn:aws:iam::111122223333:user/ann"


def test_a_missing_body_is_a_fault(clouds: Make) -> None:
    first = clouds()
    first.call("s3", "create_bucket", Bucket="torn-bucket", **WHERE)
    first.client("s3").put_object(Bucket="torn-bucket", Key="k", Body=b"b" * 9000)
    broken = clouds(first.freeze().payload, {})
    assert broken.started.kind == "fault" and broken.started.header["code"] == "cloud-start"


def test_another_moto_is_a_fault(clouds: Make) -> None:
    root = clouds().freeze().payload
    magic, head, rest = root.split(b"\n", 2)
    tag = json.loads(head)
    broken = clouds(b"\n".join([magic, json.dumps({**tag, "moto": "4.0"}).encode(), rest]))
    assert broken.started.kind == "fault" and broken.started.header["code"] == "cloud-state-version"
    assert "4.0" in broken.started.header["detail"] and tag["moto"] in broken.started.header["detail"]


def test_end_of_the_socket_is_the_end(zygote: Zygote) -> None:
    one = Cloud(zygote)
    address = ("127.0.0.1", one.port)
    watch = socket.create_connection(address, DEADLINE)
    one.close()
    assert watch.recv(1) == b""  # the kernel closed it: the process is gone
    watch.close()


def test_exit(zygote: Zygote) -> None:
    one = Cloud(zygote)
    wire.send(one.control, {"kind": "exit"})
    with pytest.raises(wire.WireError):
        one.reader.read()
    one.close()


def test_children_die_with_their_zygote(zygote: Zygote) -> None:
    other = Zygote(zygote.tls)
    child = Cloud(other)
    other.process.kill()
    other.close()
    with pytest.raises(wire.WireError):
        child.reader.read()
    child.close()


def test_a_child_holds_nothing_else(clouds: Make) -> None:
    """Neither its siblings' sockets nor the zygote's. Its own user cannot even look (PR_SET_DUMPABLE 0): only root can."""
    clouds()
    newest = clouds()
    folder = Path(f"/proc/{newest.pid}/fd")
    if os.geteuid() != 0:
        with pytest.raises(PermissionError):
            list(folder.iterdir())
        return
    links = [str(fd.readlink()) for fd in folder.iterdir() if int(fd.name) > 2]
    assert len([link for link in links if link.startswith("socket:")]) == 3  # control and two listeners
    assert not [link for link in links if link.startswith("/") and not link.startswith("/dev/")]


def test_eight_at_once(cloud: Cloud) -> None:
    learner = cloud.client("s3")
    learner.create_bucket(Bucket="busy-bucket", **WHERE)
    failures: list[Exception] = []

    clients = [cloud.client("s3") for _ in range(8)]  # boto3 makes clients in one thread only

    def work(number: int) -> None:
        try:
            mine = clients[number]
            for turn in range(15):
                mine.put_object(Bucket="busy-bucket", Key=f"{number}/{turn}", Body=b"x" * 6000)
                mine.get_object(Bucket="busy-bucket", Key=f"{number}/{turn}")["Body"].read()
                mine.list_objects_v2(Bucket="busy-bucket")
        except Exception as error:
            failures.append(error)

    threads = [threading.Thread(target=work, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    frozen = [cloud.freeze() for _ in range(5)]  # in the middle of it
    for thread in threads:
        thread.join()
    assert failures == []
    assert all(frame.kind == "frozen" for frame in frozen)
    assert len(cloud.call("s3", "list_objects_v2", Bucket="busy-bucket")["Contents"]) == 120
