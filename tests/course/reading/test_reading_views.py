"""The note's page: for everybody, with and without script, with and without a console; what is asked of it and what is kept."""

from __future__ import annotations

import re
from unittest.mock import Mock

import pytest
from django.contrib.auth import get_user_model
from django.test import Client
from django.urls import reverse

from course.reading import actions, checking, library
from course.reading.models import Answer, Bookmark, Reading
from labs import actions as labs_actions
from labs import events
from labs.models import Attempt
from sandbox.errors import Fault
from sandbox.models import Sandbox, Version
from tests.course.reading.conftest import TEXT, YAML, write_note

pytestmark = pytest.mark.django_db
HTMX = {"hx-request": "true"}
FETCH = {"x-requested-with": "fetch"}
NOTE, CONSOLE = "/notes/small/", "/notes/small/console/"


@pytest.fixture(autouse=True)
def small(note, settings, monkeypatch) -> None:
    settings.GUESTS = True
    monkeypatch.setattr(labs_actions, "wake", lambda *words: None)
    monkeypatch.setattr(events, "publish", lambda *words, **data: "")
    monkeypatch.setattr(events, "position", lambda pk: ":0")
    monkeypatch.setattr("labs.preparing.give", lambda pk: Attempt.objects.get(pk=pk))


@pytest.fixture
def reader():
    return get_user_model().objects.create_user("reader")


@pytest.fixture
def own(client: Client, reader) -> Client:
    client.force_login(reader)
    return client


def page(client: Client, address: str = NOTE, language: str = "en") -> str:
    answer = client.get(address, headers={"accept-language": language})
    assert answer.status_code == 200
    return answer.content.decode()


def with_sandbox(reader) -> Attempt:
    """Its rows; nothing runs in it."""
    start = Version.objects.create(account="111122223333", pinned=True)
    box = Sandbox.objects.create(owner=reader, label="playground", head=start, start=start)
    Attempt.objects.filter(user=reader).update(sandbox=box)
    return Attempt.objects.get(user=reader)


# --- reading ---------------------------------------------------------------------------------------------------------------


def test_a_visitor_reads_all_of_it_and_nothing_is_kept(client):
    html = page(client)
    for part in ("A small note", "It says little.", 'id="one"', "<svg", "echo one", 'id="q-flat"', "https://docs.aws.amazon.com/a.html"):
        assert part in html
    assert 'action="/guest/"' in html
    assert "bookmark" not in html.replace("data-word", "").replace("Bookmark set", "").replace("Bookmark taken away", "").lower()
    assert not Reading.objects.exists()
    assert client.cookies.get("sessionid") is None


def test_where_there_are_no_guests_one_signs_in_to_run(client, settings):
    settings.GUESTS = False
    html = page(client)
    assert "/guest/" not in html
    assert "/sign-in/?next=/notes/small/%23try-1" in html


def test_the_language_of_the_reader(client, root):
    write_note(root, ko=TEXT.replace("A small note", "작은 노트"))
    assert '<h1 class="note-name">작은 노트</h1>' in page(client, language="ko")
    assert '<h1 class="note-name">A small note</h1>' in page(client)


def test_what_is_not_there_is_404(client):
    for address in ("/notes/nosuch/", "/notes/small/questions/nosuch/"):
        assert client.post(address).status_code in {404, 405}
        assert client.get(address).status_code in {404, 405}


def test_neighbours_in_the_course(client, root):
    write_note(root, "before", yaml=YAML.replace("order: 10", "order: 1"), en=TEXT.replace("A small note", "The one before"))
    write_note(root, "zlater", yaml=YAML.replace("part: start", "part: later"), en=TEXT.replace("A small note", "The one after"))
    html = page(client)
    assert re.search(r'rel="prev" href="/notes/before/".*The one before', html)
    assert re.search(r'rel="next" href="/notes/zlater/".*The one after', html)


def test_what_does_not_run_is_an_example_with_its_source(client):
    html = page(client)
    example = html[html.index('<figure class="example" id="try-2">') :]
    example = example[: example.index("</figure>")]
    assert "Example, not run here" in example
    assert 'href="https://docs.aws.amazon.com/cli/x.html"' in example
    assert "pipelineName" in example
    assert "Run" not in example


def test_what_runs_keeps_what_is_documented_folded(client, monkeypatch):
    monkeypatch.setattr("course.reading.live.is_live", lambda block: True)
    html = page(client)
    block = html[html.index('<div class="try" id="try-2">') :]
    assert "pipelineName" in block[block.index("<details") : block.index("</details>")]
    assert "Example, not run here" not in html


def test_opening_is_kept_once(own, reader):
    page(own)
    page(own)
    reading = Reading.objects.get()
    assert (reading.user, reading.note, reading.read) == (reader, "small", None)


def test_read_and_not_read(own):
    assert own.post("/notes/small/read/", {"read": "1"})["Location"] == "/notes/small/#note-end"
    assert Reading.objects.get().read
    assert "data-read-sign hidden" not in page(own)
    assert own.post("/notes/small/read/", {"read": "0"}, headers=FETCH).status_code == 204
    assert Reading.objects.get().read is None


def test_bookmarks_of_the_note_and_of_its_headings(own):
    assert own.post("/notes/small/bookmark/", {"anchor": "two", "on": "1"})["Location"] == "/notes/small/#two"
    assert own.post("/notes/small/bookmark/", {"anchor": "", "on": "1"}, headers=FETCH).status_code == 204
    assert page(own).count('aria-pressed="true" title="Bookmark"') == 2
    own.post("/notes/small/bookmark/", {"anchor": "two", "on": "0"})
    assert [one.anchor for one in Bookmark.objects.all()] == [""]
    assert own.post("/notes/small/bookmark/", {"anchor": "nosuch", "on": "1"}).status_code == 404


@pytest.mark.parametrize("name", ["read", "bookmark", "note-console"])
def test_what_is_kept_is_of_who_is_signed_in(client, name):
    answer = client.post(reverse(name, args=["small"]), {"read": "1", "on": "1", "open": "1"})
    assert answer["Location"] == "/sign-in/?next=/notes/small/"
    assert not Reading.objects.exists()
    assert not Bookmark.objects.exists()
    assert not Attempt.objects.exists()


def test_everybody_sees_their_own(own, reader):
    other = get_user_model().objects.create_user("other", role="admin")
    actions.bookmark(user=other, note="small")
    actions.mark(user=other, note="small", read=True)
    actions.answer(user=other, note="small", question="flat", given=[0], right=True)
    html = page(own)
    assert 'aria-pressed="true" title="Bookmark"' not in html
    assert "is-right" not in html
    assert "data-read-sign hidden" in html


# --- questions -------------------------------------------------------------------------------------------------------------


def test_an_answer_by_form_leads_back_to_its_question(own):
    answer = own.post("/notes/small/questions/flat/", {"choice": "1"})
    assert answer["Location"] == "/notes/small/#q-flat"
    kept = Answer.objects.get()
    assert (kept.note, kept.question, kept.given, kept.right, kept.tries) == ("small", "flat", [1], False, 1)
    html = page(own)
    assert "Not yet." in html
    assert "Two is too many." in html
    own.post("/notes/small/questions/flat/", {"choice": "0"})
    kept.refresh_from_db()
    assert (kept.right, kept.tries) == (True, 2)
    assert '<details class="q-why" open>' in page(own)


@pytest.mark.parametrize(
    ("question", "data", "word"),
    [
        ("flat", {"choice": "0"}, "Right."),
        ("flat", {"choice": "2"}, "Not yet."),
        ("some", {"choice": ["1"]}, "something is missing"),
        ("order", {"place-0": "1", "place-1": "2", "place-2": "3"}, "Right."),
        ("list", {"line": "aws s3 ls --recursive s3://b/2024/"}, "Right."),
        ("list", {"line": 'aws s3 ls "x'}, "Not yet."),
    ],
)
def test_a_visitors_answer_travels_with_the_address(client, question, data, word):
    answer = client.post(f"/notes/small/questions/{question}/", data)
    assert answer.status_code == 302
    address, _, anchor = answer["Location"].partition("#")
    assert anchor == f"q-{question}"
    assert word in page(client, address)
    assert not Answer.objects.exists()


def test_htmx_gets_the_question_alone_and_its_word_takes_the_focus(own):
    answer = own.post("/notes/small/questions/flat/", {"choice": "0"}, headers=HTMX | {"accept-language": "en"})
    html = answer.content.decode()
    assert html.strip().startswith('<div class="q is-right" id="q-flat"')
    assert "autofocus" in html
    assert "<html" not in html


def test_no_answer_is_no_try(own):
    answer = own.post("/notes/small/questions/order/", {"place-0": "1"}, headers=HTMX | {"accept-language": "en"})
    assert "Give every line a place of its own." in answer.content.decode()
    assert own.post("/notes/small/questions/flat/", {})["Location"] == "/notes/small/#q-flat"
    assert "Answer first, then check." in page(own)
    assert not Answer.objects.exists()


def test_what_is_written_is_shown_as_text(client):
    query = client.post("/notes/small/questions/list/", {"line": '"><script>alert(1)</script>'})["Location"]
    assert "<script>alert" not in page(client, query.partition("#")[0])


# --- the console -----------------------------------------------------------------------------------------------------------


def test_the_console_opens_with_the_command_typed_in_and_stays_open(own, reader, root):
    write_note(root, "other", yaml=YAML.replace("order: 10", "order: 20"))
    answer = own.post(CONSOLE, {"open": "1", "line": "aws s3 ls \\\r\n  s3://b", "at": "try-1"})
    assert answer["Location"] == "/notes/small/#try-1"
    attempt = with_sandbox(reader)
    html = page(own)
    assert f'data-url-commands="/attempts/{attempt.pk}/commands/"' in html
    assert ">aws s3 ls \\\n  s3://b</textarea>" in html
    assert 'data-run="echo one"' in html
    assert not attempt.commands.exists()
    assert 'id="line"' in page(own, "/notes/other/")
    assert "s3://b</textarea>" not in page(own, "/notes/other/")
    own.post(CONSOLE, {"open": "0", "at": "two"})
    assert 'id="line"' not in page(own)


def test_a_line_waits_until_there_is_a_sandbox(own, reader):
    own.post(CONSOLE, {"open": "1", "line": "echo one"})
    assert ">echo one</textarea>" in page(own)
    with_sandbox(reader)
    assert ">echo one</textarea>" in page(own)
    assert ">echo one</textarea>" not in page(own)


def test_a_place_of_somebodys_making_is_ignored(own):
    assert own.post(CONSOLE, {"open": "0", "at": "//elsewhere.example"})["Location"] == "/notes/small/"


def test_a_console_that_cannot_be_shown_takes_no_note_away(own, reader, monkeypatch):
    own.post(CONSOLE, {"open": "1"})
    monkeypatch.setattr("course.reading.consoles.lab_of", Mock(side_effect=Fault("edition", "gone")))
    html = page(own)
    assert 'id="line"' not in html
    assert "note-bad" in html
    assert "It says little." in html


def test_without_a_playground_there_is_no_console(own, settings):
    (settings.SANDBOX_CATALOG / "playground" / "lab.yaml").unlink()
    assert own.post(CONSOLE, {"open": "1"}).status_code == 404
    page(own)


def test_a_guest_is_back_at_the_note_with_the_console_beside_it(client, monkeypatch):
    answer = client.post(reverse("guest"), {"next": "/notes/small/#try-1", "line": "echo one"})
    assert answer["Location"] == "/notes/small/#try-1"
    assert ">echo one</textarea>" in page(client)


@pytest.mark.parametrize("back", ["", "https://elsewhere.example/", "//elsewhere.example/", "javascript:alert(1)"])
def test_a_guest_is_led_nowhere_else(client, back):
    answer = client.post(reverse("guest"), {"next": back})
    assert answer["Location"].startswith("/attempts/")


def test_headings_may_not_have_the_pages_names(own, reader):
    """Whatever has an id on the page with a console is known to `notes check`."""
    own.post(CONSOLE, {"open": "1"})
    with_sandbox(reader)
    html = page(own)
    outside = html[: html.index('<div class="prose note-text">')] + html[html.index('id="note-end"') - 20 :]
    ids = set(re.findall(r'\sid="([^"]+)"', outside))
    assert {"line", "console", "note-end", "terminal-2"} <= ids
    assert {name for name in ids if name not in checking.TAKEN and not name.startswith(checking.TAKEN_BEGINNINGS)} == set()


# --- how much it asks ------------------------------------------------------------------------------------------------------


def test_as_many_queries_with_much_kept_as_with_little(own, reader, django_assert_max_num_queries):
    library.notes()
    page(own)
    for question in ("flat", "some", "order", "list"):
        actions.answer(user=reader, note="small", question=question, given=[0], right=False)
    for anchor in ("", "one", "more", "two", "mistakes"):
        actions.bookmark(user=reader, note="small", anchor=anchor)
    with django_assert_max_num_queries(7):
        page(own)
    own.logout()
    with django_assert_max_num_queries(0):
        page(own)
