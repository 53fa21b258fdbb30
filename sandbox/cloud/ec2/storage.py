"""Volumes are made in zones that there are; of snapshots those are shown that are asked for, and one that is not there is said to be it.

Sources: https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeSnapshots.html (OwnerIds), errors-overview.html beside it;
words as AWS's clients quote them: https://github.com/hashicorp/terraform/issues/6110
"""

from __future__ import annotations

from typing import Any

from moto.core.responses import ActionResult
from moto.ec2.exceptions import EC2ClientError, InvalidSnapshotIdError
from moto.ec2.models.elastic_block_store import EBSBackend
from moto.ec2.responses.elastic_block_store import ElasticBlockStore

from sandbox.cloud.faults import AwsError

_describe: Any = EBSBackend.describe_snapshots
_tell: Any = ElasticBlockStore.describe_snapshots
_new_volume: Any = ElasticBlockStore.create_volume


def install() -> None:
    """Idempotent."""
    backend: Any = EBSBackend
    response: Any = ElasticBlockStore
    backend.describe_snapshots = snapshots
    response.describe_snapshots, response.create_volume = told, volume
    InvalidSnapshotIdError.__init__ = _not_there  # type: ignore[method-assign]


def snapshots(self: Any, snapshot_ids: list[str] | None = None, filters: Any = None) -> Any:
    if missing := [one for one in snapshot_ids or () if one not in self.snapshots]:
        raise AwsError("InvalidSnapshot.NotFound", f"The snapshot '{missing[0]}' does not exist.")
    return _describe(self, snapshot_ids, filters)


def told(self: Any) -> ActionResult:
    """moto's, of the owners that are asked for: an account, ``self`` or ``amazon``."""
    answer: Any = _tell(self)
    owners = {self.current_account if one == "self" else one for one in self._get_param("OwnerIds", [])}
    if not owners:
        return ActionResult(answer.result)
    found = [one for one in answer.result["Snapshots"] if _owned(one.owner_id, owners, self.current_account)]
    return ActionResult(answer.result | {"Snapshots": found})


def _owned(owner: str, owners: set[str], account: str) -> bool:
    return owner in owners or ("amazon" in owners and owner != account)


def volume(self: Any) -> ActionResult:
    zone = self._get_param("AvailabilityZone")
    if zone and all(one.name != zone for one in self.ec2_backend.describe_availability_zones()):
        raise AwsError("InvalidZone.NotFound", f"The zone '{zone}' does not exist.")
    answer: ActionResult = _new_volume(self)
    return answer


def _not_there(self: InvalidSnapshotIdError) -> None:
    EC2ClientError.__init__(self, "InvalidSnapshot.NotFound", "The specified snapshot does not exist.")
