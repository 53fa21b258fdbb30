"""What is done to cohorts and their people, and that it is written down."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from course.models import Role, User
from course.people import access, actions, acts, importing
from course.people.models import Act, Cohort, Due, Invitation, Membership
from labs.models import Attempt

pytestmark = pytest.mark.django_db


def codes() -> list[str]:
    return list(Act.objects.order_by("pk").values_list("what", flat=True))


def test_a_cohort_is_made_changed_archived_and_reopened(boss: User) -> None:
    made = actions.make_cohort(by=boss, name="Spring", starts=date(2026, 3, 2))
    same = {"name": "Spring", "starts": made.starts, "ends": None, "labs": [], "notes": []}
    actions.change_cohort(cohort=made, by=boss, **same)
    actions.change_cohort(cohort=made, by=boss, **same | {"labs": ["b", "a"]})
    actions.archive_cohort(cohort=made, by=boss)
    actions.archive_cohort(cohort=made, by=boss)
    assert not access.taught(boss).exists()
    actions.reopen_cohort(cohort=made, by=boss)
    assert access.taught(boss).get().labs == ["b", "a"]
    assert codes() == ["cohort-made", "cohort-changed", "cohort-archived", "cohort-reopened"]  # what changed nothing is no act
    assert Act.objects.get(what="cohort-changed").details == {"changed": ["labs"]}


def test_every_act_has_words(cohort: Cohort, boss: User) -> None:
    assert acts.words(Act(what="member-removed")) == "removed from the cohort"
    assert acts.words(Act(what="of-somebody-else")) == "of-somebody-else"


def test_who_is_removed_keeps_their_work_and_can_come_back(cohort: Cohort, teacher: User, minji: User) -> None:
    attempt = Attempt.objects.create(user=minji, lab="first")
    membership = cohort.memberships.get(user=minji)
    seen = Attempt.objects.filter(access.watched_by(teacher))
    assert list(seen) == [attempt]
    actions.remove(membership=membership, by=teacher)
    actions.remove(membership=membership, by=teacher)
    assert list(seen.all()) == []
    assert Attempt.objects.get().user == minji
    actions.take_back(membership=membership, by=teacher)
    assert list(seen.all()) == [attempt]
    assert codes() == ["member-removed", "member-back"]


def test_a_learner_is_in_several_cohorts(cohort: Cohort, teacher: User, minji: User, boss: User) -> None:
    other = actions.make_cohort(by=boss, name="Autumn")
    actions.add(cohort=other, user=minji, role="learner", by=boss)
    assert [one.cohort.name for one in access.mine(minji)] == ["Autumn", "Spring"]
    actions.remove(membership=other.memberships.get(), by=boss)
    assert [one.cohort.name for one in access.mine(minji)] == ["Spring"]


def test_a_role_reaches_no_further_than_the_accounts(cohort: Cohort, minji: User, boss: User) -> None:
    with pytest.raises(actions.Refused, match="higher"):
        actions.change_role(membership=cohort.memberships.get(user=minji), role="instructor", by=boss)
    guest = User.objects.create_user("guest-1", role=Role.GUEST)
    with pytest.raises(actions.Refused, match="guest"):
        actions.add(cohort=cohort, user=guest, role="learner", by=boss)
    assert codes() == []


def test_extra_time_makes_what_is_due_later(cohort: Cohort, teacher: User, minji: User) -> None:
    began = datetime(2026, 3, 1, tzinfo=UTC)
    Cohort.objects.update(made=began)
    Membership.objects.update(joined=began)
    actions.set_dues(cohort=cohort, by=teacher, dues={"first": began + timedelta(days=8), "second": None})
    actions.give_extra(membership=cohort.memberships.get(user=minji), percent=25, by=teacher)
    mine = cohort.memberships.select_related("cohort").get(user=minji)
    assert mine.due(Due.objects.get()) == began + timedelta(days=10)
    actions.set_dues(cohort=cohort, by=teacher, dues={"first": None})
    assert not Due.objects.exists()
    assert codes() == ["dues-set", "extra-time", "dues-set"]


def test_an_invitations_secret_is_told_once_and_not_kept(cohort: Cohort, teacher: User) -> None:
    made, secret = actions.invite(cohort=cohort, by=teacher, places=2, days=7)
    assert secret not in str([list(Invitation.objects.values()), list(Act.objects.values())])
    assert made.state == "open"
    actions.withdraw(invitation=made, by=teacher)
    made.refresh_from_db()
    assert made.state == "withdrawn"
    assert not Invitation.objects.take(made.pk)


def test_the_last_place_goes_to_one(cohort: Cohort, teacher: User) -> None:
    made, _secret = actions.invite(cohort=cohort, by=teacher, places=1, days=7)
    assert [Invitation.objects.take(made.pk), Invitation.objects.take(made.pk)] == [True, False]
    made.refresh_from_db()
    assert (made.state, made.taken) == ("used", 1)
    Invitation.objects.update(left=1, expires=timezone.now())
    made.refresh_from_db()
    assert made.state == "expired"


# --- a table ---------------------------------------------------------------------------------------------------------------


def put(cohort: Cohort, by: User, text: str | bytes) -> importing.Imported:
    return importing.import_people(cohort=cohort, data=text if isinstance(text, bytes) else text.encode(), by=by)


def wrongs(cohort: Cohort, by: User, text: str | bytes) -> list[tuple[int, str]]:
    before = User.objects.count(), Membership.objects.count(), Act.objects.count()
    with pytest.raises(importing.Rejected) as refused:
        put(cohort, by, text)
    assert (User.objects.count(), Membership.objects.count(), Act.objects.count()) == before  # nothing half
    return [(one.row, one.reason) for one in refused.value.wrongs]


@pytest.mark.parametrize("start", ["", "\ufeff"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_people_come_from_a_table(cohort: Cohort, teacher: User, minji: User, start: str, delimiter: str) -> None:
    away = User.objects.create_user("jisoo", "jisoo@example.org", "kept-as-it-is", first_name="Jisoo")
    rows = [
        "Name,EMAIL,first_name,last_name",
        "hana,hana@example.org,하나,김",
        "",
        ',bada@example.org,"Ba, da",',
        "MINJI,,x,x",
        "whatever,JISOO@example.org,Other,",
    ]
    rows = [row.replace(",", delimiter).replace(f"Ba{delimiter} da", "Ba, da") for row in rows]
    done = put(cohort, teacher, start + "\r\n".join(rows) if delimiter != "," else start + "\n".join(rows))
    assert [(one.username, one.email, one.first_name) for one in done.new] == [
        ("hana", "hana@example.org", "하나"),
        ("bada@example.org", "bada@example.org", "Ba, da"),
    ]
    assert [one.role for one in done.new] == [Role.LEARNER] * 2
    assert not any(one.has_usable_password() or one.is_staff for one in done.new)
    assert (done.added, done.already) == ([away], [minji])
    away.refresh_from_db()
    assert (away.first_name, away.check_password("kept-as-it-is")) == ("Jisoo", True)  # who exists is never changed
    assert cohort.members("learner").count() == 4
    assert Act.objects.get().details == {"new": ["hana", "bada@example.org"], "added": ["jisoo"]}


def test_every_wrong_row_is_named(cohort: Cohort, teacher: User) -> None:
    User.objects.create_user("one", "same@example.org")
    User.objects.create_user("two", "same@example.org")
    User.objects.create_user("off", is_active=False)
    User.objects.create_user("guest-1", role=Role.GUEST)
    rows = [
        "name,email",
        "fine,fine@example.org",
        "a b,",
        "hana,no-address",
        "fine,",
        "other,FINE@example.org",
        "new,same@example.org",
        "one,minji@example.org",
        "minji,elsewhere@example.org",
        "off,",
        "guest-1,",
        f"{'x' * 151},",
    ]
    found = wrongs(cohort, teacher, "\n".join(rows))
    assert [row for row, _reason in found] == [3, 4, 5, 6, 7, 8, 9, 10, 11, 12]
    words = ["no user name", "no e-mail", "row 2", "row 2", "Several", "to another", "another e-mail", "switched off", "not free", "longer"]
    assert [word for word, (_row, reason) in zip(words, found, strict=True) if word not in reason] == []


@pytest.mark.parametrize(
    ("text", "row", "word"),
    [
        ("", 1, "first row"),
        ("minji,minji@example.org\n", 1, "first row"),
        ("name,e-mail\nhana,x@example.org", 1, "e-mail"),
        ("name,name\nhana,hana", 1, "twice"),
        ("name,email\n\n,\n", 0, "Nobody"),
        ("name\nhana,hana@example.org", 2, "more cells"),
        ('name,email\nhana,\n"bada,x', 3, "quotation"),
        ("name\nha\0na", 0, "no text"),
        ("name\n하나".encode("cp949"), 0, "UTF-8"),
        ("name\n" + "\n".join(f"n{number}" for number in range(501)), 0, "500"),
        (b"name\n" + b"x" * 300_000, 0, "256"),
    ],
)
def test_a_file_that_is_not_right_is_refused_in_words(cohort: Cohort, teacher: User, text: str | bytes, row: int, word: str) -> None:
    (found,) = wrongs(cohort, teacher, text)
    assert found[0] == row
    assert word in found[1]


def test_who_left_comes_back_by_the_table_as_a_learner(cohort: Cohort, teacher: User, minji: User) -> None:
    Membership.objects.filter(user=minji).update(left=timezone.now(), role="instructor")
    assert put(cohort, teacher, "name\nminji").added == [minji]
    assert cohort.members("learner").get().user == minji


def test_a_table_asks_the_database_a_few_questions_whatever_its_size(cohort: Cohort, teacher: User, django_assert_max_num_queries) -> None:
    rows = "\n".join(f"person{number},p{number}@example.org" for number in range(200))
    with django_assert_max_num_queries(16):
        put(cohort, teacher, "name,email\n" + rows)


@pytest.mark.usefixtures("open_limits")
def test_the_page_shows_errors_then_links_once(cohort: Cohort, as_teacher: Client, settings) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.console.EmailBackend"
    at = reverse("cohort-import", args=[cohort.pk])

    def send(text: str):
        return as_teacher.post(at, {"file": SimpleUploadedFile("<people>.csv", text.encode())})

    answer = send("name\na b\n")
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "Row 2:" in page and "&lt;people&gt;.csv" in page and "<people>" not in page
    answer = send("name,email\nhana,hana@example.org\n")
    page = answer.content.decode()
    link = page.split('value="http://testserver')[1].split('"')[0]
    assert link.startswith("/password/set/")
    assert answer["Cache-Control"] == "no-store"
    assert "/password/set/" not in as_teacher.get(reverse("cohort", args=[cohort.pk])).content.decode()
    assert "no password yet" in as_teacher.get(reverse("cohort", args=[cohort.pk])).content.decode()
    newcomer = Client(headers={"accept-language": "en"})
    shown = newcomer.get(link, follow=True)
    assert "You sign in as hana." in shown.content.decode()
    assert link.split("/")[-2] not in shown.request["PATH_INFO"]  # the page's own address has no secret
    given = {"new_password1": "four-grey-herons", "new_password2": "four-grey-herons"}
    assert newcomer.post(shown.request["PATH_INFO"], given)["Location"] == reverse("sign-in")
    assert newcomer.login(username="hana", password="four-grey-herons")
    member = cohort.memberships.get(user__username="hana")
    assert as_teacher.post(reverse("member-link", args=[cohort.pk, member.pk])).status_code == 404  # somebody has been in
    assert "holds no more" in Client(headers={"accept-language": "en"}).get(link, follow=True).content.decode()


def test_no_link_is_shown_to_an_account_that_is_somebodys(cohort: Cohort, as_teacher: Client, minji: User, teacher: User) -> None:
    member = cohort.memberships.get(user=minji)
    address = reverse("member-link", args=[cohort.pk, member.pk])
    assert as_teacher.post(address).status_code == 404
    User.objects.filter(pk=minji.pk).update(password="!none", last_login=timezone.now())  # a provider signs them in
    assert as_teacher.post(address).status_code == 404
    User.objects.filter(pk=minji.pk).update(last_login=None, role=Role.INSTRUCTOR)
    assert as_teacher.post(address).status_code == 404
    User.objects.filter(pk=minji.pk).update(role=Role.LEARNER)
    assert "/password/set/" in as_teacher.post(address).content.decode()
    assert codes() == ["link-shown"]


@pytest.mark.usefixtures("open_limits")
def test_new_people_are_written_to_where_mail_goes_somewhere(cohort: Cohort, as_teacher: Client, mailoutbox) -> None:
    file = SimpleUploadedFile("people.csv", b"name,email\nhana,hana@example.org\nbada,\n")
    page = as_teacher.post(reverse("cohort-import", args=[cohort.pk]), {"file": file}).content.decode()
    (mail,) = mailoutbox
    assert mail.to == ["hana@example.org"]
    assert "http://testserver/password/set/" in mail.body
    assert page.count('value="http://testserver/password/set/') == 1  # of who has no address
    assert "1 mail with a link" in page


@pytest.mark.usefixtures("open_limits")
def test_links_are_shown_where_the_mail_server_is_away(cohort: Cohort, as_teacher: Client, monkeypatch) -> None:
    def broken(*words: object) -> None:
        raise ConnectionRefusedError

    monkeypatch.setattr("django.core.mail.backends.locmem.EmailBackend.send_messages", broken)
    file = SimpleUploadedFile("people.csv", b"name,email\nhana,hana@example.org\nbada,bada@example.org\n")
    page = as_teacher.post(reverse("cohort-import", args=[cohort.pk]), {"file": file}).content.decode()
    assert page.count('value="http://testserver/password/set/') == 2
