"""The language of a page: the user's, in any browser; a visitor's cookie; the browser's."""

from datetime import datetime

import pytest
from django.conf import settings
from django.test import AsyncClient, Client
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import override

from course.models import User

pytestmark = pytest.mark.django_db
EN, KO = {"accept-language": "en"}, {"accept-language": "ko"}


@pytest.fixture
def learner() -> User:
    return User.objects.create_user("minji")


def language_of(client: Client, headers: dict[str, str] = EN) -> str:
    page = client.get(reverse("home"), headers=headers).content.decode()
    return page.partition('<html lang="')[2][:2]


def test_what_a_user_chooses_another_browser_knows(learner: User) -> None:
    one, other = Client(), Client()
    one.force_login(learner)
    other.force_login(learner)
    assert (language_of(one), language_of(other)) == ("en", "en")
    answer = one.post(reverse("set_language"), {"language": "ko", "next": "/labs/"}, headers=EN)
    assert answer["Location"] == "/labs/"
    assert (language_of(one), language_of(other)) == ("ko", "ko")


def test_it_comes_before_the_cookie_of_whoever_sat_here(client: Client, learner: User) -> None:
    client.post(reverse("set_language"), {"language": "ko"})
    User.objects.update(language="en")
    assert language_of(client) == "ko"
    client.force_login(learner)
    assert language_of(client, KO) == "en"
    client.logout()
    assert language_of(client, KO) == "ko"


def test_who_has_chosen_none_has_the_browsers(client: Client, learner: User) -> None:
    client.force_login(learner)
    assert (language_of(client, EN), language_of(client, KO)) == ("en", "ko")


@pytest.mark.parametrize("language", ["fr", "", "ko' --", "x" * 400])
def test_no_other_language_is_kept(client: Client, learner: User, language: str) -> None:
    client.force_login(learner)
    assert client.post(reverse("set_language"), {"language": language}).status_code == 302
    learner.refresh_from_db()
    assert learner.language == ""


def test_it_never_leads_off_the_site(client: Client, learner: User) -> None:
    client.force_login(learner)
    answer = client.post(reverse("set_language"), {"language": "ko", "next": "https://elsewhere.example/"})
    assert answer["Location"] == "/"


@pytest.mark.django_db(transaction=True)
async def test_the_asynchronous_server_knows_it_too(learner: User) -> None:
    client = AsyncClient()
    await client.aforce_login(learner)
    await User.objects.aupdate(language="ko")
    answer = await client.get("/", headers=EN)
    assert answer["Content-Language"] == "ko"


def test_one_of_the_courses_languages_is_what_the_column_holds() -> None:
    assert {code for code, _name in settings.LANGUAGES} == {"ko", "en"}
    assert all(len(code) <= User._meta.get_field("language").max_length for code, _name in settings.LANGUAGES)


@pytest.mark.parametrize(("language", "said"), [("ko", "2026년 11월 28일 오후 2:34"), ("en", "Nov. 28, 2026, 2:34 p.m.")])
def test_a_moment_is_written_as_the_language_writes_it(language: str, said: str) -> None:
    with override(language):
        assert date_format(datetime(2026, 11, 28, 14, 34), "DATETIME_FORMAT") == said
