"""``manage.py demo`` and the seed: what is made is removed whole, and nothing else."""

from __future__ import annotations

import io

import pytest
from django.apps import apps
from django.core.management import CommandError, call_command

from course.demo import making, removing
from course.demo.models import Demo, Player
from course.local import demo as local
from course.models import User
from course.people.models import Cohort
from labs import actions, forking
from labs.models import Attempt, Command
from sandbox.errors import Busy
from tests.course.demo.conftest import play

pytestmark = pytest.mark.slow


def rows() -> dict[str, int]:
    """Of every table, but the demo's own row and what nobody would miss: the editions of labs."""
    return {one._meta.label: one._default_manager.count() for one in apps.get_models() if one._meta.label not in {"labs.Edition"}}


def test_nothing_is_left_and_nothing_else_goes(demo, cohort, real, lab):
    actions.start_attempt(user=real, lab=lab)
    before = rows()
    play()
    assert rows()["sandbox.Version"] > before["sandbox.Version"]
    assert removing.remove() == 4
    assert rows() == before
    assert Attempt.objects.get().user == real
    assert Demo.objects.get().state == Demo.State.REMOVED


def test_half_made_is_removed_too(demo):
    before = rows()
    for _ in range(9):
        making.turn()
    removing.remove()
    assert rows() == before
    assert making.turn() is None, "nothing comes back by itself"


def test_forks_of_their_work_go_with_them(demo, teacher):
    play()
    attempt = Attempt.objects.select_related("sandbox").get(user__username="demo-ann")
    forking.fork(attempt=attempt, version=attempt.sandbox.head, command=None, by=teacher, language="en")
    removing.remove()
    assert not Attempt.objects.exists()


def test_a_turn_that_is_under_way_is_waited_for(demo, monkeypatch):
    monkeypatch.setattr(removing, "TURN_SECONDS", 0.0)
    Demo.objects.update(worker="elsewhere:1:1")
    with pytest.raises(Busy):
        removing.remove()


def test_made_again_after_removal(demo, cohort):
    play()
    removing.remove()
    assert not making.begin()
    assert making.make()
    play()
    assert Player.objects.filter(done=True).count() == 4
    assert Demo.objects.get().cohort == cohort


def test_by_hand_it_has_a_cohort_of_its_own(tiny, teacher, settings):
    settings.VAR.mkdir(exist_ok=True)
    with pytest.raises(CommandError, match="no folder of"):
        call_command("demo", "make")
    (settings.VAR / "demo_accounts.json").write_text("{}")
    said = io.StringIO()
    call_command("demo", "make", stdout=said)
    play()
    call_command("demo", "make", stdout=said)
    assert "All of it is there" in said.getvalue()
    cohort = Cohort.objects.get()
    assert cohort.members("instructor").get().user == teacher
    call_command("demo", "remove", stdout=said)
    assert "4 people went" in said.getvalue()
    assert not Cohort.objects.exists()
    assert list(User.objects.all()) == [teacher]


@pytest.mark.parametrize("on", [True, False])
def test_only_the_first_start_of_up_plans_it(tmp_path, settings, db, on):
    settings.VAR, settings.DEMO = tmp_path, on
    local.seed()
    assert Demo.objects.filter(state=Demo.State.PLANNED).count() == (1 if on else 0)
    Demo.objects.all().delete()
    local.seed()
    assert not Demo.objects.exists()


def test_tests_make_none(settings):
    assert not settings.DEMO


def test_a_command_of_theirs_that_runs_keeps_their_sandbox(demo):
    play()
    sandbox = Attempt.objects.get(user__username="demo-bora").sandbox
    type(sandbox).objects.filter(pk=sandbox.pk).update(lock_holder="elsewhere:1:1", lock_until="2999-01-01T00:00Z")
    with pytest.raises(Busy):
        removing.remove()
    type(sandbox).objects.filter(pk=sandbox.pk).update(lock_holder="", lock_until=None)
    removing.remove()
    assert not Player.objects.exists()
    assert not Command.objects.exists()
