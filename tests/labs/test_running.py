"""A worker's way with one row, with a pretended sandbox: every end that a command can have."""

import re
import threading
import uuid

import pytest
from django.db import connection
from django.utils import translation

from labs import actions, control, events, joining, judging, plain_text, presenting, running
from labs.models import Command
from sandbox import workers
from sandbox.errors import Busy, Fault, OverQuota
from tests.processes import until

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("live_redis")]


@pytest.fixture(autouse=True)
def listening(live_redis, lab):
    control.listener()


def submit(attempt, line="echo hi") -> Command:
    return actions.submit_command(attempt=attempt, line=line, key=uuid.uuid4())


def ran(attempt, line="echo hi") -> Command:
    command = submit(attempt, line)
    assert running.run(command.pk)
    command.refresh_from_db()
    return command


def published(attempt) -> list[dict]:
    import json

    rows = events.client().xrange(events._keys(attempt.pk)[0])
    return [json.loads(fields[b"data"]) for _key, fields in rows]


def says(*pieces: bytes, status: int = 0):
    def run(live, line, write):
        for piece in pieces:
            write(piece)
        return status

    return run


def test_runs_commits_tells_and_grades(attempt, fake, woken):
    fake.on_run = says(b"h", b"i\r\n", status=0)
    fake.changes = {"files": [{"path": "~/environment/a.txt", "change": "added", "size": 0}]}
    fake.files["~/environment/a.txt"] = b""
    command = ran(attempt)
    assert (command.state, command.exit_status, bytes(command.output), command.reason) == ("done", 0, b"hi\r\n", "exit")
    assert (command.version, command.changes) == (fake.head, fake.changes)
    assert (command.cwd_after, command.first_output_ms, command.duration_ms) == ("/home/ec2-user/environment", 3, 7)
    assert (command.worker, command.lease_until) == (workers.me(), None)
    assert attempt.steps.get(step_id="make").passed
    found = published(attempt)
    assert [one["event"] for one in found if one["event"] != "output"] == ["block", "prompt", "block", "guide"]
    assert "".join(one["lines"] + one["current"] for one in found if one["event"] == "output").endswith("hi\n")
    assert "hi\n" in [one for one in found if one["event"] == "block"][-1]["html"]


def test_unchanged_makes_no_version_and_no_changes(attempt, fake):
    fake.head.changes = {"files": [{"path": "old"}]}
    command = ran(attempt)
    assert (command.version, command.changes) == (fake.head, {})


def test_a_row_is_run_once(attempt, fake):
    command = submit(attempt)
    assert running.run(command.pk)
    assert not running.run(command.pk)


def test_of_many_workers_one_gets_it(attempt, fake):
    command = submit(attempt)
    got: list[bool] = []

    def claim() -> None:
        try:
            got.append(Command.objects.claim(command.pk, workers.me()))
        finally:
            connection.close()

    threads = [threading.Thread(target=claim) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(got) == [False] * 7 + [True]


def test_a_fault_of_ours_loses_the_command_and_nothing_else(attempt, fake, caplog):
    fake.fault = Fault("jail-unavailable", "no user namespaces")
    command = ran(attempt)
    assert (command.state, command.message, command.version) == ("lost", "lost", None)
    assert "fault of ours" in published(attempt)[-1]["html"]
    assert attempt.running_command() is None


def test_a_death_in_the_middle_keeps_what_was_shown(attempt, fake, caplog):
    def dies(live, line, write):
        write(b"half\r\n")
        raise Fault("cloud-died", "the cloud process ended")

    fake.on_run = dies
    command = ran(attempt)
    assert (command.state, bytes(command.output)) == ("lost", b"half\r\n")


def test_over_quota_is_refused_with_its_numbers(attempt, fake):
    fake.on_run = says(b"wrote\r\n")
    fake.commit_error = OverQuota("home-bytes", what="home", used=70 * 1024 * 1024, limit=64 * 1024 * 1024)
    command = ran(attempt)
    assert (command.state, command.message, bytes(command.output)) == ("refused", "home-bytes", b"wrote\r\n")
    assert "70 MB" in published(attempt)[-1]["html"]
    assert command.cwd_after == ""


def test_incomplete_input_runs_nothing(attempt, fake):
    fake.incomplete = True
    command = ran(attempt, "echo 'x")
    assert (command.state, command.message) == ("refused", "incomplete")


@pytest.mark.parametrize(("reason", "values"), [("wall", {"limit": 600}), ("cpu", {"limit": 120}), ("memory", {}), ("stopped", {})])
def test_an_end_by_a_limit_commits_and_says_so(attempt, fake, reason, values):
    fake.reason = reason
    command = ran(attempt)
    assert (command.state, command.message, command.message_values) == ("done", reason, values)


def test_a_sandbox_that_stays_busy_is_refused(attempt, fake, monkeypatch):
    monkeypatch.setattr(joining, "WAIT_SECONDS", 0.05)
    fake.fault = Busy("busy")
    assert (ran(attempt).state, Command.objects.get().message) == ("refused", "busy")


def test_waits_for_the_grading_of_the_one_before(attempt, fake, monkeypatch):
    tries = iter([Busy("busy"), Busy("busy"), None])
    real = joining.checkout

    def checkout(sandbox):
        fake.fault = next(tries)
        return real(sandbox)

    monkeypatch.setattr(joining, "checkout", checkout)
    assert ran(attempt).state == "done"


def test_a_row_that_the_sweeper_ended_moves_no_head(attempt, fake, caplog):
    def slow(live, line, write):
        Command.objects.update(state="lost", message="worker-lost")
        return 0

    fake.on_run = slow
    fake.changes = {"files": [1]}
    before = fake.head
    command = ran(attempt)
    assert (command.state, command.message, fake.head) == ("lost", "worker-lost", before)


def in_thread(command: Command) -> threading.Thread:
    def work() -> None:
        try:
            running.run(command.pk)
        finally:
            connection.close()

    thread = threading.Thread(target=work)
    thread.start()
    return thread


def test_what_was_typed_ahead_is_there_when_the_program_is(attempt, fake):
    command = submit(attempt)
    actions.send_input(command=command, text="y\n")
    fake.on_run = lambda live, line, write: 0 if bytes(live.typed) == b"y\n" else 1
    running.run(command.pk)
    command.refresh_from_db()
    assert command.exit_status == 0


def test_input_and_stop_reach_a_running_command(attempt, fake):
    assert control.listener().listening.wait(20)

    def asks(live, line, write):
        write(b"Deploy? [y/N]: ")
        live.wait(lambda: bytes(live.typed) == b"y\n")
        write(b"y\r\n")
        live.wait(lambda: live.signals == ["INT"])
        return 130

    fake.on_run = asks
    command = submit(attempt)
    thread = in_thread(command)
    until(lambda: any(one.get("current") == "Deploy? [y/N]: " for one in published(attempt)))
    actions.send_input(command=command, text="y\n")
    until(lambda: bytes(fake.typed) == b"y\n")
    actions.stop_command(command=command)
    thread.join(20)
    command.refresh_from_db()
    assert (command.state, command.exit_status) == ("done", 130)


def test_a_stop_that_no_message_carried_is_found_in_the_row(attempt, fake, monkeypatch):
    monkeypatch.setattr("labs.output.RENEW_SECONDS", 0.0)
    monkeypatch.setattr("labs.output.FLUSH_SECONDS", 0.01)

    def waits(live, line, write):
        Command.objects.filter(pk=command.pk).update(stopping="INT")
        live.wait(lambda: live.signals == ["INT"])
        return 130

    fake.on_run = waits
    command = submit(attempt)
    running.run(command.pk)
    assert fake.signals == ["INT"]


def test_output_is_kept_while_it_runs_with_the_event_it_belongs_to(attempt, fake, monkeypatch):
    monkeypatch.setattr("labs.output.FLUSH_SECONDS", 0.01)
    found = {}

    def waits(live, line, write):
        write(b"first\r\n")
        until(lambda: bytes(Command.objects.get().output) == b"first\r\n")
        found["id"] = Command.objects.get().stream_id
        return 0

    fake.on_run = waits
    ran(attempt)
    _epoch, number = events.split(found["id"])
    rows = events.client().xrange(events._keys(attempt.pk)[0], f"{number}-1", f"{number}-1")
    assert b'"event":"output"' in rows[0][1][b"data"]


def test_redis_dies_in_the_middle(attempt, fake, live_redis, caplog):
    def run(live, line, write):
        write(b"before\r\n")
        until(lambda: any("before" in str(one) for one in published(attempt)))
        live_redis.kill()
        write(b"during\r\n")
        until(lambda: b"during" in bytes(Command.objects.get().output))
        live_redis.start()
        write(b"after\r\n")
        # While it runs yet: a page that lost its stream is given the whole block.
        until(lambda: any("during" in one.get("html", "") for one in published(attempt)))
        return 0

    fake.on_run = run
    command = ran(attempt)
    assert (command.state, bytes(command.output)) == ("done", b"before\r\nduring\r\nafter\r\n")
    assert "during\nafter" in [one for one in published(attempt) if one["event"] == "block"][-1]["html"]


def test_much_output_keeps_its_ends(attempt, fake, monkeypatch):
    monkeypatch.setattr("labs.output.KEPT", 1000)
    monkeypatch.setattr("labs.output.Kept.__init__.__defaults__", (1000,))
    fake.on_run = says(b"start\r\n", *[b"x" * 100] * 100, b"\r\nend\r\n")
    output = bytes(ran(attempt).output)
    assert output.startswith(b"start\r\n")
    assert output.endswith(b"end\r\n")
    assert b"left out here" in output
    assert len(output) < 1100


def test_a_flood_neither_fills_the_memory_nor_the_page(attempt, fake):
    def floods(live, line, write):
        for _ in range(400):
            write(b"y\r\n" * 10_000)
        return 0

    fake.on_run = floods
    command = ran(attempt)
    assert len(command.output) < 1.1 * 1024 * 1024
    shown = sum(len(one.get("lines", "")) for one in published(attempt))
    assert shown < 2 * 1024 * 1024
    assert len(published(attempt)) < 200


def test_a_program_with_the_whole_screen(attempt, fake):
    seen = []

    def edits(live, line, write):
        write(b"before\r\n\x1b[?1049h\x1b[2J\x1b[Hvim <1>\x1b[6n")
        until(lambda: live.typed == b"\x1b[1;8R" and Command.objects.get(line="vim").screen)
        seen.append(Command.objects.get(line="vim"))
        write(b"\x1b[2;1H~\x1b[?1049lafter\r\n")
        return 0

    fake.on_run = edits
    command = ran(attempt, "vim")
    assert (bytes(command.output), command.message, command.screen) == (b"before\r\nafter\r\n", "full-screen", {})
    state = seen[0].screen
    assert (state["rows"][0], len(state["rows"]), state["cols"]) == ('vim &lt;1&gt;<span class="cursor"> </span>', 24, 100)
    screens = [one for one in published(attempt) if one["event"] == "screen"]
    assert 'vim &lt;1&gt;<span class="cursor"> </span>' in screens[0]["html"]
    assert screens[-1] == {"event": "screen", "id": command.pk, "html": ""}
    page = presenting.block(seen[0])
    assert page["screen"]["height"] == 24


def test_a_screen_that_only_some_rows_change_of(attempt, fake):
    def draws(live, line, write):
        write(b"\x1b[?1049h\x1b[?25lone")
        until(lambda: any(one["event"] == "screen" for one in published(attempt)))
        write(b"\x1b[3;1Hthree")
        until(lambda: [one for one in published(attempt) if one["event"] == "screen"][-1].get("rows") == {"2": "three"})
        live.signals.append("drawn")
        return 0

    fake.on_run = draws
    ran(attempt)
    assert fake.signals == ["drawn"]


def test_a_flooded_screen_is_drawn_at_a_pace(attempt, fake):
    def floods(live, line, write):
        write(b"\x1b[?1049h")
        for _ in range(60):
            write(b"\x1b[H" + b"\x1b[41m<\x1b[42m&" * 1000)
        write(b"\x1b[?1049lquiet")
        return 0

    fake.on_run = floods
    command = ran(attempt)
    assert bytes(command.output) == b"quiet"
    assert len(published(attempt)) < 200


def test_checking_now(attempt, fake):
    fake.files["~/environment/a.txt"] = b""
    Command.objects.create(attempt=attempt, number=1, line="x", state="done", exit_status=0)
    judging.check(attempt.pk)
    assert attempt.steps.get(step_id="make").passed
    assert published(attempt)[-1]["event"] == "guide"


def test_in_the_learners_language(attempt, fake, caplog):
    type(attempt).objects.update(language="ko")
    fake.fault = Fault("x")
    ran(attempt)
    assert "fault of ours" not in published(attempt)[-1]["html"]


def test_output_as_text():
    assert plain_text.plain(b"\x1b[1;31mred\x1b[0m\x1b]0;t\x07 x\r\ny") == "red x\ny"


def test_what_comes_after_a_flood_is_shown(attempt, fake):
    """The last of it may fall into the second in which nothing more is sent: a question must not wait for its answer."""

    def asks(live, line, write):
        for _ in range(100):
            write(b"y\r\n" * 3000)
        write(b"\r\nname? ")
        until(lambda: published(attempt)[-1].get("current", "").endswith("name? "))
        return 0

    fake.on_run = asks
    command = ran(attempt)
    assert command.state == "done"
    shown = [one["current"] for one in published(attempt) if one["event"] == "output" and "left out" in one["current"]]
    assert shown
    assert all(
        re.fullmatch(r'\n<span class="dim">… [\d.]+ [KM]?B of output left out here …</span>\n(y\n)+(\nname\? )?', one) for one in shown
    )


def test_a_common_mistake_is_kept_and_said_in_the_readers_language(attempt, fake):
    fake.on_run = says(b"bash: \x1b[31mgrpe\x1b[0m: command not found\r\n", status=127)
    command = ran(attempt, "grpe x")
    assert command.mistake["id"] == "command-not-found"
    blocks = [event["html"] for event in published(attempt) if event.get("id") == command.pk and "html" in event]
    assert "Did you mean <code>grep</code>?" in blocks[-1]
    assert "command not found" in blocks[-1], "never instead of the real message"
    with translation.override("ko"):
        assert "쓰려던 것인가요" in presenting.block(command)["mistake"]["html"]


def test_no_fault_of_the_table_costs_a_command(attempt, fake, monkeypatch, caplog):
    monkeypatch.setattr("labs.mistakes.find", lambda *_: 1 / 0)
    assert (ran(attempt).state, ran(attempt).mistake) == ("done", {})
    assert "was not held against the table" in caplog.text


def test_what_was_stopped_is_no_mistake(attempt, fake):
    fake.reason, fake.on_run = "stopped", says(b"bash: grpe: command not found\n", status=130)
    assert ran(attempt).mistake == {}
