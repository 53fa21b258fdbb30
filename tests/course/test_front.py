"""The front page of a visitor, the course map of everybody else, the header of all, and the style guide of who builds pages."""

import re
from datetime import timedelta
from pathlib import Path

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from course import front
from course.models import Role, User
from course.people import plan
from course.reading import library
from course.reading.models import Answer, Bookmark, Reading
from labs.models import Attempt
from tests.course.reading.courses import make_lab, make_note

pytestmark = pytest.mark.django_db
EN, KO = {"accept-language": "en"}, {"accept-language": "ko"}


@pytest.fixture(autouse=True)
def course(tmp_path: Path, settings) -> Path:
    """Two parts with three notes, and two labs, one of which goes with a note."""
    settings.COURSE_NOTES, settings.SANDBOX_CATALOG = tmp_path / "notes", tmp_path / "labs"
    (tmp_path / "notes").mkdir()
    parts = "- {id: one, ko: 하나, en: One}\n- {id: empty, ko: 빈, en: Empty}\n- {id: two, ko: 둘, en: Two}\n"
    (tmp_path / "notes" / "parts.yaml").write_text(parts)
    make_note(tmp_path, "buckets", "one", 1, ko="버킷", en="Buckets")
    make_note(tmp_path, "keys", "one", 2, ko="키", en="Keys")
    make_note(tmp_path, "rollouts", "two", 1, ko="배포", en="Rollouts", lab="first")
    for name in ("first", "spare"):
        make_lab(tmp_path / "labs", name)
    library.forget()
    assert library.everything()[1] == ()
    return tmp_path


@pytest.fixture
def learner(client: Client) -> User:
    found = User.objects.create_user("minji", first_name="Minji")
    client.force_login(found)
    return found


def begin(user: User, lab: str = "first", *, passed: bool = False, **fields) -> Attempt:
    attempt = Attempt.objects.create(user=user, lab=lab, step="" if passed else "make", **fields)
    attempt.steps.create(step_id="make", points=10, state="passed" if passed else "open")
    return attempt


def page_of(client: Client, name: str = "home", headers: dict[str, str] = EN) -> str:
    answer = client.get(reverse(name), headers=headers)
    assert answer.status_code == 200
    return answer.content.decode()


# --- a visitor -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("headers", "words"),
    [
        (EN, ("DevOps on AWS, learned by typing it", "Open a playground", "Read the notes", "Sign in", "Rollouts")),
        (KO, ("AWS DevOps, 손으로 익힙니다", "놀이터 열기", "노트 읽기", "로그인", "배포")),
    ],
)
def test_the_front_page_says_what_this_is(client: Client, headers: dict[str, str], words: tuple[str, ...]) -> None:
    page = page_of(client, headers=headers)
    for word in words:
        assert word in page
    assert 'action="/guest/"' in page
    assert 'href="/notes/rollouts/"' in page
    assert re.findall(r"<h1[ >]", page) == ["<h1>"]


def test_where_guests_are_not_wanted_no_playground_is_offered(client: Client, settings) -> None:
    settings.GUESTS = False
    page = page_of(client)
    assert 'action="/guest/"' not in page
    assert "Open a playground" not in page
    assert f'href="{reverse("course")}"' in page
    assert f'href="{reverse("sign-in")}"' in page


def test_the_map_can_be_read_without_an_account(client: Client) -> None:
    page = page_of(client, "course")
    for word in ("Buckets", "Keys", "Rollouts", "Bucket lab", "without an account"):
        assert word in page
    assert "Notes read" not in page
    assert 'id="next-title"' not in page


def test_sign_in_leads_back(client: Client) -> None:
    assert f'href="{reverse("sign-in")}?next=/course/"' in page_of(client, "course")
    assert f'href="{reverse("sign-in")}"' in page_of(client, "home")


def test_without_a_note_and_a_lab_there_is_still_a_page(client: Client, settings, tmp_path: Path) -> None:
    settings.COURSE_NOTES = settings.SANDBOX_CATALOG = tmp_path / "none"
    library.forget()
    assert "No notes yet" in page_of(client, "course")
    assert "What is in it" not in page_of(client)


# --- the map ---------------------------------------------------------------------------------------------------------------


def test_parts_in_their_order_with_what_goes_with_them(learner: User) -> None:
    parts = front.course_map(learner, plan.of(learner)).parts
    assert [(part.number, part.id, [note.slug for note in part.notes], [lab.name for lab in part.labs]) for part in parts] == [
        (1, "one", ["buckets", "keys"], []),
        (2, "two", ["rollouts"], ["first"]),
        (0, "more", [], ["spare"]),
    ]


def test_a_lab_of_two_notes_stands_with_the_last(course: Path, learner: User) -> None:
    make_note(course, "earlier", "one", 3, ko="앞", en="Earlier", lab="first")
    library.forget()
    assert [[lab.name for lab in part.labs] for part in front.course_map(learner, plan.of(learner)).parts] == [[], ["first"], ["spare"]]


def test_how_far_one_is(client: Client, learner: User) -> None:
    Reading.objects.create(user=learner, note="buckets", read=timezone.now())
    Reading.objects.create(user=learner, note="keys")
    Reading.objects.create(user=User.objects.create_user("other"), note="rollouts", read=timezone.now())
    Answer.objects.create(user=learner, note="buckets", question="q0", given=[0], right=False, solved=timezone.now())
    Answer.objects.create(user=learner, note="buckets", question="q1", given=[1], right=False)
    Answer.objects.create(user=learner, note="buckets", question="gone", given=[0], right=True, solved=timezone.now())
    begin(learner, passed=True)
    found = front.course_map(learner, plan.of(learner))
    notes = {note.slug: note for part in found.parts for note in part.notes}
    assert {slug: note.state for slug, note in notes.items()} == {"buckets": "read", "keys": "opened", "rollouts": "new"}
    assert (notes["buckets"].right, notes["buckets"].questions, notes["keys"].right) == (1, 3, 0)
    assert found.total == {"notes": 3, "read": 1, "labs": 2, "done": 1, "questions": 9, "right": 1, "minutes": found.total["minutes"]}
    page = page_of(client)
    for words in ('id="map-buckets"', "is-read", "is-opened", "is-new", "1/3"):
        assert words in page


def test_next_is_the_lab_in_progress_and_the_first_unread_note(learner: User) -> None:
    assert [row.url for row in front.course_map(learner, plan.of(learner)).next] == ["/notes/buckets/"]
    now = timezone.now()
    begin(learner, "spare", last_seen=now - timedelta(days=1))
    attempt = begin(learner, "first", last_seen=now)
    Reading.objects.create(user=learner, note="buckets", read=now)
    lab, note = front.course_map(learner, plan.of(learner)).next
    assert (lab.url, lab.step) == (f"/attempts/{attempt.pk}/#step-make", "Make it")
    assert note.url == "/notes/keys/"


def test_next_after_all_notes_is_a_lab_and_then_nothing(client: Client, learner: User) -> None:
    for slug in ("buckets", "keys", "rollouts"):
        Reading.objects.create(user=learner, note=slug, read=timezone.now())
    assert [row.url for row in front.course_map(learner, plan.of(learner)).next] == ["/labs/first/"]
    begin(learner, "first", passed=True)
    begin(learner, "spare", passed=True, finished=timezone.now())
    assert front.course_map(learner, plan.of(learner)).next == ()
    assert "You have read every note" in page_of(client)


def test_bookmarks_lead_to_their_section(client: Client, learner: User) -> None:
    Bookmark.objects.create(user=learner, note="keys", anchor="mistakes")
    Bookmark.objects.create(user=learner, note="buckets")
    Bookmark.objects.create(user=learner, note="gone")
    Bookmark.objects.create(user=learner, note="keys", anchor="gone")
    marks = [(mark.url, mark.title, mark.heading) for mark in front.course_map(learner, plan.of(learner)).bookmarks]
    assert sorted(marks) == [
        ("/notes/buckets/", "Buckets", ""),
        ("/notes/keys/", "Keys", ""),
        ("/notes/keys/#mistakes", "Keys", "Mistakes"),
    ]
    assert "Keys › Mistakes" in page_of(client)


def test_a_guest_sees_the_labs_that_are_theirs(client: Client, settings) -> None:
    settings.GUEST_LABS = ("spare",)
    guest = User.objects.create_user("guest-1", role=Role.GUEST)
    assert [lab.name for part in front.course_map(guest, plan.of(guest)).parts for lab in part.labs] == ["spare"]


def test_as_many_queries_with_much_as_with_little(course: Path, client: Client, learner: User) -> None:
    begin(learner)
    page_of(client)
    with CaptureQueriesContext(connection) as few:
        page_of(client)
    for at in range(12):
        make_note(course, f"note{at}", "two", 5 + at, ko="하나", en="One")
        Reading.objects.create(user=learner, note=f"note{at}")
        Bookmark.objects.create(user=learner, note=f"note{at}")
        Answer.objects.create(user=learner, note=f"note{at}", question="q0", given=[0], right=True, solved=timezone.now())
    library.forget()
    begin(learner, "spare")
    with CaptureQueriesContext(connection) as many:
        page_of(client)
    assert len(many) == len(few) <= 10


@pytest.mark.parametrize("name", ["home", "course"])
def test_a_visitor_costs_no_query(client: Client, name: str, django_assert_num_queries) -> None:
    with django_assert_num_queries(0):
        page_of(client, name)


# --- the header ------------------------------------------------------------------------------------------------------------

LINKS = {
    "": {"/course/", "/search/", "/sign-in/"},
    Role.LEARNER: {"/", "/labs/", "/progress/", "/search/", "/data/"},
    Role.GUEST: {"/", "/labs/", "/progress/", "/search/", "/data/", "/guest/keep/"},
    Role.INSTRUCTOR: {"/", "/labs/", "/cohorts/", "/help/", "/search/", "/data/"},
    Role.ADMIN: {"/", "/labs/", "/cohorts/", "/help/", "/search/", "/data/", "/desk/", "/admin/"},
}


@pytest.mark.parametrize("role", LINKS)
def test_the_header_leads_where_one_may_go(client: Client, role: str) -> None:
    if role:
        client.force_login(User.objects.create_user("one", role=role))
    header = page_of(client).partition("<header")[2].partition("</header>")[0]
    assert {link.partition("?")[0] for link in re.findall(r'href="([^"]*)"', header)} | {"/"} == LINKS[role] | {"/"}
    assert 'action="/search/"' in header
    for link in LINKS[role]:
        assert client.get(link).status_code == 200, link


def test_the_catalogue_has_its_own_address(client: Client, learner: User) -> None:
    assert reverse("labs") == "/labs/"
    assert 'id="lab-first"' in page_of(client, "labs")


# --- the style guide -------------------------------------------------------------------------------------------------------


def test_the_style_guide_is_for_who_builds_pages(client: Client, settings) -> None:
    assert client.get(reverse("styleguide")).status_code == 404
    settings.DEBUG = True
    assert "한글" in page_of(client, "styleguide")
