"""Security groups that are named, found and given rules in EC2's words.

Sources: https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_CreateSecurityGroup.html and errors-overview.html beside it; words as
AWS's clients quote them: https://github.com/pulumi/pulumi-awsx/issues/328, https://github.com/aws/aws-sdk/issues/402,
https://github.com/galaxyproject/cloudlaunch/issues/56, https://github.com/lucidsoftware/cumulus/issues/101,
https://github.com/aws/aws-cli/issues/2428
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain
from typing import Any

from moto.ec2.exceptions import EC2ClientError, InvalidCIDRSubnetError
from moto.ec2.models.security_groups import SecurityGroup, SecurityGroupBackend

from sandbox.cloud.faults import AwsError

_describe, _create = SecurityGroupBackend.describe_security_groups, SecurityGroupBackend.create_security_group
_iterate: Any = SecurityGroupBackend._iterate_security_rules
_WITH_PORTS = ("tcp", "udp", "icmp")


def install() -> None:
    """Idempotent."""
    backend: Any = SecurityGroupBackend
    backend.describe_security_groups, backend.create_security_group = _described, _created
    backend._iterate_security_rules = _rules
    InvalidCIDRSubnetError.__init__ = _malformed  # type: ignore[method-assign]


def _described(self: Any, group_ids: list[str] | None = None, groupnames: list[str] | None = None, filters: Any = None) -> Any:
    """moto names those that are there among those that are not."""
    there = list(chain.from_iterable(groups.values() for groups in self.groups.values()))
    for wanted in group_ids or ():
        if all(one.id != wanted for one in there):
            raise AwsError("InvalidGroup.NotFound", f"The security group '{wanted}' does not exist")
    for wanted in groupnames or ():
        if all(one.name != wanted for one in there):
            where = f" in default VPC '{self.default_vpc.id}'" if self.default_vpc else ""
            raise AwsError("InvalidGroup.NotFound", f"The security group '{wanted}' does not exist{where}")
    return _describe(self, group_ids, groupnames, filters)


def _created(self: Any, name: str, description: str, vpc_id: str | None = None, *args: Any, **named: Any) -> SecurityGroup:
    if name.startswith("sg-"):
        why = "Group names may not be in the format sg-*."
        raise AwsError("InvalidParameterValue", f"Value ({name}) for parameter GroupName is invalid. {why}")
    vpc = vpc_id or (self.default_vpc.id if self.default_vpc else "")
    if not named.get("force") and self.get_security_group_by_name_or_id(name, vpc):
        raise AwsError("InvalidGroup.Duplicate", f"The security group '{name}' already exists for VPC '{vpc}'")
    return _create(self, name, description, vpc_id, *args, **named)


def _rules(self: Any, protocol: str, group: str, *args: Any, tags: Any = None, is_egress: bool = False, **named: Any) -> Iterator[Any]:
    """Only those that are to be added have tags, be it none."""
    there = self.get_security_group_from_id(group)
    for rule in _iterate(self, protocol, group, *args, is_egress=is_egress, tags=tags, **named):
        if tags is not None and there and rule in (there.egress_rules if is_egress else there.ingress_rules):
            raise AwsError("InvalidPermission.Duplicate", f'the specified rule "{_told(rule)}" already exists')
        yield rule


def _told(rule: Any) -> str:
    """``peer: 0.0.0.0/0, TCP, from port: 80, to port: 80, ALLOW``"""
    ip, group = rule.ip_range, rule.source_group
    peer = ip.get("CidrIp") or ip.get("CidrIpv6") or group.get("GroupId") or rule.prefix_list_id or ""
    protocol = str(rule.ip_protocol)
    if protocol == "-1":
        return f"peer: {peer}, ALL, ALLOW"
    if protocol not in _WITH_PORTS:
        return f"peer: {peer}, protocol: {protocol}, ALLOW"
    return f"peer: {peer}, {protocol.upper()}, from port: {rule.from_port}, to port: {rule.to_port}, ALLOW"


def _malformed(self: InvalidCIDRSubnetError, cidr: Any) -> None:
    """moto brings a range, or the structure around it."""
    said = next(iter(cidr.values()), "") if isinstance(cidr, dict) else cidr
    EC2ClientError.__init__(self, "InvalidParameterValue", f"CIDR block {said} is malformed")
