"""An instance that is started without a word of where runs in the default subnet of its zone, with an address of it and in the default
security group; moto thinks of EC2-Classic. Of a subnet the first four addresses and the last are nobody's; an elastic one is public.

Sources: https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_RunInstances.html ("If you don't specify a subnet ID, we choose a
default subnet from your default VPC for you", "If you don't specify a security group ID, we use the default security group for the VPC"),
https://docs.aws.amazon.com/vpc/latest/userguide/subnet-sizing.html (the addresses),
https://docs.aws.amazon.com/AWSEC2/latest/APIReference/errors-overview.html (where there is none),
https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/using-systems-manager-parameter-to-find-AMI.html; words as AWS's clients quote them:
https://github.com/CiscoDevNet/cloud-cml/issues/4
"""

from __future__ import annotations

from ipaddress import ip_address
from itertools import islice
from typing import Any

from moto.ec2 import utils
from moto.ec2.models import elastic_ip_addresses
from moto.ec2.models.instances import InstanceBackend
from moto.ec2.models.subnets import Subnet
from moto.ec2.responses import instances
from moto.iam.exceptions import NotFoundException
from moto.ssm.models import ssm_backends

from sandbox.cloud.faults import AwsError

_RESERVED = 4
PARAMETER = "resolve:ssm:"
_find_profile: Any = utils.filter_iam_instance_profiles
_run: Any = InstanceBackend.run_instances


def install() -> None:
    """Idempotent."""
    backend: Any = InstanceBackend
    subnet: Any = Subnet
    module: Any = instances
    addresses: Any = elastic_ip_addresses
    module.filter_iam_instance_profiles, addresses.random_ip = _profile, utils.random_public_ip
    backend.run_instances, subnet.get_available_subnet_ip = run_instances, next_address


def next_address(self: Any, instance: Any) -> str:
    """In moto's place: the lowest that is free. moto goes on where this process stopped, of which a thawed account knows nothing."""
    taken = {ip_address(one) for one in self._subnet_ips} | self._reserved_ips | {self.cidr.broadcast_address}
    for one in islice(self.cidr, _RESERVED, None):
        if one not in taken:
            self._unused_ips.discard(str(one))
            self._subnet_ips[str(one)] = instance
            return str(one)
    raise AwsError(
        "InsufficientFreeAddressesInSubnet",
        "The specified subnet does not contain enough free private IP addresses to fulfill your request.",
    )


def _profile(account: str, iam_instance_profile_arn: str | None = None, iam_instance_profile_name: str | None = None, **named: Any) -> Any:
    try:
        return _find_profile(
            account, iam_instance_profile_arn=iam_instance_profile_arn, iam_instance_profile_name=iam_instance_profile_name, **named
        )
    except NotFoundException:
        kind, said = ("name", iam_instance_profile_name) if iam_instance_profile_name else ("arn", iam_instance_profile_arn)
        words = f"Invalid IAM Instance Profile {'name' if kind == 'name' else 'ARN'}"
        raise AwsError("InvalidParameterValue", f"Value ({said}) for parameter iamInstanceProfile.{kind} is invalid. {words}") from None


def run_instances(self: Any, image_id: str, count: int, user_data: Any, security_group_names: list[str], **asked: Any) -> Any:
    """moto's, told where, and of which image where a parameter names it."""
    if count < 1:
        raise AwsError("InvalidParameterValue", f"Value ({count}) for parameter minCount is invalid.")
    if image_id and image_id.startswith(PARAMETER):
        named = ssm_backends[self.account_id][self.region_name].get_parameter(image_id.removeprefix(PARAMETER))
        image_id = str(named.value) if named else image_id
    if not asked.get("subnet_id") and not asked.get("nics"):
        zone = asked.get("placement") or f"{self.region_name}a"
        if (subnet := self.get_default_subnets().get(zone)) is not None:
            asked["subnet_id"] = subnet.id
            if not security_group_names and not asked.get("security_group_ids"):
                asked["security_group_ids"] = [self.get_security_group_from_name("default", subnet.vpc_id).id]
    try:
        return _run(self, image_id, count, user_data, security_group_names, **asked)
    except AwsError:
        for key in [key for key, one in self.reservations.items() if not one.instances]:
            del self.reservations[key]
        raise
