"""An account that an earlier edition of the simulation froze is made anew from the learner's commands, or from the start of the step."""

import json
import uuid
from dataclasses import replace
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from labs import actions, control, forking, judging, plain_text, preparing, publishing, rebuilding, running, sweeper
from labs.models import Attempt, Command, Start
from sandbox import actions as move
from sandbox import replay, signals, waking
from sandbox.checkout import checkout
from sandbox.cloud import edition
from sandbox.errors import Fault, LearnerError
from sandbox.models import Sandbox, Version
from sandbox.store import blobs
from sandbox.store.cloudstate import CloudState
from tests.labs.conftest import write_lab

YAML = """
title: {ko: 첫걸음, en: First steps}
summary: {ko: 한 가지를 합니다., en: You do one thing.}
minutes: 5
steps:
  - id: make
    points: 10
    check: {aws: {service: s3, operation: head_bucket, params: {Bucket: my-own-bucket}}}
    solve: [aws s3 mb s3://my-own-bucket]
  - id: name
    points: 5
    check: {variable: {name: done, equals: "1"}}
    solve: [done=1]
"""
PROSE = "Hello.\n\n## Make it {#make}\n\n## Name it {#name}\n"
WEEK = timedelta(days=7)
pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("live_redis")]


def older(version: Version) -> None:
    """As if the simulation before this one had frozen it."""
    state = CloudState.load(version.cloud)
    _magic, tag, rest = blobs.get(state.root).split(b"\n", 2)
    tag = json.dumps({**json.loads(tag), "moto": "5.0.0"}).encode()
    version.cloud = replace(state, root=blobs.put(b"\n".join([edition.MAGIC.strip(), tag, rest]))).save()
    version.save()


def renew_the_simulation() -> None:
    for version in Version.objects.exclude(cloud=""):
        older(version)
    for start in Start.objects.filter(engine__contains="moto"):
        start.engine = f"an earlier one {start.pk}"
        start.save()


# --- rows ------------------------------------------------------------------------------------------------------------------


def line_of(*numbers: int) -> list[Version]:
    made: list[Version] = []
    for number in numbers:
        made.append(Version.objects.create(account="1" * 12, number=number, parent=made[-1] if made else None))
    return made


def test_the_way_back_to_the_nearest_start():
    first, second, third, fourth = line_of(0, 1, 2, 3)
    assert replay.chain(fourth, {first.pk, second.pk}) == (second, [third, fourth])
    assert replay.chain(first, {first.pk}) == (first, [])


def test_what_was_pruned_on_the_way_can_not_be_repeated():
    first, *_, last = line_of(0, 1, 5)
    with pytest.raises(replay.Differs):
        replay.chain(last, {first.pk})
    with pytest.raises(replay.Differs):
        replay.chain(last, set())


def test_one_is_at_it_at_a_time(attempt):
    box = attempt.sandbox.pk
    assert Sandbox.objects.claim_rebuilding(box)
    assert not Sandbox.objects.claim_rebuilding(box)
    Sandbox.objects.update(rebuilding=timezone.now() - timedelta(seconds=1))
    assert Sandbox.objects.claim_rebuilding(box), "whoever was at it died"


def test_while_it_is_rebuilt_nothing_is_taken_and_the_page_says_why(attempt, learner, woken):
    rebuilding.begin(attempt.sandbox)
    rebuilding.begin(attempt.sandbox)
    assert woken == [("labs.tasks.rebuild_attempt", attempt.pk)]
    attempt.sandbox.refresh_from_db()
    with pytest.raises(LearnerError, match="rebuilding"):
        actions.submit_command(attempt=attempt, line="ls", key=uuid.uuid4())
    with pytest.raises(LearnerError, match="rebuilding"):
        actions.check_now(attempt=attempt)
    client = Client()
    client.force_login(learner)
    page = client.get(f"/attempts/{attempt.pk}/").content.decode()
    assert "Your sandbox is being rebuilt" in page
    assert 'data-ready=""' in page
    assert 'lang="ko"' in client.get(f"/attempts/{attempt.pk}/", headers={"Accept-Language": "ko"}).content.decode()


def test_a_failure_is_ours_said_and_can_be_tried_again(attempt, learner, monkeypatch, caplog):
    def broken(*_args, **_named):
        raise Fault("lab-broken", "setup.sh ended with 1")

    rebuilding.begin(attempt.sandbox)
    monkeypatch.setattr("labs.starts.ensure", broken)
    rebuilding.rebuild(attempt.pk)
    attempt.sandbox.refresh_from_db()
    assert (attempt.sandbox.rebuilding, attempt.sandbox.notice) == (None, {"code": "rebuild-failed"})
    client = Client()
    client.force_login(learner)
    assert "could not be rebuilt" in client.get(f"/attempts/{attempt.pk}/").content.decode()
    assert "setup.sh ended with 1" in caplog.text
    rebuilding.rebuild(attempt.pk)  # the task comes a second time
    assert Attempt.objects.get().commands.count() == 0


def test_waking_one_has_it_rebuilt(attempt, woken):
    signals.outdated.send(Sandbox, sandbox=attempt.sandbox)
    assert woken == [("labs.tasks.rebuild_attempt", attempt.pk)]


def test_one_whose_worker_is_gone_is_begun_again(attempt, woken):
    rebuilding.begin(attempt.sandbox)
    sweeper.sweep()
    assert len(woken) == 1
    Sandbox.objects.update(rebuilding=timezone.now() - timedelta(seconds=1))
    sweeper.sweep()
    assert woken == [("labs.tasks.rebuild_attempt", attempt.pk)] * 2


def test_nobodys_sandbox_is_left_alone(attempt, woken):
    Attempt.objects.update(finished=timezone.now())
    rebuilding.begin(attempt.sandbox)
    assert woken == []
    attempt.sandbox.refresh_from_db()
    assert not attempt.sandbox.is_rebuilding


def test_a_head_that_moved_meanwhile_stays(attempt):
    old, new = attempt.sandbox.head, Version.objects.create(account="1" * 12)
    Sandbox.objects.update(head=new, rebuilding=timezone.now())
    called = []
    move.put_rebuilt(sandbox=attempt.sandbox, was=old, to=old, start=old, notice={"code": "x"}, then=lambda: called.append(1))
    attempt.sandbox.refresh_from_db()
    assert (attempt.sandbox.head, attempt.sandbox.rebuilding, attempt.sandbox.notice, called) == (new, None, {}, [])


# --- real ones -------------------------------------------------------------------------------------------------------------


@pytest.fixture
def begun(db, learner, woken, tmp_path, settings) -> Attempt:
    """An attempt at the lab above, with a real sandbox."""
    from labs.lab import catalog

    settings.SANDBOX_CATALOG = tmp_path / "catalog"
    write_lab(tmp_path / "catalog", yaml=YAML, prose=PROSE)
    attempt = actions.start_attempt(user=learner, lab=catalog.get("first"), language="en")
    preparing.prepare(attempt.pk)
    attempt.refresh_from_db()
    assert control.listener().listening.wait(20)
    return attempt


def do(attempt: Attempt, line: str, state: str = "done", status: int | None = 0) -> Command:
    attempt = Attempt.objects.get(pk=attempt.pk)
    command = actions.submit_command(attempt=attempt, line=line, key=uuid.uuid4())
    running.run(command.pk)
    command.refresh_from_db()
    assert (command.state, command.exit_status) == (state, status), (command.message, bytes(command.output).decode())
    return command


def output(attempt: Attempt, line: str) -> str:
    return plain_text.plain(bytes(do(attempt, line).output)).strip()


def rebuilt(attempt: Attempt, woken: list) -> Sandbox:
    woken.clear()
    refused = do(attempt, "echo never", state="refused", status=None)
    assert refused.message == "rebuilding"
    assert woken[-1] == ("labs.tasks.rebuild_attempt", attempt.pk)
    rebuilding.rebuild(attempt.pk)
    return Sandbox.objects.get(pk=attempt.sandbox_id)


@pytest.mark.slow
def test_all_alike(begun, woken):
    """Files, variables, the account, and time that passed with nobody typing."""
    do(begun, "aws s3 mb s3://my-own-bucket && echo text > note")
    do(begun, "key=$(aws kms create-key --query KeyMetadata.KeyId --output text)")
    do(begun, "gone=$(aws kms create-key --query KeyMetadata.KeyId --output text)")
    do(begun, "aws kms schedule-key-deletion --key-id $gone --pending-window-in-days 7")
    Sandbox.objects.update(head_since=timezone.now() - WEEK, due=timezone.now() - timedelta(seconds=1))
    for pk in waking.claim_due():
        waking.wake(pk)
    do(begun, "aws kms describe-key --key-id $gone > failed", status=255)
    before = Sandbox.objects.get(pk=begun.sandbox_id)
    old = list(Command.objects.order_by("number").values_list("version", flat=True))
    renew_the_simulation()

    after = rebuilt(begun, woken)
    assert (after.notice, after.rebuilding) == ({"code": "rebuilt"}, None)
    assert after.head.account == before.head.account
    assert after.head.pk not in old and Version.objects.filter(pk=before.head_id, sandbox=after).exists()
    new = list(Command.objects.filter(state="done").order_by("number").values_list("version", flat=True))
    assert len(set(new)) == 5 and not set(new) & set(old)
    assert after.start.pk == Start.objects.get(engine__contains="moto", step="").version_id
    assert Attempt.objects.get().step == "name"
    assert not Command.objects.filter(undone=True)
    move.undo(sandbox=after, by="test")
    move.redo(sandbox=after, by="test")
    assert Attempt.objects.get().step == "name", "what passed goes with the versions made anew"

    answer = output(begun, "cat note; aws s3 ls | wc -l; aws kms describe-key --key-id $key --query KeyMetadata.KeyState --output text")
    assert answer.splitlines() == ["text", "1", "Enabled"]
    begun.sandbox.refresh_from_db()
    assert begun.sandbox.notice == {}, "the next command takes the notice away"
    do(begun, "done=1")
    assert Attempt.objects.get().completed


@pytest.mark.slow
def test_where_one_ends_differently_the_step_begins_again(begun, woken, learner):
    do(begun, "aws s3 mb s3://my-own-bucket")
    do(begun, "echo mine > mine")
    Command.objects.filter(number=2).update(exit_status=3)
    account = begun.sandbox.head.account
    renew_the_simulation()
    after = rebuilt(begun, woken)
    assert after.notice == {"code": "rebuilt-step-by", "values": {"line": "echo mine > mine"}}
    assert after.head.account == account
    attempt = Attempt.objects.get()
    assert (attempt.step, attempt.points) == ("name", 10)
    assert Command.objects.get(undone=True).line == "echo mine > mine", "what made a passed step stands in its start"
    client = Client()
    client.force_login(learner)
    assert "“echo mine &gt; mine” could not be repeated" in client.get(f"/attempts/{attempt.pk}/").content.decode()
    assert output(begun, "ls; aws s3 ls | wc -l") == "1", "the step's start has what the step before it makes"
    assert Version.objects.filter(sandbox=after, command="echo mine > mine").exists(), "nothing is lost"
    # And once more from there: the nearest start is the step's.
    do(begun, "echo again > again")
    move.undo(sandbox=after, by="test")
    assert Attempt.objects.get().step == "name"
    move.redo(sandbox=after, by="test")
    renew_the_simulation()
    assert rebuilt(begun, woken).notice == {"code": "rebuilt"}
    assert output(begun, "cat again") == "again"


@pytest.mark.slow
def test_what_was_typed_into_a_program_is_not_kept_so_it_is_not_repeated(begun, woken):
    with checkout(begun.sandbox) as live:
        result = live.run("read word; echo $word > word", write=lambda data: None, waiting=lambda: live.send(b"typed\n"))
        assert result.status == 0
        live.commit(command="read word; echo $word > word")
    renew_the_simulation()
    assert rebuilt(begun, woken).notice["code"] == "rebuilt-step-by"


@pytest.mark.slow
def test_without_an_attempt_it_is_said(begun):
    renew_the_simulation()
    with pytest.raises(Fault) as fault, checkout(begun.sandbox):
        pass
    assert fault.value.code == "cloud-state-version"
    assert "5.0.0" in fault.value.detail


@pytest.mark.slow
def test_a_look_and_a_skip_meet_it_too(begun, woken, monkeypatch):
    monkeypatch.setattr(publishing, "guide_changed", lambda *_: None)
    renew_the_simulation()
    for work in (judging.check, judging.skip):
        woken.clear()
        Sandbox.objects.update(rebuilding=None)
        work(begun.pk)
        assert woken == [("labs.tasks.rebuild_attempt", begun.pk)]


@pytest.mark.slow
def test_a_fork_is_made_anew_at_the_learners_point_and_undone_no_further(begun, woken, django_user_model):
    do(begun, "aws s3 mb s3://my-own-bucket && echo theirs > note")
    do(begun, "false", status=1)
    at = do(begun, "key=$(aws kms create-key --query KeyMetadata.KeyId --output text)")
    do(begun, "echo later > later")
    teacher = django_user_model.objects.create_user("teacher", role="instructor")
    begun.refresh_from_db()
    fork = forking.fork(attempt=begun, version=at.version, command=at, by=teacher, language="en")
    do(fork, "echo mine > mine")
    learners = list(Version.objects.filter(sandbox=begun.sandbox).values_list("pk", flat=True))
    renew_the_simulation()

    after = rebuilt(fork, woken)
    assert (after.notice, after.rebuilding) == ({"code": "rebuilt"}, None)
    assert after.start.pk != at.version_id and after.start.command == at.line, "what stands for the learner's point"
    fork.refresh_from_db()
    assert (fork.step, [step.step_id for step in fork.steps.all() if step.passed]) == ("name", ["make"])
    answer = output(fork, "cat note mine; ls; aws s3 ls | wc -l; aws kms describe-key --key-id $key --query KeyMetadata.KeyState")
    assert answer.split() == ["theirs", "mine", "mine", "note", "1", '"Enabled"']
    actions.undo_attempt(attempt=fork, by=teacher)
    with pytest.raises(LearnerError, match="nothing-to-undo"):
        actions.undo_attempt(attempt=fork, by=teacher)
    assert output(fork, "ls") == "note"
    assert list(Version.objects.filter(sandbox=begun.sandbox).values_list("pk", flat=True)) == learners, "nothing of the learner's moved"
    assert list(begun.commands.values_list("version", flat=True)) == learners


@pytest.mark.slow
def test_a_fork_that_can_not_be_repeated_begins_at_its_step(begun, woken, django_user_model):
    do(begun, "aws s3 mb s3://my-own-bucket")
    at = do(begun, "echo theirs > theirs")
    Command.objects.filter(pk=at.pk).update(exit_status=3)
    teacher = django_user_model.objects.create_user("teacher", role="instructor")
    begun.refresh_from_db()
    fork = forking.fork(attempt=begun, version=at.version, command=at, by=teacher, language="en")
    renew_the_simulation()
    after = rebuilt(fork, woken)
    assert after.notice == {"code": "rebuilt-step-by", "values": {"line": "echo theirs > theirs"}}
    assert output(fork, "ls; aws s3 ls | wc -l") == "1"
