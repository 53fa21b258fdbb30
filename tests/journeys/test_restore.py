"""Back up, wipe, restore, go on: two learners, one in English and one in Korean, come back with their passwords to the lab they were in."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import expect

from tests import postgres
from tests.journeys.test_labs import follow
from tests.journeys.test_notes import READY
from tests.restack import manage, wipe
from tests.stack import PASSWORD, Stack

LEARNERS = {
    "en-GB": {"who": "jisoo", "next": "Go on with the lab", "lab": "First steps in the console", "steps": "1 of 9 steps"},
    "ko-KR": {"who": "minji", "next": "이어서 할 실습", "lab": "콘솔 첫걸음", "steps": "9단계 중 1단계"},
}
BEFORE = """
+look: cat lighthouse/letter.txt | inspector
count: keeper=Bram; echo "{who} was here" > here.txt
count: aws s3 mb s3://of-{who} | make_bucket: of-{who}
"""
AFTER = """
count: echo "$keeper"; cat here.txt | {who} was here
count: aws s3 ls | of-{who}
+count: wc -l lighthouse/keepers-log-of-the-northern-lighthouse-1899.csv | 365
"""


@pytest.fixture
def moved(tmp_path: Path) -> Iterator[Stack]:
    """A stack that may be wiped: the other journeys have theirs."""
    (tmp_path / "var").mkdir()
    found = Stack(tmp_path / "var")
    try:
        found.start_all()
        yield found
    finally:
        found.stop_all()
        print(found.log("worker"), found.log("web"), sep="\n")  # noqa: T201 - shown where it fails


def test_a_lab_goes_on_after_everything_was_lost(visitor: Callable[..., Any], moved: Stack, tmp_path: Path) -> None:
    for locale, words in LEARNERS.items():
        one = signed_in(visitor, moved, locale)
        one.open_lab("console-basics")
        follow(one, BEFORE.format_map(words))
        one.close()
    file = tmp_path / "course.tar.gz"
    manage(moved, "backup", str(file))
    moved.stop_all()
    wipe(moved, postgres.environment().get("DATABASE_URL", ""))
    moved.start_redis()
    manage(moved, "restore", str(file))
    moved.start_worker()
    moved.start_web()
    for locale, words in LEARNERS.items():
        one = signed_in(visitor, moved, locale)
        back_in_the_lab(one, words)
        follow(one, AFTER.format_map(words))
        assert one.complaints == []


def signed_in(visitor: Callable[..., Any], stack: Stack, locale: str) -> Any:
    """In a browser that knows nothing of an earlier visit."""
    one = visitor(locale=locale, base_url=stack.url)
    one.page.goto("/sign-in/")
    one.page.fill("#id_username", LEARNERS[locale]["who"])
    one.page.fill("#id_password", PASSWORD)
    one.page.click("main button")
    one.page.wait_for_selector("#user-menu")
    return one


def back_in_the_lab(one: Any, words: dict[str, str]) -> None:
    """By what the front page proposes; what was typed and passed is there."""
    go_on = one.page.locator(".next-first")
    for word in ("next", "lab", "steps"):
        expect(go_on).to_contain_text(words[word])
    go_on.click()
    one.page.wait_for_selector(READY, timeout=90_000)
    expect(one.page.locator("#step-look.is-passed, #step-count.is-current")).to_have_count(2)
    expect(one.page.locator("#log")).to_contain_text(f"make_bucket: of-{words['who']}")
