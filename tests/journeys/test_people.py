"""A cohort's life: made, filled by a link and by a table, joined by a newcomer, who is removed and keeps their work."""

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.journeys.test_pages import check

PASSWORD = "four-grey-herons"
TABLE = "name,email,first_name\n{name},,Bada\na b,,\n"
WORDS = {
    "en-GB": {"row": "Row 3:", "no_mail": "shown a link", "gone": "1 person has left", "back": "again"},
    "ko-KR": {"row": "3행:", "no_mail": "링크", "gone": "나간 사람 1명", "back": "다시"},
}


@pytest.mark.parametrize(("locale", "theme"), [("en-GB", "light"), ("ko-KR", "dark")])
def test_a_cohort_from_its_making_to_a_farewell(visitor: Callable[..., Any], locale: str, theme: str) -> None:
    name, words = f"Journey {locale}", WORDS[locale]

    boss = visitor(locale=locale, color_scheme=theme)
    boss.sign_in("boss")
    page = boss.page
    page.click(".nav a[href='/cohorts/']")
    check(boss)
    page.click("main a[href='/cohorts/new/']")
    page.click("main button")
    expect(page.locator("#id_name_error")).to_be_visible()
    check(boss)
    page.fill("#id_name", name)
    page.fill("#id_starts", "2026-12-01")
    page.click("main button")
    expect(page.locator("h1")).to_have_text(name)
    page.select_option("#id_user", label="teacher")
    page.click("#instructors form button")
    expect(page.locator("#instructors .plain-rows")).to_contain_text("Teacher")
    check(boss)
    address = page.url.partition("#")[0]

    teacher = visitor(locale=locale, color_scheme=theme)
    teacher.sign_in("teacher")
    page = teacher.page
    page.goto("/cohorts/")
    page.click(f"text={name}")
    page.click("#invitations form button")
    link = page.input_value("#secret-link")
    check(teacher)
    page.goto(address)
    expect(page.locator("main")).not_to_contain_text("/join/")
    page.click("#people a[href$='/import/']")
    check(teacher)
    person = f"bada-{locale.lower()}"
    file = {"name": "people.csv", "mimeType": "text/csv", "buffer": TABLE.format(name=person).encode()}
    page.set_input_files("#id_file", file)
    page.click("main form button")
    expect(page.locator("#wrongs")).to_contain_text(words["row"])
    check(teacher)
    page.set_input_files("#id_file", file | {"buffer": TABLE.format(name=person).partition("a b")[0].encode()})
    page.click("main form button")
    passed_on = page.input_value(f"#{person}-link")
    check(teacher)

    bada = visitor(locale=locale, color_scheme=theme)
    bada.page.goto(passed_on)
    expect(bada.page.locator(".lead")).to_contain_text(person)
    assert passed_on.split("/")[-2] not in bada.page.url
    check(bada)
    bada.page.fill("#id_new_password1", PASSWORD)
    bada.page.fill("#id_new_password2", PASSWORD)
    bada.page.click("main form button")
    bada.page.fill("#id_username", person)
    bada.page.fill("#id_password", PASSWORD)
    bada.page.locator("main form").first.locator("button").click()
    expect(bada.page.locator(".mine-cohort")).to_contain_text(name)
    check(bada)

    hana = visitor(locale=locale, color_scheme=theme)
    page = hana.page
    page.goto(link)
    expect(page.locator("h1")).to_have_text(name)
    page.click("main form button")
    expect(page.locator("#id_password1_error")).to_be_visible()
    check(hana)
    page.fill("#id_first_name", "Hana")
    page.fill("#id_password1", PASSWORD)
    page.fill("#id_password2", PASSWORD)
    page.click("main form button")
    expect(page.locator(".mine-cohort")).to_contain_text(name)
    hana.open_lab("playground")
    assert "mine" in hana.run("echo mine")
    lab = page.url

    page = teacher.page
    page.goto(lab)
    expect(page.locator("#log")).to_contain_text("mine")
    page.goto(address)
    page.locator("#people tr", has_text="Hana").locator("a.btn").click()
    page.select_option("#id_percent", "50")
    page.locator("form[action$='/extra/'] button").click()
    check(teacher)
    page.locator("form[action$='/remove/'] button").click()
    expect(page.locator("#people .fold summary")).to_contain_text(words["gone"])
    assert page.goto(lab).status == 404

    page = hana.page
    page.goto("/progress/")
    expect(page.locator(".mine-cohort")).to_have_count(0)
    page.goto(lab)
    page.wait_for_selector("#main[data-live]")
    expect(page.locator("#log")).to_contain_text("mine")
    page.goto(link)  # used once and older than the removal
    page.click("main form button")
    expect(page.locator("h1")).not_to_have_text(name)
    check(hana)
    for one in (boss, bada):
        assert one.complaints == []
    assert [line for line in teacher.complaints + hana.complaints if "404" not in line and "410" not in line and "422" not in line] == []


@pytest.mark.parametrize(("locale", "theme"), [("en-GB", "dark"), ("ko-KR", "light")])
def test_signing_in_is_held_back_and_a_password_forgotten(visitor: Callable[..., Any], locale: str, theme: str) -> None:
    one = visitor(locale=locale, color_scheme=theme)
    page = one.page
    for _ in range(6):
        page.goto("/sign-in/")
        page.fill("#id_username", f"nobody-{locale}")
        page.fill("#id_password", "wrong")
        page.locator("main form").first.locator("button").click()
    expect(page.locator(".note-warn")).to_be_visible()
    check(one)
    page.click(".forgotten a")
    check(one)
    page.fill("#id_email", "nobody@example.org")
    page.click("main form button")
    expect(page.locator("[role=status]")).to_be_visible()
    check(one)
    page.goto("/password/set/MQ/abc-def/")
    expect(page.locator("a[href='/password/forgotten/']")).to_be_visible()
    check(one)
