"""A network of one's own with machines in it, and one in another region."""

from __future__ import annotations

from frozen.aws import REGION, Aws, tags

MADE = {
    "vpc": ["vpc-*"], "subnet": ["subnet-*", "subnet-*"], "internet-gateway": ["igw-*"], "route-table": ["rtb-*", "rtb-*"],
    "security-group": ["sg-*", "sg-*"], "network-acl": ["acl-*", "acl-*"], "key-pair": ["lab"], "instance": ["i-*", "i-*"],
    "volume": ["vol-*"] * 3, "snapshot": ["snap-*"], "image": ["ami-*"], "address": ["eipalloc-*", "eipalloc-*"],
    "ebs-encryption-by-default": ["region"], "launch-template": ["fleet"], "network-interface": ["eni-*"] * 4, "nat-gateway": ["nat-*"],
    "vpc-endpoint": ["vpce-*"],
    "dhcp-options": ["dopt-*"], "managed-prefix-list": ["pl-*"],
    "egress-only-internet-gateway": ["eigw-*"], "vpc-peering-connection": ["pcx-*"], "flow-log": ["fl-*"],
}  # fmt: skip
ALTERED = {"instance": ["i-*"], "security-group": ["sg-*"], "volume": ["vol-*"], "launch-template": ["fleet"]}
REMOVED = {"snapshot": ["snap-*"], "key-pair": ["lab"], "address": ["eipalloc-*"],
           "launch-template": ["fleet"]}  # fmt: skip


def populate(aws: Aws) -> None:
    ec2, made = aws["ec2"], aws.made
    made["vpc"] = vpc = ec2.create_vpc(CidrBlock="10.9.0.0/16", TagSpecifications=_named("vpc", "lab"))["Vpc"]["VpcId"]
    made["subnets"] = [
        ec2.create_subnet(VpcId=vpc, CidrBlock=f"10.9.{n}.0/24", AvailabilityZone=REGION + zone)["Subnet"]["SubnetId"]
        for n, zone in enumerate("ab")
    ]
    gateway = ec2.create_internet_gateway()["InternetGateway"]["InternetGatewayId"]
    ec2.attach_internet_gateway(InternetGatewayId=gateway, VpcId=vpc)
    table = ec2.create_route_table(VpcId=vpc)["RouteTable"]["RouteTableId"]
    ec2.create_route(RouteTableId=table, DestinationCidrBlock="0.0.0.0/0", GatewayId=gateway)
    ec2.associate_route_table(RouteTableId=table, SubnetId=made["subnets"][0])
    made["group"] = group = ec2.create_security_group(GroupName="web", Description="web", VpcId=vpc)["GroupId"]
    ec2.authorize_security_group_ingress(GroupId=group, IpPermissions=[_web(80)])
    _machines(aws)
    ec2.create_network_acl(VpcId=vpc)
    _network(aws)


def _machines(aws: Aws) -> None:
    ec2, made = aws["ec2"], aws.made
    ec2.create_key_pair(KeyName="lab")
    windows = [{"Name": "name", "Values": ["Windows_Server-2022-English-Full-Base*"]}]
    made["image"] = ec2.describe_images(Filters=windows)["Images"][0]["ImageId"]
    instances = ec2.run_instances(
        ImageId=made["image"], MinCount=2, MaxCount=2, InstanceType="t3.micro", SubnetId=made["subnets"][0],
        SecurityGroupIds=[made["group"]], UserData="#!/bin/sh", KeyName="lab", TagSpecifications=_named("instance", "Heartbeat"),
    )["Instances"]  # fmt: skip
    made["instances"] = [one["InstanceId"] for one in instances]
    ec2.stop_instances(InstanceIds=made["instances"][1:])
    made["volume"] = ec2.create_volume(AvailabilityZone=f"{REGION}a", Size=8)["VolumeId"]
    ec2.attach_volume(VolumeId=made["volume"], InstanceId=made["instances"][0], Device="/dev/sdf")
    made["snapshot"] = ec2.create_snapshot(VolumeId=made["volume"], Description="backup")["SnapshotId"]
    ec2.create_image(InstanceId=made["instances"][0], Name="golden")
    made["addresses"] = [ec2.allocate_address(Domain="vpc")["AllocationId"] for _ in range(2)]
    ec2.associate_address(AllocationId=made["addresses"][0], InstanceId=made["instances"][0])
    ec2.create_launch_template(LaunchTemplateName="fleet", LaunchTemplateData={"ImageId": made["image"], "InstanceType": "t3.micro"})


def _network(aws: Aws) -> None:
    ec2, made = aws["ec2"], aws.made
    ec2.create_network_interface(SubnetId=made["subnets"][1], Description="spare")
    ec2.create_nat_gateway(SubnetId=made["subnets"][1], ConnectivityType="private")
    ec2.create_vpc_endpoint(VpcId=made["vpc"], ServiceName=f"com.amazonaws.{REGION}.s3", VpcEndpointType="Gateway")
    ec2.create_dhcp_options(DhcpConfigurations=[{"Key": "domain-name", "Values": ["lab.internal"]}])
    ec2.create_managed_prefix_list(PrefixListName="office", MaxEntries=2, AddressFamily="IPv4", Entries=[{"Cidr": "192.0.2.0/24"}])
    ec2.create_egress_only_internet_gateway(VpcId=made["vpc"])
    default = ec2.describe_vpcs(Filters=[{"Name": "is-default", "Values": ["true"]}])["Vpcs"][0]["VpcId"]
    ec2.create_vpc_peering_connection(VpcId=made["vpc"], PeerVpcId=default)
    bucket = {"LogDestinationType": "s3", "LogDestination": "arn:aws:s3:::test-plain"}
    ec2.create_flow_logs(ResourceIds=[made["vpc"]], ResourceType="VPC", TrafficType="ALL", **bucket)
    ec2.enable_ebs_encryption_by_default()


def _named(kind: str, name: str) -> list[dict[str, object]]:
    return [{"ResourceType": kind, "Tags": tags(Name=name)}]


def _web(port: int) -> dict[str, object]:
    return {"IpProtocol": "tcp", "FromPort": port, "ToPort": port, "IpRanges": [{"CidrIp": "0.0.0.0/0"}]}


def alter(aws: Aws) -> None:
    ec2, made = aws["ec2"], aws.made
    ec2.start_instances(InstanceIds=made["instances"][1:])
    ec2.authorize_security_group_ingress(GroupId=made["group"], IpPermissions=[_web(443)])
    ec2.create_tags(Resources=[made["volume"]], Tags=tags(Name="data"))
    ec2.create_launch_template_version(LaunchTemplateName="fleet", LaunchTemplateData={"InstanceType": "t3.small"})


def remove(aws: Aws) -> None:
    ec2, made = aws["ec2"], aws.made
    ec2.delete_snapshot(SnapshotId=made["snapshot"])
    ec2.delete_key_pair(KeyName="lab")
    ec2.release_address(AllocationId=made["addresses"][1])
    ec2.delete_launch_template(LaunchTemplateName="fleet")
