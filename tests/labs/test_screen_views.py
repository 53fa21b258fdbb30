"""Who may size the screen of a running program, and how it stands on the page."""

import pytest
from django.template.loader import render_to_string
from django.test import Client

from course.models import Role, User
from labs import presenting
from labs.models import Command
from labs.screen import Shown
from labs.screen_display import Display
from tests.people import cohort_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("live_redis")]


@pytest.fixture
def sent(monkeypatch) -> list[tuple]:
    found: list[tuple] = []
    monkeypatch.setattr("labs.control.send", lambda *words, **data: found.append((*words, data)) or True)
    return found


def post(user, attempt, **fields):
    client = Client()
    client.force_login(user)
    return client.post(f"/attempts/{attempt.pk}/size/", fields)


@pytest.fixture
def command(attempt) -> Command:
    return Command.objects.create(attempt=attempt, number=1, line='vim "<b>"', state="running")


def test_the_learners_page_says_how_large_it_is(attempt, command, sent):
    assert post(attempt.user, attempt, command=command.pk, rows="31", cols="99").status_code == 204
    assert post(attempt.user, attempt, command=command.pk, rows="9999", cols="x").status_code == 204
    assert [one[2] for one in sent] == [{"rows": 31, "cols": 99}, {"rows": 80, "cols": 100}]


@pytest.mark.parametrize("role", [Role.LEARNER, Role.INSTRUCTOR, Role.ADMIN])
def test_nobody_else_does(attempt, command, sent, role):
    other = User.objects.create_user("other", role=role)
    cohort_of(other, attempt.user)
    assert post(other, attempt, command=command.pk, rows="31", cols="99").status_code == 404
    assert sent == []


def test_not_another_attempts_command(attempt, command, sent):
    assert post(attempt.user, attempt, command=command.pk + 1).status_code == 404
    assert sent == []


def test_on_the_page_while_the_program_runs(attempt, command):
    display, shown = Display(3, 20), Shown()
    display.feed(b"\x1b[?1h<script>")
    shown.update(display)
    command.screen = shown.state()
    html = render_to_string("labs/block.html", {"block": presenting.block(command), "urls": presenting.urls(attempt), "attempt": attempt})
    assert html.count('<span class="screen-row">') == 3
    assert "&lt;script&gt;" in html
    assert "<script" not in html
    assert "data-app" in html
    assert "data-paste" not in html
    assert "Screen of vim &quot;&lt;b&gt;&quot;" in html
    assert "<textarea" in html

    context = {"block": presenting.block(command), "urls": {}, "attempt": attempt, "readonly": True}
    html = render_to_string("labs/block.html", context)
    assert 'class="screen-row"' in html
    assert "<textarea" not in html

    command.state = "done"
    assert presenting.block(command)["screen"] == {}
