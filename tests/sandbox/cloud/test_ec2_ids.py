"""Codes: https://docs.aws.amazon.com/AWSEC2/latest/APIReference/errors-overview.html. Words: the sources of sandbox/cloud/ec2_*.py."""

from __future__ import annotations

from ipaddress import ip_address
from typing import Any

import pytest
from cloud_harness import Cloud
from refusals import refusal


@pytest.fixture(scope="module")
def ec2(session_cloud: Cloud) -> Any:
    return session_cloud.client("ec2")


RUN = {"MinCount": 1, "MaxCount": 1}
IMAGE = "ami-06e9e3574a0459db2"
NONE = "0" * 17


@pytest.mark.parametrize(
    ("operation", "asked", "code", "words"),
    [
        ("describe_instances", {"InstanceIds": ["nonsense"]}, "InvalidInstanceID.Malformed", 'Invalid id: "nonsense"'),
        ("stop_instances", {"InstanceIds": ["i-123"]}, "InvalidInstanceID.Malformed", 'Invalid id: "i-123"'),
        ("describe_instances", {"InstanceIds": ["i-" + NONE]}, "InvalidInstanceID.NotFound", f"The instance ID 'i-{NONE}' does not exist"),
        ("run_instances", {"ImageId": "al2023", **RUN}, "InvalidAMIID.Malformed", 'Invalid id: "al2023" (expecting "ami-...")'),
        ("run_instances", {"ImageId": "ami-415f6d2x", **RUN}, "InvalidAMIID.Malformed", 'Invalid id: "ami-415f6d2x"'),
        ("describe_images", {"ImageIds": ["ami-fake123"]}, "InvalidAMIID.NotFound", "The image id '[ami-fake123]' does not exist"),
        ("describe_security_groups", {"GroupIds": ["web"]}, "InvalidGroupId.Malformed", 'Invalid id: "web" (expecting "sg-...")'),
        ("delete_security_group", {"GroupId": "web"}, "InvalidGroupId.Malformed", 'Invalid id: "web" (expecting "sg-...")'),
        ("describe_security_groups", {"GroupIds": ["sg-123abc"]}, "InvalidGroup.NotFound", "The security group 'sg-123abc' does not exist"),
        ("create_snapshot", {"VolumeId": "standard"}, "InvalidParameterValue",
         "Value (standard) for parameter volumeId is invalid. Expected: 'vol-...'."),
        ("delete_snapshot", {"SnapshotId": "last"}, "InvalidParameterValue",
         "Value (last) for parameter snapshotId is invalid. Expected: 'snap-...'."),
        ("describe_vpcs", {"VpcIds": ["main"]}, "InvalidVpcID.NotFound", "The vpc ID 'main' does not exist"),
        ("create_subnet", {"VpcId": "vpc-0", "CidrBlock": "10.0.0.0/24"}, "InvalidVpcID.NotFound", "The vpc ID 'vpc-0' does not exist"),
        ("describe_subnets", {"SubnetIds": ["main"]}, "InvalidSubnetID.NotFound", "The subnet ID 'main' does not exist"),
        ("run_instances", {"ImageId": IMAGE, "InstanceType": "t3.micro", "IamInstanceProfile": {"Name": "no"}, **RUN},
         "InvalidParameterValue", "Value (no) for parameter iamInstanceProfile.name is invalid. Invalid IAM Instance Profile name"),
        ("run_instances", {"ImageId": IMAGE, "InstanceType": "t3.micro", "Placement": {"AvailabilityZone": "us-east-1d"}, **RUN},
         "InvalidParameterValue", "Invalid availability zone: [us-east-1d]"),
        ("run_instances", {"ImageId": IMAGE, "InstanceType": "t3.micro", "MinCount": 0, "MaxCount": 0}, "InvalidParameterValue",
         "Value (0) for parameter minCount is invalid."),
        ("create_volume", {"Size": 1, "AvailabilityZone": "us-west-2a"}, "InvalidZone.NotFound", "The zone 'us-west-2a' does not exist."),
        ("describe_snapshots", {"SnapshotIds": ["snap-" + NONE]}, "InvalidSnapshot.NotFound",
         f"The snapshot 'snap-{NONE}' does not exist."),
        ("delete_snapshot", {"SnapshotId": "snap-" + NONE}, "InvalidSnapshot.NotFound", "The specified snapshot does not exist."),
        ("delete_internet_gateway", {"InternetGatewayId": "igw-" + NONE}, "InvalidInternetGatewayID.NotFound",
         f"The internetGateway ID 'igw-{NONE}' does not exist"),
        ("release_address", {"AllocationId": "eipalloc-0"}, "InvalidAllocationID.NotFound",
         "The allocation ID 'eipalloc-0' does not exist"),
        ("describe_volumes", {"VolumeIds": ["vol-" + NONE]}, "InvalidVolume.NotFound", f"The volume 'vol-{NONE}' does not exist."),
        ("describe_instances", {"Filters": [{"Name": "state", "Values": ["x"]}]}, "InvalidParameterValue", "The filter 'state' is invalid"),
        ("run_instances", {"ImageId": IMAGE, "InstanceType": "t3.micro", "KeyName": "no", **RUN}, "InvalidKeyPair.NotFound",
         "The key pair 'no' does not exist"),
        ("create_security_group", {"GroupName": "sg-web", "Description": "d"}, "InvalidParameterValue",
         "Value (sg-web) for parameter GroupName is invalid. Group names may not be in the format sg-*."),
        ("authorize_security_group_ingress",
         {"GroupName": "default", "IpProtocol": "tcp", "FromPort": 80, "ToPort": 80, "CidrIp": "1.2.3.4"}, "InvalidParameterValue",
         "CIDR block 1.2.3.4 is malformed"),
        ("describe_key_pairs", {"KeyNames": ["no"]}, "InvalidKeyPair.NotFound", "The key pair 'no' does not exist"),
    ],
)  # fmt: skip
def test_in_ec2s_words(ec2: Any, operation: str, asked: dict[str, Any], code: str, words: str) -> None:
    assert refusal(getattr(ec2, operation), **asked)[:3] == (400, code, words)


def test_what_is_there_is_not_named(ec2: Any) -> None:
    vpc = ec2.describe_vpcs()["Vpcs"][0]["VpcId"]
    ec2.create_key_pair(KeyName="mine")
    assert refusal(ec2.describe_vpcs, VpcIds=[vpc, "zzz"])[2] == "The vpc ID 'zzz' does not exist"
    assert refusal(ec2.describe_key_pairs, KeyNames=["mine", "yours"])[2] == "The key pair 'yours' does not exist"
    assert [one["KeyName"] for one in ec2.describe_key_pairs(KeyNames=["mine"])["KeyPairs"]] == ["mine"]
    assert ec2.describe_vpcs(VpcIds=[vpc])["Vpcs"][0]["VpcId"] == vpc


def test_a_filter_that_is_not_built(ec2: Any) -> None:
    ec2.run_instances(ImageId=IMAGE, InstanceType="t3.micro", **RUN)
    told = refusal(ec2.describe_instances, Filters=[{"Name": "host-id", "Values": ["x"]}])
    assert told[1:3] == ("NotSimulated", "not simulated here: ec2 DescribeInstances with the filter host-id")
    assert ec2.describe_instances(Filters=[{"Name": "tag:Name", "Values": ["x"]}])["Reservations"] == []


def test_security_groups_by_name_are_those_of_the_default_vpc(ec2: Any) -> None:
    vpc = next(one["VpcId"] for one in ec2.describe_vpcs()["Vpcs"] if one["IsDefault"])
    asked = {"GroupName": "web", "Description": "d"}
    web = ec2.create_security_group(**asked)["GroupId"]
    assert refusal(ec2.create_security_group, **asked)[1:3] == ("InvalidGroup.Duplicate",
                                                                f"The security group 'web' already exists for VPC '{vpc}'")  # fmt: skip
    assert refusal(ec2.describe_security_groups, GroupNames=["web", "aaa"])[1:3] == (
        "InvalidGroup.NotFound", f"The security group 'aaa' does not exist in default VPC '{vpc}'")  # fmt: skip
    assert [one["GroupId"] for one in ec2.describe_security_groups(GroupNames=["web"])["SecurityGroups"]] == [web]


@pytest.mark.parametrize("way", ["ingress", "egress"])
@pytest.mark.parametrize(
    ("rule", "told"),
    [
        ({"IpProtocol": "tcp", "FromPort": 80, "ToPort": 81}, "TCP, from port: 80, to port: 81, "),
        ({"IpProtocol": "-1"}, "ALL, "),
        ({"IpProtocol": "50"}, "protocol: 50, "),
    ],
)
def test_a_rule_that_is_there(ec2: Any, way: str, rule: dict[str, Any], told: str) -> None:
    group = ec2.create_security_group(GroupName=f"{way} {rule['IpProtocol']}", Description="d")["GroupId"]
    asked = {"GroupId": group, "IpPermissions": [{"FromPort": -1, "ToPort": -1, **rule, "IpRanges": [{"CidrIp": "10.0.0.0/8"}]}]}
    add, remove = (getattr(ec2, f"{verb}_security_group_{way}") for verb in ("authorize", "revoke"))
    add(**asked)
    words = f'the specified rule "peer: 10.0.0.0/8, {told}ALLOW" already exists'
    assert refusal(add, **asked)[1:3] == ("InvalidPermission.Duplicate", words)
    remove(**asked)
    add(**asked)


def test_snapshots_of_those_who_are_asked_for(ec2: Any) -> None:
    assert ec2.describe_snapshots(OwnerIds=["self"])["Snapshots"] == []
    volume = ec2.create_volume(Size=1, AvailabilityZone="ap-northeast-2a")["VolumeId"]
    mine = ec2.create_snapshot(VolumeId=volume)["SnapshotId"]
    assert [one["SnapshotId"] for one in ec2.describe_snapshots(OwnerIds=["self"])["Snapshots"]] == [mine]
    assert mine not in [one["SnapshotId"] for one in ec2.describe_snapshots(OwnerIds=["amazon"])["Snapshots"]]
    assert mine in [one["SnapshotId"] for one in ec2.describe_snapshots()["Snapshots"]]


def test_an_address_that_others_can_reach(ec2: Any) -> None:
    assert ip_address(ec2.allocate_address()["PublicIp"]).is_global
