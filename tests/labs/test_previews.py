"""Addresses of previews: who gets one, what it stands for, and when it ends."""

import pytest
from django.contrib.auth import get_user_model
from django.test import Client

from labs import actions, previews
from labs.models import Attempt
from labs.previews import Preview, Target
from sandbox.errors import LearnerError
from tests.people import cohort_of

PRESIGNED = "https://mine.s3.ap-northeast-2.amazonaws.com/a%20b/c?X-Amz-Credential=ASIA%2F2026&X-Amz-Signature=ab+cd"


@pytest.fixture
def client(learner) -> Client:
    found = Client()
    found.force_login(learner)
    return found


def shown(**target: object) -> Preview:
    return Preview(7, "5f1c", Target(**target), "http://127.0.0.1:8000", "ko")


def test_an_address_stands_for_what_it_was_made_for_until_it_is_revoked(live_redis) -> None:
    port, cloud = previews.mint(shown(port=8080)), previews.mint(shown(host="b.s3.amazonaws.com", secure=True))
    assert port.startswith("8080-7-") and cloud.startswith("aws-7-") and len(port) < 64
    assert previews.find(port) == shown(port=8080)
    assert previews.find(cloud) == shown(host="b.s3.amazonaws.com", secure=True)
    assert previews.mint(shown(port=8080)) == port
    assert 0 < live_redis_ttl() <= previews.LIFE_SECONDS
    for wrong in ("", port[:-1], port.replace("7", "8", 1), port[:-3] + "aaa", "to 7", f"8080-7-{'a' * 24}", port.upper(), port + ".x"):
        assert previews.find(wrong) is None
    previews.revoke(7)
    assert previews.find(port) is None
    assert previews.mint(shown(port=8080)) != port


def live_redis_ttl() -> int:
    from labs import events

    return events.client().ttl("preview:7")


def test_thousands_of_targets_begin_anew(live_redis, monkeypatch) -> None:
    monkeypatch.setattr(previews, "MAX_TARGETS", 2)
    first = previews.mint(shown(port=1))
    for port in (2, 3, 4):
        previews.mint(shown(port=port))
    assert previews.find(first) is None


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        (PRESIGNED, (Target(host="mine.s3.ap-northeast-2.amazonaws.com", secure=True), PRESIGNED.partition(".com")[2])),
        ("http://b.s3-website.ap-northeast-2.amazonaws.com", (Target(host="b.s3-website.ap-northeast-2.amazonaws.com"), "/")),
        ("https://B.S3.amazonaws.com:443/한?é", (Target(host="b.s3.amazonaws.com", secure=True), "/%ED%95%9C?%C3%A9")),
        ("https://b.s3.amazonaws.com:8443/", None),
        ("https://amazonaws.com.example.com/", None),
        ("https://user@b.s3.amazonaws.com/", None),
        ("https://..amazonaws.com/", None),
        ("https://127.0.0.1/", None),
        ("javascript:alert(1)//x.amazonaws.com", None),
        ("https://[::1", None),
        ("", None),
    ],
)
def test_only_urls_of_the_account_are_led_there(url, expected) -> None:
    assert previews.parse(url) == expected


def test_a_learner_is_led_to_a_host_name_of_their_own(client, attempt, live_redis, settings) -> None:
    settings.PREVIEW_HOST = "preview.example.org"
    led = client.get(f"/attempts/{attempt.pk}/preview/8080/", headers={"host": "127.0.0.1:8123"})
    label, _, rest = led["Location"].removeprefix("http://").partition(".")
    assert (led.status_code, rest) == (302, "preview.example.org:8123/")
    assert previews.find(label) == Preview(attempt.pk, str(attempt.sandbox_id), Target(port=8080), "http://127.0.0.1:8123", "en")
    assert "no-store" in led["Cache-Control"]
    led = client.get(f"/attempts/{attempt.pk}/open/", {"url": PRESIGNED})
    assert led["Location"].endswith(".preview.example.org" + PRESIGNED.partition(".com")[2])
    for wrong in ("preview/0/", "preview/65536/", "open/", "open/?url=https://example.com/"):
        assert client.get(f"/attempts/{attempt.pk}/{wrong}").status_code == 404


@pytest.mark.parametrize("role", ["learner", "instructor", "admin"])
def test_nobody_else_is(role, attempt, live_redis) -> None:
    other, person = Client(), get_user_model().objects.create_user("other", role=role)
    cohort_of(person, attempt.user)
    other.force_login(person)
    for path in (f"preview/{8080}/", f"open/?url={PRESIGNED}"):
        assert other.get(f"/attempts/{attempt.pk}/{path}").status_code == 404
        assert Client().get(f"/attempts/{attempt.pk}/{path}").status_code == 302  # to sign in
    if role != "learner":
        page = other.get(f"/attempts/{attempt.pk}/").content.decode()
        assert "data-url-open" not in page and 'id="preview"' not in page


def test_where_there_is_no_host_or_no_redis_the_learner_is_told(client, attempt, live_redis, settings) -> None:
    settings.PREVIEW_HOST = ""
    told = client.get(f"/attempts/{attempt.pk}/preview/8080/", follow=True)
    assert "shows no previews" in told.content.decode()
    settings.PREVIEW_HOST = "preview.localhost"
    live_redis.kill()
    with pytest.raises(LearnerError, match="preview-away"):
        previews.mint(shown(port=1))
    previews.revoke(7)


@pytest.mark.django_db(transaction=True)
def test_a_reset_ends_them(attempt, live_redis) -> None:
    label = previews.mint(Preview(attempt.pk, str(attempt.sandbox_id), Target(port=8080), "", "en"))
    assert previews.find(label)
    actions.reset_attempt(attempt=Attempt.objects.get(pk=attempt.pk), by=attempt.user)
    assert previews.find(label) is None
