"""Time in the account on the page: what comes next and when, the way to skip there, and what happened meanwhile."""

from contextlib import contextmanager
from types import SimpleNamespace

import pytest
from django.test import Client
from django.utils import timezone, translation

from labs import clock, events, judging, publishing
from labs.models import Command
from labs.wording import duration
from sandbox import signals
from sandbox.errors import Busy, LearnerError
from sandbox.models import Sandbox, Version
from tests.people import cohort_of

pytestmark = pytest.mark.django_db
REMOVED = {"cloud": [{"service": "kms", "kind": "key", "name": "k-1", "change": "removed"}]}


@pytest.fixture
def told(monkeypatch) -> list[dict]:
    """What the pages were told."""
    said: list[dict] = []
    monkeypatch.setattr(events, "publish", lambda attempt, name, **data: said.append({"name": name, **data}) or "")
    return said


def due_in(attempt, seconds: float | None) -> None:
    Version.objects.filter(pk=attempt.sandbox.head_id).update(due_in=seconds)
    Sandbox.objects.update(head_since=timezone.now())
    attempt.sandbox.refresh_from_db()


@pytest.mark.parametrize(
    ("seconds", "english", "korean"),
    [
        (0.2, "1 s", "1초"),
        (59.4, "59 s", "59초"),
        (61, "1 min 1 s", "1분 1초"),
        (7260, "2 h 1 min", "2시간 1분"),
        (7 * 86400 - 3600, "6 d 23 h", "6일 23시간"),
    ],
)
def test_how_long_in_words(seconds, english, korean):
    with translation.override("en"):
        assert duration(seconds) == english
    with translation.override("ko"):
        assert duration(seconds) == korean


def test_nothing_due_shows_nothing(attempt, learner):
    assert clock.clock(attempt) == {"due": "", "changes": {}, "panel": {}, "notice": ""}
    client = Client()
    client.force_login(learner)
    assert b'id="skip"' not in client.get(f"/attempts/{attempt.pk}/").content


def test_what_is_due_shows_when_and_a_way_to_it(attempt, learner, django_user_model):
    attempt.sandbox.clock_rate = 60
    attempt.sandbox.save()
    due_in(attempt, 7200.0 + 30)
    client = Client()
    client.force_login(learner)
    page = client.get(f"/attempts/{attempt.pk}/").content.decode()
    assert "2 min 0 s" in page
    assert 'id="skip"' in page
    instructor = Client()
    teacher = django_user_model.objects.create_user("teacher", role="instructor")
    cohort_of(teacher, learner)
    instructor.force_login(teacher)
    page = instructor.get(f"/attempts/{attempt.pk}/").content.decode()
    assert "2 min 0 s" in page
    assert 'id="skip"' not in page


def test_skipping_is_a_workers_work(attempt, learner, woken):
    client = Client()
    client.force_login(learner)
    with pytest.raises(LearnerError, match="nothing-due"):
        clock.skip_ahead(attempt=attempt)
    due_in(attempt, 100)
    answer = client.post(f"/attempts/{attempt.pk}/skip/", headers={"HX-Request": "true"}).content.decode()
    assert woken == [("labs.tasks.skip_ahead", attempt.pk)]
    assert "Skipping ahead" in answer
    assert client.post(f"/attempts/{attempt.pk}/skip/").status_code == 302
    assert len(woken) == 2


def test_not_while_a_command_runs(attempt, learner, woken):
    due_in(attempt, 100)
    Command.objects.create(attempt=attempt, number=1, line="sleep 9", state="running")
    client = Client()
    client.force_login(learner)
    answer = client.post(f"/attempts/{attempt.pk}/skip/", headers={"HX-Request": "true"}).content.decode()
    assert woken == []
    assert "still running" in answer
    assert "still running" in client.post(f"/attempts/{attempt.pk}/skip/", follow=True).content.decode()


def test_nobody_skips_for_another(attempt, django_user_model):
    client = Client()
    client.force_login(django_user_model.objects.create_user("other"))
    assert client.post(f"/attempts/{attempt.pk}/skip/").status_code == 404


def test_what_happened_is_looked_at_and_told(attempt, told, monkeypatch):
    """Nobody typed: the step passes all the same, in the learner's language."""
    looked = []

    def grade(attempt, lab, live, *, last, version, areas):
        looked.append((live, version.pk, areas >= {"cloud"}, translation.get_language()))
        return True

    monkeypatch.setattr("labs.grading.grade", grade)
    attempt.language = "ko"
    attempt.save()
    head = attempt.sandbox.head
    version = Version.objects.create(parent=head, sandbox=attempt.sandbox, number=1, account=head.account, changes=REMOVED, passed=True)
    Sandbox.objects.update(head=version)
    live = SimpleNamespace(sandbox=attempt.sandbox)
    signals.advanced.send(Sandbox, live=live, version=version)
    assert looked == [(live, version.pk, True, "ko")]
    assert [one["name"] for one in told] == ["guide", "clock"]
    assert "그사이 바뀐 것" in told[1]["html"]
    assert "k-1" in told[1]["html"]


def test_a_skip_that_could_not_be_done_leaves_no_page_waiting(attempt, told, monkeypatch, caplog):
    def busy(*_):
        raise Busy("busy")

    monkeypatch.setattr("labs.judging.held", busy)
    due_in(attempt, 100)
    judging.skip(attempt.pk)
    assert [one["name"] for one in told] == ["clock"]
    assert "Skipping" not in told[0]["html"]
    assert "busy" in caplog.text


def test_pages_hear_only_of_a_change(attempt, told):
    shown = clock.clock(attempt)
    clock.changed(attempt, shown)
    assert told == []
    due_in(attempt, 100)
    clock.changed(attempt, shown)
    assert [one["name"] for one in told] == ["clock"]


def test_looking_lets_a_sandbox_at_rest_go_on(attempt, learner):
    Version.objects.filter(pk=attempt.sandbox.head_id).update(due_in=1)
    Sandbox.objects.update(due=None)
    client = Client()
    client.force_login(learner)
    client.get(f"/attempts/{attempt.pk}/")
    assert Sandbox.objects.get().due is not None


def test_the_event_and_the_page_are_of_the_same_making(attempt, told):
    due_in(attempt, 100)
    with publishing.in_language_of(attempt):
        publishing.clock_changed(attempt, clock.clock(attempt))
    assert told[0]["html"].strip().startswith('<div class="con-clock" id="clock">')


def test_a_skip_waits_for_whoever_still_looks(attempt, told, monkeypatch):
    """The click comes while the grading of the last command holds the sandbox."""
    live, tries = SimpleNamespace(), []

    @contextmanager
    def checkout(sandbox):
        tries.append(sandbox)
        if len(tries) < 3:
            raise Busy("busy")
        yield live

    monkeypatch.setattr("labs.judging.checkout", checkout)
    led: list = []
    monkeypatch.setattr("sandbox.waking.advance", lambda live, skip: led.append((live, skip)))
    judging.skip(attempt.pk)
    assert (led, len(tries)) == ([(live, True)], 3)
