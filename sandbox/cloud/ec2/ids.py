"""Identifiers of EC2 that can be none: mostly a name in an identifier's place. And what is not there, in EC2's words.

Sources: https://docs.aws.amazon.com/AWSEC2/latest/APIReference/errors-overview.html (codes, and how long an identifier is). Words as AWS's
clients quote them: https://github.com/ClusterLabs/cluster-glue/pull/30, https://github.com/boto/boto3/issues/1505,
https://github.com/hashicorp/terraform/issues/22172, https://github.com/cloudavail/aws-missing-tools/issues/59,
https://github.com/hashicorp/terraform-aws-consul/issues/29, https://github.com/hashicorp/vault-guides/issues/260.
A VPC, a subnet or a group that is named otherwise is only not found.
"""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import parse_qsl

from moto.ec2.exceptions import EC2ClientError, InvalidKeyPairNameError, InvalidVPCIdError
from moto.ec2.models.elastic_block_store import EBSBackend
from moto.ec2.models.key_pairs import KeyPairBackend
from moto.ec2.models.vpcs import VPCBackend

from sandbox.cloud.ec2.launch import PARAMETER
from sandbox.cloud.faults import AwsError

_describe_vpcs, _describe_pairs = VPCBackend.describe_vpcs, KeyPairBackend.describe_key_pairs
_describe_volumes = EBSBackend.describe_volumes
_WHOLE = r"-([0-9a-f]{8}|[0-9a-f]{17})"
_FIELD = re.compile(r"(?P<name>InstanceId|ImageId|GroupId|VolumeId|SnapshotId)(?P<nth>\.\d+)?")


def install() -> None:
    """Idempotent."""
    InvalidVPCIdError.__init__ = _no_vpc  # type: ignore[method-assign]
    InvalidKeyPairNameError.__init__ = _no_pair  # type: ignore[method-assign,assignment]
    VPCBackend.describe_vpcs = _vpcs  # type: ignore[method-assign]
    EBSBackend.describe_volumes = _volumes  # type: ignore[method-assign]
    KeyPairBackend.describe_key_pairs = _pairs  # type: ignore[method-assign]


def check(operation: str, query: str, body: bytes) -> None:
    """Raises AwsError for the first identifier that can be none."""
    for field, value in parse_qsl(query + "&" + body.decode("latin-1"), keep_blank_values=True):
        if found := _FIELD.fullmatch(field):
            _RULES[found["name"]](value, operation)


def _instance(value: str, _operation: str) -> None:
    if not re.fullmatch("i" + _WHOLE, value):
        raise AwsError("InvalidInstanceID.Malformed", f'Invalid id: "{value}"')


def _image(value: str, operation: str) -> None:
    if operation == "RunInstances" and value.startswith(PARAMETER):
        return
    if not value.startswith("ami-"):
        raise AwsError("InvalidAMIID.Malformed", f'Invalid id: "{value}" (expecting "ami-...")')
    if operation == "RunInstances" and not re.fullmatch("ami" + _WHOLE, value):
        raise AwsError("InvalidAMIID.Malformed", f'Invalid id: "{value}"')


def _group(value: str, _operation: str) -> None:
    if not value.startswith("sg-"):
        raise AwsError("InvalidGroupId.Malformed", f'Invalid id: "{value}" (expecting "sg-...")')


def _volume(value: str, _operation: str) -> None:
    if not value.startswith("vol-"):
        raise AwsError("InvalidParameterValue", f"Value ({value}) for parameter volumeId is invalid. Expected: 'vol-...'.")


def _snapshot(value: str, _operation: str) -> None:
    if not value.startswith("snap-"):
        raise AwsError("InvalidParameterValue", f"Value ({value}) for parameter snapshotId is invalid. Expected: 'snap-...'.")


_RULES = {"InstanceId": _instance, "ImageId": _image, "GroupId": _group, "VolumeId": _volume, "SnapshotId": _snapshot}


def _no_vpc(self: InvalidVPCIdError, vpc_id: str) -> None:
    EC2ClientError.__init__(self, "InvalidVpcID.NotFound", f"The vpc ID '{vpc_id}' does not exist")


def _no_pair(self: InvalidKeyPairNameError, key: str) -> None:
    EC2ClientError.__init__(self, "InvalidKeyPair.NotFound", f"The key pair '{key}' does not exist")


def _vpcs(self: VPCBackend, vpc_ids: list[str] | None = None, filters: Any = None) -> Any:
    """moto names those that are there among those that are not."""
    for one in vpc_ids or ():
        self.get_vpc(one)
    return _describe_vpcs(self, vpc_ids, filters)


def _volumes(self: EBSBackend, volume_ids: list[str] | None = None, filters: Any = None) -> Any:
    for one in volume_ids or ():
        self.get_volume(one)
    return _describe_volumes(self, volume_ids, filters)


def _pairs(self: KeyPairBackend, key_names: list[str], filters: Any = None) -> Any:
    if missing := [name for name in key_names if name and name not in self.key_pairs]:
        raise InvalidKeyPairNameError(missing[0])
    return _describe_pairs(self, key_names, filters)
