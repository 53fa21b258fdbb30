"""Sign-in by an OpenID Connect provider where the environment names one, and no trace of it where it does not."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.apps import apps
from django.conf import settings
from django.test import Client

from course.people import oidc


@pytest.fixture(scope="module")
def came(tmp_path_factory: pytest.TempPathFactory) -> dict:
    """What became of those who came, in a process with other settings."""
    environment = {name: os.environ[name] for name in ("PATH", "HOME", "LANG", "PYTHONPYCACHEPREFIX") if name in os.environ}
    environment |= {
        "COURSE_VAR": str(tmp_path_factory.mktemp("oidc")),
        "COURSE_SECRET_KEY": "oidc",
        "COURSE_LOCAL": "1",
        "COURSE_HOSTS": "testserver",
        "REDIS_URL": "redis://127.0.0.1:1/0",
        "DJANGO_SETTINGS_MODULE": "course.settings",
        "PYTHONPATH": str(settings.BASE_DIR),
    }
    program = [sys.executable, str(Path(__file__).parent / "oidc_driver.py")]
    done = subprocess.run(program, cwd=settings.BASE_DIR, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


@pytest.mark.slow
def test_who_is_new_becomes_a_learner_without_a_password(came: dict) -> None:
    new = came["new"]
    assert new["button"]
    assert (new["username"], new["first_name"], new["email"], new["role"]) == ("hana", "Hana", "hana@example.org", "learner")
    assert (new["at"], new["password"]) == ("/", False)
    assert (new["pkce"], new["callback"]) == (["S256"], "http://testserver/oidc/course/login/callback/")
    assert came["secrets"] == ["between-us"]


@pytest.mark.slow
def test_who_comes_again_is_the_same_and_goes_where_they_wanted(came: dict) -> None:
    assert (came["again"]["user"], came["again"]["at"]) == (came["new"]["user"], "/progress/")


@pytest.mark.slow
@pytest.mark.parametrize(("who", "not_this"), [("taken", "minji"), ("admin", "boss")])
def test_nobodys_account_is_taken_over_by_a_name_or_an_address(came: dict, who: str, not_this: str) -> None:
    assert came[who]["user"] not in (None, came["ids"][not_this])
    assert came[who]["role"] == "learner"
    assert came[who]["username"].lower() != not_this


@pytest.mark.slow
def test_who_was_imported_is_met_by_a_verified_address_alone(came: dict) -> None:
    assert came["unverified"]["user"] != came["imported_pk"]
    assert came["imported"]["user"] == came["imported_pk"]


@pytest.mark.slow
def test_what_goes_wrong_is_said_at_the_sign_in_page(came: dict) -> None:
    assert (came["wrong"]["at"], came["wrong"]["user"]) == ("/sign-in/", None)
    assert came["wrong"]["says"] == ["Signing in with Example ID did not work. Try again."]
    assert (came["off"]["at"], came["off"]["user"]) == ("/sign-in/", None)
    assert came["off"]["says"] == ["This account is switched off. Ask your instructor."]


def test_without_a_provider_nothing_of_it_is_there(db) -> None:
    assert not apps.is_installed("allauth")
    assert Client().get("/oidc/course/login/").status_code == 404
    assert b"/oidc/" not in Client().get("/sign-in/").content
    assert oidc.provider({}) is None


def test_half_a_provider_is_refused() -> None:
    with pytest.raises(Exception, match="all are needed"):
        oidc.provider({"COURSE_OIDC_ISSUER": "https://id.example.org"})
