"""The labs' pages and what is posted from them, without a worker: rows stand in for what one would have done."""

import uuid
from pathlib import Path

import pytest
from django.test import Client

from course.models import Role, User
from labs import actions, events
from labs.lab import catalog
from labs.models import Attempt, Command
from sandbox.models import Sandbox, Version
from tests.people import cohort_of

pytestmark = pytest.mark.django_db
YAML = """
title: {ko: 첫걸음, en: First steps}
summary: {ko: 한 가지를 합니다., en: You do one thing.}
minutes: 5
steps:
  - id: make
    points: 10
    check: {file: {path: ~/environment/a.txt}}
    hints: [{ko: touch를 쓰세요., en: Use **touch**.}]
    solve: [touch a.txt]
  - id: remove
    points: 5
    check: {file: {path: ~/environment/a.txt, exists: false}}
    solve: [rm a.txt]
"""
PROSE = """Hello <script>alert(1)</script>.

## Make it {#make}

Do:

```console
$ touch a.txt
```

## Remove it {#remove}

Again.

## Done {#end}

Well done.
"""
FETCH = {"x-requested-with": "fetch", "accept-language": "en"}
EN = {"accept-language": "en"}
HTMX = {"hx-request": "true", "accept-language": "en"}


@pytest.fixture(autouse=True)
def site(tmp_path: Path, settings, monkeypatch):
    """A catalogue of one lab; no broker and no Redis: what would be sent is kept."""
    folder = tmp_path / "catalog" / "first"
    folder.mkdir(parents=True)
    (folder / "lab.yaml").write_text(YAML)
    for language in ("ko", "en"):
        (folder / f"{language}.md").write_text(PROSE)
    settings.SANDBOX_CATALOG = tmp_path / "catalog"
    sent: list[tuple] = []
    monkeypatch.setattr(actions, "wake", lambda *words: sent.append(words))
    monkeypatch.setattr(events, "publish", lambda *words, **data: sent.append((*words, data)) or "e:1")
    monkeypatch.setattr(events, "position", lambda pk: "e:7")
    monkeypatch.setattr("labs.control.send", lambda *words, **data: sent.append((*words, data)) or True)
    return sent


@pytest.fixture
def learner() -> User:
    return User.objects.create_user("minji", first_name="Minji")


@pytest.fixture
def client(learner: User) -> Client:
    client = Client()
    client.force_login(learner)
    return client


@pytest.fixture
def attempt(learner: User) -> Attempt:
    attempt = actions.start_attempt(user=learner, lab=catalog.get("first"))
    start = Version.objects.create(account="111122223333")
    attempt.sandbox = Sandbox.objects.create(owner=learner, label="first", head=start, start=start)
    attempt.save()
    return attempt


def run(client: Client, attempt: Attempt, line: str, key: uuid.UUID | None = None, **extra: str):
    data = {"line": line, "key": str(key or uuid.uuid4()), **extra}
    return client.post(f"/attempts/{attempt.pk}/commands/", data, headers=FETCH)


def finish(attempt: Attempt, line: str = "ls", **fields) -> Command:
    number = attempt.next_number()
    values = {"state": "done", "exit_status": 0, "duration_ms": 1500, "cwd_before": "/home/ec2-user", "output": b"a\r\n"} | fields
    return Command.objects.create(attempt=attempt, number=number, line=line, **values)


# --- catalogue and start ---------------------------------------------------------------------------------------------------


def test_the_catalogue_offers_to_start(client: Client) -> None:
    page = client.get("/labs/", headers=EN).content.decode()
    for words in ("First steps", "You do one thing.", "5 minutes", "2 steps", "15 points", 'action="/labs/first/start/"'):
        assert words in page


def test_the_catalogue_offers_to_resume_and_shows_how_far(client: Client, attempt: Attempt) -> None:
    attempt.steps.get(step_id="make").complete(points=8, version=None)
    page = client.get("/labs/", headers=EN).content.decode()
    assert "Resume" in page
    assert "1 of 2 steps" in page
    assert "8/15 points" in page
    assert f'href="/attempts/{attempt.pk}/"' in page


def test_without_labs_it_says_so(client: Client, settings, tmp_path: Path) -> None:
    settings.SANDBOX_CATALOG = tmp_path / "none"
    assert "No labs yet" in client.get("/labs/", headers=EN).content.decode()


def test_broken_labs_are_named_to_those_who_can_mend_them(client: Client, learner: User, settings) -> None:
    (Path(settings.SANDBOX_CATALOG) / "first" / "lab.yaml").write_text("title: x\n")
    assert "lab.yaml" not in client.get("/labs/", headers=EN).content.decode()
    learner.role = Role.INSTRUCTOR
    learner.save()
    assert "lab.yaml" in client.get("/labs/", headers=EN).content.decode()


def test_a_lab_can_be_read_before_it_is_started(client: Client) -> None:
    page = client.get("/labs/first/", headers=EN).content.decode()
    assert "Make it" in page
    assert "touch a.txt" in page
    assert "data-run=" not in page
    assert "<script>alert" not in page


def test_one_that_was_started_opens_where_one_is(client: Client, attempt: Attempt) -> None:
    assert client.get("/labs/first/")["Location"] == f"/attempts/{attempt.pk}/"


@pytest.mark.parametrize("path", ["/labs/none/", "/labs/none/start/"])
def test_no_such_lab(client: Client, path: str) -> None:
    assert (client.post(path) if "start" in path else client.get(path)).status_code == 404


def test_start_makes_one_attempt_however_often(client: Client, site: list) -> None:
    first, second = (client.post("/labs/first/start/")["Location"] for _ in range(2))
    assert first == second == f"/attempts/{Attempt.objects.get().pk}/"
    assert ("labs.tasks.prepare_attempt", Attempt.objects.get().pk) in site


# --- the page --------------------------------------------------------------------------------------------------------------


def test_the_page_has_the_steps_and_the_console(client: Client, attempt: Attempt) -> None:
    finish(attempt, "echo <b>", output=b"\x1b[31m<b>\x1b[0m\r\n", changes={"files": [{"path": "~/a", "change": "added", "size": 3}]})
    page = client.get(f"/attempts/{attempt.pk}/", headers=EN).content.decode()
    for words in (
        'id="step-make"',
        'aria-current="step"',
        "Check",
        "echo &lt;b&gt;",
        '<span class="fg-1">&lt;b&gt;</span>',
        "~/a added",
        "1.5 s",
    ):
        assert words in page
    assert 'data-after="e:7"' in page
    assert "<b></span>" not in page


def test_a_failed_command_says_its_status(client: Client, attempt: Attempt) -> None:
    finish(attempt, exit_status=3)
    page = client.get(f"/attempts/{attempt.pk}/", headers=EN).content.decode()
    assert "exit status 3" in page
    assert "is-failed" in page


def test_a_lost_command_says_whose_fault(client: Client, attempt: Attempt) -> None:
    finish(attempt, state="lost", exit_status=None, message="lost")
    assert "through a fault of ours" in client.get(f"/attempts/{attempt.pk}/", headers=EN).content.decode()


def test_a_running_command_can_be_answered_and_stopped(client: Client, attempt: Attempt) -> None:
    command = finish(attempt, state="running", output=b"Deploy? [y/N]: ", stream_id="e:5")
    page = client.get(f"/attempts/{attempt.pk}/", headers=EN).content.decode()
    assert f'id="stdin-{command.pk}"' in page
    assert "data-stop" in page
    assert '<span class="out-current">Deploy? [y/N]: </span>' in page
    assert 'data-after="e:5"' in page


def test_preparing_says_what_and_why(client: Client, attempt: Attempt) -> None:
    Attempt.objects.update(sandbox=None)
    page = client.get(f"/attempts/{attempt.pk}/", headers=EN).content.decode()
    assert "Your sandbox is being prepared" in page
    assert 'data-ready=""' in page


def test_a_problem_is_said_and_can_be_tried_again(client: Client, attempt: Attempt, site: list) -> None:
    Attempt.objects.update(sandbox=None, problem="lab-broken")
    page = client.get(f"/attempts/{attempt.pk}/", headers=EN).content.decode()
    assert "This lab could not be prepared." in page
    assert 'action="/labs/first/start/"' in page


def test_a_deleted_sandbox_is_made_anew_when_the_page_is_opened(client: Client, attempt: Attempt, site: list) -> None:
    attempt.sandbox.delete()
    client.get(f"/attempts/{attempt.pk}/")
    assert ("labs.tasks.prepare_attempt", attempt.pk) in site


def test_the_page_remembers_the_learners_language(client: Client, attempt: Attempt) -> None:
    page = client.get(f"/attempts/{attempt.pk}/", headers={"accept-language": "ko"}).content.decode()
    assert "첫걸음" in page
    attempt.refresh_from_db()
    assert attempt.language == "ko"


def test_a_lab_that_is_gone_is_said_on_the_way_to_the_others(client: Client, attempt: Attempt) -> None:
    Attempt.objects.update(content_hash="0" * 64)
    answer = client.get(f"/attempts/{attempt.pk}/", headers=EN, follow=True)
    assert answer.redirect_chain == [("/labs/", 302)]
    assert "no longer part of the course" in answer.content.decode()


# --- posted ----------------------------------------------------------------------------------------------------------------


def test_a_line_becomes_a_queued_block(client: Client, attempt: Attempt) -> None:
    answer = run(client, attempt, "ls -l", cols="90")
    command = Command.objects.get()
    assert (answer.status_code, command.line, command.state, command.cols) == (200, "ls -l", "queued", 90)
    assert f'id="command-{command.pk}"' in answer.content.decode()


def test_the_same_key_runs_once(client: Client, attempt: Attempt) -> None:
    key = uuid.uuid4()
    first, second = run(client, attempt, "ls", key), run(client, attempt, "ls", key)
    assert first.status_code == second.status_code == 200
    assert Command.objects.count() == 1


def test_a_second_command_is_refused_in_words(client: Client, attempt: Attempt) -> None:
    run(client, attempt, "sleep 9")
    answer = run(client, attempt, "ls")
    assert answer.status_code == 409
    assert answer.content.decode().startswith("A command is still running.")
    assert answer["Content-Type"].startswith("text/plain")


@pytest.mark.parametrize(("line", "words"), [("  ", "There is no command"), ("x" * 20_000, "too long")])
def test_what_is_no_command_is_refused_in_words(client: Client, attempt: Attempt, line: str, words: str) -> None:
    answer = run(client, attempt, line)
    assert answer.status_code == 409
    assert words in answer.content.decode()


def test_without_script_a_line_leads_back_to_the_page(client: Client, attempt: Attempt) -> None:
    answer = client.post(f"/attempts/{attempt.pk}/commands/", {"line": "ls", "key": str(uuid.uuid4())})
    assert answer["Location"] == f"/attempts/{attempt.pk}/"
    assert Command.objects.count() == 1


def test_input_reaches_the_running_command(client: Client, attempt: Attempt, site: list) -> None:
    command = finish(attempt, state="running", stream_id="a:1")
    answer = client.post(f"/attempts/{attempt.pk}/input/", {"command": command.pk, "text": "y\n"}, headers=FETCH)
    assert answer.status_code == 204
    assert (command.pk, "input", {"text": "y\n"}) in site


def test_input_to_one_that_ended_is_refused_in_words(client: Client, attempt: Attempt) -> None:
    command = finish(attempt)
    answer = client.post(f"/attempts/{attempt.pk}/input/", {"command": command.pk, "text": "y\n"}, headers=FETCH)
    assert (answer.status_code, answer.content.decode()) == (409, "This command has ended already.")


def test_stop(client: Client, attempt: Attempt, site: list) -> None:
    command = finish(attempt, state="running")
    assert client.post(f"/attempts/{attempt.pk}/stop/", {"command": command.pk}, headers=FETCH).status_code == 204
    assert (command.pk, "signal", {"name": "INT"}) in site


@pytest.mark.parametrize("command", ["", "x", "9" * 30, "99999"])
def test_no_such_command(client: Client, attempt: Attempt, command: str) -> None:
    assert client.post(f"/attempts/{attempt.pk}/stop/", {"command": command}, headers=FETCH).status_code == 404


def test_hint_then_solution(client: Client, attempt: Attempt) -> None:
    page = client.post(f"/attempts/{attempt.pk}/steps/make/hint/", headers=HTMX).content.decode()
    assert "Use <strong>touch</strong>." in page
    assert "What does the check see?" in page
    page = client.post(f"/attempts/{attempt.pk}/steps/make/hint/", headers=HTMX).content.decode()
    assert "The check has not looked yet." in page
    assert "costs 5 points" in page
    asked = client.get(f"/attempts/{attempt.pk}/steps/make/solution/ask/", headers=HTMX).content.decode()
    assert "It costs 5 points." in asked
    assert "10 when you pass it on your own, and 5 after" in asked
    assert "neither Undo nor starting again" in asked
    assert "touch a.txt" not in asked, "asking shows nothing yet"
    assert "<html" in client.get(f"/attempts/{attempt.pk}/steps/make/solution/ask/").content.decode(), "without script a page"
    page = client.post(f"/attempts/{attempt.pk}/steps/make/solution/", headers=HTMX).content.decode()
    assert 'data-run="touch a.txt"' in page
    assert attempt.steps.get(step_id="make").solution_shown


def test_no_more_hints_is_said_on_the_step(client: Client, attempt: Attempt) -> None:
    client.post(f"/attempts/{attempt.pk}/steps/remove/hint/", headers=HTMX)
    page = client.post(f"/attempts/{attempt.pk}/steps/remove/hint/", headers=HTMX).content.decode()
    assert "There are no more hints." in page
    assert page.lstrip().startswith("<li")


def test_check_wakes_a_worker(client: Client, attempt: Attempt, site: list) -> None:
    page = client.post(f"/attempts/{attempt.pk}/steps/make/check/", headers=HTMX).content.decode()
    assert "Looking at your sandbox" in page
    assert ("labs.tasks.check_attempt", attempt.pk) in site


def test_a_check_without_script_leads_back(client: Client, attempt: Attempt) -> None:
    assert client.post(f"/attempts/{attempt.pk}/steps/make/check/")["Location"] == f"/attempts/{attempt.pk}/"


def test_reset_starts_the_console_anew(client: Client, attempt: Attempt) -> None:
    finish(attempt)
    assert client.post(f"/attempts/{attempt.pk}/reset/")["Location"] == f"/attempts/{attempt.pk}/"
    attempt.refresh_from_db()
    assert list(attempt.console()) == []


def test_reset_while_a_command_runs_is_refused_in_words(client: Client, attempt: Attempt) -> None:
    finish(attempt, state="running")
    answer = client.post(f"/attempts/{attempt.pk}/reset/", headers=EN, follow=True)
    assert "A command is still running." in answer.content.decode()


# --- looking on ------------------------------------------------------------------------------------------------------------


def test_the_instructors_list(client: Client, attempt: Attempt, learner: User) -> None:
    finish(attempt, state="running")
    watcher, teacher = Client(), User.objects.create_user("teacher", role=Role.INSTRUCTOR)
    cohort_of(teacher, attempt.user)
    watcher.force_login(teacher)
    page = watcher.get("/attempts/", headers=EN).content.decode()
    for words in ("Minji", "First steps", "0/2", "0/15", "running a command"):
        assert words in page


def test_an_instructor_reads_and_cannot_write(attempt: Attempt) -> None:
    finish(attempt)
    watcher, teacher = Client(), User.objects.create_user("teacher", role=Role.INSTRUCTOR)
    cohort_of(teacher, attempt.user)
    watcher.force_login(teacher)
    page = watcher.get(f"/attempts/{attempt.pk}/", headers=EN).content.decode()
    assert "You are looking at what minji did." in page
    for words in ("data-run=", 'id="prompt"', "/check/", "/reset/"):
        assert words not in page
    attempt.refresh_from_db()
    assert run(watcher, attempt, "ls").status_code == 404


def test_what_the_shell_notes_for_itself_is_no_change_of_the_learners(client: Client, attempt: Attempt) -> None:
    own = {"path": "~/.bash_history", "change": "changed", "size": 9}
    finish(attempt, changes={"files": [own]})
    assert 'class="changes"' not in client.get(f"/attempts/{attempt.pk}/", headers=EN).content.decode()
    cloud = [{"service": "s3", "kind": "bucket", "name": "b", "change": "added"}]
    finish(attempt, changes={"files": [own, {"path": "~/a", "change": "added", "size": 1}], "cloud": cloud})
    page = client.get(f"/attempts/{attempt.pk}/", headers=EN).content.decode()
    assert "S3 bucket b added" in page
    assert "and 1 more" in page
    assert ".bash_history" not in page
