"""A new value's account: the workstation's role and the region's default network. And, at every checkout, the workstation's session.

The workstation itself is not listed by ``describe-instances``: its instance id belongs to the sandbox, while the account is part of the
value, and a value is shared (every learner's first version of a lab is the same). A listed instance would carry one sandbox's id into all.
"""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

from moto.ec2.models import ec2_backends
from moto.iam.models import AccessKey, iam_backends
from moto.sts.models import AssumedRole, sts_backends

ROLE = "LabWorkstationRole"
CREDENTIALS, EARLIER = ("access_key_id", "secret_access_key", "session_token", "expiration"), "earlier_"
_TRUST = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Principal": {"Service": "ec2.amazonaws.com"}, "Action": "sts:AssumeRole"}],
}
_POLICY = {
    "Version": "2012-10-17",
    "Statement": [
        {"Sid": "Labs", "Effect": "Allow", "Action": "*", "Resource": "*"},
        {"Sid": "NotTheAccountItself", "Effect": "Deny", "Action": ["organizations:*", "account:*", "billing:*"], "Resource": "*"},
    ],
}


def bear(identity: dict[str, Any]) -> None:
    """Make the account's first things. Every other service starts empty, as at AWS."""
    account, role = identity["account"], identity["role_name"]
    iam = iam_backends[account]["aws"]
    iam.create_role(
        role_name=role, assume_role_policy_document=json.dumps(_TRUST), path="/", permissions_boundary=None,
        description="What the lab's workstation may do", tags=[], max_session_duration="43200",
    )  # fmt: skip
    iam.put_role_policy(role, "LabWorkstation", json.dumps(_POLICY))
    iam.create_instance_profile(name=role, path="/", role_names=[role], tags=[])
    ec2_backends[account][identity["region"]]  # Making it makes the default network.


def sign_in(identity: dict[str, Any]) -> None:
    """Register the checkout's credentials, and those of before where it has them, as the session ``assumed-role/<role>/<instance id>``;
    they are kept out of a freeze."""
    for credentials in _sets(identity):
        _begin(identity, credentials)


def session_keys(identity: dict[str, Any]) -> frozenset[str]:
    """The access keys that are not part of the value."""
    return frozenset(credentials["access_key_id"] for credentials in _sets(identity))


def _sets(identity: dict[str, Any]) -> list[dict[str, str]]:
    found = [{name: identity.get(before + name, "") for name in CREDENTIALS} for before in ("", EARLIER)]
    return [credentials for credentials in found if credentials["access_key_id"]]


def _begin(identity: dict[str, Any], credentials: dict[str, str]) -> None:
    account, role = identity["account"], identity["role_name"]
    key = AccessKey(  # type: ignore[abstract]
        user_name=None, prefix="ASIA", account_id=account
    )
    key.access_key_id, key.secret_access_key = credentials["access_key_id"], credentials["secret_access_key"]
    arn = f"arn:aws:iam::{account}:role/{role}"
    key.role_arn = arn
    session = AssumedRole(
        account_id=account, region_name=identity["region"], access_key=key, role_session_name=identity["instance_id"],
        role_arn=arn, policy="", duration=3600, external_id="",
    )  # fmt: skip
    session.session_token = credentials["session_token"]
    session.expiration = datetime.fromisoformat(credentials["expiration"]).replace(tzinfo=None)
    iam_backends[account]["aws"].access_keys[key.access_key_id] = key
    sts_backends[account]["aws"].assumed_roles.append(session)
