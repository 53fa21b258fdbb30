"""Asking and answering by the page, with script and without; the queue; who gets what."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from course.board.models import Alarm
from course.helping import actions
from course.helping.models import HelpAnswer, HelpRequest
from course.models import Role, User
from course.people.models import Cohort
from labs import forking
from labs.lab import catalog
from labs.models import Attempt, Command
from sandbox.models import Sandbox, Version
from tests.labs.test_following import run
from tests.people import cohort_of

pytestmark = pytest.mark.usefixtures("live_redis", "cohort")
HTMX = {"hx-request": "true"}
Clients = Callable[[User], Client]


@pytest.fixture
def client(attempt: Attempt, client_of: Clients) -> Client:
    """The learner's."""
    return client_of(attempt.user)


@pytest.fixture
def question(attempt: Attempt) -> HelpRequest:
    run(attempt, "ls")
    return actions.ask(attempt=attempt, sentence="Why <i>?", step="make")


def page(client: Client, address: str, status: int = 200, **options: Any) -> str:
    answer = client.get(address, **options)
    assert answer.status_code == status
    return answer.content.decode()


# --- the learner -----------------------------------------------------------------------------------------------------------


def test_the_way_to_ask_is_in_the_console_and_in_the_step(client: Client, attempt: Attempt) -> None:
    found = page(client, f"/attempts/{attempt.pk}/")
    assert "data-help" in found
    assert f'id="help-ask" href="/attempts/{attempt.pk}/help/"' in found
    assert f'id="help-make" href="/attempts/{attempt.pk}/help/?step=make"' in found
    form = page(client, f"/attempts/{attempt.pk}/help/?step=make", headers=HTMX)
    assert "<html" not in form
    assert "About the step “Make it”." in form
    assert "try things in a copy" in form


def test_nobody_to_ask_is_a_word_instead_of_a_button(client: Client, attempt: Attempt, cohort: Cohort) -> None:
    cohort.memberships.filter(role="instructor").update(left=timezone.now())
    found = page(client, f"/attempts/{attempt.pk}/")
    assert "No instructor teaches you here at the moment" in found
    assert 'id="help-ask"' not in found
    assert " data-help" not in found
    for headers in ({}, HTMX):
        assert "No instructor teaches you here" in page(client, f"/attempts/{attempt.pk}/help/", headers=headers)
        client.post(f"/attempts/{attempt.pk}/help/", {"sentence": "x"}, headers=headers)
    assert not HelpRequest.objects.exists()


def test_asking_by_script_answers_with_what_to_put_where(client: Client, attempt: Attempt) -> None:
    found = client.post(f"/attempts/{attempt.pk}/help/", {"sentence": "a\r\nb", "step": "name"}, headers=HTMX).content.decode()
    assert HelpRequest.objects.get().sentence == "a\nb"
    assert HelpRequest.objects.get().step == "name"
    for part in (
        'id="dialog-title"',
        'id="help" tabindex="-1" hx-swap-oob="true"',
        'id="help-button" hx-swap-oob="true"',
        "Withdraw the question",
    ):
        assert part in found
    assert "You have asked already" in page(client, f"/attempts/{attempt.pk}/help/", headers=HTMX)


def test_all_of_it_works_without_script(client: Client, attempt: Attempt, teacher: User) -> None:
    assert "<form" in page(client, f"/attempts/{attempt.pk}/help/")
    assert client.post(f"/attempts/{attempt.pk}/help/", {"sentence": ""})["Location"] == f"/attempts/{attempt.pk}/#help"
    found = HelpRequest.objects.get()
    actions.take(question=found, by=teacher)
    actions.answer(question=found, by=teacher, text="So.", lines=["touch a.txt", "ls"])
    alone = page(client, f"/attempts/{attempt.pk}/help/")
    assert '<input type="hidden" name="line" value="touch a.txt">' in alone
    assert HelpRequest.objects.get().seen is not None
    declined = found.answers.get().commands.get(line="ls")
    client.post(f"/attempts/{attempt.pk}/help/commands/{declined.pk}/decline/")
    assert "not needed" in page(client, f"/attempts/{attempt.pk}/help/")
    client.post(f"/attempts/{attempt.pk}/help/close/", {"ending": "solved"})
    assert HelpRequest.objects.get().ending == "solved"


def test_a_sentence_that_is_too_long_is_kept_to_be_shortened(client: Client, attempt: Attempt) -> None:
    for headers in ({}, HTMX):
        answer = client.post(f"/attempts/{attempt.pk}/help/", {"sentence": "y" * 2001}, headers=headers)
        assert "longer than 2000 characters" in answer.content.decode()
        assert "y" * 2001 in answer.content.decode()
    assert not HelpRequest.objects.exists()


def test_asking_too_often_is_held_back(client: Client, attempt: Attempt, monkeypatch) -> None:
    monkeypatch.setattr("course.people.limits.of", lambda request, what: 90 if what == "help" else 0)
    answer = client.post(f"/attempts/{attempt.pk}/help/", {"sentence": "z"})
    assert answer.status_code == 429
    assert "Ask again in 2 min." in answer.content.decode()
    assert client.post(f"/attempts/{attempt.pk}/help/", {"sentence": "z"}, headers=HTMX).status_code == 200
    assert not HelpRequest.objects.exists()


def test_withdrawing_takes_the_panel_away(client: Client, attempt: Attempt, question: HelpRequest) -> None:
    assert client.post(f"/attempts/{attempt.pk}/help/close/", {"ending": "again"}).status_code == 404
    found = client.post(f"/attempts/{attempt.pk}/help/close/", {"ending": "withdrawn"}, headers=HTMX).content.decode()
    assert 'id="help" tabindex="-1" hidden' in found
    assert 'id="help-ask"' in page(client, f"/attempts/{attempt.pk}/")
    assert client.post(f"/attempts/{attempt.pk}/help/close/", {"ending": "withdrawn"}, headers=HTMX).status_code == 200


def test_an_answer_is_news_until_it_is_seen(client: Client, attempt: Attempt, question: HelpRequest, teacher: User) -> None:
    actions.take(question=question, by=teacher)
    assert "Your question has an answer." not in page(client, "/labs/")
    actions.answer(question=question, by=teacher, text="So.")
    for address in ("/labs/", "/progress/", "/course/"):
        assert f'href="/attempts/{attempt.pk}/#help"' in page(client, address)
    own = page(client, f"/attempts/{attempt.pk}/")
    assert f'hx-post="/attempts/{attempt.pk}/help/seen/"' in own
    assert 'id="help-news"' not in own
    assert client.post(f"/attempts/{attempt.pk}/help/seen/").status_code == 204
    assert "Your question has an answer." not in page(client, "/labs/")
    assert "help/seen/" not in page(client, f"/attempts/{attempt.pk}/")


def test_an_instructor_looking_sees_the_learners_console_without_it(
    client_of: Clients, attempt: Attempt, question: HelpRequest, teacher: User
) -> None:
    found = page(client_of(teacher), f"/attempts/{attempt.pk}/")
    assert 'id="help"' not in found
    assert 'id="help-button"' not in found


def test_who_teaches_is_offered_no_help_in_their_own_lab(client_of: Clients, teacher: User, attempt: Attempt) -> None:
    own = Attempt.objects.create(user=teacher, lab="first", content_hash=attempt.content_hash, step="make", sandbox=attempt.sandbox)
    own.steps.create(step_id="make")
    assert 'id="help-button"' not in page(client_of(teacher), f"/attempts/{own.pk}/")


# --- who answers -----------------------------------------------------------------------------------------------------------


def test_the_queue_has_the_oldest_first(client_of: Clients, cohort: Cohort, attempt: Attempt, question: HelpRequest, teacher: User) -> None:
    third = User.objects.create_user("third", first_name="Third")
    cohort.memberships.create(user=third)
    theirs = Attempt.objects.create(user=third, lab="first", content_hash=attempt.content_hash)
    actions.ask(attempt=theirs, sentence="", step="")
    Alarm.objects.create(attempt=attempt, step="make", reason="same-error", since=timezone.now(), values={"count": 3})
    client = client_of(teacher)
    found = page(client, "/help/")
    assert found.index("learner</a>") < found.index("Third</a>")
    for said in ("Why &lt;i&gt;?", "First steps · Make it", "The same error 3 times", "without words"):
        assert said in found
    assert '<span class="nav-count">2' in found
    assert "<html" not in page(client, "/help/", headers=HTMX)
    assert "Third" in page(client, f"/cohorts/{cohort.pk}/help/")
    Alarm.objects.update(dismissed_level=1)
    assert "The same error" not in page(client, "/help/")


def test_an_empty_queue_says_so(client_of: Clients, teacher: User) -> None:
    assert "Nobody is waiting" in page(client_of(teacher), "/help/")


def test_the_queue_asks_as_little_for_many(
    client_of: Clients, cohort: Cohort, attempt: Attempt, question: HelpRequest, teacher: User
) -> None:
    client = client_of(teacher)

    def count() -> int:
        with CaptureQueriesContext(connection) as found:
            page(client, "/help/", headers=HTMX)
        return len(found)

    few = count()
    for number in range(6):
        user = User.objects.create_user(f"l{number}")
        cohort.memberships.create(user=user)
        theirs = Attempt.objects.create(user=user, lab="first", content_hash=attempt.content_hash)
        HelpRequest.objects.create(attempt=theirs, taken_by=teacher if number % 2 else None)
    assert count() == few
    assert few <= 6


def test_taking_releasing_and_losing_to_another(client_of: Clients, question: HelpRequest, teacher: User, second: User) -> None:
    one, two = client_of(teacher), client_of(second)
    assert 'name="text"' not in page(one, f"/help/{question.pk}/")
    one.post(f"/help/{question.pk}/take/")
    assert 'name="text"' in page(one, f"/help/{question.pk}/")
    assert "taken by Hana" in page(two, "/help/")
    two.post(f"/help/{question.pk}/take/")
    assert "Hana has taken this question." in page(two, f"/help/{question.pk}/")
    two.post(f"/help/{question.pk}/answer/", {"text": "mine"})
    assert not HelpAnswer.objects.exists()
    assert one.post(f"/help/{question.pk}/release/")["Location"] == "/help/"
    two.post(f"/help/{question.pk}/take/")
    question.refresh_from_db()
    assert question.taken_by == second


def test_a_proposal_of_what_was_run_in_the_fork(client_of: Clients, attempt: Attempt, question: HelpRequest, teacher: User) -> None:
    client = client_of(teacher)
    client.post(f"/help/{question.pk}/take/")
    answer = client.post(f"/help/{question.pk}/fork/")
    fork = Attempt.objects.get(fork_of=attempt)
    assert answer["Location"] == f"/attempts/{fork.pk}/"
    assert fork.sandbox.start == question.version
    assert f'href="/help/{question.pk}/#answering"' in page(client, f"/attempts/{fork.pk}/")
    lines = ["touch b.txt", "fals", "touch a.txt"]
    made = [run(fork, line) for line in lines]
    Command.objects.filter(pk=made[1].pk).update(exit_status=127)
    form = page(client, f"/help/{question.pk}/")
    assert form.index("touch b.txt</textarea>") < form.index("fals</textarea>") < form.index("touch a.txt</textarea>")
    assert f'name="use-{made[0].pk}" checked' in form
    assert f'name="use-{made[1].pk}" checked' not in form
    fields = {f"line-{one.pk}": one.line for one in made} | {f"use-{made[0].pk}": "on", f"use-{made[2].pk}": "on"}
    fields |= {f"line-{made[0].pk}": "touch c.txt", "line-new": "ls\n\npwd", "text": "See `touch`."}
    client.post(f"/help/{question.pk}/answer/", fields)
    found = HelpAnswer.objects.get()
    assert list(found.commands.values_list("line", flat=True)) == ["touch c.txt", "touch a.txt", "ls", "pwd"]
    assert found.fork == fork
    run(attempt, "touch a.txt")
    seen = page(client, f"/help/{question.pk}/")
    assert "run as #2" in seen
    assert "not run yet" in seen


def test_an_empty_answer_is_not_sent_and_what_was_chosen_stays(client_of: Clients, question: HelpRequest, teacher: User) -> None:
    client = client_of(teacher)
    client.post(f"/help/{question.pk}/take/")
    answer = client.post(f"/help/{question.pk}/answer/", {"text": "  "})
    assert answer.status_code == 422
    assert "Write something, or choose commands to propose." in answer.content.decode()
    assert "k" * 10_001 in client.post(f"/help/{question.pk}/answer/", {"text": "k" * 10_001}).content.decode()
    assert not HelpAnswer.objects.exists()


def test_a_closed_question_can_still_be_read(client_of: Clients, question: HelpRequest, teacher: User) -> None:
    actions.close(question=question, ending="solved")
    found = page(client_of(teacher), f"/help/{question.pk}/")
    assert "Solved" in found
    assert 'name="text"' not in found


OF_A_LEARNER = ("", "close/", "seen/")
OF_A_TEACHER = ("take/", "release/", "fork/", "answer/")


@pytest.mark.parametrize("who", ["nobody", "other learner", "guest", "other instructor", "learner", "admin"])
def test_each_gets_what_is_theirs(client_of: Clients, attempt: Attempt, question: HelpRequest, cohort: Cohort, who: str) -> None:
    client, admin = Client(), who == "admin"
    if who == "learner":
        client = client_of(attempt.user)
    elif who != "nobody":
        role = {"guest": Role.GUEST, "other instructor": Role.INSTRUCTOR, "admin": Role.ADMIN}.get(who, Role.LEARNER)
        user = User.objects.create_user("somebody", role=role)
        if role == Role.INSTRUCTOR:
            cohort_of(user, User.objects.create_user("third"), name="Autumn")
        client = client_of(user)
    nothing = 302 if who == "nobody" else 404
    teaches = who in {"admin", "other instructor"}
    assert client.get("/help/").status_code == (200 if teaches else nothing)
    assert ("Why" in client.get("/help/").content.decode()) == admin
    assert client.get(f"/help/{question.pk}/").status_code == (200 if admin else nothing)
    assert client.get(f"/cohorts/{cohort.pk}/help/").status_code == (200 if admin else nothing)
    for end in OF_A_TEACHER:
        assert client.post(f"/help/{question.pk}/{end}").status_code == ({"answer/": 422}.get(end, 302) if admin else nothing), end
    for end in OF_A_LEARNER:
        expected = {"": 302, "close/": 404, "seen/": 204}[end] if who == "learner" else nothing
        assert client.post(f"/attempts/{attempt.pk}/help/{end}", {"sentence": "x"}).status_code == expected, end
    assert HelpRequest.objects.count() == 1


def test_a_proposed_command_is_declined_by_its_own_learner_alone(
    client: Client, client_of: Clients, attempt: Attempt, question: HelpRequest, teacher: User
) -> None:
    actions.take(question=question, by=teacher)
    command = actions.answer(question=question, by=teacher, text="", lines=["ls"]).commands.get()
    third = User.objects.create_user("third")
    start = Version.objects.create(account="1" * 12)
    box = Sandbox.objects.create(owner=third, head=start, start=start)
    own = Attempt.objects.create(user=third, lab="first", content_hash=attempt.content_hash, sandbox=box)
    for somebody, number in ((client_of(third), attempt.pk), (client_of(third), own.pk), (client_of(teacher), attempt.pk)):
        assert somebody.post(f"/attempts/{number}/help/commands/{command.pk}/decline/").status_code == 404
    assert client.post(f"/attempts/{attempt.pk}/help/commands/{command.pk}/decline/", headers=HTMX).status_code == 200
    command.refresh_from_db()
    assert command.declined


def test_nobody_asks_for_help_in_a_fork(client_of: Clients, attempt: Attempt, teacher: User) -> None:
    run(attempt, "ls")
    fork = forking.fork(attempt=attempt, version=attempt.sandbox.head, command=None, by=teacher, language="en")
    client = client_of(teacher)
    assert client.get(f"/attempts/{fork.pk}/help/").status_code == 404
    found = page(client, f"/attempts/{fork.pk}/")
    assert "step-help" not in found
    assert catalog.get("first").title["en"] in found
