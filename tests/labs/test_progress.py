"""A learner's own progress page, and the end of a lab."""

import re

import pytest
from django.contrib.auth import get_user_model
from django.test import Client
from django.utils import timezone, translation

from labs import actions, finishing, publishing
from labs.lab import catalog
from labs.models import Attempt
from tests.labs.conftest import PROSE, YAML, write_lab
from tests.people import cohort_of

EN = {"accept-language": "en"}


@pytest.fixture
def client(client: Client, learner, settings) -> Client:
    settings.STORAGES = settings.STORAGES | {"staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}}
    client.force_login(learner)
    return client


def page(client: Client, **headers: str) -> str:
    return client.get("/progress/", headers=EN | headers).content.decode()


def done(attempt: Attempt) -> None:
    for step in attempt.steps.all():
        step.complete(points=5, version=None)
    Attempt.objects.filter(pk=attempt.pk).update(step="", completed=timezone.now(), spent=720)


def test_one_must_be_signed_in(db):
    assert Client().get("/progress/").status_code == 302


def test_nothing_begun_yet(client, lab):
    found = page(client)
    assert "You have not started a lab yet" in found
    assert "Begin with: First steps" in found
    assert "Not started" in found
    assert "아직 시작한 실습이 없습니다" in page(client, **{"accept-language": "ko"})


def test_every_step_with_help_points_and_the_way_back(client, attempt):
    step = attempt.steps.get(step_id="make")
    step.hints_shown, step.solution_shown = 2, True
    step.save()
    Attempt.objects.filter(pk=attempt.pk).update(spent=300)
    found = page(client)
    for text in ("In progress", "0 of 2 steps", "0/15 points", "5 min of about 5 min", "2 hints", "solution shown", "Make it", "Name it"):
        assert text in found, text
    assert f'href="/attempts/{attempt.pk}/#step-make"' in found


def test_nobody_elses(client, attempt, settings):
    other = get_user_model().objects.create_user("other")
    mine = Client()
    mine.force_login(other)
    assert "You have not started a lab yet" in mine.get("/progress/", headers=EN).content.decode()
    teacher, person = Client(), get_user_model().objects.create_user("teacher", role="instructor")
    cohort_of(person, attempt.user)
    teacher.force_login(person)
    assert f"/attempts/{attempt.pk}/" not in teacher.get("/progress/", headers=EN).content.decode()


def test_a_closed_attempt_gives_way_to_an_open_one(client, attempt, learner, lab, woken):
    done(attempt)
    attempt.refresh_from_db()
    actions.finish(attempt=attempt)
    assert "Open again" in page(client)
    anew = actions.start_attempt(user=learner, lab=lab)
    assert f'href="/attempts/{anew.pk}/#step-make"' in page(client)


def test_a_lab_that_is_gone_stays_in_the_record(client, attempt, tmp_path):
    for path in (tmp_path / "catalog" / "first").iterdir():
        path.unlink()
    assert "First steps" in page(client)


def test_queries_do_not_grow_with_labs(client, attempt, learner, tmp_path, woken, django_assert_num_queries):
    page(client)
    with django_assert_num_queries(6):  # session, user, attempts, steps; what the site tells: notices, answers
        page(client)
    for number in range(4):
        write_lab(tmp_path / "catalog", f"more-{number}")
        actions.start_attempt(user=learner, lab=catalog.get(f"more-{number}"))
    page(client)
    with django_assert_num_queries(6):
        assert page(client).count('class="lab-row"') == 5


# --- the end of a lab ------------------------------------------------------------------------------------------------------


def test_a_lab_has_no_end_before_its_end(attempt, lab):
    assert finishing.finish(lab, attempt) == {"complete": False}


def test_what_was_done_points_time_and_the_next_lab(client, attempt, lab, tmp_path):
    write_lab(tmp_path / "catalog", "second", YAML.replace("en: First steps", "en: Second steps"))
    for language in ("ko", "en"):
        (tmp_path / "catalog" / "first" / f"{language}.md").write_text(PROSE + "\n## Done {#end}\n\nWell done.\n")
    done(attempt)
    attempt.refresh_from_db()
    with translation.override("en"):
        found = finishing.finish(lab, attempt)
    assert (found["got"], found["points"], found["spent"], found["minutes"]) == (10, 15, "12 min", 5)
    assert [(row["title"], row["got"], row["points"]) for row in found["rows"]] == [("Make it", 5, 10), ("Name it", 5, 5)]
    assert found["next"] == {"title": "Second steps", "url": "/labs/second/"}
    shown = client.get(f"/attempts/{attempt.pk}/", headers=EN).content.decode()
    assert "Next lab: Second steps" in shown
    assert "Well done." in shown
    assert re.search(r'id="finish"[^>]*>', shown)[0].endswith('aria-labelledby="finish-title">')


def test_the_last_lab_leads_back_to_what_is_left(attempt, lab, tmp_path, learner, woken):
    write_lab(tmp_path / "catalog", "before", YAML.replace("en: First steps", "en: Before"))
    done(attempt)
    attempt.refresh_from_db()
    with translation.override("en"):
        assert finishing.finish(lab, attempt)["next"]["title"] == "Before"
        done(actions.start_attempt(user=learner, lab=catalog.get("before")))
        assert finishing.finish(lab, attempt)["next"] is None


def test_the_end_comes_with_the_guide(attempt, lab, monkeypatch):
    told = []
    monkeypatch.setattr(publishing.events, "publish", lambda pk, name, **data: told.append(data["html"]))
    publishing.guide_changed(lab, attempt)
    done(attempt)
    publishing.guide_changed(lab, Attempt.objects.get(pk=attempt.pk))
    assert 'aria-labelledby="finish-title" hidden' in told[0]
    assert "What you did" in told[1]
