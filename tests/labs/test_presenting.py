"""What pages show, and from where they follow the events."""

import pytest
from django.utils import translation

from labs import events, presenting
from labs.models import Attempt, Command

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("live_redis")]

TIME = {"spent": "", "minutes": 5, "current": None}


def command(attempt, number=1, **fields) -> Command:
    return Command.objects.create(attempt=attempt, number=number, line="ls", **({"state": "done", "exit_status": 0} | fields))


WALL = "Ended: a command may take 600 seconds, counted anew when you type into it."


@pytest.mark.parametrize(
    ("cwd", "shown"),
    [
        ("", "~/environment"),
        ("/home/ec2-user", "~"),
        ("/home/ec2-user/a b", "~/a b"),
        ("/home/ec2-users", "/home/ec2-users"),
        ("/tmp", "/tmp"),
    ],
)
def test_where(cwd, shown):
    assert presenting.where(cwd) == shown


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({}, {"ok": True, "failed": False, "running": False, "fault": False, "status_words": ""}),
        ({"exit_status": 2}, {"ok": False, "failed": True, "status_words": "exit status 2"}),
        ({"state": "lost", "message": "lost"}, {"ok": False, "failed": True, "fault": True}),
        ({"state": "running", "exit_status": None}, {"ok": False, "failed": False, "running": True}),
        ({"duration_ms": 900}, {"duration": "900 ms"}),
        ({"duration_ms": 12_340}, {"duration": "12.3 s"}),
        ({"duration_ms": 125_000}, {"duration": "2:05"}),
        (
            {"state": "refused", "message": "wall", "message_values": {"limit": 600}},
            {"message": WALL},
        ),
    ],
)
def test_a_block(attempt, fields, expected):
    found = presenting.block(command(attempt, **fields))
    assert {name: found[name] for name in expected} == expected


def test_a_blocks_output_is_rendered_safely(attempt):
    found = presenting.block(command(attempt, output=b"<b>\x1b[31mred\r\n$ "))
    assert found["output_html"] == '&lt;b&gt;<span class="fg-1">red</span>\n'
    assert found["current_html"] == '<span class="fg-1">$ </span>'


def test_steps_in_the_readers_language(attempt, lab):
    step = attempt.steps.get(step_id="make")
    step.hints_shown = 1
    step.looked("not-yet", [{"kind": "not", "code": "file-missing", "values": {"path": "<x>"}}])
    step.save()
    with translation.override("en"):
        make, name = presenting.steps(lab, attempt)
    assert (make["title"], make["current"], make["hints_left"], name["current"]) == ("Make it", True, 2, False)
    assert make["hints"] == ["<p>Use <strong>touch</strong>.</p>"]
    assert make["seen"] == [{"kind": "not", "word": "There is no file <x> yet.", "saw": "", "wanted": ""}]
    assert make["solution"] == []
    assert make["segments"] == [{"command": "touch a.txt"}]
    with translation.override("ko"):
        assert "touch를" in presenting.steps(lab, attempt)[0]["hints"][0]


def test_what_aws_said_is_shown(attempt, lab):
    look = {"kind": "not", "code": "aws-missing", "values": {"code": "NoSuchKey", "message": "gone"}}
    attempt.steps.get(step_id="make").looked("not-yet", [look])
    with translation.override("en"):
        assert presenting.steps(lab, attempt)[0]["seen"][0]["word"] == "AWS answers NoSuchKey: gone"


def test_a_lab_without_an_attempt_can_be_shown(lab, db):
    assert presenting.steps(lab, None)[0]["passed"] is False
    assert presenting.track(lab, None) == {"passed": 0, "steps": 2, "got": 0, "points": 15, "complete": False} | TIME


def test_track(attempt, lab):
    attempt.steps.get(step_id="make").complete(points=6, version=None)
    assert presenting.track(lab, attempt) == {"passed": 1, "steps": 2, "got": 6, "points": 15, "complete": False} | TIME | {
        "current": {"id": "make", "number": 1, "title": "Make it"}
    }


def test_a_page_follows_from_where_the_stream_is(attempt, lab):
    command(attempt)
    assert presenting.page(lab, attempt)["after"] == events.NOWHERE
    where = events.publish(attempt.pk, "block")
    assert presenting.page(lab, attempt)["after"] == where


def test_a_page_with_a_running_block_follows_from_the_end_of_its_output(attempt, lab):
    where = events.publish(attempt.pk, "output")
    events.publish(attempt.pk, "output")
    command(attempt, state="running", stream_id=where)
    assert presenting.page(lab, attempt)["after"] == where


def test_but_not_into_a_stream_that_is_gone(attempt, lab):
    where = events.publish(attempt.pk, "output")
    command(attempt, state="running", stream_id=where)
    events.client().flushall()
    now = events.publish(attempt.pk, "output")
    assert presenting.page(lab, attempt)["after"] == now


def test_what_was_before_a_reset_is_not_shown_but_in_the_history(attempt, lab):
    for number, line in enumerate(["a", "a", "b"], 1):
        Command.objects.create(attempt=attempt, number=number, line=line, state="done", cwd_after="/tmp")
    Attempt.objects.update(console_from=2)
    page = presenting.page(lab, attempt)
    assert [entry["block"]["line"] for entry in page["entries"]] == ["b"]
    assert page["history"] == ["a", "b"]
    assert page["prompt"] == "/tmp"
