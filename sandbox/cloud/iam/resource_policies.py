"""The policy of a resource, where it has one: found by its ARN in moto's backends."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from typing import Any

from moto.backends import get_backend
from moto.s3.models import s3_backends

from sandbox.cloud.iam.evaluation import Kind, Policy
from sandbox.cloud.kms_keys import resolve

_UNGRANTED = "{}"


def owner(arn: str) -> str:
    """The account a resource belongs to: by its ARN, a bucket by its name (its ARN has none). Empty where nobody's or unknown."""
    parts = arn.split(":", 5)
    if len(parts) != 6:
        return ""
    if parts[2] == "s3" and not parts[4]:
        return s3_backends.bucket_accounts.get(parts[5].partition("/")[0], ("", ""))[1]
    return parts[4] if parts[4].isdigit() else ""


def known(action: str) -> bool:
    """Whether the service of this action keeps policies with its resources."""
    return action.partition(":")[0].lower() in _READERS


def find(arn: str) -> Policy | None:
    """The resource-based policy of the resource ``arn`` names; None where there is none, or none of this kind."""
    parts = arn.split(":", 5)
    reader = _READERS.get(parts[2]) if len(parts) == 6 else None
    document = reader(parts[3], owner(arn), parts[5], arn) if reader else None
    return Policy(document, Kind.RESOURCE, name=arn) if document else None


def alone(arn: str) -> bool:
    """Whether the resource opens to nobody whom its own policy does not name, its account's administrators included."""
    return arn.startswith("arn:aws:kms:") and ":key/" in arn


def _bucket(region: str, account: str, name: str, arn: str) -> str | None:
    bucket = s3_backends[account]["aws"].buckets.get(name.partition("/")[0]) if account in s3_backends else None
    policy = bucket.policy if bucket is not None else None
    return policy.decode() if isinstance(policy, bytes) else policy


def _key(region: str, account: str, name: str, arn: str) -> str | None:
    key = resolve(account, region, arn)
    return (key.policy or _UNGRANTED) if key is not None else None


def _of(service: str, find_one: Callable[[Any, str, str], Any], attribute: str = "policy") -> Callable[[str, str, str, str], str | None]:
    """A reader of services that keep a policy as an attribute of the thing ``find_one(backend, name, arn)`` gives."""

    def read(region: str, account: str, name: str, arn: str) -> str | None:
        holders = get_backend(service)  # type: ignore[call-overload]
        if account not in holders or region not in holders[account]:
            return None
        with suppress(Exception):  # Not there, or not of a kind that has one.
            return getattr(find_one(holders[account][region], name, arn), attribute) or None
        return None

    return read


class _Function:
    """A function's policy as the text it is given out in."""

    def __init__(self, function: Any) -> None:
        self.policy = function.policy.wire_format() if function.policy.statements else None


_READERS: dict[str, Callable[[str, str, str, str], str | None]] = {
    "s3": _bucket,
    "kms": _key,
    "sqs": _of("sqs", lambda backend, name, arn: backend.queues[name]),
    "sns": _of("sns", lambda backend, name, arn: backend.topics[arn]),
    "secretsmanager": _of("secretsmanager", lambda backend, name, arn: backend.secrets[arn]),
    "ecr": _of("ecr", lambda backend, name, arn: backend.repositories[name.removeprefix("repository/")]),
    "dynamodb": _of("dynamodb", lambda backend, name, arn: backend.resource_policies[arn], "policy_doc"),
    "lambda": _of("lambda", lambda backend, name, arn: _Function(backend.get_function(name.removeprefix("function:"))), "policy"),
}
