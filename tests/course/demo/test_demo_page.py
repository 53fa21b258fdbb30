"""What the cohort's page says of its demo, and to whom."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from course.demo import making
from course.demo.models import Demo
from course.models import Role, User
from tests.course.demo.conftest import play


def client(user: User | None, language: str = "en") -> Client:
    made = Client(headers={"accept-language": language})
    if user is not None:
        made.force_login(user)
    return made


@pytest.mark.parametrize("role", [None, Role.GUEST, Role.LEARNER, Role.INSTRUCTOR, Role.ADMIN])
def test_who_sees_how_far_it_is(demo, cohort, role):
    user = User.objects.create_user("somebody", role=role) if role else None
    answer = client(user).get(reverse("demo-progress", args=[cohort.pk]))
    assert answer.status_code == {None: 302, Role.ADMIN: 200}.get(role, 404)


def test_the_page_while_it_is_made_and_after(demo, cohort, teacher):
    page = client(teacher)
    making.turn()
    html = page.get(reverse("cohort", args=[cohort.pk])).content.decode()
    assert "The demo cohort is being made: 0 of 2" in html
    assert 'hx-trigger="every 2s"' in html
    while "1 of 2" not in page.get(reverse("demo-progress", args=[cohort.pk])).content.decode():
        assert making.turn() is not None
    play()
    html = page.get(reverse("cohort", args=[cohort.pk])).content.decode()
    assert "4 of these learners are made up" in html
    assert "hx-trigger" not in html
    assert html.count('<span class="tag">demo</span>') == 4
    assert html.count("switched off") == 0


def test_in_korean(demo, cohort, teacher):
    teacher.language = "ko"
    teacher.save()
    making.turn()
    assert "데모" in client(teacher, "ko").get(reverse("demo-progress", args=[cohort.pk])).content.decode()


@pytest.mark.parametrize("state", [Demo.State.PLANNED, Demo.State.REMOVED])
def test_nothing_is_said_where_there_is_none(demo, cohort, teacher, state):
    Demo.objects.update(state=state)
    html = client(teacher).get(reverse("cohort", args=[cohort.pk])).content.decode()
    assert 'id="demo"' not in html


def test_failed_says_how_to_go_on(demo, cohort, teacher):
    Demo.objects.update(state=Demo.State.FAILED)
    html = client(teacher).get(reverse("cohort", args=[cohort.pk])).content.decode()
    assert "manage.py demo make" in html


def test_few_queries(demo, cohort, teacher, django_assert_max_num_queries):
    play()
    page = client(teacher)
    page.get(reverse("cohort", args=[cohort.pk]))
    with django_assert_max_num_queries(16):
        page.get(reverse("cohort", args=[cohort.pk]))
