"""An invitation's link followed, in every state it can be in, by everybody who may."""

import logging
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from course import guests
from course.models import Role, User
from course.people import actions, joining, quiet
from course.people.models import Act, Cohort, Invitation, Membership
from labs.models import Attempt

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("open_limits")]
PASSWORD = "four-grey-herons"
EN = {"accept-language": "en"}


@pytest.fixture
def secret(cohort: Cohort, teacher: User) -> str:
    return actions.invite(cohort=cohort, by=teacher, places=1, days=7)[1]


def follow(client: Client, secret: str):
    return client.get(reverse("invitation", args=[secret]), follow=True, headers=EN)


def account(**fields: str) -> dict[str, str]:
    return {"first_name": "Hana", "email": "", "password1": PASSWORD, "password2": PASSWORD} | fields


def test_a_newcomer_reads_who_invites_to_what_and_joins(secret: str, cohort: Cohort) -> None:
    client = Client(headers=EN)
    answer = follow(client, secret)
    page = answer.content.decode()
    assert "Jin invites you to" in page and "Spring" in page and "with Jin" in page
    assert answer.request["PATH_INFO"] == "/join/" and secret not in page  # no address of a page, no Referer has it
    assert "no-store" in answer["Cache-Control"]
    assert Invitation.objects.get().left == 1  # looking changes nothing
    assert client.post("/join/", account())["Location"] == "/"
    user = User.objects.get(first_name="Hana")
    assert (user.role, user.check_password(PASSWORD)) == (Role.LEARNER, True)
    assert cohort.members("learner").filter(user=user).exists()
    assert client.session["_auth_user_id"] == str(user.pk)
    assert Act.objects.filter(what="joined", by=user).exists()
    assert Invitation.objects.get().state == "used"


def test_the_name_is_drawn_and_what_is_sent_for_it_does_not_count(secret: str, minji: User) -> None:
    client = Client(headers=EN)
    follow(client, secret)
    name = client.session["name"]
    client.post("/join/", account(username="minji"))
    assert User.objects.filter(username=name).exists()


def test_a_name_taken_in_this_moment_is_drawn_anew(secret: str, cohort: Cohort) -> None:
    client = Client(headers=EN)
    follow(client, secret)
    name = client.session["name"]
    User.objects.create_user(name)
    page = client.post("/join/", account()).content.decode()
    assert "drawn once more" in page
    assert client.session["name"] != name
    assert Invitation.objects.get().left == 1  # whole or not at all
    assert client.post("/join/", account())["Location"] == "/"


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"first_name": ""}, "Enter what you are called."),
        ({"email": "x"}, "That is no e-mail address."),
        ({"password2": "x"}, "The two passwords differ."),
        ({"first_name": "Penelope", "password1": "penelope", "password2": "penelope"}, "too similar"),
    ],
)
def test_what_is_missing_is_said(secret: str, fields: dict, words: str) -> None:
    client = Client(headers=EN)
    follow(client, secret)
    assert words in client.post("/join/", account(**fields), headers=EN).content.decode()
    assert Invitation.objects.get().left == 1


@pytest.mark.parametrize("role", [Role.LEARNER, Role.INSTRUCTOR, Role.ADMIN])
def test_somebody_with_an_account_joins_by_a_post_as_a_learner(secret: str, cohort: Cohort, role: Role) -> None:
    user = User.objects.create_user("jisoo", role=role)
    client = Client(headers=EN)
    client.force_login(user)
    assert "You join as jisoo" in follow(client, secret).content.decode()
    assert not cohort.memberships.filter(user=user).exists()
    assert client.post("/join/")["Location"] == "/"
    assert cohort.memberships.get(user=user).role == "learner"
    user.refresh_from_db()
    assert user.role == role
    assert client.get("/join/").status_code == 404  # done with


def test_signing_in_first_leads_back_to_the_invitation(secret: str, cohort: Cohort, minji: User) -> None:
    Membership.objects.all().delete()
    client = Client(headers=EN)
    assert 'href="/sign-in/?next=/join/"' in follow(client, secret).content.decode()
    answer = client.post("/sign-in/", {"username": "minji", "password": PASSWORD, "next": "/join/"}, follow=True)
    assert "You join as Minji" in answer.content.decode()


def test_who_is_in_already_takes_no_place(secret: str, minji: User) -> None:
    client = Client(headers=EN)
    client.force_login(minji)
    assert "You are in the cohort Spring." in follow(client, secret).content.decode()
    assert Invitation.objects.get().left == 1


def test_a_guest_keeps_the_playground(secret: str, cohort: Cohort) -> None:
    guest = guests.welcome(network="n")
    attempt = Attempt.objects.create(user=guest, lab="playground")
    client = Client(headers=EN)
    client.force_login(guest)
    assert "Your playground becomes" in follow(client, secret).content.decode()
    assert client.post("/join/", account())["Location"] == "/"
    guest.refresh_from_db()
    attempt.refresh_from_db()
    assert (guest.role, guest.first_name, attempt.user) == (Role.LEARNER, "Hana", guest)
    assert cohort.members("learner").filter(user=guest).exists()
    assert client.get("/progress/").status_code == 200  # still signed in


def test_a_guest_too_late_is_told(secret: str) -> None:
    guest = guests.welcome(network="n")
    client = Client(headers=EN)
    client.force_login(guest)
    follow(client, secret)
    guest.guest.until = timezone.now()
    guest.guest.save()
    answer = client.post("/join/", account(), follow=True)
    assert "Follow the invitation" in answer.content.decode()
    assert Invitation.objects.get().left == 1


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"expires": timezone.now() - timedelta(days=1)}, "has expired"),
        ({"left": 0}, "Every place of this invitation is taken"),
        ({"withdrawn": timezone.now()}, "was withdrawn"),
    ],
)
def test_one_that_is_over_says_why(secret: str, minji: User, fields: dict, words: str) -> None:
    Invitation.objects.update(**fields)
    jisoo = Client(headers=EN)
    jisoo.force_login(User.objects.create_user("jisoo"))
    for client in (Client(headers=EN), jisoo):
        answer = follow(client, secret)
        assert answer.status_code == 410
        assert words in answer.content.decode() and "Ask Jin" in answer.content.decode()
        assert client.post("/join/", account(), headers=EN).status_code == 410
    assert Membership.objects.count() == 2


def test_one_of_an_archived_cohort_says_so(secret: str, cohort: Cohort, boss: User) -> None:
    actions.archive_cohort(cohort=cohort, by=boss)
    assert "This cohort is over" in follow(Client(), secret).content.decode()


def test_the_one_who_comes_second_is_told(secret: str, cohort: Cohort) -> None:
    first, second = Client(headers=EN), Client(headers=EN)
    follow(first, secret), follow(second, secret)
    first.post("/join/", account())
    assert "Every place" in second.post("/join/", account(first_name="Bada")).content.decode()
    assert not User.objects.filter(first_name="Bada").exists()


def test_a_place_lost_in_the_last_moment_leaves_no_account(secret: str, monkeypatch) -> None:
    monkeypatch.setattr(type(Invitation.objects.all()), "take", lambda self, pk: False)
    client = Client(headers=EN)
    follow(client, secret)
    before = User.objects.count()
    assert client.post("/join/", account()).status_code == 410
    assert User.objects.count() == before


def test_a_removal_is_not_undone_by_an_older_link(secret: str, cohort: Cohort, teacher: User, minji: User) -> None:
    actions.remove(membership=cohort.memberships.get(user=minji), by=teacher)
    client = Client(headers=EN)
    client.force_login(minji)
    follow(client, secret)
    assert "does not bring you back" in client.post("/join/").content.decode()
    newer = actions.invite(cohort=cohort, by=teacher, places=1, days=1)[0]
    assert joining.accept(invitation=newer, user=minji).left is None


def test_an_unknown_link_is_none_and_makes_no_session() -> None:
    client = Client(headers=EN)
    answer = client.get("/join/abc/")
    assert answer.status_code == 404
    assert "This is no invitation" in answer.content.decode()
    assert not client.cookies.get("sessionid")


@pytest.mark.parametrize(
    ("line", "kept"),
    [
        ("Not Found: /join/s3cr3t-x_y/", "Not Found: /join/…"),
        ("/password/set/MQ/c0ffee-99/?x=1", "/password/set/…?x=1"),
        ("/sign-in/?next=%2Fjoin%2Fs3cr3t%2F&x=1", "/sign-in/?next=%2Fjoin%2F…&x=1"),
        ("/labs/join/", "/labs/join/"),
    ],
)
def test_logs_hold_no_secret(line: str, kept: str) -> None:
    logger = logging.getLogger("uvicorn.access")
    record = logger.makeRecord(logger.name, logging.INFO, "", 0, '%s - "%s %s"', ("127.0.0.1", "GET", line), None)
    assert logger.filter(record)
    assert record.getMessage() == f'127.0.0.1 - "GET {kept}"'
    for name in quiet.LOGGERS:
        assert any(isinstance(one, quiet.Quiet) for one in logging.getLogger(name).filters)


def test_the_log_of_a_wrong_link_does_not_have_it(caplog) -> None:
    Client().get("/join/s3cr3t/")
    assert "Not Found" in caplog.text
    assert "s3cr3t" not in caplog.text
