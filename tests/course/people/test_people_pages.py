"""The pages of cohorts, and what a learner sees of theirs."""

from datetime import UTC, datetime, timedelta

import pytest
from django.contrib.auth.models import AnonymousUser
from django.db import connection
from django.template import RequestContext, Template
from django.template.loader import render_to_string
from django.test import Client, RequestFactory
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone, translation

from course.models import Role, User
from course.people import actions, material
from course.people.models import Act, Cohort, Membership
from tests.people import cohort_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("open_limits")]
EN = {"accept-language": "en"}


@pytest.fixture(autouse=True)
def known(monkeypatch) -> None:
    """A small course."""
    titles = {"labs": {"first": "First steps", "second": "On we go", "third": "Done"}, "notes": {"aws-cli": "The CLI"}}
    monkeypatch.setattr(material, "titles", titles.__getitem__)


def page(client: Client, name: str, *args: object) -> str:
    return client.get(reverse(name, args=args), headers=EN).content.decode()


def test_the_list_has_ones_own_and_counts(cohort: Cohort, as_teacher: Client, boss: User) -> None:
    cohort_of(User.objects.create_user("stranger", role=Role.INSTRUCTOR), name="Another")
    found = page(as_teacher, "cohorts")
    assert "Spring" in found and "1 learner<" in found.replace("\n", "") and "Jin" in found
    assert "Another" not in found
    admin = Client()
    admin.force_login(boss)
    Cohort.objects.filter(pk=cohort.pk).update(archived=timezone.now())
    found = page(admin, "cohorts")
    assert "Another" in found and "1 archived cohort" in found


def test_an_instructor_without_a_cohort_is_told_whose_turn_it_is(as_teacher: Client) -> None:
    assert "No cohorts yet" in page(as_teacher, "cohorts")


def test_the_list_asks_the_database_the_same_for_many(as_teacher: Client, teacher: User) -> None:
    asked = []
    for count in (1, 12):
        for number in range(count):
            cohort_of(teacher, name=f"c{number}")
        with CaptureQueriesContext(connection) as queries:
            page(as_teacher, "cohorts")
        asked.append(len(queries))
    assert asked[0] == asked[1] <= 6


def test_a_cohorts_page_asks_the_same_for_many(cohort: Cohort, as_teacher: Client, boss: User) -> None:
    asked = []
    for count in (1, 40):
        users = User.objects.bulk_create(User(username=f"p{count}-{number}", password="!") for number in range(count))
        Membership.objects.bulk_create(Membership(cohort=cohort, user=user) for user in users)
        for _ in range(3):
            actions.invite(cohort=cohort, by=boss, places=1, days=1)
        with CaptureQueriesContext(connection) as queries:
            assert f"p{count}-{count - 1}" in page(as_teacher, "cohort", cohort.pk)
        asked.append(len(queries))
    assert asked[0] == asked[1] <= 10


def test_an_administrator_makes_a_cohort_and_adds_its_instructor(boss: User, teacher: User) -> None:
    client = Client(headers=EN)
    client.force_login(boss)
    wrong = client.post(reverse("cohort-new"), {"name": "", "starts": "x", "ends": "2026-03-01"}).content.decode()
    assert "Enter a name." in wrong and "That is no date" in wrong
    wrong = client.post(reverse("cohort-new"), {"name": "S", "starts": "2026-03-02", "ends": "2026-03-01"}).content.decode()
    assert "It ends before it begins." in wrong
    led = client.post(reverse("cohort-new"), {"name": "Summer", "starts": "2026-06-01", "ends": "2026-08-31"})["Location"]
    cohort = Cohort.objects.get()
    assert led == reverse("cohort", args=[cohort.pk])
    assert "Nobody teaches this cohort yet." in client.get(led).content.decode()
    client.post(reverse("cohort-instructor", args=[cohort.pk]), {"user": teacher.pk})
    assert cohort.members("instructor").get().user == teacher
    learner = User.objects.create_user("hana")
    assert client.post(reverse("cohort-instructor", args=[cohort.pk]), {"user": learner.pk}).status_code == 404


def test_labs_and_notes_are_chosen_in_an_order(cohort: Cohort, as_teacher: Client) -> None:
    assert "All labs" in page(as_teacher, "cohort", cohort.pk)
    data = {
        "name": "Spring",
        "labs-first": "on",
        "labs-first-place": "2",
        "labs-third": "on",
        "labs-third-place": "1",
        "labs-second-place": "1",
    }
    as_teacher.post(reverse("cohort-change", args=[cohort.pk]), data)
    cohort.refresh_from_db()
    assert (cohort.labs, cohort.notes) == (["third", "first"], [])
    assert list(material.of(cohort, "labs")) == ["third", "first"]
    found = page(as_teacher, "cohort-change", cohort.pk)
    assert found.index("labs-third") < found.index("labs-first") < found.index("labs-second")
    wrong = as_teacher.post(reverse("cohort-change", args=[cohort.pk]), data | {"labs-first-place": "x"})
    assert wrong.status_code == 200
    cohort.labs = ["gone"]  # a lab that the course has no longer
    assert list(material.of(cohort, "labs")) == ["first", "second", "third"]


def test_due_dates_are_set_and_a_wrong_one_is_named(cohort: Cohort, as_teacher: Client, settings) -> None:
    address = reverse("cohort-dues", args=[cohort.pk])
    answer = as_teacher.post(address, {"due-first": "tomorrow", "due-second": "2026-12-24T18:00"})
    assert answer.status_code == 422
    assert "That is no date and time" in answer.content.decode() and 'value="tomorrow"' in answer.content.decode()
    assert not cohort.dues.exists()
    as_teacher.post(address, {"due-second": "2026-12-24T18:00"})
    assert cohort.dues.get().at == datetime(2026, 12, 24, 9, tzinfo=UTC)  # entered in Seoul
    assert 'value="2026-12-24T18:00"' in page(as_teacher, "cohort", cohort.pk)


def test_an_invitation_is_shown_once_and_withdrawn(cohort: Cohort, as_teacher: Client) -> None:
    address = reverse("cohort-invite", args=[cohort.pk])
    assert "A number from 1 to 500." in as_teacher.post(address, {"places": "0", "days": "3"}).content.decode()
    made = as_teacher.post(address, {"places": "3", "days": "3"})
    assert (made.status_code, made["Location"]) == (302, reverse("cohort", args=[cohort.pk]))
    other = cohort_of(cohort.members("instructor").get().user, name="Other")
    assert "/join/" not in page(as_teacher, "cohort", other.pk)
    answer = as_teacher.get(made["Location"])
    assert 'value="http://testserver/join/' in answer.content.decode()
    assert answer["Cache-Control"] == "no-store"
    found = page(as_teacher, "cohort", cohort.pk)
    assert "/join/" not in found and "0 of 3 places taken" in found
    as_teacher.post(reverse("invitation-withdraw", args=[cohort.pk, cohort.invitations.get().pk]))
    assert "withdrawn" in page(as_teacher, "cohort", cohort.pk)


def test_a_member_is_removed_and_taken_back_on_their_page(cohort: Cohort, as_teacher: Client, minji: User) -> None:
    member = cohort.memberships.get(user=minji)
    assert "Remove from the cohort" in page(as_teacher, "member", cohort.pk, member.pk)
    as_teacher.post(reverse("member-extra", args=[cohort.pk, member.pk]), {"percent": "50"})
    as_teacher.post(reverse("member-extra", args=[cohort.pk, member.pk]), {"percent": "51"})  # none of the choices
    as_teacher.post(reverse("member-remove", args=[cohort.pk, member.pk]))
    found = page(as_teacher, "cohort", cohort.pk)
    assert "1 person has left" in found and "Nobody learns here yet" in found
    as_teacher.post(reverse("member-back", args=[cohort.pk, member.pk]))
    member.refresh_from_db()
    assert (member.left, member.extra) == (None, 50)
    assert [one.what for one in Act.objects.order_by("pk")] == ["extra-time", "member-removed", "member-back"]


def test_instructors_are_an_administrators_to_manage(cohort: Cohort, as_teacher: Client, boss: User, teacher: User) -> None:
    member = cohort.memberships.get(user=teacher)
    assert as_teacher.get(reverse("member", args=[cohort.pk, member.pk])).status_code == 404
    assert as_teacher.post(reverse("member-remove", args=[cohort.pk, member.pk])).status_code == 404
    admin = Client(headers=EN)
    admin.force_login(boss)
    admin.post(reverse("member-role", args=[cohort.pk, member.pk]), {"role": "learner"})
    assert not cohort.members("instructor").exists()
    minji = cohort.memberships.get(user__username="minji")
    answer = admin.post(reverse("member-role", args=[cohort.pk, minji.pk]), {"role": "instructor"}, follow=True)
    assert "its role does not reach so far" in answer.content.decode()


# --- what a learner sees ---------------------------------------------------------------------------------------------------


def mine(user: object) -> str:
    request = RequestFactory().get("/")
    request.user = user
    template = "{% load people %}{% my_cohorts %}"
    return Template(template).render(RequestContext(request))


def test_a_learner_sees_their_cohorts_and_what_is_due_with_their_time(cohort: Cohort, teacher: User, minji: User) -> None:
    began = timezone.now().replace(minute=34, second=0, microsecond=0)  # a full hour is written without its minutes
    Cohort.objects.update(made=began)
    Membership.objects.update(joined=began)
    actions.set_dues(cohort=cohort, by=teacher, dues={"second": began + timedelta(days=4), "gone": began})
    actions.give_extra(membership=cohort.memberships.get(user=minji), percent=50, by=teacher)
    found = mine(minji)
    assert "Spring" in found and "with Jin" in found and "On we go" in found and "extra time is counted in" in found
    assert (began + timedelta(days=6)).astimezone(timezone.get_current_timezone()).strftime("%-I:%M").split(":")[1] in found
    assert str((began + timedelta(days=6)).astimezone(timezone.get_current_timezone()).day) in found
    assert "gone" not in found
    with translation.override("ko"):
        assert "추가 시간이" in mine(minji)


def test_who_is_in_no_cohort_sees_nothing_of_it(cohort: Cohort, minji: User, teacher: User, django_assert_num_queries) -> None:
    actions.remove(membership=cohort.memberships.get(user=minji), by=teacher)
    with django_assert_num_queries(1):
        assert mine(minji).strip() == ""
    with django_assert_num_queries(0):
        assert mine(AnonymousUser()).strip() == ""


def test_cohorts_are_found_with_a_few_questions(minji: User, teacher: User, django_assert_num_queries) -> None:
    for number in range(4):
        actions.set_dues(cohort=cohort_of(teacher, minji, name=f"c{number}"), by=teacher, dues={"first": timezone.now()})
    with django_assert_num_queries(3):
        assert "c3" in mine(minji)


def test_they_are_on_the_map_and_beside_the_progress(cohort: Cohort, minji: User) -> None:
    client = Client(headers=EN)
    client.force_login(minji)
    for name in ("home", "progress"):
        assert 'class="mine-cohort"' in page(client, name)


def test_words_for_too_often() -> None:
    assert "60 minutes" in render_to_string("errors/429.html", {"seconds": 3600, "minutes": 60})
