"""What keeps the site safe at every address: headers, cookies, tokens, settings of a real installation, pins.

Told elsewhere: who gets what (test_permissions), that no template has anything inline (test_site), bounds of what is sent (test_bodies; of
files tests/labs/test_files_views; of tables tests/course/people; of what previews take tests/course/test_preview_hosts), what is left of
Markdown (tests/labs/test_prose, tests/course/reading), logs (tests/course/desk/test_desk_logs).
"""

import json
import os
import subprocess
import sys
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings
from django.test import Client
from django.urls import NoReverseMatch, URLPattern, URLResolver, get_resolver, reverse
from django.urls.converters import IntConverter, PathConverter, SlugConverter, StringConverter, UUIDConverter

from course.models import Role, User

pytestmark = pytest.mark.django_db
SAMPLES = dict.fromkeys((SlugConverter, StringConverter, PathConverter), "x") | {IntConverter: 1, UUIDConverter: uuid.UUID(int=7)}
ENDLESS = {"stream", "board-stream", "board-stream-lab", "help-stream"}
BY_TOKEN = {"api-root", "api-nothing", "api-cohorts", "api-resource", "api-schema"}
"""No cookie opens these, so no other site's form does; each takes GET alone."""


def addresses(found: list | None = None, space: str = "") -> Iterator[tuple[str, str]]:
    """(name, address) of the whole site, Django's admin included; things in the address are not there, which is answered in style."""
    for one in get_resolver().url_patterns if found is None else found:
        if isinstance(one, URLResolver):
            inner = f"{space}{one.namespace}:" if one.namespace else space
            yield from addresses(one.url_patterns, inner)
        elif isinstance(one, URLPattern) and one.name:
            values = {name: SAMPLES[type(kind)] for name, kind in one.pattern.converters.items()}
            try:
                yield space + one.name, reverse(space + one.name, kwargs=values)
            except NoReverseMatch:
                continue  # a pattern by regular expression: Django's admin's catch-all, among others


EVERY = sorted(set(addresses()))


@pytest.fixture
def boss() -> User:
    return User.objects.create_user("boss", role=Role.ADMIN)


@pytest.fixture
def client(boss: User) -> Client:
    client = Client(raise_request_exception=False)
    client.force_login(boss)
    return client


def directives(answer) -> dict[str, str]:
    parts = [part.strip().partition(" ") for part in answer["Content-Security-Policy"].split(";")]
    return {name: value for name, _, value in parts}


def test_every_address_is_looked_at() -> None:
    names = {name for name, _ in EVERY}
    assert len(names) > 90
    assert {"page", "cohort", "desk-job", "note", "admin:index", "admin:sandbox_sandbox_changelist", "sign-in", "metrics"} <= names


HEADERS = {
    "X-Frame-Options": "DENY",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}
POLICY = dict.fromkeys(("script-src", "style-src", "form-action", "connect-src", "font-src"), "'self'")
POLICY |= dict.fromkeys(("default-src", "frame-ancestors", "base-uri"), "'none'")
POLICY |= {"img-src": "'self' data:", "frame-src": f"'self' *.{settings.PREVIEW_HOST}:*"}


def test_every_answer_says_what_may_be_done_with_it(client: Client, monkeypatch) -> None:
    for module in ("labs.stream", "course.board.stream", "course.helping.live"):
        monkeypatch.setattr(f"{module}.close_old_connections", lambda: None)  # the transaction goes on
    for name, address in EVERY:
        answer = (client.head if name in ENDLESS else client.get)(address)
        assert directives(answer) == POLICY, name
        assert {header: answer.headers.get(header) for header in HEADERS} == HEADERS, name
        assert "camera=()" in answer["Permissions-Policy"], name


def test_every_post_without_its_token_is_refused(boss: User) -> None:
    client = Client(enforce_csrf_checks=True, raise_request_exception=False)
    client.force_login(boss)
    found = {name: client.post(address, {"yes": "yes"}).status_code for name, address in EVERY}
    assert {name: status for name, status in found.items() if status != (405 if name in BY_TOKEN else 403)} == {}


def test_another_sites_page_posts_nothing(boss: User) -> None:
    """Even with the cookie's token, the address that it comes from is looked at where there is https."""
    client = Client(enforce_csrf_checks=True)
    client.get("/sign-in/")
    token = client.cookies["csrftoken"].value
    fields = {"username": "boss", "password": "x", "csrfmiddlewaretoken": token}
    headers = {"origin": "https://elsewhere.example", "referer": "https://elsewhere.example/"}
    assert client.post("/sign-in/", fields, headers=headers).status_code == 403


def test_cookies_are_the_servers_own() -> None:
    client = Client()
    User.objects.create_user("minji", password="s3cret-enough")
    client.post("/sign-in/", {"username": "minji", "password": "s3cret-enough"})
    session = client.cookies["sessionid"]
    assert (session["httponly"], session["samesite"], session["domain"]) == (True, "Lax", "")
    assert client.cookies["csrftoken"]["samesite"] == "Lax"


def test_a_session_is_another_one_after_signing_in() -> None:
    client = Client()
    User.objects.create_user("minji", password="s3cret-enough")
    client.get("/sign-in/")
    before = client.session.session_key
    client.post("/sign-in/", {"username": "minji", "password": "s3cret-enough"})
    assert client.session.session_key != before


PRODUCTION = """
import json, django
django.setup()
from django.conf import settings
from django.core.management import call_command
call_command("check", deploy=True, fail_level="WARNING")
names = ["DEBUG", "SESSION_COOKIE_SECURE", "SESSION_COOKIE_HTTPONLY", "CSRF_COOKIE_SECURE", "SECURE_SSL_REDIRECT", "SECURE_HSTS_SECONDS"]
print(json.dumps({name: getattr(settings, name) for name in names}))
"""


@pytest.mark.slow
@pytest.mark.parametrize("proxies", ["1", "0"])
def test_a_real_installation_has_nothing_to_be_warned_of(tmp_path: Path, proxies: str) -> None:
    environment = {
        "PATH": os.environ["PATH"],
        "DJANGO_SETTINGS_MODULE": "course.settings",
        "COURSE_VAR": str(tmp_path),
        "COURSE_SECRET_KEY": "not-so-secret-but-long-enough-" * 3,
        "COURSE_HOSTS": "course.example.org",
        "COURSE_PROXIES": proxies,
        "COURSE_LOG": "json",
        "PYTHONPATH": str(settings.BASE_DIR),
    }
    done = subprocess.run([sys.executable, "-W", "error", "-c", PRODUCTION], env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stderr == "" or "no issues" in done.stderr
    told = json.loads(done.stdout.splitlines()[-1])
    assert told == {
        "DEBUG": False,
        "SESSION_COOKIE_SECURE": True,
        "SESSION_COOKIE_HTTPONLY": True,
        "CSRF_COOKIE_SECURE": True,
        "SECURE_SSL_REDIRECT": proxies == "1",
        "SECURE_HSTS_SECONDS": 365 * 86400,
    }
