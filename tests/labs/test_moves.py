"""Undo, redo, rewind and starting again as the page asks for them; and who may not."""

from typing import Any

import pytest
from django.test import Client

from course.models import Role
from labs import publishing
from labs.models import Attempt, Command
from sandbox.models import Sandbox, Version
from tests.labs.test_following import run
from tests.people import cohort_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("live_redis")]
FETCH = {"x-requested-with": "fetch", "accept-language": "en"}
EN = {"accept-language": "en"}
HTMX = {"hx-request": "true", "accept-language": "en"}


@pytest.fixture
def client(learner: Any) -> Client:
    client = Client()
    client.force_login(learner)
    return client


def at(attempt: Attempt) -> int:
    return Sandbox.objects.get(pk=attempt.sandbox_id).head_id


def post(client: Client, attempt: Attempt, what: str, **fields: Any) -> Any:
    return client.post(f"/attempts/{attempt.pk}/{what}/", fields, headers=FETCH)


def test_an_undo_answers_what_the_page_has_to_show(client: Client, attempt: Attempt) -> None:
    first = run(attempt, "touch a.txt", passes="make", cwd="/tmp")
    answer = post(client, attempt, "undo", at=at(attempt)).json()
    assert answer["undone"] == [first.pk]
    assert 'id="moved-1"' in answer["notice"]
    assert "Went back to before #1: touch a.txt" in answer["notice"]
    for part in ('id="step-make"', 'id="track"', 'id="acts"', 'id="prompt-sign"', "0 of 2 steps"):
        assert part in answer["html"]
    assert "log" not in answer
    answer = post(client, attempt, "redo", at=at(attempt)).json()
    assert answer["undone"] == []
    assert "1 of 2 steps" in answer["html"]


def test_the_other_pages_are_told_the_same(client: Client, attempt: Attempt, monkeypatch, django_capture_on_commit_callbacks) -> None:
    told: list = []
    monkeypatch.setattr("labs.events.publish", lambda pk, name, **data: told.append((pk, name, data)) or "e:1")
    run(attempt, "ls")
    with django_capture_on_commit_callbacks(execute=True):
        answer = post(client, attempt, "undo", at=at(attempt)).json()
    ((_, _, data),) = [one for one in told if one[1] == "moved"]
    assert (data["undone"], data["notice"], data["move"]) == (answer["undone"], answer["notice"], answer["move"])


def test_a_second_click_answers_the_same_and_undoes_nothing_more(client: Client, attempt: Attempt) -> None:
    run(attempt, "a")
    run(attempt, "b")
    seen = at(attempt)
    first, second = (post(client, attempt, "undo", at=seen).json() for _ in range(2))
    assert first["undone"] == second["undone"] == [attempt.commands.last().pk]
    assert first["move"] == second["move"]


def test_what_cannot_be_done_says_why(client: Client, attempt: Attempt) -> None:
    for what, words in (("undo", "There is nothing to undo yet."), ("redo", "There is nothing to do again.")):
        answer = post(client, attempt, what, at=at(attempt))
        assert (answer.status_code, answer.content.decode()) == (409, words)
    Command.objects.create(attempt=attempt, number=1, line="sleep 9", state="running")
    assert post(client, attempt, "undo").content.decode().startswith("A command is still running.")


def test_rewinding_names_a_command_of_ones_own(client: Client, attempt: Attempt) -> None:
    first = run(attempt, "a")
    second = run(attempt, "b")
    assert post(client, attempt, "rewind", command=first.pk).json()["undone"] == [second.pk]
    assert "stands there already" in post(client, attempt, "rewind", command=first.pk).content.decode()
    assert post(client, attempt, "rewind", command="x").status_code == 404
    assert post(client, attempt, "rewind").status_code == 404


def test_starting_the_lab_again_answers_the_whole_log(client: Client, attempt: Attempt) -> None:
    command = run(attempt, "ls")
    answer = post(client, attempt, "reset", at=at(attempt)).json()
    assert "The lab starts again." in answer["log"]
    assert f"command-{command.pk}" not in answer["log"]
    answer = post(client, attempt, "undo", at=at(attempt)).json()
    assert f"command-{command.pk}" in answer["log"]
    assert "Brought back" in answer["notice"]


def test_the_question_says_what_will_happen(client: Client, attempt: Attempt) -> None:
    run(attempt, "touch a.txt", passes="make")
    run(attempt, "ls")
    step = client.get(f"/attempts/{attempt.pk}/reset-step/ask/", headers=HTMX).content.decode()
    assert "Start “Name it” again?" in step
    assert "1 command is undone." in step
    assert f'name="at" value="{at(attempt)}"' in step
    whole = client.get(f"/attempts/{attempt.pk}/reset/ask/", headers=HTMX).content.decode()
    assert "2 commands are undone." in whole
    assert "<html" not in whole


def test_with_every_step_passed_there_is_none_to_start_again(client: Client, attempt: Attempt) -> None:
    run(attempt, "touch a.txt", passes="make")
    run(attempt, "x=1", passes="name")
    assert "No step is open" in client.get(f"/attempts/{attempt.pk}/reset-step/ask/", headers=HTMX).content.decode()


def test_all_of_it_works_without_script(client: Client, attempt: Attempt) -> None:
    command = run(attempt, "ls")
    page = client.get(f"/attempts/{attempt.pk}/", headers=EN).content.decode()
    for what in ("undo", "redo", "rewind"):
        assert f'<form method="post" action="/attempts/{attempt.pk}/{what}/"' in page
    for what in ("reset", "reset-step"):
        assert f'href="/attempts/{attempt.pk}/{what}/ask/"' in page
        assert f'action="/attempts/{attempt.pk}/{what}/"' in client.get(f"/attempts/{attempt.pk}/{what}/ask/", headers=EN).content.decode()
    answer = client.post(f"/attempts/{attempt.pk}/undo/", {"at": at(attempt)}, headers=EN, follow=True)
    page = answer.content.decode()
    assert answer.redirect_chain == [(f"/attempts/{attempt.pk}/", 302)]
    assert "Went back to before #1: ls" in page
    assert 'class="block is-undone"' in page
    client.post(f"/attempts/{attempt.pk}/rewind/", {"command": command.pk}, headers=EN)
    assert 'class="block is-undone"' not in client.get(f"/attempts/{attempt.pk}/", headers=EN).content.decode()
    refused = client.post(f"/attempts/{attempt.pk}/redo/", headers=EN, follow=True)
    assert "There is nothing to do again." in refused.content.decode()


def test_a_button_that_can_do_nothing_says_why(client: Client, attempt: Attempt) -> None:
    page = client.get(f"/attempts/{attempt.pk}/", headers=EN).content.decode()
    assert 'id="undo" aria-disabled="true" title="There is nothing to undo yet."' in page
    run(attempt, "echo '<b>'")
    page = client.get(f"/attempts/{attempt.pk}/", headers=EN).content.decode()
    assert "#1 <code>echo &#x27;&lt;b&gt;&#x27;</code>" in page


def test_moves_are_told_where_they_were_made(client: Client, attempt: Attempt) -> None:
    run(attempt, "first")
    run(attempt, "second")
    post(client, attempt, "undo")
    post(client, attempt, "undo")
    run(attempt, "third")
    page = client.get(f"/attempts/{attempt.pk}/", headers=EN).content.decode()
    assert page.count("con-notice") == 1, "of moves in a row the last one says where one is"
    assert page.index("second</span>") < page.index("Went back to before #1: first") < page.index("third</span>")


def test_a_command_ended_brings_the_new_undo_to_the_page(attempt: Attempt, monkeypatch) -> None:
    told: list = []
    monkeypatch.setattr("labs.events.publish", lambda pk, name, **data: told.append(data["html"]) or "e:1")
    run(attempt, "echo hi")
    publishing.prompt_changed(Attempt.objects.get(pk=attempt.pk))
    assert "#1 <code>echo hi</code>" in told[0]


def test_what_changed_opens_as_panel_and_as_page(client: Client, attempt: Attempt) -> None:
    command = run(attempt, "edit")
    command.changes = {"files": [{"path": "~/<a>", "change": "changed", "size": 9}]}
    command.diff = {"~/<a>": {"text": "@@ -1,1 +1,1 @@\n-<script>\n+b"}}
    command.save()
    url = f"/attempts/{attempt.pk}/commands/{command.pk}/changes/"
    panel = client.get(url, headers=HTMX).content.decode()
    assert "<del>-&lt;script&gt;</del>" in panel
    assert "<ins>+b</ins>" in panel
    assert "<html" not in panel
    page = client.get(url, headers=EN).content.decode()
    assert "What command 1 changed" in page
    assert "~/&lt;a&gt;" in page
    assert client.get(f"/attempts/{attempt.pk}/commands/999/changes/").status_code == 404


@pytest.mark.parametrize("role", [Role.LEARNER, Role.INSTRUCTOR, Role.ADMIN])
def test_nobody_moves_anothers_sandbox_from_the_page(attempt: Attempt, django_user_model: Any, role: Role) -> None:
    command = run(attempt, "ls")
    before = at(attempt)
    other, person = Client(), django_user_model.objects.create_user("other", role=role)
    cohort_of(person, attempt.user)
    other.force_login(person)
    for what in ("undo", "redo", "rewind", "reset", "reset-step"):
        assert post(other, attempt, what, command=command.pk).status_code == 404
    for what in ("reset", "reset-step"):
        assert other.get(f"/attempts/{attempt.pk}/{what}/ask/").status_code == 404
    assert at(attempt) == before
    seen = other.get(f"/attempts/{attempt.pk}/commands/{command.pk}/changes/").status_code
    assert seen == (404 if role == Role.LEARNER else 200)


def test_an_instructor_sees_what_is_undone_and_no_buttons(client: Client, attempt: Attempt, django_user_model: Any) -> None:
    run(attempt, "ls")
    post(client, attempt, "undo")
    other, person = Client(), django_user_model.objects.create_user("teacher", role=Role.INSTRUCTOR)
    cohort_of(person, attempt.user)
    other.force_login(person)
    page = other.get(f"/attempts/{attempt.pk}/", headers=EN).content.decode()
    assert "is-undone" in page
    assert "Went back to before #1" in page
    for what in ("data-move", 'id="undo"', "Rewind to here", "<dialog"):
        assert what not in page


def test_an_administrators_move_is_told_as_the_administrations(client: Client, attempt: Attempt, django_user_model: Any) -> None:
    from sandbox import actions as sandboxes

    run(attempt, "ls")
    sandboxes.undo(sandbox=attempt.sandbox, by=django_user_model.objects.create_user("boss"))
    page = client.get(f"/attempts/{attempt.pk}/", headers=EN).content.decode()
    assert "Went back to before #1: ls (by the course&#x27;s administration)" in page


def test_a_version_made_elsewhere_is_gone_to_in_words(client: Client, attempt: Attempt) -> None:
    from sandbox import actions as sandboxes

    box = attempt.sandbox
    loose = Version.objects.create(account="1" * 12, sandbox=box, number=1, parent=box.start)
    sandboxes.rewind(sandbox=box, to=loose.pk, by=attempt.user)
    assert "Went to another point" in client.get(f"/attempts/{attempt.pk}/", headers=EN).content.decode()
