"""What a cohort uses is what its learners are shown: labs, the map, what is next, the notes before and after, search."""

from __future__ import annotations

import re
from datetime import timedelta
from pathlib import Path

import pytest
from django.contrib.auth.models import AnonymousUser
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from course import front
from course.models import Role, User
from course.people import actions, plan
from course.people.models import Cohort, Membership
from course.reading import library, search_index
from course.reading.models import Bookmark, Reading
from labs import finishing
from labs.lab import catalog
from labs.models import Attempt
from labs.planning import ALL, Selection
from tests.course.reading.courses import LAB, make_lab, make_note
from tests.people import cohort_of

pytestmark = pytest.mark.django_db
OUTSIDE = 'class="outside"'


@pytest.fixture(autouse=True)
def course(tmp_path: Path, settings) -> Path:
    """Two parts with four notes; three labs, of which one goes with a note, and the playground."""
    settings.COURSE_NOTES, settings.SANDBOX_CATALOG = tmp_path / "notes", tmp_path / "labs"
    (tmp_path / "notes").mkdir()
    (tmp_path / "notes" / "parts.yaml").write_text("- {id: one, ko: 하나, en: One}\n- {id: two, ko: 둘, en: Two}\n")
    for at, (slug, part, lab) in enumerate((("aa", "one", ""), ("bb", "one", ""), ("cc", "two", "first"), ("dd", "two", ""))):
        make_note(tmp_path, slug, part, at + 1, ko=f"노트 {slug}", en=f"Note {slug}", lab=lab)
    for name in ("first", "second", "third", "playground"):
        make_lab(tmp_path / "labs", name, LAB.replace("Bucket lab", f"Lab {name}"))
    library.forget()
    assert library.everything()[1] == ()
    return tmp_path


@pytest.fixture
def chosen(cohort: Cohort) -> Cohort:
    """Minji's, which uses the third lab and the first, and two notes in an order of its own."""
    Cohort.objects.filter(pk=cohort.pk).update(labs=["third", "first"], notes=["dd", "aa"])
    cohort.refresh_from_db()
    return cohort


def of(user: User) -> Client:
    client = Client(headers={"accept-language": "en"})
    client.force_login(user)
    return client


def page(client: Client, name: str, *args: object, **query: str) -> str:
    answer = client.get(reverse(name, args=args), query)
    assert answer.status_code == 200
    return answer.content.decode()


def labs_in(html: str) -> list[str]:
    return re.findall(r'id="(?:lab|progress)-(\w+)"', html)


def begin(user: User, lab: str, *, passed: bool = False) -> Attempt:
    found = catalog.get(lab)
    done = timezone.now() if passed else None
    attempt = Attempt.objects.create(user=user, lab=lab, content_hash=found.content_hash, step="" if passed else "make", completed=done)
    attempt.steps.create(step_id="make", state="passed" if passed else "open")
    return attempt


# --- who takes what --------------------------------------------------------------------------------------------------------


def test_of_several_cohorts_one_takes_all_together_in_their_order(chosen: Cohort, minji: User, teacher: User) -> None:
    Cohort.objects.filter(pk=chosen.pk).update(starts=timezone.localdate())
    Cohort.objects.filter(pk=cohort_of(teacher, minji, name="Later").pk).update(
        labs=["first", "second"], notes=["bb"], starts=timezone.localdate() + timedelta(days=9)
    )
    found = plan.of(minji)
    assert found.labs.names == ("third", "first", "second", "playground")
    assert found.notes.names == ("dd", "aa", "bb")


def test_where_one_of_them_uses_all_there_is_no_less(chosen: Cohort, minji: User, teacher: User) -> None:
    other = cohort_of(teacher, minji, name="Other")
    Cohort.objects.filter(pk=other.pk).update(notes=["bb"])
    found = plan.of(minji)
    assert (found.labs, found.notes.names) == (ALL, ("bb", "dd", "aa"))
    actions.archive_cohort(cohort=other, by=teacher)
    assert plan.of(minji).labs.names == ("third", "first", "playground")
    actions.archive_cohort(cohort=chosen, by=teacher)
    assert not plan.of(minji).narrow


def test_what_the_course_has_no_longer_counts_for_nothing(chosen: Cohort, minji: User) -> None:
    Cohort.objects.filter(pk=chosen.pk).update(labs=["gone"], notes=["gone", "bb"])
    assert (plan.of(minji).labs, plan.of(minji).notes.names) == (ALL, ("bb",))


@pytest.mark.parametrize("role", [Role.INSTRUCTOR, Role.ADMIN])
def test_who_teaches_sees_everything(chosen: Cohort, role: Role) -> None:
    somebody = User.objects.create_user("somebody", role=role)
    Membership.objects.create(cohort=chosen, user=somebody)
    assert not plan.of(somebody).narrow
    assert labs_in(page(of(somebody), "labs")) == ["first", "playground", "second", "third"]


def test_a_visitor_and_a_guest_cost_nothing(django_assert_num_queries) -> None:
    guest = User.objects.create_user("guest-1", role=Role.GUEST)
    with django_assert_num_queries(0):
        assert not plan.of(AnonymousUser()).narrow and not plan.of(guest).narrow


def test_an_order_leaves_what_is_outside_of_it_at_the_end() -> None:
    assert Selection(("c", "a")).arranged("abcd", str) == ["c", "a", "b", "d"]
    assert ALL.arranged("abcd", str) == list("abcd")


# --- labs ------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["labs", "progress"])
def test_labs_are_those_of_the_course_and_those_begun(chosen: Cohort, minji: User, name: str) -> None:
    client = of(minji)
    assert labs_in(page(client, name)) == ["third", "first", "playground"]
    assert OUTSIDE not in page(client, name)
    begin(minji, "second")
    found = page(client, name)
    assert labs_in(found) == ["third", "first", "playground", "second"]
    assert found.count(OUTSIDE) == 1 and found.index(OUTSIDE) > found.index("Lab second")


def test_another_lab_opens_and_says_so(chosen: Cohort, minji: User, monkeypatch) -> None:
    monkeypatch.setattr("labs.actions.wake", lambda *words: None)
    client = of(minji)
    assert OUTSIDE in page(client, "lab", "second")
    assert "not part of your cohort" in page(client, "lab", "second")
    assert OUTSIDE not in page(client, "lab", "first")
    assert client.post(reverse("start", args=["second"])).status_code == 302
    assert Attempt.objects.get().lab == "second"


def test_after_a_lab_comes_the_next_of_the_course(chosen: Cohort, minji: User) -> None:
    done = begin(minji, "third", passed=True)
    assert finishing.finish(catalog.get("third"), done)["next"]["url"] == "/labs/first/"
    begin(minji, "first", passed=True)
    assert finishing.finish(catalog.get("third"), done)["next"]["url"] == "/labs/playground/"  # in this course it has a step
    Cohort.objects.update(labs=[])
    assert finishing.finish(catalog.get("third"), done)["next"]["url"] == "/labs/playground/"


@pytest.mark.parametrize(("name", "args"), [("labs", ()), ("progress", ()), ("home", ()), ("lab", ("first",)), ("note", ("cc",))])
def test_due_dates_stand_where_the_lab_is_listed(chosen: Cohort, minji: User, teacher: User, name: str, args: tuple) -> None:
    now = timezone.now()
    Membership.objects.update(joined=now - timedelta(days=10), extra=50)
    Cohort.objects.update(made=now - timedelta(days=20))
    client = of(minji)
    assert 'class="due' not in page(client, name, *args)
    actions.set_dues(cohort=chosen, by=teacher, dues={"first": now - timedelta(days=2)})
    assert 'class="due"' in page(client, name, *args), "ten days and half as much again are not over"
    Membership.objects.update(extra=0)
    assert 'class="due is-over"' in page(client, name, *args)
    actions.set_dues(cohort=cohort_of(teacher, minji, name="Other"), by=teacher, dues={"first": now - timedelta(days=3)})
    assert plan.of(minji).due("first").at == now - timedelta(days=3), "the first of several"  # type: ignore[union-attr]


def test_what_a_cohort_has_given_up_is_due_no_more(chosen: Cohort, minji: User, teacher: User) -> None:
    actions.set_dues(cohort=chosen, by=teacher, dues={"second": timezone.now()})
    assert plan.of(minji).due("second") is None
    assert "mine-dues" not in page(of(minji), "home")
    Cohort.objects.update(labs=[])
    assert plan.of(minji).due("second") is not None
    assert "mine-dues" in page(of(minji), "home")


def test_what_is_completed_is_due_no_more(chosen: Cohort, minji: User, teacher: User) -> None:
    actions.set_dues(cohort=chosen, by=teacher, dues={"first": timezone.now()})
    begin(minji, "first", passed=True)
    for name in ("labs", "progress", "home"):
        assert 'class="due' not in page(of(minji), name)


# --- the map ---------------------------------------------------------------------------------------------------------------


def rows(user: User) -> list[tuple[int, str, list[str], list[str]]]:
    parts = front.course_map(user, plan.of(user)).parts
    return [(part.number, part.id, [note.slug for note in part.notes], [lab.name for lab in part.labs]) for part in parts]


def test_the_map_has_the_course_and_what_was_begun(chosen: Cohort, minji: User) -> None:
    assert rows(minji) == [(1, "one", ["aa"], []), (2, "two", ["dd"], ["first"]), (0, "more", [], ["third", "playground"])]
    Reading.objects.create(user=minji, note="bb", read=timezone.now())
    Bookmark.objects.create(user=minji, note="cc")
    begin(minji, "second")
    assert rows(minji) == [
        (1, "one", ["aa", "bb"], []),
        (2, "two", ["dd", "cc"], ["first"]),
        (0, "more", [], ["third", "playground", "second"]),
    ]
    found = page(of(minji), "home")
    assert found.count(OUTSIDE) == 3
    total = front.course_map(minji, plan.of(minji)).total
    assert (total["notes"], total["read"], total["labs"]) == (2, 0, 3), "what is outside is not counted, so all can be done"


def test_a_part_of_labs_alone_keeps_its_name(chosen: Cohort, minji: User) -> None:
    Cohort.objects.update(notes=["aa"])
    assert rows(minji)[1] == (2, "two", [], ["first"])


def test_what_is_next_goes_by_the_cohorts_order(chosen: Cohort, minji: User) -> None:
    def following() -> list[str]:
        return [row.url for row in front.course_map(minji, plan.of(minji)).next]

    Reading.objects.create(user=minji, note="bb")  # opened, and no part of it
    assert following() == ["/notes/dd/"]
    Reading.objects.create(user=minji, note="dd", read=timezone.now())
    assert following() == ["/notes/aa/"]
    Reading.objects.create(user=minji, note="aa", read=timezone.now())
    assert following() == ["/labs/third/"]
    begin(minji, "third", passed=True)
    assert following() == ["/labs/first/"]
    attempt = begin(minji, "second")
    assert following() == [f"/attempts/{attempt.pk}/#step-make"], "what they are at is theirs to go on with"


# --- a note ----------------------------------------------------------------------------------------------------------------


def beside(html: str) -> tuple[list[str], list[str]]:
    return re.findall(r'rel="prev" href="/notes/(\w+)/', html), re.findall(r'rel="next" href="/notes/(\w+)/', html)


def test_before_and_after_are_the_courses(chosen: Cohort, minji: User, teacher: User) -> None:
    client = of(minji)
    assert beside(page(client, "note", "dd")) == ([], ["aa"])
    assert beside(page(client, "note", "aa")) == (["dd"], [])
    assert OUTSIDE not in page(client, "note", "aa")
    assert beside(page(of(teacher), "note", "aa")) == beside(page(Client(), "note", "aa")) == ([], ["bb"])


def test_another_note_opens_says_so_and_stands_in_the_whole(chosen: Cohort, minji: User) -> None:
    found = page(of(minji), "note", "bb")
    assert OUTSIDE in found and beside(found) == (["aa"], ["cc"])


# --- search ----------------------------------------------------------------------------------------------------------------


def hits(html: str) -> set[str]:
    return set(re.findall(r'<h2><a href="/(?:notes|labs)/(\w+)/"', html))


def test_search_finds_what_is_of_the_course_and_beyond_it_where_that_is_asked_for(chosen: Cohort, minji: User, teacher: User) -> None:
    search_index.renew()
    client = of(minji)
    assert hits(page(client, "search", q="note")) == {"aa", "dd"}
    assert hits(page(client, "search", q="lab")) == {"first", "third", "playground"}
    assert hits(page(client, "search", q="lab", **{"in": "notes"})) == set()
    found = page(client, "search", q="note", whole="1")
    assert hits(found) == {"aa", "bb", "cc", "dd"} and found.count(OUTSIDE) == 2
    assert "Tick “Beyond your cohort" in page(client, "search", q="wombat")
    for one in (of(teacher), Client()):
        found = page(one, "search", q="note")
        assert hits(found) == {"aa", "bb", "cc", "dd"}
        assert 'name="whole"' not in found and OUTSIDE not in found


def test_what_stands_first_elsewhere_takes_no_place_from_what_is_asked_for(chosen: Cohort, minji: User, monkeypatch) -> None:
    search_index.renew()
    monkeypatch.setattr("course.reading.search._ROWS", 2)
    found = hits(page(of(minji), "search", q="note"))
    assert found and found <= {"aa", "dd"}


# --- what it costs ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "args", "query", "most"),
    [("note", ("aa",), {}, 8), ("home", (), {}, 11), ("search", (), {"q": "note"}, 6), ("labs", (), {}, 7), ("progress", (), {}, 8)],
)
def test_it_costs_the_database_little(
    chosen: Cohort, minji: User, teacher: User, name: str, args: tuple, query: dict[str, str], most: int
) -> None:
    """As much in many cohorts as in one."""
    search_index.renew()
    client = of(minji)
    actions.set_dues(cohort=chosen, by=teacher, dues={"first": timezone.now()})
    page(client, name, *args, **query)
    asked = []
    for _ in range(2):
        with CaptureQueriesContext(connection) as queries:
            page(client, name, *args, **query)
        asked.append(len(queries))
        for number in range(3):
            other = cohort_of(teacher, minji, name=f"{number}")
            Cohort.objects.filter(pk=other.pk).update(labs=["second"], notes=["bb"])
            actions.set_dues(cohort=other, by=teacher, dues={"second": timezone.now()})
    assert asked[0] == asked[1] <= most
