"""From the worker's side: results, the account through the real zygote, and every death told as what it is."""

import os
import signal
import threading
from pathlib import Path

import pytest

from sandbox.errors import CloudError, Fault
from sandbox.jail import client
from tests.processes import alive, descendants, until
from tests.sandbox.conftest import IDENTITY

pytestmark = pytest.mark.slow


def test_a_result(jail_checkout):
    started = threading.Event()
    result = jail_checkout.live.run("cd /tmp; (exit 5)", started=started.set)
    assert started.is_set()
    assert (result.status, result.reason, result.cwd, result.incomplete) == (5, "exit", "/tmp", False)
    assert result.first_output_ms is None and result.duration_ms > 0
    assert jail_checkout.live.run("echo x").first_output_ms is not None


def test_files_stay_in_the_checkouts_folder(jail_checkout):
    jail_checkout.run("echo hello > f; echo t > /tmp/t; touch ~/.hidden; umask")
    assert (jail_checkout.folder / "home/environment/f").read_text() == "hello\n"
    assert (jail_checkout.folder / "tmp/t").read_text() == "t\n"
    assert (jail_checkout.folder / "home/environment/f").stat().st_mode & 0o777 == 0o644


def test_output_before_the_program_ends(jail_checkout):
    command = jail_checkout.begin("printf first; read x")
    command.seen("first")
    jail_checkout.live.send(b"\n")
    command.ended()


def test_typing_without_a_command_does_nothing(jail_checkout):
    jail_checkout.live.send(b"lost\n")
    jail_checkout.live.interrupt()
    jail_checkout.live.kill()
    jail_checkout.live.resize(1, 1)
    assert jail_checkout.run("echo on").output == "on\n"


def test_what_write_raises_reaches_the_caller_and_the_next_command_runs(jail_checkout):
    class StoppedError(Exception):
        pass

    def fail(data: bytes) -> None:
        raise StoppedError

    with pytest.raises(StoppedError):
        jail_checkout.live.run("echo one", fail)
    assert jail_checkout.run("echo two").output == "two\n"


def test_a_closed_checkout_refuses(jail_checkout):
    jail_checkout.live.close()
    jail_checkout.live.close()
    with pytest.raises(Fault) as caught:
        jail_checkout.run("true")
    assert caught.value.code == "closed"


def test_the_role_comes_from_metadata_and_the_account_freezes(supervisor, open_checkout):
    first = open_checkout(supervisor)
    assert first.live.freeze() == client.Frozen(False, False, None, [], {})
    ran = first.run("aws sts get-caller-identity --query Arn --output text")
    assert ran.output == f"arn:aws:sts::{IDENTITY['account']}:assumed-role/LabWorkstationRole/{IDENTITY['instance_id']}\n"
    first.run("aws s3 mb s3://kept-bucket; head -c 20000 /dev/urandom > f; aws s3 cp f s3://kept-bucket/f")
    assert [one["Name"] for one in first.live.call("s3", "list_buckets")["Buckets"]] == ["kept-bucket"]
    with pytest.raises(CloudError) as caught:
        first.live.call("s3", "list_objects_v2", {"Bucket": "other-bucket-nobody-has"})
    assert caught.value.code == "NoSuchBucket"
    frozen = first.live.freeze()
    assert frozen.touched and frozen.dirty and len(frozen.bodies) == 1
    root = first.folder / "cloud" / frozen.root
    assert root.is_file() and (first.folder / "cloud" / frozen.bodies[0]).stat().st_size == 20000
    again = first.live.freeze()
    assert (again.dirty, again.root, again.bodies) == (False, None, frozen.bodies)
    first.live.close()
    second = open_checkout(supervisor, folder=first.folder, root=root)
    assert second.run("aws s3 cp s3://kept-bucket/f - | cmp - f && echo same").output.endswith("same\n")


def test_real_names_and_certificates_for_curl(jail_checkout):
    ran = jail_checkout.run("curl -s -o /dev/null -w '%{http_code} %{ssl_verify_result}\\n' https://b.s3.ap-northeast-2.amazonaws.com/k")
    assert ran.output in {"403 0\n", "404 0\n"}


def test_the_death_of_the_accounts_process_is_a_fault(supervisor, open_checkout):
    console = open_checkout(supervisor)
    console.live.call("s3", "create_bucket", {"Bucket": "bucket-1", "CreateBucketConfiguration": {"LocationConstraint": "ap-northeast-2"}})
    zygotes = [pid for pid in descendants(supervisor.pid) if b"sandbox.cloud.zygote" in Path(f"/proc/{pid}/cmdline").read_bytes()]
    clouds = [pid for pid in zygotes if parent_of(pid) in zygotes and not descendants(pid)]
    command = console.begin("echo begun; sleep 100")
    command.seen("begun")
    os.kill(max(clouds), signal.SIGKILL)
    with pytest.raises(Fault) as caught:
        command.ended()
    assert caught.value.code == "cloud-died"


def parent_of(pid: int) -> int:
    return int(Path(f"/proc/{pid}/stat").read_text().rpartition(") ")[2].split()[1])


def test_two_accounts_do_not_meet(supervisor, open_checkout):
    consoles = [open_checkout(supervisor, identity={"account": number * 12}) for number in "12"]
    for console in consoles:
        assert console.run("aws s3 mb s3://the-same-name").output == "make_bucket: the-same-name\n"


def test_a_new_supervisor_after_a_death_without_a_checkout(own_supervisor, open_checkout):
    first = own_supervisor.pid
    os.kill(first, signal.SIGKILL)
    until(lambda: not alive(first))
    assert open_checkout(own_supervisor).run("echo on").output == "on\n"
    assert own_supervisor.pid != first


def test_many_threads_start_one_supervisor(jail_config):
    running = client.Supervisor(jail_config)
    try:
        pids: list[int | None] = []
        threads = [threading.Thread(target=lambda: (running.start(), pids.append(running.pid))) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert len(pids) == 8 and len(set(pids)) == 1
    finally:
        running.close()


def test_a_fork_does_not_keep_the_supervisor_alive(jail_config):
    """A forked child that outlives the worker must not hold the control socket open."""
    running = client.shared(jail_config)
    running.start()
    pid = running.pid
    read_end, write_end = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(write_end)
        os.read(read_end, 1)
        os._exit(0 if client._shared is None else 1)
    os.close(read_end)
    running.close()
    assert not alive(pid)
    os.close(write_end)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0


def test_status(supervisor, open_checkout):
    before = supervisor.status()["checkouts"]
    console = open_checkout(supervisor)
    command = console.begin("echo begun; sleep 100")
    command.seen("begun")
    status = supervisor.status()
    assert status["checkouts"] == before + 1
    assert all(map(alive, status["pids"]))
    console.live.kill()
    command.ended()
