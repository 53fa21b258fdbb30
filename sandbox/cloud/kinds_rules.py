"""What a path does not say of a resource: which things count, what belongs to them though it is kept elsewhere."""

from __future__ import annotations

from typing import Any

from moto.iam.models import AWSManagedPolicy
from moto.s3.models import FakeKey

# --- S3 ----------------------------------------------------------------------------------------------------------------------


def is_object(_: Any, place: Any) -> bool:
    return isinstance(place.it[-1], FakeKey)


def is_marker(_: Any, place: Any) -> bool:
    return not isinstance(place.it[-1], FakeKey)


def versions(backend: Any, place: Any) -> list[Any]:
    """A bucket of a thousand objects is common, so each is described by what is the learner's and no more."""
    return [_version(backend, version) for version in place.it]


def _version(backend: Any, version: Any) -> list[Any]:
    if not isinstance(version, FakeKey):
        return ["delete marker", version.version_id]
    tags = backend.tagger.get_tag_dict_for_resource(version.arn)
    grants = [(g.uri or g.id, grant.permissions) for grant in (version.acl.grants if version.acl else ()) for g in grant.grantees]
    kept = (version.storage_class, version.encryption, version.kms_key_id, version.lock_mode, version.lock_until, version.lock_legal_status)
    return [version.version_id, version.etag, dict(version.metadata), grants, tags, kept]


def parts(_: Any, place: Any) -> list[int]:
    return sorted(place.it.parts)


# --- DynamoDB, SQS, CloudWatch -----------------------------------------------------------------------------------------------


def item_name(_: Any, place: Any) -> str:
    table = place.up[0]
    values = [str(key.value) for key in place.keys[1:]]
    return f"{table.name}/" + ",".join(f"{name}={value}" for name, value in zip(table.table_key_attrs, values, strict=False))


def item(_: Any, place: Any) -> Any:
    return place.it.to_json()


def table_policy(backend: Any, place: Any) -> Any:
    return backend.resource_policies.get(place.it.table_arn)


def message(_: Any, place: Any) -> list[Any]:
    one = place.it
    return [one.body, one.message_attributes, one.approximate_receive_count, one.visible_at, one.delayed_until]


def point(_: Any, place: Any) -> list[Any]:
    one = place.it
    return [one.timestamp, [(each.name, each.value) for each in one.dimensions], one.value, one.unit]


# --- EC2 ---------------------------------------------------------------------------------------------------------------------


def own(backend: Any, place: Any) -> bool:
    """Not AWS's, and not what comes with an image of AWS's."""
    return place.it.owner_id == backend.account_id and not getattr(place.it, "from_ami", None)


def ec2_tags(backend: Any, place: Any) -> Any:
    return backend.tags.get(getattr(place.it, "id", None))


def default_network(backend: Any, place: Any) -> bool:
    """Every region has one from the start; moto makes it at the first look."""
    thing = place.it
    network = backend.vpcs.get(getattr(thing, "vpc_id", None) or getattr(thing, "id", None))
    marks = ("is_default", "default_for_az", "default", "main_association_id")
    made = getattr(thing, "name", None) == "default" or any(getattr(thing, mark, None) not in (None, False, "false") for mark in marks)
    return made and network is not None and str(network.is_default).lower() == "true"


# --- the rest ----------------------------------------------------------------------------------------------------------------


def has_owner(_: Any, place: Any) -> bool:
    """Access keys of sessions are nobody's."""
    return bool(place.it.user_name)


def own_policy(_: Any, place: Any) -> bool:
    return not isinstance(place.it, AWSManagedPolicy)


def not_awss(_: Any, place: Any) -> bool:
    return not str(place.keys[-1]).startswith("/aws/service/")


def not_default(_: Any, place: Any) -> bool:
    return str(place.keys[-1]) != "default"


def reusable(_: Any, place: Any) -> bool:
    """A zone's own delegation set is no resource."""
    return not str(place.it.caller_reference).startswith("DelSet_")


def record_name(_: Any, place: Any) -> str:
    record = place.it
    return f"{record.name} {record.type}" + (f" {record.set_identifier}" if record.set_identifier else "")


def alias_name(_: Any, place: Any) -> str:
    return str(place.it.arn).partition(":function:")[2]


def is_on(_: Any, place: Any) -> bool:
    return bool(place.it)


def is_active(_: Any, place: Any) -> bool:
    """ECS remembers what was deleted for a while, and lists it no more."""
    return str(place.it.status) != "INACTIVE"


def target_key(_: Any, place: Any) -> str:
    return str(place.up[0].id)


def ssm_tags(backend: Any, place: Any) -> Any:
    tags = backend._resource_tags
    return [
        dict(tags.get(kind, {}).get(str(place.keys[-1])) or {}) for kind in ("Parameter", "Document", "MaintenanceWindow", "PatchBaseline")
    ]


def zone_tags(backend: Any, place: Any) -> Any:
    return dict(backend.resource_tags.get(place.keys[-1]) or {})


def deploy_tags(backend: Any, place: Any) -> Any:
    kind = "application" if len(place.keys) == 1 else "deploymentgroup"
    return backend.tagger.get_tag_dict_for_resource(backend._arn(f"{kind}:" + "/".join(place.keys)))
