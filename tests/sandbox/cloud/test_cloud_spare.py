"""A process that rehearsed ahead serves one account, and shows nothing of what it rehearsed."""

from __future__ import annotations

import os
import select
import signal
import socket
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from cloud_harness import DEADLINE, Cloud, Zygote, identity

from sandbox import wire
from sandbox.cloud import spare, tls

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def zygote(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Zygote]:
    running = Zygote(tls.ensure(tmp_path_factory.mktemp("tls")))
    yield running
    running.close()


Make = Callable[..., Cloud]


def _ids(cloud: Cloud) -> set[str]:
    vpcs, subnets = cloud.call("ec2", "describe_vpcs")["Vpcs"], cloud.call("ec2", "describe_subnets")["Subnets"]
    key = cloud.call("kms", "create_key")["KeyMetadata"]["KeyId"]
    role = cloud.call("iam", "get_role", RoleName="LabWorkstationRole")["Role"]["RoleId"]
    return {key, role, *(one["VpcId"] for one in vpcs), *(one["SubnetId"] for one in subnets)}


def test_a_spare_serves_one_account_and_the_next_gets_another(zygote: Zygote, clouds: Make) -> None:
    first_spare = zygote.spare()
    first, second = clouds(), clouds(who=identity("444455556666"))
    assert first.pid == first_spare != second.pid
    second_spare = zygote.spare()
    children = Path(f"/proc/{zygote.process.pid}/task/{zygote.process.pid}/children").read_text().split()
    assert set(map(int, children)) == {first.pid, second.pid, second_spare}  # none beside them has what they have
    third = clouds(who=identity("777788889999"))
    assert third.pid == second_spare
    assert first.client("sts").get_caller_identity()["Account"] == "111122223333"
    assert third.client("sts").get_caller_identity()["Account"] == "777788889999"
    first_ids, third_ids = _ids(first), _ids(third)
    assert len(first_ids) > 4 and not first_ids & third_ids


def test_nothing_of_the_rehearsal_is_in_the_account(zygote: Zygote, clouds: Make) -> None:
    waits = zygote.spare()
    ahead, plain = clouds(), clouds()
    assert ahead.pid == waits != plain.pid
    untouched, other = ahead.freeze(), plain.freeze()
    assert untouched.header["touched"] is False
    assert untouched.header["due_in"] is None and untouched.header["clock"] == 0.0
    assert _shape(untouched.header) == _shape(other.header)
    assert ahead.call("s3", "list_buckets")["Buckets"] == []
    assert [one["RoleName"] for one in ahead.call("iam", "list_roles")["Roles"]] == ["LabWorkstationRole"]
    with pytest.raises(Exception, match="InvalidClientTokenId"):
        ahead.client(
            "sts", aws_access_key_id="ASIAWARM000000000000", aws_secret_access_key="-", aws_session_token="-"
        ).get_caller_identity()


def test_what_it_was_born_with_thaws(zygote: Zygote, clouds: Make) -> None:
    zygote.spare()
    ahead = clouds()
    zygote.spare()
    thawed = clouds(ahead.freeze().payload)
    assert thawed.client("sts").get_caller_identity()["Account"] == "111122223333"
    assert thawed.freeze().header["dirty"] is False


def _shape(header: dict[str, Any]) -> Any:
    """What was frozen, without its ids."""
    kinds = {(service, kind): len(names) for service, found in header["inventory"].items() for kind, names in found.items()}
    return kinds, header["bodies"], header["dirty"], header["failed"]


def test_an_account_of_long_ago_thaws_in_it(zygote: Zygote, clouds: Make) -> None:
    with zipfile.ZipFile(Path(__file__).with_name("golden.zip")) as file:
        kept = {name: file.read(name) for name in file.namelist()}
    waits = zygote.spare()
    old = clouds(kept["root"], kept)
    assert (old.pid, old.started.kind) == (waits, "ready"), old.started.header
    assert old.client("ssm").get_parameter(Name="/app/count")["Parameter"]["Value"] == "3"
    assert old.freeze().header["dirty"] is False


def test_a_killed_spare_is_nobodys(zygote: Zygote, clouds: Make) -> None:
    killed = zygote.spare()
    watch = os.pidfd_open(killed)
    os.kill(killed, signal.SIGKILL)
    assert select.select([watch], [], [], DEADLINE)[0]
    os.close(watch)
    zygote.gone.add(killed)
    made = clouds()
    assert made.started.kind == "ready" and made.pid not in (0, killed)
    assert zygote.spare() != killed  # and the next is made


def test_it_is_locked_down_while_it_waits(zygote: Zygote) -> None:
    status = Path(f"/proc/{zygote.spare()}/status").read_text()
    assert "Seccomp:\t2" in status and "NoNewPrivs:\t1" in status and "Threads:\t1" in status


def test_a_spare_dies_with_its_zygote() -> None:
    """What it holds of the zygote is a socket's end; the kernel's signal comes as well."""
    ours, theirs = socket.socketpair()
    ours.close()
    with pytest.raises(wire.WireError):
        spare._wait_for_account(theirs, lambda: None)
    assert theirs.fileno() == -1


def test_one_that_fails_its_rehearsal_is_not_tried_again_until_wanted() -> None:
    made: list[socket.socket] = []
    told: list[int] = []
    control, other = socket.socketpair()

    def tell(pid: int) -> None:
        told.append(pid)
        other.send(b"x")

    def fork(_receive: Callable[[], list[int]], keep: Any) -> int:
        made.append(socket.socket(fileno=os.dup(keep[0])))
        if len(made) == 1:
            made[0].close()
        else:
            made[1].send(b"r")
        return 4000 + len(made)

    spares = spare.Spares(fork, lambda: None, tell)
    fds = [os.open("/dev/null", os.O_RDONLY)]
    spares._make()
    spares._look()
    assert spares._pause() is None
    assert spares.take(fds) is False and told == []
    spares.wait(control)
    assert told == [4002]
    assert spares.take(fds) is True and spares.take(fds) is False
    made[1].settimeout(DEADLINE)
    data, (received,), *_ = socket.recv_fds(made[1], 10, 2)
    assert data == b"t"
    for fd in (received, *fds):
        os.close(fd)
    for one in (control, other, made[1]):
        one.close()
