"""A command happens whole or not at all, and any two of them see the same sandbox."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.utils import timezone

from sandbox import actions, door, runtime, workers
from sandbox.checkout import Live, Result, checkout
from sandbox.errors import Busy, CloudError, Fault, OverQuota
from sandbox.models import Sandbox, Version
from tests.processes import clouds, in_thread, kill

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]


@pytest.fixture(scope="module", autouse=True)
def warm() -> Iterator[None]:
    runtime.supervisor()
    yield


@pytest.fixture
def sandbox() -> Sandbox:
    return actions.create_sandbox(owner=None, start=actions.blank(), label="test")


def ran(live: Live, line: str) -> tuple[Result, str]:
    chunks: list[bytes] = []
    result = live.run(line, write=chunks.append)
    return result, b"".join(chunks).decode().replace("\r\n", "\n")


def do(sandbox: Sandbox, line: str) -> tuple[int, str, Version]:
    with checkout(sandbox) as live:
        result, output = ran(live, line)
        return result.status, output, live.commit(command=line)


def test_a_new_sandbox_starts_in_environment(sandbox: Sandbox) -> None:
    status, output, version = do(sandbox, "pwd; whoami; echo ~")
    assert (status, output) == (0, "/home/ec2-user/environment\nec2-user\n/home/ec2-user\n")
    assert version.number == 1


def test_files_shell_and_cloud_carry_from_command_to_command(sandbox: Sandbox) -> None:
    do(sandbox, "cd ~ && mkdir -p a/b && echo hi > a/b/c && x='one two'")
    with checkout(sandbox) as live:
        live.call("s3", "create_bucket", {"Bucket": "kept-bucket", "CreateBucketConfiguration": {"LocationConstraint": "ap-northeast-2"}})
        live.commit()
    status, output, _ = do(sandbox, 'cat a/b/c; echo "$x"; pwd')
    assert (status, output) == (0, "hi\none two\n/home/ec2-user\n")
    with checkout(sandbox) as live:
        assert [bucket["Name"] for bucket in live.call("s3", "list_buckets", {})["Buckets"]] == ["kept-bucket"]
        assert live.variables["x"] == "one two"
        assert live.read("~/a/b/c") == b"hi\n"
        assert not live.exists("~/a/b/d")


def test_what_changed_is_recorded(sandbox: Sandbox) -> None:
    with checkout(sandbox) as live:
        ran(live, "echo 12 > new.txt")
        live.call("s3", "create_bucket", {"Bucket": "made-here", "CreateBucketConfiguration": {"LocationConstraint": "ap-northeast-2"}})
        version = live.commit()
    assert version.changes["files"] == [{"path": "~/environment/new.txt", "change": "added", "size": 3}]
    assert [(row["service"], row["name"], row["change"]) for row in version.changes["cloud"]] == [("s3", "made-here", "added")]


def test_what_changed_inside_files_is_kept_with_the_version(sandbox: Sandbox) -> None:
    do(sandbox, "printf 'one\\ntwo\\n' > a; printf x > $'\\xff'; ln -s a l")
    _, _, version = do(sandbox, "sed -i s/two/2/ a; mv $'\\xff' b; chmod 700 a; ln -sf b l")
    assert version.changes["diff"] == {
        "~/environment/a": {"mode": ["0644", "0700"], "text": "@@ -1,2 +1,2 @@\n one\n-two\n+2"},
        "~/environment/b": {"from": "~/environment/\\xff"},
        "~/environment/\\xff": {"to": "~/environment/b"},
        "~/environment/l": {"link": ["a", "b"]},
    }


def test_nothing_changed_makes_no_version(sandbox: Sandbox) -> None:
    _, _, first = do(sandbox, "true")
    _, _, second = do(sandbox, "true")
    assert second == first


def test_a_command_that_only_looks_is_known_to(sandbox: Sandbox) -> None:
    do(sandbox, "X=1")
    quiet = {line: do(sandbox, line)[2].quiet for line in (
        "ls -la /", "cat none", "aws sts get-caller-identity", "X=1", "X=2", "echo a > f", "cd ..", "aws sqs create-queue --queue-name q",
        "aws sqs send-message --queue-url $(aws sqs get-queue-url --queue-name q --output text) --message-body m",
    )}  # fmt: skip
    assert list(quiet.values()) == [True, True, True, True, False, False, False, False, False], quiet
    do(sandbox, "false")
    assert do(sandbox, "echo $?")[1] == "1\n"


def test_an_abort_leaves_head_and_files_as_they_were(sandbox: Sandbox) -> None:
    do(sandbox, "echo kept > file")
    with pytest.raises(RuntimeError), checkout(sandbox) as live:
        ran(live, "echo lost > file; y=1")
        raise RuntimeError
    assert do(sandbox, 'cat file; echo "[$y]"')[1] == "kept\n[]\n"


def test_one_holder_at_a_time(sandbox: Sandbox) -> None:
    with checkout(sandbox), pytest.raises(Busy), checkout(sandbox):
        pass
    with pytest.raises(Busy), checkout(sandbox):
        actions.reset(sandbox=sandbox, by="test")


def test_the_guard_holds_when_the_lock_fails(sandbox: Sandbox) -> None:
    other = actions.blank()
    with pytest.raises(Fault) as fault, checkout(sandbox) as live:
        ran(live, "echo x > y")
        Sandbox.objects.filter(pk=sandbox.pk).update(head=other)
        live.commit()
    assert fault.value.code == "lost-race"
    sandbox.refresh_from_db()
    assert sandbox.head == other


def test_a_lock_whose_lease_ran_out_is_taken_over(sandbox: Sandbox) -> None:
    Sandbox.objects.filter(pk=sandbox.pk).update(lock_holder="a worker that died", lock_until=timezone.now())
    assert do(sandbox, "echo on")[1] == "on\n"


def test_a_lock_whose_process_is_gone_is_taken_over(sandbox: Sandbox) -> None:
    until = timezone.now() + timedelta(hours=1)
    Sandbox.objects.filter(pk=sandbox.pk).update(lock_holder=f"{workers.host()}:999999:1:x", lock_until=until)
    assert do(sandbox, "echo on")[1] == "on\n"
    Sandbox.objects.filter(pk=sandbox.pk).update(lock_holder="another-host:999999:1:x", lock_until=until)
    with pytest.raises(Busy), checkout(sandbox):
        pass


def test_who_enters_is_kept_with_the_holder(sandbox: Sandbox) -> None:
    inside, go = threading.Event(), threading.Event()

    def visit() -> None:
        with door.entered(sandbox.pk) as live:
            inside.set()
            assert go.wait(20)
            live.terminal(2).run("echo two > two")

    with checkout(sandbox) as live:
        with door.entered(sandbox.pk) as nobody:
            assert nobody is None
        with live.open_door():
            visitor = in_thread(visit)
            assert inside.wait(20)
            ran(live, "echo one > one")
            go.set()
        visitor.join(20)
        assert not door.is_open(sandbox.pk)
        version = live.commit(command="both")
    assert [row["path"] for row in version.changes["files"]] == ["~/environment/one", "~/environment/two"]


def test_a_holder_that_fails_shows_everybody_out(sandbox: Sandbox) -> None:
    faults: list[str] = []
    begun = threading.Event()

    def visit() -> None:
        with door.entered(sandbox.pk) as live, pytest.raises(Fault) as fault:
            live.terminal(2).run("touch two; echo on; sleep 100", lambda _: begun.set())
        faults.append(fault.value.code)

    with pytest.raises(RuntimeError), checkout(sandbox) as live, live.open_door():
        visitor = in_thread(visit)
        assert begun.wait(20)
        raise RuntimeError
    visitor.join(20)
    assert faults == ["supervisor-died"]
    assert do(sandbox, "ls")[1] == ""


def test_commands_without_a_pause_do_not_put_off_the_commit_for_ever(sandbox: Sandbox, settings) -> None:
    with checkout(sandbox) as live:
        settings.SANDBOX_WALL_SECONDS = 0
        with live.open_door(), door.entered(sandbox.pk) as found:
            assert found is None


def test_over_quota_keeps_nothing_and_says_what(sandbox: Sandbox, settings) -> None:
    settings.SANDBOX_HOME_FILES = 10
    with pytest.raises(OverQuota) as refused, checkout(sandbox) as live:
        ran(live, "touch {1..20}")
        live.commit()
    assert refused.value.values == {"what": "files", "used": 11, "limit": 10}
    assert do(sandbox, "ls")[1] == ""


def test_a_quota_of_its_own_holds_instead(sandbox: Sandbox, settings) -> None:
    settings.SANDBOX_HOME_FILES = 10
    Sandbox.objects.filter(pk=sandbox.pk).update(most_files=30, most_bytes=300_000)
    assert do(sandbox, "touch {1..20}")[0] == 0
    with pytest.raises(OverQuota) as refused, checkout(sandbox) as live:
        ran(live, "touch {21..40}")
        live.commit()
    assert refused.value.values == {"what": "files", "used": 31, "limit": 30}
    assert do(sandbox, "head -c 400000 /dev/zero > large")[0] == 128 + 25  # SIGXFSZ


def test_reset_is_a_pointer_move(sandbox: Sandbox) -> None:
    do(sandbox, "echo x > y; z=1")
    actions.reset(sandbox=sandbox, by="test")
    sandbox.refresh_from_db()
    assert (sandbox.head.parent, sandbox.head.manifest) == (sandbox.start, sandbox.start.manifest)
    assert do(sandbox, 'ls; echo "[$z]"')[1] == "[]\n"


def test_delete_takes_the_working_copy_away(sandbox: Sandbox) -> None:
    from sandbox.checkout import folder_of

    do(sandbox, "mkdir d; touch d/f; chmod 000 d")
    assert folder_of(sandbox).exists()
    actions.delete(sandbox=sandbox, by="test")
    assert not folder_of(sandbox).exists()
    assert not Sandbox.objects.filter(pk=sandbox.pk).exists()


def test_a_check_script_sees_the_value_and_changes_nothing(sandbox: Sandbox) -> None:
    with checkout(sandbox) as live:
        ran(live, "echo data > file; v=7")
        live.commit()
        status, output = live.script('cat file; echo "v=$v"; echo changed > file; v=8; exit 3')
    assert (status, output.split("\n")[:2]) == (3, ["data", "v=7"])
    assert do(sandbox, 'cat file; echo "$v"')[1] == "data\n7\n"


def test_two_learners_make_the_same_bucket_without_meeting() -> None:
    start = actions.blank()
    pair = [actions.create_sandbox(owner=None, start=start) for _ in range(2)]
    body = {"Bucket": "the-same-name", "CreateBucketConfiguration": {"LocationConstraint": "ap-northeast-2"}}
    with checkout(pair[0]) as one, checkout(pair[1]) as two:
        for live in (one, two):
            live.call("s3", "create_bucket", body)
        for live in (one, two):
            live.commit()
    with checkout(pair[0]) as live, pytest.raises(CloudError, match="BucketAlreadyOwnedByYou"):
        live.call("s3", "create_bucket", body)


def test_the_cloud_process_killed_mid_command_rolls_back(sandbox: Sandbox) -> None:
    do(sandbox, "x=1")
    with pytest.raises(Fault) as fault, checkout(sandbox) as live:
        live.call("s3", "create_bucket", {"Bucket": "lost-bucket", "CreateBucketConfiguration": {"LocationConstraint": "ap-northeast-2"}})
        kill(clouds(runtime.supervisor().pid or 0))
        live.commit()
    assert fault.value.code == "cloud-died"
    with checkout(sandbox) as live:
        assert live.call("s3", "list_buckets", {})["Buckets"] == []


def test_the_value_moves_to_another_machine(sandbox: Sandbox) -> None:
    """Another worker has no working copy: everything comes from the blobs."""
    from sandbox import folders
    from sandbox.checkout import folder_of

    do(sandbox, "mkdir -m 750 d; echo x > d/f; touch -d 2020-01-01 d/f; ln -s d/f l; q='a b'")
    folders.remove(folder_of(sandbox))
    assert do(sandbox, 'stat -c "%a %Y" d d/f; cat l; echo "$q"')[1].splitlines()[1:] == ["644 1577836800", "x", "a b"]


def test_real_tools_meet_the_cloud(sandbox: Sandbox) -> None:
    status, output, _ = do(sandbox, "aws sts get-caller-identity --query Arn --output text")
    assert (status, output) == (0, f"arn:aws:sts::{sandbox.head.account}:assumed-role/LabWorkstationRole/{sandbox.instance_id}\n")
    status, output, version = do(sandbox, "aws s3 mb s3://mine-$RANDOM && aws s3 ls | wc -l")
    assert (status, output.splitlines()[-1]) == (0, "1")
    assert [row["kind"] for row in version.changes["cloud"]] == ["bucket"]


def test_what_is_not_there_is_said_as_aws_says_it(sandbox: Sandbox) -> None:
    do(sandbox, "aws s3 mb s3://my-own-bucket")
    said = do(sandbox, "aws s3api head-object --bucket my-own-bucket --key nope; aws s3api head-bucket --bucket not-my-bucket")[1]
    assert "An error occurred (404) when calling the HeadObject operation: Not Found" in said
    assert "An error occurred (404) when calling the HeadBucket operation: Not Found" in said
    assert 'Key "nope" does not exist' in do(sandbox, "aws s3 cp s3://my-own-bucket/nope .")[1]


def test_a_presigned_url_is_good_in_the_next_command(sandbox: Sandbox) -> None:
    do(sandbox, "aws s3 mb s3://my-own-bucket; echo hi | aws s3 cp - s3://my-own-bucket/f; url=$(aws s3 presign s3://my-own-bucket/f)")
    assert do(sandbox, 'curl -s "$url"; history')[:2] == (0, "hi\n")


def test_names_with_any_byte_are_kept(sandbox: Sandbox) -> None:
    """PostgreSQL's JSON refuses some that SQLite takes."""
    put = "import boto3; s = boto3.client('s3'); s.put_object(Bucket='odd-bucket', Key=chr(97) + chr(0))"
    do(sandbox, "aws s3 mb s3://odd-bucket")
    status, output, version = do(sandbox, f"touch $'bad\\xff'; python3 -c \"{put}\"")
    assert (status, output) == (0, "")
    version.refresh_from_db()
    assert "a\ufffd" in str(version.changes["cloud"])
