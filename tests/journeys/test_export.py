"""Data goes along: an instructor's table and token, a learner's archive; and an account ends."""

from __future__ import annotations

import csv
import io
import json
import urllib.error
import urllib.request
import zipfile
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.journeys.test_pages import check
from tests.stack import PASSWORD

SEVERAL_AT_A_LAB = """
import django; django.setup()
from datetime import timedelta
from django.utils import timezone
from course.models import User
from course.people.models import Cohort, Membership
from labs.lab import catalog
from labs.models import Attempt, Command, StepProgress
cohort, lab, now = Cohort.objects.create(name="Hard"), catalog.get("heartbeat-pipeline"), timezone.now()
Membership.objects.create(cohort=cohort, user=User.objects.get(username="teacher"), role="instructor")
for number in range(6):
    user = User.objects.create(username=f"hard-{number}")
    Membership.objects.create(cohort=cohort, user=user)
    attempt = Attempt.objects.create(user=user, lab=lab.name, content_hash=lab.content_hash, step=lab.steps[1].id)
    StepProgress.objects.create(attempt=attempt, step_id=lab.steps[1].id, tries=2, hints_shown=1)
    passed = now + timedelta(minutes=2 + number)
    StepProgress.objects.create(attempt=attempt, step_id=lab.steps[0].id, state="passed", passed_at=passed)
    Command.objects.create(attempt=attempt, number=1, line=f"cat {number}.txt", state="done", exit_status=1, queued=now,
        output=f"cat: {number}.txt: No such file or directory".encode())
"""
DAY_IS_OVER = """
import django; django.setup()
from datetime import timedelta
from django.utils import timezone
from course.export import leaving
assert leaving.carry_out_due(timezone.now() + timedelta(days=1, minutes=1)) == 1
"""


def downloaded(page: Any, button: Any) -> bytes:
    with page.expect_download() as found:
        button.click()
    return Path(found.value.path()).read_bytes()


def test_a_table_and_a_token(visitor: Callable[..., Any]) -> None:
    learner = visitor()
    learner.sign_in("minji")
    learner.open_lab("playground")
    begun = datetime.now(UTC)  # other journeys' commands may be more than one page
    learner.run("echo =1+1 > sum.txt; ls nowhere")
    one = visitor()
    one.sign_in("teacher")
    one.page.goto("/cohorts/")
    one.page.click("text=Everybody")
    one.page.click(".acts >> text=Export")
    table = downloaded(one.page, one.page.locator("section:has(#commands-title) button:has-text('CSV')"))
    assert table.startswith(b"\xef\xbb\xbf")
    rows = [row for row in csv.DictReader(io.StringIO(table.decode("utf-8-sig"))) if row["user_name"] == "minji-export"]
    assert rows[-1]["line"] == "echo =1+1 > sum.txt; ls nowhere"
    assert rows[-1]["exit_status"] == "2"

    one.page.goto("/tokens/")
    one.page.fill("#id_name", "My grades")
    one.page.click("text=Make a token")
    token = one.page.locator("#secret-token").input_value()
    cohort = next(found for found in ask(one, token, "/cohorts")["items"] if found["name"] == "Everybody")
    found = ask(one, token, f"/cohorts/{cohort['id']}/commands?output=1&limit=50&since={begun:%Y-%m-%dT%H:%M:%SZ}")
    mine = [row for row in found["items"] if row["user_name"] == "minji-export"]
    assert "cannot access 'nowhere'" in mine[-1]["output"]
    one.page.goto("/tokens/")
    expect(one.page.locator("#secret-token")).to_have_count(0)
    one.page.locator("li:has-text('My grades') >> text=Revoke").click()
    expect(one.page.locator(".messages")).to_contain_text("lets nobody in any more")
    with pytest.raises(urllib.error.HTTPError, match="401"):
        ask(one, token, "/cohorts")
    assert one.complaints == []


def ask(visitor: Any, token: str, path: str) -> Any:
    request = urllib.request.Request(f"{visitor.stack.url}/api/v1{path}", headers={"Authorization": f"Bearer {token}"})
    with urllib.request.urlopen(request, timeout=20) as answer:
        return json.load(answer)


def test_an_archive_and_the_end(visitor: Callable[..., Any]) -> None:
    one = visitor()
    one.sign_in("jisoo")
    one.open_lab("playground")
    one.run("echo mine > mine.txt; cat mine.txt")
    one.page.click("#user-menu summary")
    one.page.click("#user-menu >> text=Your data")
    with zipfile.ZipFile(io.BytesIO(downloaded(one.page, one.page.locator("text=Download everything")))) as archive:
        file = next(name for name in archive.namelist() if name.endswith("/environment/mine.txt"))
        assert archive.read(file) == b"mine\n"
        commands = next(name for name in archive.namelist() if name.startswith("commands/playground-"))
        assert json.loads(archive.read(commands))[-1]["output"] == "mine\n"

    one.page.click("text=Delete my account")
    one.page.fill("#id_password", "not it")
    one.page.click("text=Delete it in a day")
    expect(one.page.locator(".field-error")).to_have_text("That is not your password.")
    one.page.fill("#id_password", PASSWORD)
    one.page.click("text=Delete it in a day")
    expect(one.page.locator(".leaving")).to_contain_text("Your account will be deleted")
    check(one)
    one.page.click("text=Keep my account")
    expect(one.page.locator(".messages")).to_contain_text("Your account stays")

    one.page.click("text=Delete my account")
    one.page.fill("#id_password", PASSWORD)
    one.page.click("text=Delete it in a day")
    one.stack.python("-c", DAY_IS_OVER)
    one.page.reload()
    expect(one.page).to_have_url(f"{one.stack.url}/sign-in/?next=/data/")
    one.page.fill("#id_username", "jisoo-export")
    one.page.fill("#id_password", PASSWORD)
    one.page.click("main button")
    expect(one.page.locator("#id_username")).to_be_visible()
    teacher = visitor()
    teacher.sign_in("teacher")
    teacher.page.goto("/cohorts/1/export/")
    expect(teacher.page.locator("main")).to_contain_text("deleted their account")


def test_what_is_hard(visitor: Callable[..., Any]) -> None:
    one = visitor()
    one.stack.python("-c", SEVERAL_AT_A_LAB)
    for options in ({"color_scheme": "light", "locale": "en-GB"}, {"color_scheme": "dark", "locale": "ko-KR"}):
        one = visitor(**options)
        one.sign_in("teacher")
        one.page.goto("/cohorts/")
        one.page.click(".card >> text=Hard")
        one.page.click(".acts a[href$='/hard/']")
        expect(one.page.locator(".error-shape").first).to_have_text("cat: …: No such file or directory")
        expect(one.page.locator(".plot-half")).to_have_count(1)
        one.page.evaluate("document.querySelectorAll('main details').forEach(one => { one.open = true })")
        check(one)
        assert one.complaints == []


@pytest.mark.parametrize("locale", ["en-GB", "ko-KR"])
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_pages(visitor: Callable[..., Any], theme: str, locale: str) -> None:
    one = visitor(color_scheme=theme, locale=locale)
    one.sign_in("teacher")
    for address in ("/cohorts/1/hard/", "/cohorts/1/export/", "/tokens/", "/api/", "/data/", "/data/leave/"):
        one.page.goto(address)
        one.page.evaluate("document.querySelectorAll('details').forEach(one => { if (!one.closest('.bar')) one.open = true })")
        check(one)
    assert one.complaints == []
