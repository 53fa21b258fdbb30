"""Time in the account, in a browser: what is due shows, can be skipped to, and happens with nobody typing."""

import re
from collections.abc import Callable
from typing import Any

from playwright.sync_api import expect

KEYS = "aws kms list-keys --query 'length(Keys)'"
DELETE = (
    "for days in 7 20; do aws kms schedule-key-deletion --pending-window-in-days $days "
    "--key-id $(aws kms create-key --query KeyMetadata.KeyId --output text) --query KeyId; done"
)
LATER = """
import django; django.setup()
from datetime import timedelta
from django.db.models import F
from sandbox.models import Sandbox
ago = timedelta(days=20)
assert Sandbox.objects.filter(owner__username="jisoo-time", due__isnull=False).update(due=F("due") - ago, head_since=F("head_since") - ago)
"""


def test_skip_ahead_and_wait(visitor: Callable[..., Any], stack: Any) -> None:
    jisoo = visitor()
    jisoo.sign_in("jisoo")
    jisoo.open_lab("playground")
    page = jisoo.page
    expect(page.locator("#skip")).to_have_count(0)
    jisoo.run(DELETE)
    expect(page.locator("#clock")).to_contain_text(re.compile(r"Next in your account: in (6 d 23|7 d 0) h"))
    page.click("#skip")
    expect(page.locator(".con-meanwhile")).to_contain_text("1 deleted")
    expect(page.locator("#clock")).to_contain_text(re.compile(r"Next in your account: in (12 d 23|13 d 0) h"))
    assert jisoo.run(KEYS).strip() == "1"
    expect(page.locator(".con-meanwhile")).to_have_count(0)

    stack.python("-c", LATER)
    expect(page.locator(".con-meanwhile"), "nobody types, nobody clicks").to_contain_text("1 deleted")
    expect(page.locator("#skip")).to_have_count(0)
    assert jisoo.run(KEYS).strip() == "0"
    assert jisoo.complaints == []


RENEWED = """
import django; django.setup()
from sandbox.models import Version
from tests.labs.test_rebuild import older
for version in Version.objects.filter(sandbox__owner__username="minji-time", sandbox__label="playground"):
    older(version)
"""


def test_the_simulation_is_renewed_overnight(visitor: Callable[..., Any], stack: Any) -> None:
    minji = visitor(locale="ko-KR")
    minji.sign_in("minji")
    minji.open_lab("playground")
    minji.run("aws s3 mb s3://kept-over-night && echo text > note")
    stack.python("-c", RENEWED)
    minji.type_line("echo never")
    page = minji.page
    expect(page.locator(".con-word", has_text="샌드박스를 다시 만들었습니다")).to_be_visible(timeout=60_000)
    expect(page.locator(".block").last).to_contain_text("아무것도 실행하지 않았습니다")
    page.wait_for_selector("#main[data-ready=ready][data-live]")
    assert minji.run("cat note; aws s3 ls | cut -d' ' -f3").split() == ["text", "kept-over-night"]
    expect(page.locator(".con-word", has_text="샌드박스를 다시 만들었습니다")).to_have_count(0)
    assert minji.complaints == []
