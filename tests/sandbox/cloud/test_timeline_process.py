"""Time in a real cloud process: a service of the tests' own takes three phases, and KMS deletes keys."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from cloud_harness import Cloud, Zygote

from sandbox.cloud import tls
from sandbox.errors import CloudError
from tests.processes import until

pytestmark = pytest.mark.slow

DAY = 86400.0
Make = Callable[..., Cloud]


@pytest.fixture(scope="module")
def timed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Zygote]:
    running = Zygote(tls.ensure(tmp_path_factory.mktemp("tls")), (str(Path(__file__).with_name("timed_zygote.py")),))
    yield running
    running.close()


@pytest.fixture
def at(timed: Zygote) -> Iterator[Make]:
    """Makes cloud processes; ``clock`` is what their account's clock shows."""
    made: list[Cloud] = []

    def make(root: bytes = b"", **clock: float) -> Cloud:
        made.append(Cloud(timed, root, **clock))
        assert made[-1].started.kind == "ready", made[-1].started.header
        return made[-1]

    yield make
    for one in made:
        one.close()


def put(cloud: Cloud, name: str = "/phases/one") -> None:
    cloud.call("ssm", "put_parameter", Name=name, Value="pending", Type="String")


def phase(cloud: Cloud, name: str = "/phases/one") -> str:
    return cloud.call("ssm", "get_parameter", Name=name)["Parameter"]["Value"]


def test_three_phases_frozen_and_thawed_in_mid_wait(at: Make) -> None:
    first = at()
    put(first)
    assert phase(first) == "pending"
    frozen = first.freeze()
    assert (frozen.header["dirty"], frozen.header["clock"], frozen.header["due_in"]) == (True, 0, 10)

    second = at(frozen.payload, clock=14.0)
    assert phase(second) == "running"
    frozen = second.freeze()
    assert (frozen.header["dirty"], frozen.header["clock"], frozen.header["due_in"]) == (True, 14, 6)

    third = at(frozen.payload, clock=19.9)
    assert phase(third) == "running"
    still = third.freeze()
    assert (still.header["dirty"], still.payload) == (False, b""), "time that goes by is no change"
    assert still.header["due_in"] == pytest.approx(0.1)

    fourth = at(frozen.payload, clock=500.0)
    assert phase(fourth) == "done"
    assert phase(fourth, "/phases/one/ended") == "20.0", "it ran at the moment that was due, not when somebody looked"
    frozen = fourth.freeze()
    assert (frozen.header["due_in"], frozen.header["failed"]) == (None, [])

    fifth = at(frozen.payload, clock=1e9)
    assert phase(fifth) == "done"
    assert not fifth.freeze().header["dirty"]


def test_it_goes_on_while_the_process_lives(at: Make) -> None:
    cloud = at(clock=0.0, rate=1e4)  # ten seconds in a millisecond
    put(cloud)
    until(lambda: phase(cloud) == "done")
    assert cloud.freeze().header["due_in"] is None


def test_skip_goes_from_moment_to_moment(at: Make) -> None:
    cloud = at()
    assert cloud.advance(skip=True) == 0
    put(cloud)
    assert (cloud.advance(), phase(cloud)) == (0, "pending")
    assert (cloud.advance(skip=True), phase(cloud)) == (10, "running")
    assert (cloud.advance(skip=True), phase(cloud)) == (10, "done")
    assert cloud.advance(skip=True) == 0


def test_one_that_breaks_shows_in_the_thing_itself_and_is_said_once(at: Make) -> None:
    cloud = at()
    put(cloud, "/phases/broken")
    frozen = cloud.freeze()
    late = at(frozen.payload, clock=100.0)
    assert phase(late, "/phases/broken") == "failed: out of order"
    frozen = late.freeze()
    assert [text.partition(" ")[0] for text in frozen.header["failed"]] == ["test.phase"]
    assert late.freeze().header["failed"] == []
    assert at(frozen.payload, clock=200.0).freeze().header["due_in"] is None


def test_a_key_is_gone_when_its_waiting_period_has_ended(at: Make) -> None:
    cloud = at()
    keys = [cloud.call("kms", "create_key")["KeyMetadata"]["KeyId"] for _ in range(3)]
    cloud.call("kms", "create_alias", AliasName="alias/goes", TargetKeyId=keys[0])
    for key, days in zip(keys, (7, 7, 30), strict=True):
        cloud.call("kms", "schedule_key_deletion", KeyId=key, PendingWindowInDays=days)
    cloud.call("kms", "cancel_key_deletion", KeyId=keys[1])
    frozen = cloud.freeze()
    assert frozen.header["due_in"] == 7 * DAY

    before = at(frozen.payload, clock=7 * DAY - 1)
    assert before.call("kms", "describe_key", KeyId=keys[0])["KeyMetadata"]["KeyState"] == "PendingDeletion"
    assert before.freeze().header["dirty"] is False

    after = at(frozen.payload, clock=7 * DAY)
    with pytest.raises(CloudError, match="NotFoundException"):
        after.call("kms", "describe_key", KeyId=keys[0])
    assert [alias["AliasName"] for alias in after.call("kms", "list_aliases")["Aliases"] if alias["AliasName"] == "alias/goes"] == []
    assert after.call("kms", "describe_key", KeyId=keys[1])["KeyMetadata"]["KeyState"] == "Disabled"
    assert after.call("kms", "describe_key", KeyId=keys[2])["KeyMetadata"]["KeyState"] == "PendingDeletion"
    frozen = after.freeze()
    assert (frozen.header["dirty"], frozen.header["due_in"]) == (True, 23 * DAY)
    assert keys[0] not in str(frozen.header["inventory"])


def test_a_change_of_records_is_pending_and_then_in_sync(at: Make) -> None:
    cloud = at()
    zone = cloud.call("route53", "create_hosted_zone", Name="harbour.example", CallerReference="1")
    record = {"Name": "www.harbour.example", "Type": "A", "TTL": 60, "ResourceRecords": [{"Value": "192.0.2.1"}]}
    batch = {"Comment": "to green", "Changes": [{"Action": "CREATE", "ResourceRecordSet": record}]}
    made = cloud.call("route53", "change_resource_record_sets", HostedZoneId=zone["HostedZone"]["Id"], ChangeBatch=batch)["ChangeInfo"]
    assert made["Id"].startswith("/change/C") and made["Id"] != zone["ChangeInfo"]["Id"]
    assert (made["Status"], made["Comment"], zone["ChangeInfo"]["Status"]) == ("PENDING", "to green", "PENDING")
    assert cloud.call("route53", "get_change", Id=made["Id"])["ChangeInfo"] == made
    frozen = cloud.freeze()
    assert frozen.header["due_in"] <= 60

    later = at(frozen.payload, clock=60.0)
    assert later.call("route53", "get_change", Id=made["Id"])["ChangeInfo"] == made | {"Status": "INSYNC"}
    later.client("route53").get_waiter("resource_record_sets_changed").wait(Id=made["Id"])
    with pytest.raises(CloudError, match="NoSuchChange: Could not find resource with ID: C0NEVERMADE"):
        later.call("route53", "get_change", Id="C0NEVERMADE")
