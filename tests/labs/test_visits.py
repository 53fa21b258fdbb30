"""What is no terminal's command gets into the sandbox, beside the command that runs or by itself; every way to fail is told."""

from __future__ import annotations

import threading
import uuid

import pytest
from django.db import connection

from labs import actions, control, events, joining, keeping, visits
from labs.models import Command
from labs.visits import Answer, visit
from sandbox import door
from sandbox.checkout import checkout
from sandbox.errors import Busy, CloudError, Fault, LearnerError
from sandbox.models import Sandbox, Version
from tests.labs.conftest import in_thread
from tests.processes import until

FAILS = [("learner", LearnerError, "too-long"), ("cloud", Fault, "lost"), ("ours", Fault, "lost")]
pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("live_redis"), pytest.mark.slow]


@pytest.fixture(scope="module", autouse=True)
def handlers():
    @visits.serves("write")
    def _write(live, header, body):
        (live.folder / "home/environment" / header["name"]).write_bytes(body)
        return Answer({"title": f"saved {header['name']}"}, body[::-1])

    @visits.serves("read")
    def _read(live, header, body):
        return Answer({"status": live.script(f"cat {header['name']}")[1]})

    errors = {"learner": LearnerError("too-long", limit=7), "cloud": CloudError("NoSuchBucket", "none"), "ours": KeyError("x")}

    @visits.serves("fail")
    def _fail(live, header, body):
        raise errors[header["how"]]

    yield
    for kind in ("write", "read", "fail"):
        del visits._handlers[kind]


@pytest.fixture
def attempt(real_attempt):
    return real_attempt


@pytest.fixture
def under_way(attempt, workers):
    """A command that runs until something is typed."""
    command = actions.submit_command(attempt=attempt, line="read x < /dev/tty; echo $x > read", key=uuid.uuid4())
    until(lambda: door.is_open(attempt.sandbox_id))
    # What is typed before somebody listens is typed at nobody.
    assert control.listener().listening.wait(20)
    until(lambda: Command.objects.get(pk=command.pk).stream_id)
    yield command
    until(lambda: Command.objects.get(pk=command.pk).finished or actions.send_input(command=command, text="typed\n"))


def ended(command: Command) -> Command:
    actions.send_input(command=command, text="typed\n")
    until(lambda: Command.objects.get(pk=command.pk).finished)
    return Command.objects.get(pk=command.pk)


def head(attempt) -> Version:
    return Sandbox.objects.select_related("head").get(pk=attempt.sandbox_id).head


def test_with_nothing_running_it_is_a_version_of_its_own_that_undo_names(attempt, workers):
    answer = visit(attempt.sandbox_id, "write", {"name": "a.txt"}, b"abc")
    assert (answer.header, answer.body) == ({"title": "saved a.txt"}, b"cba")
    made = head(attempt)
    assert (made.command, made.title, made.changes["files"][0]["path"]) == ("", "saved a.txt", "~/environment/a.txt")
    until(lambda: attempt.steps.get(step_id="make").passed)
    assert visit(attempt.sandbox_id, "read", {"name": "a.txt"}).header == {"status": "abc"}
    assert head(attempt) == made
    actions.undo_attempt(attempt=attempt, by=attempt.user)
    assert head(attempt) == made.parent
    assert (attempt.moves.get().command, attempt.moves.get().title) == (None, "saved a.txt")
    assert not attempt.steps.get(step_id="make").passed


def test_beside_a_command_it_is_kept_with_it(attempt, under_way):
    before = head(attempt)
    visit(attempt.sandbox_id, "write", {"name": "a.txt"}, b"abc")
    assert visit(attempt.sandbox_id, "read", {"name": "a.txt"}).header == {"status": "abc"}
    assert head(attempt) == before
    command = ended(under_way)
    assert {row["path"] for row in command.changes["files"]} == {"~/environment/a.txt", "~/environment/read"}
    assert (head(attempt), head(attempt).parent, head(attempt).title) == (command.version, before, "")
    until(lambda: attempt.steps.get(step_id="make").passed)


def test_the_worker_that_holds_it_is_found(attempt, under_way, monkeypatch):
    """As another process would meet it: nothing to enter there, the lock taken."""
    entered = door.entered
    outside = threading.local()

    def blind(pk):
        return entered(None if getattr(outside, "yes", False) else pk)

    def wake(task, sandbox, name):
        outside.yes = True
        visits.serve(sandbox, name)
        outside.yes = False

    monkeypatch.setattr(joining.door, "entered", blind)
    monkeypatch.setattr(actions, "wake", wake)
    visit(attempt.sandbox_id, "write", {"name": "a.txt"}, b"abc")
    monkeypatch.undo()
    assert len(ended(under_way).changes["files"]) == 2


def test_a_holder_that_is_just_ending_lets_it_be_next(attempt, under_way, monkeypatch):
    """It finds the door shut and the commit under way: its own turn comes after that."""
    shut, committing = threading.Event(), threading.Event()
    commit = keeping.commit

    def slow(*args):
        committing.set()
        assert shut.wait(20)
        return commit(*args)

    monkeypatch.setattr(keeping, "commit", slow)
    actions.send_input(command=under_way, text="typed\n")
    assert committing.wait(20)
    asked = in_thread(lambda: visit(attempt.sandbox_id, "write", {"name": "a.txt"}, b"abc"))
    until(lambda: events.client().keys("visit:*"))
    shut.set()
    asked.join(20)
    assert (head(attempt).title, head(attempt).parent.command) == ("saved a.txt", under_way.line)


@pytest.mark.parametrize(("how", "error", "code"), FAILS)
def test_what_a_handler_raises_reaches_who_asked(attempt, workers, caplog, how, error, code):
    before = head(attempt)
    with pytest.raises(error) as caught:
        visit(attempt.sandbox_id, "fail", {"how": how})
    assert caught.value.code == code
    assert caught.value.values == ({"limit": 7} if how == "learner" else {})
    assert head(attempt) == before
    assert visit(attempt.sandbox_id, "write", {"name": "a.txt"}, b"").header["title"]


def test_a_sandbox_that_can_not_be_opened(attempt, workers, monkeypatch):
    monkeypatch.setattr(joining, "checkout", lambda _: (_ for _ in ()).throw(Fault("jail-unavailable", "no user namespaces")))
    with pytest.raises(Fault, match="no user namespaces"):
        visit(attempt.sandbox_id, "read", {"name": "a"})


def test_nobody_works(attempt, woken):
    with pytest.raises(Fault) as caught:
        visit(attempt.sandbox_id, "read", {"name": "a"}, timeout=0.05)
    assert caught.value.code == "lost"
    assert not events.client().keys("visit:*")


def test_a_worker_that_took_it_and_went_is_a_fault_even_while_the_sandbox_is_held(attempt, monkeypatch):
    monkeypatch.setattr(actions, "wake", lambda task, sandbox, name: visits._take(name))
    with checkout(attempt.sandbox), pytest.raises(Fault) as caught:
        visit(attempt.sandbox_id, "read", {"name": "a"}, timeout=0.05)
    assert caught.value.code == "lost"


def test_a_sandbox_that_lets_nobody_in_is_busy(attempt, workers):
    with checkout(attempt.sandbox), pytest.raises(Busy):
        visit(attempt.sandbox_id, "read", {"name": "a"}, timeout=0.2)


def test_what_is_late_is_not_done(attempt, workers):
    before = head(attempt)
    visits.serve(str(attempt.sandbox_id), "0" * 32)
    assert head(attempt) == before


def test_refused_before_anybody_is_asked(attempt, woken):
    with pytest.raises(LearnerError) as caught:
        visit(attempt.sandbox_id, "write", {}, b"x" * (visits.MOST_BYTES + 1))
    assert caught.value.code == "body-bytes"
    with pytest.raises(LearnerError) as caught:
        visit(None, "write", {})
    assert caught.value.code == "preparing"
    assert woken == []


def test_redis_is_away(attempt, woken, live_redis):
    live_redis.kill()
    with pytest.raises(Fault) as caught:
        visit(attempt.sandbox_id, "read", {"name": "a"})
    assert caught.value.code == "lost"
    connection.close()
