"""A guest's way: in, limits, out, or to an account with nothing lost."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from threading import Thread

import pytest
from django.core.management import call_command
from django.db import connection
from django.test import Client, RequestFactory
from django.urls import reverse
from django.utils import timezone

from course import addresses, guests
from course.models import Guest, Role, User
from labs import actions, events
from labs.models import Attempt, Command
from sandbox.models import Sandbox, Version
from sandbox.store import prune

pytestmark = pytest.mark.django_db
PASSWORD = "four-grey-herons"
YAML = "title: {ko: 하나, en: One}\nsummary: {ko: 하나., en: One.}\nminutes: 5\n"


@pytest.fixture(autouse=True)
def labs(tmp_path: Path, settings, monkeypatch) -> None:
    for name in ("playground", "first"):
        folder = tmp_path / "catalog" / name
        folder.mkdir(parents=True)
        (folder / "lab.yaml").write_text(YAML)
        for language in ("ko", "en"):
            (folder / f"{language}.md").write_text("Hello.\n")
    settings.SANDBOX_CATALOG, settings.VAR = tmp_path / "catalog", tmp_path
    settings.GUESTS = True
    monkeypatch.setattr(actions, "wake", lambda *words: None)
    monkeypatch.setattr(events, "publish", lambda *words, **data: "")
    monkeypatch.setattr(events, "position", lambda pk: ":0")
    monkeypatch.setattr("labs.control.send", lambda *words, **data: True)


def enter(client: Client, **headers: str):
    return client.post(reverse("guest"), headers={"accept-language": "en", **headers})


def with_sandbox(guest: User) -> Attempt:
    """Its rows; nothing runs in it."""
    start = Version.objects.create(account="111122223333", pinned=True)
    box = Sandbox.objects.create(owner=guest, label="playground", head=start, start=start)
    box.head = Version.objects.create(account="111122223333", sandbox=box, parent=start)
    box.save()
    guest.attempts.update(sandbox=box)
    return guest.attempts.get()


@pytest.fixture
def guest(client: Client) -> User:
    enter(client)
    return User.objects.get(role=Role.GUEST)


def test_one_click_from_the_front_page_into_a_playground(client: Client) -> None:
    assert 'action="/guest/"' in client.get("/", follow=True).content.decode()
    answer = enter(client)
    attempt = Attempt.objects.get()
    assert (answer.status_code, answer["Location"]) == (302, f"/attempts/{attempt.pk}/")
    assert (attempt.lab, attempt.user.role, attempt.user.has_usable_password()) == ("playground", Role.GUEST, False)
    page = client.get("/", headers={"accept-language": "en"}).content.decode()
    assert 'content="noindex, nofollow"' in page
    assert "Guest" in page
    assert reverse("keep") in page
    assert client.session.get_expiry_age() <= 24 * 3600
    assert enter(client)["Location"] == "/"  # again is nothing
    assert Guest.objects.count() == 1


def test_where_guests_are_not_wanted_there_is_no_door(client: Client, settings) -> None:
    settings.GUESTS = False
    assert 'action="/guest/"' not in client.get(reverse("sign-in")).content.decode()
    assert enter(client).status_code == 404


def test_a_guest_has_few_labs_and_nobody_elses_anything(client: Client, guest: User) -> None:
    assert [card["name"] for card in client.get("/labs/").context["cards"]] == ["playground"]
    for answer in (client.get("/labs/first/"), client.post("/labs/first/start/"), client.get("/attempts/"), client.get("/labs/nope/")):
        assert answer.status_code == 404
    assert client.get("/admin/").status_code == 302
    assert [row["name"] for row in client.get("/progress/").context["rows"]] == ["playground"]
    other = User.objects.create_user("other")
    theirs = Attempt.objects.create(user=other, lab="first")
    assert client.get(f"/attempts/{theirs.pk}/").status_code == 404


def test_instructors_do_not_see_them_among_their_learners(guest: User) -> None:
    teacher = Client()
    teacher.force_login(User.objects.create_user("teacher", role=Role.INSTRUCTOR))
    assert teacher.get("/attempts/").context["rows"] == []


def test_one_network_opens_only_so_many_within_an_hour(settings) -> None:
    settings.GUESTS_AN_HOUR = 2
    for _ in range(2):
        assert enter(Client()).status_code == 302
    answer = enter(Client())
    assert (answer.status_code, answer["Retry-After"]) == (429, "3600")
    assert "Try again in an hour." in answer.content.decode()
    Guest.objects.update(since=timezone.now() - timedelta(hours=1, seconds=1))
    assert enter(Client()).status_code == 302


def test_leaving_and_coming_again_does_not_begin_the_count_anew(settings) -> None:
    settings.GUESTS_AN_HOUR = 1
    client = Client()
    enter(client)
    client.post(reverse("sign-out"))
    Guest.objects.update(until=timezone.now() - timedelta(minutes=2))
    assert guests.end_expired() == 1
    assert not User.objects.exists()
    assert enter(Client()).status_code == 429


def test_when_all_places_are_taken_it_is_said_honestly(settings) -> None:
    settings.GUESTS_AT_ONCE = 1
    enter(Client())
    answer = enter(Client(), **{"accept-language": "ko"})
    assert answer.status_code == 503
    assert "손님 자리가 모두 찼습니다" in answer.content.decode()
    assert User.objects.count() == 1


def test_expired_they_go_with_everything_that_was_theirs(client: Client, guest: User) -> None:
    attempt = with_sandbox(guest)
    Command.objects.create(attempt=attempt, number=1, line="sleep 9", state="running")
    assert guests.end_expired() == 0
    Guest.objects.update(until=timezone.now() - timedelta(minutes=2))
    assert guests.end_expired() == 1
    assert not (User.objects.exists() or Attempt.objects.exists() or Sandbox.objects.exists())
    assert prune.prune_versions() == 1  # what was the sandbox's; its blobs are nobody's then
    assert client.get("/labs/")["Location"].startswith(reverse("sign-in"))
    Guest.objects.update(since=timezone.now() - timedelta(hours=2))
    guests.end_expired()
    assert not Guest.objects.exists()  # nor is it kept where they came from


def test_one_that_is_busy_goes_the_next_time(guest: User) -> None:
    attempt = with_sandbox(guest)
    Sandbox.objects.update(lock_holder="elsewhere:1:1", lock_until=timezone.now() + timedelta(minutes=1))
    Guest.objects.update(until=timezone.now() - timedelta(minutes=2))
    assert guests.end_expired() == 0
    attempt.refresh_from_db()
    assert attempt.finished
    Sandbox.objects.update(lock_holder="")
    assert guests.end_expired() == 1


def test_a_guest_becomes_a_learner_and_keeps_everything(client: Client, guest: User) -> None:
    attempt = with_sandbox(guest)
    Command.objects.create(attempt=attempt, number=1, line="echo mine", state="done", exit_status=0)
    step = attempt.steps.create(step_id="make", points=10, state="passed")
    session = client.session.session_key
    data = {"username": "minji", "password1": PASSWORD, "password2": PASSWORD}
    assert client.post(reverse("keep"), data)["Location"] == "/"
    guest.refresh_from_db()
    assert (guest.username, guest.role, guest.check_password(PASSWORD)) == ("minji", Role.LEARNER, True)
    page = client.get(f"/attempts/{attempt.pk}/").content.decode()  # the same session goes on
    assert "echo mine" in page
    assert client.session.session_key != session  # under a new key
    assert client.session.get_expiry_age() > 24 * 3600
    assert client.get("/labs/first/").status_code == 200
    assert client.get(reverse("keep")).status_code == 404
    client.post(reverse("sign-out"))
    Guest.objects.update(until=timezone.now() - timedelta(days=9))
    guests.end_expired()
    assert client.login(username="minji", password=PASSWORD)
    assert client.get(f"/attempts/{attempt.pk}/").context["attempt"].sandbox == attempt.sandbox
    step.refresh_from_db()
    assert step.points == 10


@pytest.mark.parametrize(
    ("name", "first", "again", "words"),
    [
        ("", PASSWORD, PASSWORD, "Enter a name."),
        ("Taken", PASSWORD, PASSWORD, "Somebody has this name already."),
        ("a b", PASSWORD, PASSWORD, "A name has letters, digits"),
        ("minji", "", "", "Enter a password."),
        ("minji", PASSWORD, PASSWORD + "x", "The two passwords differ."),
        ("minji", "minji", "minji", "too similar"),
    ],
)
def test_what_cannot_be_is_said_at_its_field(client: Client, guest: User, name: str, first: str, again: str, words: str) -> None:
    User.objects.create_user("taken")
    data = {"username": name, "password1": first, "password2": again}
    page = client.post(reverse("keep"), data, headers={"accept-language": "en"}).content.decode()
    assert words in page
    guest.refresh_from_db()
    assert guest.role == Role.GUEST


def test_too_late_is_said_and_leads_to_a_new_one(client: Client, guest: User) -> None:
    Guest.objects.update(until=timezone.now())
    data = {"username": "minji", "password1": PASSWORD, "password2": PASSWORD}
    answer = client.post(reverse("keep"), data, follow=True, headers={"accept-language": "en"})
    assert "could not be kept" in answer.content.decode()
    assert 'action="/guest/"' in answer.content.decode()


def test_one_whom_an_administrator_made_a_learner_stays(guest: User) -> None:
    User.objects.update(role=Role.LEARNER)
    Guest.objects.update(until=timezone.now() - timedelta(days=2))
    assert guests.end_expired() == 0
    assert User.objects.count() == 1


@pytest.mark.parametrize(
    ("proxies", "remote", "forwarded", "network"),
    [
        (0, "203.0.113.7", "198.51.100.1", "203.0.113.7"),
        (1, "10.0.0.2", "198.51.100.1, 203.0.113.7", "203.0.113.7"),
        (2, "10.0.0.2", "6.6.6.6, 203.0.113.7, 10.0.0.3", "203.0.113.7"),
        (2, "10.0.0.2", "6.6.6.6", "10.0.0.2"),
        (1, "10.0.0.2", "203.0.113.7:5123", "203.0.113.7"),
        (1, "10.0.0.2", "[2001:db8:1:2:3::4]:80", "2001:db8:1:2::/64"),
        (0, "2001:db8:1:2:ffff::9", "", "2001:db8:1:2::/64"),
        (0, "::ffff:203.0.113.7", "", "203.0.113.7"),
        (1, "10.0.0.2", "<script>", ""),
        (0, "", "", ""),
    ],
)
def test_only_as_many_proxies_as_there_are_are_believed(
    rf: RequestFactory, settings, proxies: int, remote: str, forwarded: str, network: str
) -> None:
    settings.PROXIES = proxies
    headers = {"X-Forwarded-For": forwarded} if forwarded else {}
    assert addresses.network_of(rf.post("/guest/", REMOTE_ADDR=remote, headers=headers)) == network


def test_a_network_is_kept_under_another_name(client: Client) -> None:
    enter(client)
    assert "127.0.0.1" not in Guest.objects.get().network
    assert addresses.pseudonym("127.0.0.1") == Guest.objects.get().network != addresses.pseudonym("127.0.0.2")


def test_createsuperuser_makes_an_administrator(monkeypatch) -> None:
    monkeypatch.setenv("DJANGO_SUPERUSER_PASSWORD", PASSWORD)
    call_command("createsuperuser", interactive=False, username="boss", email="", verbosity=0)
    boss = User.objects.get()
    assert (boss.role, boss.is_staff, boss.is_superuser) == (Role.ADMIN, True, True)


@pytest.mark.django_db(transaction=True)
def test_of_many_at_once_no_more_come_in_than_there_are_places(settings) -> None:
    settings.GUESTS_AT_ONCE, settings.GUESTS_AN_HOUR = 2, 9
    came: list[str] = []

    def knock() -> None:
        try:
            came.append(guests.welcome(network="n").role)
        except guests.Refused as refused:
            came.append(refused.code)
        finally:
            connection.close()

    threads = [Thread(target=knock) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert sorted(came) == ["full"] * 4 + ["guest"] * 2
