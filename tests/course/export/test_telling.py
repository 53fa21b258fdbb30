"""Who is told before their unused account goes: by mail once, or by the administrators, who see whom no mail reaches."""

from __future__ import annotations

from datetime import timedelta
from smtplib import SMTPRecipientsRefused

import pytest
from django.core import mail
from django.core.mail.backends.locmem import EmailBackend
from django.test import Client
from django.utils import timezone

from course.export import retention, telling
from course.export.models import DeletionNotice
from course.models import Role, User
from course.people.models import Cohort
from labs.models import Attempt

pytestmark = pytest.mark.django_db
AGES = timedelta(days=1000)


@pytest.fixture(autouse=True)
def kept(settings) -> None:
    settings.KEEP_DAYS_OUTPUT = settings.KEEP_DAYS_COMMANDS = 0
    settings.KEEP_DAYS_INACTIVE, settings.KEEP_DAYS_TOLD = 30, 7
    settings.CSRF_TRUSTED_ORIGINS = ["https://*.preview.example.org", "https://course.example.org"]


@pytest.fixture
def unused(attempt: Attempt, cohort: Cohort) -> User:
    """Somebody whose cohort ended 25 days ago, and who was here last when it did."""
    User.objects.filter(pk=attempt.user_id).update(email="learner@example.org", first_name="Minji")
    ended(25)
    return User.objects.get(pk=attempt.user_id)


def ended(days: int) -> None:
    """So many days ago their cohort, and their use of the site."""
    then = timezone.now() - timedelta(days=days)
    Cohort.objects.update(ends=timezone.localtime(then).date())
    Attempt.objects.update(last_seen=then)
    User.objects.exclude(role=Role.ADMIN).update(last_login=then, date_joined=then - AGES)


def told(days: float) -> None:
    DeletionNotice.objects.update(told=timezone.now() - timedelta(days=days))


def gone() -> int:
    return retention.carry_out()["inactive"]


@pytest.mark.parametrize(("language", "words"), [("", "is about to be deleted"), ("ko", "곧 삭제됩니다")])
def test_a_mail_comes_once_in_their_language(unused: User, language: str, words: str) -> None:
    User.objects.update(language=language)
    assert (retention.due()["told"], retention.due()["inactive"]) == (1, 0)
    assert [retention.carry_out()["told"] for _ in range(3)] == [1, 0, 0]
    (sent,) = mail.outbox
    assert sent.to == ["learner@example.org"] and words in sent.subject and "Minji" in sent.body
    assert "https://course.example.org/sign-in/" in sent.body and "https://course.example.org/data/" in sent.body
    assert DeletionNotice.objects.get().mailed
    assert "<" not in sent.body and "{" not in sent.body


def test_nobody_is_told_before_it_is_near(unused: User) -> None:
    ended(20)
    assert retention.carry_out()["told"] == 0 and not mail.outbox


def test_the_account_goes_when_it_is_due_and_they_have_known_it_for_so_long(unused: User) -> None:
    assert gone() == 0
    told(8)
    assert gone() == 0, "25 days of 30"
    ended(40)
    told(6)
    assert gone() == 0, "overdue, but told six days ago"
    told(7)
    assert gone() == 1
    assert not User.objects.filter(pk=unused.pk).exists() and not DeletionNotice.objects.exists()


def test_however_late_it_is_they_are_told_first(unused: User) -> None:
    ended(900)
    assert (gone(), len(mail.outbox)) == (0, 1)


def test_signing_in_stops_it_and_they_are_told_anew_the_next_time(unused: User) -> None:
    ended(40)
    assert gone() == 0
    told(8)
    client = Client()
    client.force_login(unused)
    assert gone() == 0
    assert not DeletionNotice.objects.exists()
    ended(40)
    assert (gone(), len(mail.outbox)) == (0, 2)


def test_whom_no_mail_reaches_stands_on_the_desk_and_goes_all_the_same(unused: User) -> None:
    User.objects.filter(pk=unused.pk).update(email="")
    assert retention.carry_out()["told"] == 1 and not mail.outbox
    client = Client(headers={"accept-language": "en"})
    client.force_login(User.objects.create_user("boss", role=Role.ADMIN))
    page = client.get("/desk/").content.decode()
    assert "whose owners no mail reaches" in page and ">Minji</a>" in page and f"/admin/course/user/{unused.pk}/change/" in page
    ended(40)
    told(8)
    assert gone() == 1
    assert "no mail reaches" not in client.get("/desk/").content.decode()


def test_who_got_a_mail_is_not_on_the_desk(unused: User) -> None:
    retention.carry_out()
    assert DeletionNotice.objects.exists() and not telling.unreached().exists()


def test_where_mail_goes_nowhere_all_stand_on_the_desk(unused: User, settings) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.console.EmailBackend"
    retention.carry_out()
    assert [one.user for one in telling.unreached()] == [unused]


def test_an_address_that_is_none_is_named_and_a_server_that_is_away_is_tried_again(unused: User, monkeypatch) -> None:
    def fails(error: OSError):
        def send(*_args: object) -> int:
            raise error

        monkeypatch.setattr(EmailBackend, "send_messages", send)

    fails(ConnectionRefusedError())
    assert retention.carry_out()["told"] == 0 and not DeletionNotice.objects.exists()
    fails(SMTPRecipientsRefused({}))
    assert retention.carry_out()["told"] == 1 and telling.unreached().exists()


def test_nought_tells_nobody(unused: User, settings) -> None:
    settings.KEEP_DAYS_TOLD = 0
    ended(40)
    assert gone() == 1
    assert not mail.outbox


def test_where_accounts_are_kept_for_less_than_that_they_are_told_a_day_after_the_end(unused: User, settings) -> None:
    settings.KEEP_DAYS_INACTIVE = 3
    ended(2)
    assert retention.carry_out()["told"] == 1
    assert gone() == 0


def test_ones_own_page_says_so(client: Client, unused: User) -> None:
    client.force_login(unused)
    assert "You get a mail 7 days before" in client.get("/data/", headers={"accept-language": "en"}).content.decode()
