"""How a hosted zone is called and asked for. And a batch of changes of its records: all of it is done, or none, and what is wrong with each
is said in Route 53's words.

moto compares with a journal of earlier changes instead of with what is there: it makes a record twice, and deletes by values of before.
Sources: https://docs.aws.amazon.com/Route53/latest/APIReference/API_ChangeResourceRecordSets.html, API_CreateHostedZone.html beside it
"""

from __future__ import annotations

import ipaddress
from collections.abc import Iterator
from typing import Any

from moto.moto_api._internal import mock_random
from moto.route53 import models
from moto.route53.exceptions import InvalidActionValue, Route53ClientError
from moto.route53.models import FakeZone, RecordSet, Route53Backend
from moto.route53.utils import validate_domain_name

from sandbox.cloud.faults import AwsError

_ADDRESSES: dict[str, tuple[type, str, str]] = {
    "A": (ipaddress.IPv4Address, "ARRDATAIllegalIPv4Address", "IPv4"),
    "AAAA": (ipaddress.IPv6Address, "AAAARRDATAIllegalIPv6Address", "IPv6"),
}
_create_zone = Route53Backend.create_hosted_zone
_VALUES = ("ttl", "weight", "region", "failover", "health_check_id", "alias_target", "geo_location", "multi_value_answer")
_Key = tuple[str, str, str | None]


class InvalidBatch(Route53ClientError):
    def __init__(self, wrong: list[str]) -> None:
        super().__init__("InvalidChangeBatch", f"[{', '.join(wrong)}]")


def install() -> None:
    """Idempotent."""
    module: Any = models
    backend: Any = Route53Backend
    module.create_route53_zone_id = _zone_id
    backend.change_resource_record_sets, backend.create_hosted_zone = change_record_sets, _zone


def _zone_id(**_: Any) -> str:
    return "Z0" + mock_random.get_random_string(length=19).upper()


def _zone(self: Route53Backend, name: str, private_zone: bool, caller_reference: str | None = None, **named: Any) -> FakeZone:
    if caller_reference and any(zone.caller_reference == caller_reference for zone in self.zones.values()):
        raise AwsError("HostedZoneAlreadyExists", "A hosted zone has already been created with the specified caller reference.", 409)
    return _create_zone(self, name, private_zone, caller_reference, **named)


def change_record_sets(self: Route53Backend, zoneid: str, change_list: list[dict[str, Any]]) -> None:
    """In moto's place."""
    zone = self.get_hosted_zone(zoneid)
    there = {_key(record): record for record in zone.rrsets}
    wrong: list[str] = []
    for change in change_list:
        action, record = change["Action"], _record(change["ResourceRecordSet"])
        if action not in ("CREATE", "UPSERT", "DELETE"):
            raise InvalidActionValue(action)
        found = [*_against_the_zone(zone, record), *_against_its_kind(record), *_against_what_is_there(action, record, there)]
        wrong += found
        if not found and action == "DELETE":
            del there[_key(record)]
        elif not found:
            there[_key(record)] = record
    if wrong:
        raise InvalidBatch(wrong)
    zone.rrsets = list(there.values())


def _record(said: dict[str, Any]) -> RecordSet:
    validate_domain_name(said["Name"], code="InvalidChangeBatch")
    values = [one["Value"] for one in said.get("ResourceRecords") or ()]
    about = {**said, "Name": said["Name"].rstrip(".") + ".", "ResourceRecords": values}
    return RecordSet(about)  # type: ignore[abstract]


def _key(record: RecordSet) -> _Key:
    return record.name.lower(), str(record.type), record.set_identifier


def _against_the_zone(zone: FakeZone, record: RecordSet) -> Iterator[str]:
    if not f".{record.name.lower()}".endswith(f".{zone.name.lower()}"):
        yield f"RRSet with DNS name {record.name} is not permitted in zone {zone.name}"


def _against_its_kind(record: RecordSet) -> Iterator[str]:
    read, code, kind = _ADDRESSES.get(str(record.type), (str, "", ""))
    for value in record.records:
        try:
            read(value)
        except ValueError:
            yield f"Invalid Resource Record: 'FATAL problem: {code} (Value is not a valid {kind} address) encountered with '{value}''"


def _against_what_is_there(action: str, record: RecordSet, there: dict[_Key, RecordSet]) -> Iterator[str]:
    named, found = f"[name='{record.name}', type='{record.type}']", there.get(_key(record))
    if action == "CREATE" and found is not None:
        yield f"Tried to create resource record set {named} but it already exists"
    elif action == "DELETE" and found is None:
        yield f"Tried to delete resource record set {named} but it was not found"
    elif action == "DELETE" and found is not None and _values(found) != _values(record):
        yield f"Tried to delete resource record set {named} but the values provided do not match the current values"


def _values(record: RecordSet) -> list[Any]:
    return [sorted(map(str, record.records or ())), *(_plain(getattr(record, name)) for name in _VALUES)]


def _plain(value: Any) -> Any:
    """Numbers came as texts from some clients."""
    return str(value) if isinstance(value, int) else value
