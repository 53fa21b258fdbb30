"""The course's own scripts, in real sandboxes."""

from __future__ import annotations

import pytest
from django.contrib.auth import get_user_model

from course.board import grid
from course.board.models import Alarm
from course.demo import making, people, removing
from course.demo.models import Demo, Player
from course.models import Role
from labs import actions, preparing
from labs.models import Attempt, Command
from sandbox import actions as sandboxes
from sandbox.checkout import checkout
from sandbox.models import Version
from tests.course.demo.conftest import play
from tests.labs.conftest import live_redis as live_redis
from tests.labs.conftest import valkey as valkey
from tests.people import cohort_of

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]
WHAT = {"labs.tasks.prepare_attempt": preparing.prepare}
SCRIPT = "adrift"


@pytest.fixture
def made(monkeypatch, live_redis):
    """One script of the five, which needs no AWS: its five people."""
    monkeypatch.setattr(actions, "wake", lambda task, *args: WHAT.get(task, lambda *_: None)(*args))
    chosen = [one for one in people.everybody() if one.script == SCRIPT]
    monkeypatch.setattr(people, "everybody", lambda: chosen)
    cohort = cohort_of(get_user_model().objects.create_user("instructor", role=Role.INSTRUCTOR))
    making.plan(cohort)
    making.begin()
    play()
    return cohort


def test_who_gives_up_is_on_the_board_and_what_they_typed_was_run(made):
    assert Demo.objects.get().state == Demo.State.DONE
    assert Player.objects.filter(done=True).count() == 5
    assert not Command.objects.exclude(state=Command.State.DONE).exists()
    attempts = {one.user.player.role: one for one in Attempt.objects.select_related("user__player", "sandbox")}
    assert {role: one.step for role, one in attempts.items()} == {
        "sunhee": "pipe", "junho": "pipe", "grace": "count", "bora": "pipe", "jinwoo": "count",
    }  # fmt: skip
    lost = Command.objects.get(attempt=attempts["grace"], line="wc -l keepers.csv")
    assert b"No such file or directory" in bytes(lost.output)
    assert lost.mistake["id"] == "file-missing"
    assert Alarm.objects.filter(attempt=attempts["grace"], reason="same-error", over=None).exists()
    assert Alarm.objects.filter(attempt=attempts["sunhee"], reason="check", over=None).exists()
    rows = {row.name: row for row in grid.rows(grid.read(made, grid.labs_of(made)))}
    assert (rows["황선희"].passed, rows["유진우"].passed) == (2, 1)
    assert rows["Grace Okafor"].alarms
    # A copy is a sandbox like any other: what is typed in it runs where the one who played had stood.
    bora = attempts["bora"].sandbox
    sandboxes.delete(sandbox=attempts["sunhee"].sandbox, by="test")
    with checkout(bora) as live:
        printed = []
        assert live.run("head -1 lighthouse/letter.txt", write=printed.append).status == 0
        assert b"To whoever reads this" in b"".join(printed)
    assert removing.remove() == 5
    assert not Version.objects.exclude(sandbox=None).exists()
