"""https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_RunInstances.html: where it runs that is not told where."""

from __future__ import annotations

from ipaddress import ip_address, ip_network
from typing import Any

import pytest
from botocore.exceptions import ClientError
from cloud_harness import Cloud

IMAGE = "ami-06e9e3574a0459db2"


@pytest.fixture(scope="module")
def ec2(session_cloud: Cloud) -> Any:
    return session_cloud.client("ec2")


def start(ec2: Any, **asked: Any) -> dict[str, Any]:
    made = ec2.run_instances(ImageId=IMAGE, InstanceType="t3.micro", MinCount=1, MaxCount=1, **asked)["Instances"][0]["InstanceId"]
    told: dict[str, Any] = ec2.describe_instances(InstanceIds=[made])["Reservations"][0]["Instances"][0]
    return told


def test_in_the_default_subnet_of_its_zone(ec2: Any) -> None:
    for zone in ("ap-northeast-2a", "ap-northeast-2c"):
        asked = {"Placement": {"AvailabilityZone": zone}} if zone.endswith("c") else {}
        told = start(ec2, **asked)
        subnet = ec2.describe_subnets(SubnetIds=[told["SubnetId"]])["Subnets"][0]
        assert (subnet["AvailabilityZone"], subnet["DefaultForAz"]) == (zone, True)
        network = ip_network(subnet["CidrBlock"])
        assert ip_address(told["PrivateIpAddress"]) == network[4]
        assert told["PrivateDnsName"].startswith("ip-" + told["PrivateIpAddress"].replace(".", "-"))
        assert told["PublicIpAddress"]
        assert [one["GroupName"] for one in told["SecurityGroups"]] == ["default"]


def test_where_it_is_told(ec2: Any) -> None:
    vpc = ec2.create_vpc(CidrBlock="10.9.0.0/16")["Vpc"]["VpcId"]
    subnet = ec2.create_subnet(VpcId=vpc, CidrBlock="10.9.1.0/24")["Subnet"]["SubnetId"]
    group = ec2.create_security_group(GroupName="nine", Description="d", VpcId=vpc)["GroupId"]
    told = [start(ec2, SubnetId=subnet, SecurityGroupIds=[group]) for _ in range(2)]
    assert [one["PrivateIpAddress"] for one in told] == ["10.9.1.4", "10.9.1.5"]
    assert [one["GroupId"] for one in told[0]["SecurityGroups"]] == [group]
    named = ec2.create_security_group(GroupName="named", Description="d")["GroupId"]
    assert [one["GroupId"] for one in start(ec2, SecurityGroups=["named"])["SecurityGroups"]] == [named]


def test_until_all_are_given(ec2: Any) -> None:
    """A /28 has 16 addresses, of which five are nobody's."""
    vpc = ec2.create_vpc(CidrBlock="10.10.0.0/16")["Vpc"]["VpcId"]
    subnet = ec2.create_subnet(VpcId=vpc, CidrBlock="10.10.1.0/28")["Subnet"]["SubnetId"]
    told = [start(ec2, SubnetId=subnet) for _ in range(11)]
    assert [one["PrivateIpAddress"] for one in told] == [f"10.10.1.{number}" for number in range(4, 15)]
    with pytest.raises(ClientError, match="InsufficientFreeAddressesInSubnet"):
        start(ec2, SubnetId=subnet)
    assert all(one["Instances"] for one in ec2.describe_instances()["Reservations"])


def test_of_the_image_that_a_parameter_names(ec2: Any, session_cloud: Cloud) -> None:
    name = "/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-6.1-arm64"
    session_cloud.client("ssm").put_parameter(Name="/image", Value=IMAGE, Type="String")
    asked = {"InstanceType": "t3.micro", "MinCount": 1, "MaxCount": 1}
    assert ec2.run_instances(ImageId="resolve:ssm:/image", **asked)["Instances"][0]["ImageId"] == IMAGE
    theirs = session_cloud.client("ssm").get_parameter(Name=name)["Parameter"]["Value"]
    assert ec2.run_instances(ImageId="resolve:ssm:" + name, **asked)["Instances"][0]["ImageId"] == theirs
