"""AWS's own managed policies (moto ships their texts): one shelf of them in the process, and in an account only those it attached.

In every account's frozen state 1,400 of them would weigh megabytes.
"""

from __future__ import annotations

import copy
import hashlib
import json
from collections.abc import Iterator
from functools import cache
from typing import Any

from moto.iam.aws_managed_policies import aws_managed_policies_data
from moto.iam.models import AWSManagedPolicy, Group, IAMBackend, ManagedPolicy, Role, User, iam_backends


class SharedPolicy(AWSManagedPolicy):
    """On the shelf it belongs to no account; what attaches it takes a copy of its own, which counts its attachments."""

    def attach_to(self, obj: Role | Group | User) -> None:
        mine = iam_backends[obj.account_id]["aws"].managed_policies
        if not dict.__contains__(mine, self.arn):
            mine[self.arn] = copy.copy(self)
        own = dict.__getitem__(mine, self.arn)
        own.attachment_count += 1
        obj.managed_policies[self.arn] = own


class ManagedPolicies(dict[str, ManagedPolicy]):
    """An account's managed policies: its own and those of AWS's that it attached; looked at as moto does, also all of AWS's."""

    def values(self) -> Any:
        return [*super().values(), *(policy for arn, policy in shelf().items() if not super(ManagedPolicies, self).__contains__(arn))]

    def __contains__(self, arn: object) -> bool:
        return super().__contains__(arn) or arn in shelf()

    def __missing__(self, arn: str) -> ManagedPolicy:
        return shelf()[arn]

    def get(self, arn: str, default: Any = None) -> Any:
        return super().get(arn) or shelf().get(arn, default)


def made_by(backend: IAMBackend) -> list[ManagedPolicy]:
    """Those that the account made itself."""
    return [policy for policy in dict.values(backend.managed_policies) if not isinstance(policy, AWSManagedPolicy)]


@cache
def shelf() -> dict[str, SharedPolicy]:
    """All of them by ARN. Made once, in the zygote."""
    return {policy.arn: policy for policy in _made()}


def _made() -> Iterator[SharedPolicy]:
    for name, data in json.loads(aws_managed_policies_data).items():
        policy: Any = SharedPolicy.from_data(name, "aws", "us-east-1", data)
        # The same in every process: moto would draw it.
        policy.id = "ANPA" + hashlib.sha256(name.encode()).hexdigest()[:17].upper()
        yield policy


def install() -> None:
    """Idempotent; before the first account is made."""
    backend: Any = IAMBackend
    backend._init_aws_policies = lambda _self: []
    backend._init_managed_policies = lambda _self: ManagedPolicies()
