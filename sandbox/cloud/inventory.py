"""What there is in an account, resource by resource, each with a fingerprint that changes when the resource does."""

from __future__ import annotations

import hashlib
import ipaddress
import json
from collections.abc import Callable, Iterable, Iterator
from datetime import date, datetime
from enum import Enum
from typing import Any

from moto.core.base_backend import BackendDict
from moto.s3.models import FakeBucket, FakeKey

from sandbox.cloud.changes import Inventory
from sandbox.cloud.iam.aws_policies import made_by

# Not the resource's own: what a mere use moves, and what is listed as a resource beside it.
_VOLATILE = frozenset(
    (
        "last_used",
        "lock",
        "keys",
        "multiparts",
        "_subnet_ip_generator",
        "_unused_ips",
        "_subnet_ips",
        "reserved_ips",
        "_available_ip_addresses",
    )
)
_DEPTH = 5
Found = Iterator[tuple[str, str, Any]]


def inventory(account: str, home: str) -> Inventory:
    """service → type → id → fingerprint for one account. Ids in another region than ``home`` are prefixed ``region/``."""
    result: Inventory = {}
    for service, regions in _backends(account):
        for region, backend in regions.items():
            for kind, name, thing in _FINDERS[service](backend):
                where = name if region in ("aws", home) else f"{region}/{name}"
                result.setdefault(service, {}).setdefault(kind, {})[where] = fingerprint(thing)
    return result


def fingerprint(thing: Any) -> str:
    text = json.dumps(_plain(thing, 0), sort_keys=True, default=str)
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def _backends(account: str) -> Iterator[tuple[str, dict[str, Any]]]:
    instances: list[Any] = BackendDict._instances  # type: ignore[misc]
    for group in list(instances):
        service = group.backend.__module__.split(".")[1]
        if service in _FINDERS and account in group:
            yield service, dict(group[account])


_SCALARS: tuple[tuple[Any, Callable[[Any], Any]], ...] = (
    ((datetime, date), lambda value: value.isoformat()),
    (bytes, lambda value: hashlib.sha256(value).hexdigest()),
    (Enum, lambda value: str(value.value)),
    # A network remembers in its attributes what it was once asked: only what it is counts.
    ((ipaddress.IPv4Address, ipaddress.IPv6Address, ipaddress.IPv4Network, ipaddress.IPv6Network), str),
)


def _plain(value: Any, depth: int) -> Any:
    """Data only, and no deeper than a resource's own: another resource is named, not described."""
    if value is None or isinstance(value, bool | int | float | str):
        return value
    for kinds, spell in _SCALARS:
        if isinstance(value, kinds):
            return spell(value)
    return type(value).__name__ if depth > _DEPTH else _compound(value, depth)


def _compound(value: Any, depth: int) -> Any:
    if isinstance(value, dict):
        return {str(key): _plain(item, depth + 1) for key, item in dict.items(value)}
    if isinstance(value, list | tuple):
        return [_plain(item, depth + 1) for item in value]
    if isinstance(value, set | frozenset):
        return sorted(json.dumps(_plain(item, depth + 1), sort_keys=True, default=str) for item in value)
    return _object(value, depth)


def _object(value: Any, depth: int) -> Any:
    if depth > 0:
        for name in ("arn", "id", "name"):
            identifier = getattr(value, name, None) if not callable(getattr(type(value), name, None)) else None
            if isinstance(identifier, str):
                return identifier
    fields = getattr(value, "__dict__", {})
    return {name: _plain(item, depth + 1) for name, item in fields.items() if not name.endswith("backend") and name not in _VOLATILE}


def _s3(backend: Any) -> Found:
    for name, bucket in backend.buckets.items():
        yield "bucket", name, (_bucket(bucket), backend.tagger.get_tag_dict_for_resource(bucket.arn))
        for key, versions in dict.items(bucket.keys):
            newest = versions[-1]
            if isinstance(newest, FakeKey):
                yield "object", f"{name}/{key}", [_version(backend, version) for version in versions]
            else:
                yield "delete-marker", f"{name}/{key}", [_version(backend, version) for version in versions]
        for upload, multipart in bucket.multiparts.items():
            yield "multipart-upload", f"{name}/{multipart.key_name}/{upload}", sorted(multipart.parts)


def _bucket(bucket: FakeBucket) -> dict[str, Any]:
    return {name: value for name, value in vars(bucket).items() if name not in _VOLATILE}


def _version(backend: Any, version: Any) -> list[Any]:
    if not isinstance(version, FakeKey):
        return ["delete marker", version.version_id]
    tags = backend.tagger.get_tag_dict_for_resource(version.arn)
    grants = [(g.uri or g.id, grant.permissions) for grant in (version.acl.grants if version.acl else ()) for g in grant.grantees]
    kept = (version.storage_class, version.encryption, version.kms_key_id, version.lock_mode, version.lock_until, version.lock_legal_status)
    return [version.version_id, version.etag, dict(version.metadata), grants, tags, kept]


def _kms(backend: Any) -> Found:
    for key in backend.keys.values():
        grants = sorted(getattr(key, "grants", {}))
        yield "key", key.id, [_object(key, 0), grants, backend.tagger.get_tag_dict_for_resource(key.id)]
        for alias in key.aliases:
            yield "alias", alias, key.id


def _iam(backend: Any) -> Found:
    for kind, things in (
        ("role", backend.roles),
        ("user", backend.users),
        ("group", backend.groups),
        ("instance-profile", backend.instance_profiles),
    ):
        for thing in things.values():
            yield kind, str(thing.name), [_object(thing, 0), sorted(getattr(thing, "managed_policies", {}))]
    for policy in made_by(backend):
        yield "policy", policy.name, [_object(policy, 0), [version.document for version in policy.versions]]
    for key in backend.access_keys.values():
        if key.user_name:
            yield "access-key", key.access_key_id, [key.user_name, key.status]


def _ec2(backend: Any) -> Found:
    def tagged(kind: str, things: Iterable[Any]) -> Found:
        for thing in things:
            yield kind, thing.id, [_object(thing, 0), backend.tags.get(thing.id)]

    yield from tagged("instance", (i for reservation in backend.reservations.values() for i in reservation.instances))
    yield from tagged("security-group", (g for groups in backend.groups.values() for g in groups.values()))
    yield from tagged("subnet", (s for zones in backend.subnets.values() for s in zones.values()))
    for kind, things in (
        ("vpc", backend.vpcs), ("route-table", backend.route_tables), ("internet-gateway", backend.internet_gateways),
        ("volume", backend.volumes),
        ("network-acl", backend.network_acls), ("network-interface", backend.enis), ("launch-template", backend.launch_templates),
    ):  # fmt: skip
        yield from tagged(kind, things.values())
    yield from tagged("snapshot", (s for s in backend.snapshots.values() if s.owner_id == backend.account_id and not s.from_ami))
    yield from tagged("image", (i for i in backend.amis.values() if i.owner_id == backend.account_id))
    for name, pair in backend.key_pairs.items():
        yield "key-pair", name, _object(pair, 0)
    for address in backend.addresses:
        yield "elastic-ip", address.allocation_id or address.public_ip, _object(address, 0)


def _ssm(backend: Any) -> Found:
    tags = backend._resource_tags
    for name, versions in dict.items(backend._parameters):
        if not name.startswith("/aws/service/"):
            yield "parameter", name, [[_object(version, 0) for version in versions], tags.get("Parameter", {}).get(name)]
    for name, documents in backend._documents.items():
        yield "document", name, _object(documents, 0)


def _named(kind: str, attribute: str) -> Any:
    def find(backend: Any) -> Found:
        for name, thing in getattr(backend, attribute).items():
            yield kind, str(name), _object(thing, 0) if hasattr(thing, "__dict__") else thing

    return find


_FINDERS = {
    "s3": _s3, "kms": _kms, "iam": _iam, "ec2": _ec2, "ssm": _ssm, "codepipeline": _named("pipeline", "pipelines"),
    "dynamodb": _named("table", "tables"), "sqs": _named("queue", "queues"), "sns": _named("topic", "topics"),
    "secretsmanager": _named("secret", "secrets"), "codecommit": _named("repository", "repositories"),
    "codebuild": _named("project", "codebuild_projects"), "stepfunctions": _named("activity", "activities"),
    "ecr": _named("repository", "repositories"), "route53": _named("hosted-zone", "zones"),
}  # fmt: skip
