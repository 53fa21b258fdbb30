"""An administrator's day: a whole cohort reset and brought back, a command stopped, every page in both themes and languages."""

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.journeys.test_pages import A_FRAME, check

WORDS = {
    "en-GB": (
        "Desk", "2 sandboxes found", "Reset: 2 sandboxes", "2 of 2", "done", "1 done, 0 as they were, 1 left alone",
        "its learner has gone on since",
    ),
    "ko-KR": (
        "운영 데스크", "샌드박스 2개를 찾았습니다", "초기화: 샌드박스 2개", "2개 중 2개", "완료", "완료 1, 그대로 0, 건너뜀 1",
        "그 뒤 학습자가 더 진행했습니다",
    ),
}  # fmt: skip


@pytest.mark.parametrize("locale", WORDS)
def test_a_cohort_is_reset_watched_and_brought_back(visitor: Callable[..., Any], locale: str) -> None:
    desk, found, asks, both, done, left, why = WORDS[locale]
    minji, jisoo, boss = (visitor(locale=locale) for _ in range(3))
    for one, name in ((minji, "minji"), (jisoo, "jisoo")):
        one.sign_in(name)
        one.open_lab("playground")
        one.run(f"echo {name} > mine.txt; ls")
    blocks = jisoo.blocks()
    boss.sign_in("boss")
    boss.page.click("#user-menu summary")
    boss.page.click(f"#user-menu >> text={desk}")
    boss.page.select_option("#id_cohort", label="Everybody")
    boss.page.fill("#id_who", "desk")  # this file's learners
    boss.page.select_option("#id_age", "-1")
    boss.page.click(".desk-filters .btn-main")
    expect(boss.page.locator(".desk-found")).to_have_text(found)
    boss.page.check("input[name=which][value=all]")
    boss.page.click("button[value=reset]")
    expect(boss.page.locator("h1")).to_have_text(asks)
    boss.page.click("button[name=yes]")
    expect(boss.page.locator("#job")).to_contain_text(both)
    expect(boss.page.locator("#job .tag-good")).to_have_text(done)
    job = boss.page.url
    expect(minji.page.locator(".block")).to_have_count(0)  # the learner's page went along by itself
    assert minji.run("ls ~/environment") == ""
    boss.page.click("#job-undo")
    expect(boss.page.locator("#job")).to_contain_text(left)
    expect(boss.page.locator(".plain-rows")).to_contain_text("Minji")
    expect(boss.page.locator(".plain-rows")).to_contain_text(why)
    expect(jisoo.page.locator(".block")).to_have_count(blocks)
    assert jisoo.run("cat mine.txt").strip() == "jisoo"
    boss.page.goto(job)
    expect(boss.page.locator("#job-undo")).to_have_count(0)
    assert boss.complaints + minji.complaints + jisoo.complaints == []


def test_a_running_command_is_stopped_and_that_is_written_down(visitor: Callable[..., Any]) -> None:
    jisoo, boss = visitor(), visitor()
    jisoo.sign_in("jisoo")
    jisoo.open_lab("playground")
    blocks = jisoo.blocks()
    jisoo.type_line("echo not-for-the-log; sleep 600")
    expect(jisoo.page.locator(".block-out").last).to_contain_text("not-for-the-log")
    boss.sign_in("boss")
    boss.page.goto("/desk/work/")
    row = boss.page.locator("tr", has_text="not-for-the-log")
    expect(row).to_contain_text("Jisoo")
    row.locator("button").hover()
    with boss.page.expect_response("**/desk/work/?part=1"):  # that takes no button away which is just pressed
        boss.page.mouse.down()
    boss.page.evaluate(A_FRAME)
    boss.page.mouse.up()
    expect(boss.page.locator(".messages")).to_contain_text("as by Ctrl-C")
    jisoo.wait_done(blocks + 1)
    expect(boss.page.locator("tr", has_text="not-for-the-log")).to_have_count(0, timeout=30_000)  # it is kept up to date
    boss.page.goto("/desk/acts/")
    expect(boss.page.locator("tbody tr").first).to_contain_text("stopped a learner's command")
    for name in ("worker", "web"):
        assert "not-for-the-log" not in jisoo.stack.log(name, 100_000)
        assert jisoo.stack.sessions["boss"]["value"] not in jisoo.stack.log(name, 100_000)
    assert boss.complaints == []


@pytest.mark.parametrize(("theme", "locale"), [("light", "en-GB"), ("dark", "ko-KR")])
def test_the_desks_pages(visitor: Callable[..., Any], theme: str, locale: str) -> None:
    jisoo, one = visitor(), visitor(color_scheme=theme, locale=locale)
    jisoo.sign_in("jisoo")
    jisoo.open_lab("playground")
    one.sign_in("boss")
    for address in ("/desk/", "/desk/jobs/", "/desk/work/", "/desk/acts/", "/desk/?who=nobody-at-all"):
        one.page.goto(address)
        check(one)
    one.page.goto("/desk/?who=jisoo-desk")
    one.page.locator("input[name=pk]").first.check()
    one.page.click("button[value=quota]")
    check(one)
    one.page.fill("#id_megabytes", "100")
    one.page.click("button[name=yes]")
    expect(one.page.locator("#job .tag-good")).to_be_visible()
    check(one)
    assert one.complaints == []
