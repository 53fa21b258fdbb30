"""A word to a cohort: who reads it, where, and until when."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from course.board import notices
from course.board.models import Notice
from course.models import User
from course.people.models import Act
from labs.models import Attempt


@pytest.fixture
def published(monkeypatch) -> list[tuple]:
    found: list[tuple] = []
    monkeypatch.setattr("labs.events.publish", lambda to, name, **data: found.append((to, name, data)))
    return found


def say(client, cohort, **fields):
    return client.post(reverse("board-notices", args=[cohort.pk]), {"text": "Lunch at **noon**.", "lab": "", "until": "", **fields})


def test_said_and_recorded(client, cohort, teacher):
    client.force_login(teacher)
    assert say(client, cohort, until="2099-01-01T12:00").status_code == 302
    found = Notice.objects.get()
    assert (found.by, found.cohort, found.until.year) == (teacher, cohort, 2099)
    assert [act.what for act in Act.objects.all()] == ["notice-sent"]
    page = client.get(reverse("board-notices", args=[cohort.pk])).content.decode()
    assert "<strong>noon</strong>" in page


WRONG = [{"text": ""}, {"text": "x" * 2001}, {"lab": "nonsense"}, {"until": "2001-01-01T12:00"}, {"until": "soon"}]


@pytest.mark.parametrize("fields", WRONG)
def test_what_is_not_right_is_said_beside_it(client, cohort, teacher, lab, fields):
    client.force_login(teacher)
    answer = say(client, cohort, **fields)
    assert answer.status_code == 200
    assert b"field-error" in answer.content
    assert not Notice.objects.exists()


def test_learners_read_it_and_put_it_away_for_good(client, cohort, teacher, minji):
    found = notices.broadcast(cohort=cohort, by=teacher, text="Hello <script>alert(1)</script>")
    client.force_login(minji)
    page = client.get(reverse("course")).content.decode()
    assert f'id="notice-{found.pk}"' in page
    assert "<script>alert" not in page
    assert "Tess" in page
    put = client.post(reverse("notice-seen", args=[found.pk]), headers={"HX-Request": "true"})
    assert b"autofocus" in put.content
    assert client.post(reverse("notice-seen", args=[found.pk])).status_code == 302  # twice is once
    assert f'id="notice-{found.pk}"' not in client.get(reverse("course")).content.decode()
    assert found.seen.count() == 1


def test_nobody_else_reads_it(client, cohort, teacher):
    found = notices.broadcast(cohort=cohort, by=teacher, text="Hello")
    for user in (teacher, User.objects.create_user("stranger")):
        client.force_login(user)
        assert b'id="notice-' not in client.get(reverse("course")).content
        assert client.post(reverse("notice-seen", args=[found.pk])).status_code == 404


def test_of_one_lab_it_stands_on_that_labs_page_alone(client, cohort, teacher, minji, attempt):
    notices.broadcast(cohort=cohort, by=teacher, text="About this lab", lab="first")
    notices.broadcast(cohort=cohort, by=teacher, text="About another", lab="second")
    client.force_login(minji)
    assert b"About" not in client.get(reverse("course")).content
    page = client.get(reverse("page", args=[attempt.pk])).content.decode()
    assert "About this lab" in page
    assert "About another" not in page


@pytest.mark.parametrize("how", ["over", "withdrawn"])
def test_what_is_over_is_not_shown(client, cohort, teacher, minji, how):
    found = notices.broadcast(cohort=cohort, by=teacher, text="Hello")
    if how == "over":
        Notice.objects.update(until=timezone.now() - timedelta(seconds=1))
    else:
        client.force_login(teacher)
        client.post(reverse("notice-withdraw", args=[cohort.pk, found.pk]))
    client.force_login(minji)
    assert b'id="notice-' not in client.get(reverse("course")).content


def test_open_lab_pages_get_it_in_their_language(cohort, teacher, attempt, jisoo, published, django_capture_on_commit_callbacks):
    Attempt.objects.filter(pk=attempt.pk).update(language="ko")
    other = Attempt.objects.create(user=jisoo, lab="second", content_hash="x")
    Attempt.objects.create(user=jisoo, lab="third", content_hash="x", last_seen=timezone.now() - timedelta(hours=2))
    with django_capture_on_commit_callbacks(execute=True):
        found = notices.broadcast(cohort=cohort, by=teacher, text="Hello")
    assert {(to, name) for to, name, _data in published} == {(attempt.pk, "broadcast"), (other.pk, "broadcast")}
    html = {to: data["html"] for to, _name, data in published}
    assert "Put away" in html[other.pk]
    assert "Put away" not in html[attempt.pk]
    published.clear()
    with django_capture_on_commit_callbacks(execute=True):
        notices.withdraw(notice=found, by=teacher)
    assert {data["gone"] for _to, _name, data in published} == {found.pk}


def test_of_one_lab_only_its_pages_get_it(cohort, teacher, attempt, published, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        notices.broadcast(cohort=cohort, by=teacher, text="Hello", lab="second")
    assert published == []
