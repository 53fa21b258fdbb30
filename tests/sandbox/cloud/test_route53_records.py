"""Batches of changes of records. Words as AWS's clients quote them: https://github.com/kubernetes-sigs/external-dns/issues/732."""

from __future__ import annotations

import re
from typing import Any

import pytest
from cloud_harness import Cloud
from refusals import refusal


@pytest.fixture(scope="module")
def dns(session_cloud: Cloud) -> Any:
    return session_cloud.client("route53")


@pytest.fixture
def zone(dns: Any, request: pytest.FixtureRequest) -> str:
    made = dns.create_hosted_zone(Name="harbour.example", CallerReference=request.node.name)
    return str(made["HostedZone"]["Id"])


def record(name: str = "www", value: str = "192.0.2.1", **more: Any) -> dict[str, Any]:
    return {"Name": f"{name}.harbour.example", "Type": "A", "TTL": 60, "ResourceRecords": [{"Value": value}], **more}


def batch(zone: str, *changes: tuple[str, dict[str, Any]]) -> dict[str, Any]:
    told = [{"Action": action, "ResourceRecordSet": about} for action, about in changes]
    return {"HostedZoneId": zone, "ChangeBatch": {"Changes": told}}


def values(dns: Any, zone: str) -> list[tuple[str, str]]:
    found = dns.list_resource_record_sets(HostedZoneId=zone)["ResourceRecordSets"]
    return [(one["Name"], one["ResourceRecords"][0]["Value"]) for one in found if one["Type"] == "A"]


BLUE = {"SetIdentifier": "blue", "Weight": 9}


WWW = "resource record set [name='www.harbour.example.', type='A']"
FATAL = "Invalid Resource Record: 'FATAL problem: ARRDATAIllegalIPv4Address (Value is not a valid IPv4 address) encountered with"


@pytest.mark.parametrize(
    ("action", "about", "words"),
    [
        ("CREATE", record(), f"Tried to create {WWW} but it already exists"),
        ("CREATE", record(value="192.0.2.9"), f"Tried to create {WWW} but it already exists"),
        ("DELETE", record("no"), f"Tried to delete {WWW.replace('www', 'no')} but it was not found"),
        ("DELETE", record(TTL=61), f"Tried to delete {WWW} but the values provided do not match the current values"),
        ("UPSERT", record() | {"Name": "x.other"}, "RRSet with DNS name x.other. is not permitted in zone harbour.example."),
        ("UPSERT", record() | {"Name": "xharbour.example"},
         "RRSet with DNS name xharbour.example. is not permitted in zone harbour.example."),
        ("UPSERT", record(value="999.0.2.1"), f"{FATAL} '999.0.2.1''"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_said_and_nothing_is_done(dns: Any, zone: str, action: str, about: dict[str, Any], words: str) -> None:
    dns.change_resource_record_sets(**batch(zone, ("CREATE", record())))
    asked = batch(zone, ("CREATE", record("new")), (action, about))
    assert refusal(dns.change_resource_record_sets, **asked)[:3] == (400, "InvalidChangeBatch", f"[{words}]")
    assert values(dns, zone) == [("www.harbour.example.", "192.0.2.1")]


def test_a_zone_is_called_as_route_53_does(zone: str) -> None:
    """https://docs.aws.amazon.com/Route53/latest/APIReference/API_CreateHostedZone.html"""
    assert re.fullmatch(r"/hostedzone/Z[A-Z0-9]{6,31}", zone)


def test_a_batch_sees_its_own_changes(dns: Any, zone: str) -> None:
    dns.change_resource_record_sets(**batch(zone, ("CREATE", record())))
    dns.change_resource_record_sets(**batch(zone, ("DELETE", record()), ("CREATE", record(value="192.0.2.2"))))
    dns.change_resource_record_sets(**batch(zone, ("DELETE", record(value="192.0.2.2")), ("CREATE", record())))
    assert values(dns, zone) == [("www.harbour.example.", "192.0.2.1")]


def test_weighted_ones_are_told_apart_by_name_too(dns: Any, zone: str) -> None:
    dns.change_resource_record_sets(**batch(zone, ("CREATE", record(**BLUE)), ("CREATE", record("api", **BLUE))))
    dns.change_resource_record_sets(**batch(zone, ("DELETE", record(**BLUE))))
    assert values(dns, zone) == [("api.harbour.example.", "192.0.2.1")]
