"""How often is too often, with Redis and without; and signing in, which tells nobody who is here."""

import threading

import pytest
from django.contrib.auth import hashers
from django.core import mail
from django.db import connection
from django.test import Client
from django.urls import reverse
from redis.exceptions import ConnectionError as RedisAway

from course.models import Role, User
from course.people import limits, welcome
from course.people import mail as mail_settings
from course.people.limits import Limit, Limits
from course.people.models import Bucket, Cohort

pytestmark = pytest.mark.django_db
EN = {"accept-language": "en"}
PASSWORD = "four-grey-herons"


@pytest.fixture
def away(monkeypatch) -> None:
    """No Redis."""

    def client() -> None:
        raise RedisAway

    monkeypatch.setattr("course.people.limits.events.client", client)


@pytest.fixture(params=["redis", "database"])
def counted(request: pytest.FixtureRequest) -> str:
    request.getfixturevalue("live_redis" if request.param == "redis" else "away")
    return request.param


@pytest.fixture
def three(monkeypatch) -> None:
    monkeypatch.setitem(limits.LIMITS, "three", Limits(Limit(3, 60), Limit(5, 60), kept=True))


@pytest.mark.usefixtures("three", "counted")
def test_so_many_at_once_and_then_one_after_the_other() -> None:
    assert [limits.take("three", person=1) for _ in range(5)] == [0, 0, 0, 20, 20]  # who is refused fills nothing
    assert limits.take("three", person=2) == 0
    limits.give_back("three", person=1)
    assert [limits.take("three", person=1) for _ in range(2)] == [0, 20]


@pytest.mark.usefixtures("three", "counted")
def test_a_network_is_counted_beside_the_person_and_both_or_neither_is_filled() -> None:
    assert [limits.take("three", person=one, network="n") for one in (1, 1, 1, 2, 2)] == [0] * 5
    assert limits.take("three", person=3, network="n") == 12
    assert limits.take("three", person=3, network="other") == 0
    assert [limits.take("three", person=3, network="other") for _ in range(3)] == [0, 0, 20]


@pytest.mark.usefixtures("three", "counted")
def test_nobody_from_nowhere_is_not_counted() -> None:
    assert [limits.take("three") for _ in range(9)] == [0] * 9


@pytest.mark.usefixtures("three")
def test_it_empties_steadily(away, monkeypatch) -> None:
    now = [1_000_000.0]
    monkeypatch.setattr("course.people.limits.time.time", lambda: now[0])
    assert [limits.take("three", person=1) for _ in range(4)] == [0, 0, 0, 20]
    now[0] += 20
    assert [limits.take("three", person=1) for _ in range(2)] == [0, 20]
    now[0] += 10_000
    assert limits.take("three", person=2) == 0
    assert Bucket.objects.count() == 1  # what has long been empty is not kept


def test_without_redis_all_but_signing_in_goes_through(away, caplog) -> None:
    assert [limits.take("exports", person=1) for _ in range(30)] == [0] * 30
    assert "Redis does not count exports" in caplog.text
    assert [limits.take("sign-in", person=1) for _ in range(6)][-1] > 0


def test_keys_name_nobody(live_redis) -> None:
    limits.take("sign-in", person="minji\nn", network="n")
    assert not [key for key in limits.events.client().scan_iter() if b"minji" in key]


def test_commands_are_held_back_with_words_and_when_to_go_on(live_redis, monkeypatch, minji: User) -> None:
    from labs.models import Attempt

    monkeypatch.setitem(limits.LIMITS, "commands", Limits(Limit(1, 60), Limit(9, 60)))
    attempt = Attempt.objects.create(user=minji, lab="first")
    client = Client(headers=EN)
    client.force_login(minji)
    address, fetch = reverse("commands", args=[attempt.pk]), {"x-requested-with": "fetch"}
    assert client.post(address, {"line": "ls"}, headers=fetch).status_code == 409  # no sandbox
    answer = client.post(address, {"line": "ls"}, headers=fetch)
    assert (answer.status_code, answer["Retry-After"]) == (429, "60")
    assert "faster than anybody types" in answer.content.decode()


def test_a_learner_who_types_fast_never_meets_it(live_redis) -> None:
    assert not any(limits.take("commands", person=1, network="n") for _ in range(300))


def test_invitations_are_held_back_on_a_page(live_redis, monkeypatch, cohort: Cohort, as_teacher: Client) -> None:
    monkeypatch.setitem(limits.LIMITS, "invitations", Limits(Limit(1, 3600), None))
    address = reverse("cohort-invite", args=[cohort.pk])
    assert as_teacher.post(address, {"places": 1, "days": 1}).status_code == 302
    answer = as_teacher.post(address, {"places": 1, "days": 1}, headers=EN)
    assert (answer.status_code, answer["Retry-After"]) == (429, "3600")
    assert "Try again in 60 minutes." in answer.content.decode()
    assert cohort.invitations.count() == 1


# --- signing in ------------------------------------------------------------------------------------------------------------


def sign_in(name: str, password: str, address: str = "203.0.113.7"):
    return Client(headers=EN, REMOTE_ADDR=address).post("/sign-in/", {"username": name, "password": password})


@pytest.mark.usefixtures("counted")
def test_guessing_is_held_back_from_where_it_comes(minji: User) -> None:
    assert [sign_in("minji", "wrong").status_code for _ in range(6)] == [200] * 5 + [429]
    held = sign_in("MINJI", PASSWORD)  # the right one is not even looked at
    assert held.status_code == 429
    assert int(held["Retry-After"]) <= 60
    assert "That was too many tries" in held.content.decode()
    assert sign_in("minji", PASSWORD, "198.51.100.1").status_code == 302  # minji at home is not kept out
    assert sign_in("jisoo", "wrong").status_code == 200  # nor somebody else in this network


def test_guessing_from_everywhere_is_held_back_too(live_redis, minji: User) -> None:
    assert [sign_in("minji", "wrong", f"203.0.113.{number}").status_code for number in range(31)] == [200] * 30 + [429]


def test_many_names_from_one_network_are_held_back(live_redis, monkeypatch) -> None:
    monkeypatch.setitem(limits.LIMITS, "sign-in", Limits(Limit(5, 300), Limit(9, 600), kept=True))
    found = [sign_in(f"name{number}", "wrong").status_code for number in range(10)]
    assert found == [200] * 9 + [429]


def test_signing_in_counts_nothing(live_redis, minji: User) -> None:
    assert [sign_in("minji", PASSWORD).status_code for _ in range(8)] == [302] * 8


@pytest.mark.usefixtures("live_redis")
def test_words_and_work_are_the_same_whether_somebody_is_here(minji: User, monkeypatch) -> None:
    User.objects.create_user("off", password=PASSWORD, is_active=False)
    User.objects.create_user("imported", "imported@example.org")
    work: list[str] = []
    real = hashers.MD5PasswordHasher.encode
    monkeypatch.setattr(hashers.MD5PasswordHasher, "encode", lambda *words: work.append("hash") or real(*words))
    pages = set()
    for name, password in [("minji", "wrong"), ("nobody", "wrong"), ("off", PASSWORD), ("imported", "x"), ("no@example.org", "x")]:
        work.clear()
        answer = sign_in(name, password)
        page = answer.content.decode().replace(f'value="{name}"', "").split("<main")[1].split("csrfmiddlewaretoken")[0]
        pages.add((answer.status_code, page, len(work)))
    assert len(pages) == 1
    held = {
        sign_in(name, "x").content.decode().split("<main")[1].split("csrfmiddlewaretoken")[0]
        for name in ("minji", "nobody")
        for _ in range(9)
    }
    assert len(held) == 2  # what is said to five tries, and then


@pytest.mark.usefixtures("live_redis")
def test_an_address_signs_in_where_one_account_has_it(minji: User) -> None:
    assert sign_in("Minji@Example.org", PASSWORD).status_code == 302
    User.objects.create_user("twin", "minji@example.org", PASSWORD)
    assert sign_in("minji@example.org", PASSWORD).status_code == 200


def test_djangos_admin_has_no_way_in_of_its_own(minji: User, boss: User) -> None:
    assert Client().get("/admin/", follow=True).request["PATH_INFO"] == "/sign-in/"
    assert Client().post("/admin/login/", {"username": "boss", "password": "x"}).status_code == 405
    client = Client()
    client.force_login(boss)
    assert client.get("/admin/login/?next=/admin/")["Location"] == "/admin/"


# --- passwords -------------------------------------------------------------------------------------------------------------


@pytest.fixture
def woken(monkeypatch) -> list[tuple]:
    told: list[tuple] = []
    monkeypatch.setattr("course.people.signing_in.wake", lambda *words: told.append(words))
    return told


@pytest.mark.usefixtures("live_redis")
def test_a_forgotten_password_is_answered_alike_for_everybody(minji: User, woken: list) -> None:
    pages = {
        Client(headers=EN).post("/password/forgotten/", {"email": email}).content.decode().split("<main")[1]
        for email in ("minji@example.org", "nobody@example.org")
    }
    assert len(pages) == 1
    assert "If there is an account with this address" in pages.pop()
    assert woken == [("course.tasks.write_forgotten", f"{name}@example.org", "http://testserver", "en") for name in ("minji", "nobody")]
    assert mail.outbox == []  # the work is a worker's, so that the time is the same
    for _ in range(9):
        answer = Client(headers=EN).post("/password/forgotten/", {"email": "minji@example.org"})
        assert "If there is an account" in answer.content.decode()
    assert len([one for one in woken if one[1].startswith("minji")]) == 3  # nobody's mailbox is filled


def test_the_mail_has_a_link_that_sets_a_password_once(minji: User) -> None:
    User.objects.create_user("guest-1", "minji@example.org", role=Role.GUEST)
    User.objects.create_user("off", "minji@example.org", is_active=False)
    assert welcome.forgotten(email="MINJI@example.org", site="https://course.example.org", language="ko") == 1
    assert welcome.forgotten(email="nobody@example.org", site="", language="en") == 0
    (message,) = mail.outbox
    assert message.to == ["minji@example.org"]
    link = message.body.split("https://course.example.org")[1].split()[0]
    client = Client(headers=EN)
    at = client.get(link)["Location"]
    given = {"new_password1": "seven-tall-cranes", "new_password2": "seven-tall-cranes"}
    assert client.post(at, given)["Location"] == "/sign-in/"
    minji.refresh_from_db()
    assert minji.check_password("seven-tall-cranes")
    assert "holds no more" in Client(headers=EN).get(link, follow=True).content.decode()


@pytest.mark.usefixtures("live_redis")
def test_a_password_is_changed_by_who_knows_it(minji: User) -> None:
    client, elsewhere = Client(headers=EN), Client()
    client.force_login(minji)
    elsewhere.force_login(minji)
    given = {"new_password1": "seven-tall-cranes", "new_password2": "seven-tall-cranes"}
    assert client.post("/password/", given | {"old_password": "wrong"}).status_code == 200
    assert client.post("/password/", given | {"old_password": PASSWORD})["Location"] == "/"
    assert client.get("/progress/").status_code == 200
    assert elsewhere.get("/progress/").status_code == 302
    found = [client.post("/password/", given | {"old_password": "wrong"}).status_code for _ in range(6)]
    assert found[0] == 200 and found[-1] == 429  # it cannot be guessed here either


def test_mail_goes_where_the_environment_says() -> None:
    found = mail_settings.server("smtps://us%40er:p%3Ass@mail.example.org?from=course@example.org")
    assert (found.host, found.port, found.user, found.password, found.ssl, found.tls) == (
        "mail.example.org",
        465,
        "us@er",
        "p:ss",
        True,
        False,
    )
    found = mail_settings.server("smtp://mail.example.org:25?from=course@example.org&tls=0")
    assert (found.port, found.tls, found.sender) == (25, False, "course@example.org")
    assert mail_settings.server("").backend.endswith("console.EmailBackend")
    for wrong in ("mail.example.org", "smtp://mail.example.org", "http://mail.example.org?from=a@b"):
        with pytest.raises(Exception, match="COURSE_EMAIL"):
            mail_settings.server(wrong)


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("three", "away")
def test_many_at_once_get_no_more_than_there_is() -> None:
    found: list[int] = []

    def take() -> None:
        try:
            found.append(limits.take("three", person=1))
        finally:
            connection.close()

    threads = [threading.Thread(target=take) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    *some, next_one = sorted(found)[:4]
    assert some == [0, 0, 0]
    assert 0 < next_one <= 20
