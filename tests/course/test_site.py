"""Signing in and out, languages, themes, error pages, and the rule that no page has anything inline."""

import re
from pathlib import Path

import pytest
from django.conf import settings
from django.test import Client, RequestFactory
from django.urls import reverse

from course.models import User

pytestmark = pytest.mark.django_db


@pytest.fixture
def learner() -> User:
    return User.objects.create_user("minji", password="s3cret-enough", first_name="Minji")


def test_signs_in_and_goes_where_one_was_going(client: Client, learner: User) -> None:
    answer = client.post(reverse("sign-in"), {"username": "minji", "password": "s3cret-enough", "next": "/attempts/"})
    assert (answer.status_code, answer["Location"]) == (302, "/attempts/")


def test_never_leads_off_the_site(client: Client, learner: User) -> None:
    answer = client.post(reverse("sign-in"), {"username": "minji", "password": "s3cret-enough", "next": "https://elsewhere.example/"})
    assert answer["Location"] == "/"


@pytest.mark.parametrize(
    ("language", "words"),
    [("en", "This name and password do not go together."), ("ko", "사용자 이름과 비밀번호가 맞지 않습니다.")],
)
def test_a_wrong_password_is_said_in_words(client: Client, learner: User, language: str, words: str) -> None:
    answer = client.post(reverse("sign-in"), {"username": "minji", "password": "wrong"}, headers={"accept-language": language})
    assert words in answer.content.decode()
    assert 'role="alert"' in answer.content.decode()


def test_an_empty_form_names_both_fields(client: Client) -> None:
    page = client.post(reverse("sign-in"), {}, headers={"accept-language": "en"}).content.decode()
    assert "Enter your user name." in page
    assert "Enter your password." in page


def test_signed_in_already_goes_home(client: Client, learner: User) -> None:
    client.force_login(learner)
    assert client.get(reverse("sign-in"))["Location"] == "/"


def test_signing_out_is_a_post(client: Client, learner: User) -> None:
    client.force_login(learner)
    assert client.get(reverse("sign-out")).status_code == 405
    assert client.post(reverse("sign-out"))["Location"] == reverse("sign-in")
    assert client.get("/labs/")["Location"].startswith(reverse("sign-in"))


@pytest.mark.parametrize(("header", "language"), [("ko-KR,ko;q=0.9", "ko"), ("en-GB", "en"), ("fr", "en")])
def test_the_browsers_language(client: Client, header: str, language: str) -> None:
    assert f'<html lang="{language}"' in client.get(reverse("sign-in"), headers={"accept-language": header}).content.decode()


def test_the_chosen_language_stays(client: Client) -> None:
    answer = client.post(reverse("set_language"), {"language": "ko", "next": reverse("sign-in")}, headers={"accept-language": "en"})
    assert answer["Location"] == reverse("sign-in")
    assert '<html lang="ko"' in client.get(reverse("sign-in"), headers={"accept-language": "en"}).content.decode()


@pytest.mark.parametrize("theme", ["dark", "light"])
def test_the_chosen_theme_is_in_the_first_byte(client: Client, theme: str) -> None:
    client.cookies["theme"] = theme
    assert f'data-theme="{theme}"' in client.get(reverse("sign-in")).content.decode()


def test_a_theme_cookie_of_somebodys_making_is_ignored(client: Client) -> None:
    client.cookies["theme"] = "x onload=alert(1)"
    page = client.get(reverse("sign-in")).content.decode()
    assert "data-theme" not in page
    assert "onload" not in page


def test_the_policy_allows_nothing_inline(client: Client) -> None:
    policy = client.get(reverse("sign-in"))["Content-Security-Policy"]
    assert "script-src 'self'" in policy
    assert "style-src 'self'" in policy
    assert "unsafe" not in policy


@pytest.mark.parametrize("path", sorted(Path(settings.BASE_DIR, "templates").rglob("*.html")), ids=lambda path: path.name)
def test_no_template_has_anything_inline(path: Path) -> None:
    text = path.read_text()
    assert not re.search(r"\sstyle=|<style|\son[a-z]+=|javascript:|hx-on", text)
    assert not re.search(r"<script(?![^>]*\bsrc=)", text)
    assert not re.search(r"(src|href)=\"(https?:)?//", text)


def test_not_found_in_style(client: Client, learner: User) -> None:
    client.force_login(learner)
    answer = client.get("/no/such/page/", headers={"accept-language": "en"})
    assert answer.status_code == 404
    assert "There is nothing here" in answer.content.decode()
    assert "Minji" in answer.content.decode()


def test_a_post_without_its_token_is_refused_in_words(learner: User) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(learner)
    answer = client.post(reverse("sign-out"), headers={"accept-language": "en"})
    assert answer.status_code == 403
    assert "The page was too old" in answer.content.decode()


@pytest.mark.parametrize(("handler", "status"), [("server_error", 500), ("permission_denied", 403), ("bad_request", 400)])
def test_the_other_error_pages(rf: RequestFactory, handler: str, status: int) -> None:
    from django.contrib.auth.models import AnonymousUser
    from django.views import defaults

    request = rf.get("/")
    request.user = AnonymousUser()
    arguments = () if handler == "server_error" else (Exception("why"),)
    answer = getattr(defaults, handler)(request, *arguments)
    assert answer.status_code == status
    assert "<h1>" in answer.content.decode()
