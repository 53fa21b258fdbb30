"""Help in a lab, from the first hint to the end, in both themes and both languages; and the learner's own progress."""

from collections.abc import Callable
from typing import Any

from playwright.sync_api import expect

from tests.journeys.test_pages import check
from tests.stack import PASSWORD

LAB = "heartbeat-pipeline"
# Colours that are still on their way to the other theme have a contrast of neither.
SETTLED = """() => new Promise(requestAnimationFrame).then(() =>
  Promise.allSettled(document.getAnimations().filter((one) => one instanceof CSSTransition).map((one) => one.finished)))"""
MAKE = f"""
import django; django.setup()
from course.models import User
User.objects.create_user("haneul", password={PASSWORD!r}, first_name="Haneul")
"""


def in_both_themes(one: Any, *, under: str = "") -> None:
    for theme in ("dark", "light"):
        one.page.emulate_media(color_scheme=theme)
        one.page.evaluate(SETTLED)
        check(one, under=under)


def to_language(one: Any, name: str) -> None:
    one.page.click(f"button[name=language][value={name}]")
    one.page.wait_for_selector(f"html[lang={name}]")


def test_help_from_the_first_hint_to_the_end(visitor: Callable[..., Any], stack: Any) -> None:
    stack.python("-c", MAKE)
    one = visitor()
    one.sign_in("haneul")
    one.page.click(".nav >> text=Progress")
    expect(one.page.locator(".empty")).to_contain_text("You have not started a lab yet")
    check(one)

    one.open_lab(LAB)
    step = one.page.locator(".step.is-current")
    hints_then_what_the_check_sees(one, step)
    the_solution_with_its_cost(one, step)
    a_word_beside_a_mistake(one)

    lines = one.page.locator(".step .step-body > .cmd [data-run]").evaluate_all("all => all.map(one => one.dataset.run)")
    for line in lines:
        one.run(line)
    finish = one.page.locator("#finish")
    expect(finish).to_be_visible()
    expect(finish).to_contain_text("80/85")
    expect(finish.locator(".done-steps li").first).to_contain_text("solution shown")
    assert finish.locator(".done-steps li").count() == one.page.locator(".step").count()
    expect(finish).to_be_in_viewport()
    check(one, narrow=False)

    one.page.click("#finish >> text=Your progress")
    row = one.page.locator(f"#progress-{LAB}")
    expect(row).to_contain_text("Completed")
    expect(row).to_contain_text("80/85")
    row.locator("summary").click()
    expect(row.locator(".done-steps li").first).to_contain_text("3 hints")
    in_both_themes(one)
    to_language(one, "ko")
    expect(one.page.locator("h1")).to_have_text("내 진도")
    row.locator("a.btn").click()
    expect(one.page.locator("#finish")).to_contain_text("실습을 완료")
    assert one.complaints == []


def hints_then_what_the_check_sees(one: Any, step: Any) -> None:
    for shown in (1, 2):
        step.locator("[id^=hint-]").click()
        expect(step.locator(".hint")).to_have_count(shown)
    expect(step.locator("[id^=hint-]")).to_have_text("What does the check see?")
    step.locator("[id^=hint-]").click()
    expect(step.locator("[id^=sees-] [data-run]")).to_have_attribute("data-run", 'echo "$TOKEN"')
    expect(step.locator(".seen .is-not")).to_contain_text("The variable TOKEN is empty.")
    expect(step.locator(".saw")).to_contain_text("the variable TOKEN with a value")


def the_solution_with_its_cost(one: Any, step: Any) -> None:
    expect(step.locator("[id^=solution-]")).to_contain_text("costs 5 points")
    step.locator("[id^=solution-]").click()
    dialog = one.page.locator("#dialog")
    expect(dialog).to_contain_text("This step gives 10 when you pass it on your own, and 5 after you have seen the solution.")
    check(one, narrow=False)
    dialog.locator("#dialog-no").click()
    expect(dialog).to_be_hidden()
    expect(step.locator("[id^=solved-]")).to_have_count(0)
    step.locator("[id^=solution-]").click()
    dialog.locator("#dialog-yes").click()
    expect(dialog).to_be_hidden()
    expect(step.locator("[id^=solved-]")).to_contain_text("passing now gives 5")
    one.reload()
    expect(step.locator("[id^=solved-]")).to_be_visible()


def a_word_beside_a_mistake(one: Any) -> None:
    said = one.run("grpe region /etc/hosts")
    assert "grpe: command not found" in said
    one.run("aws s3 mb s3://my-bucket")
    block = one.page.locator(".block").last
    expect(block.locator(".block-out")).to_contain_text("(BucketAlreadyExists)")
    expect(block.locator(".mistake")).to_contain_text("unique in the whole world")
    expect(block.locator(".mistake a").first).to_have_attribute("href", "/notes/s3/")
    expect(block.locator(".mistake a[target=_blank]")).to_have_attribute(
        "href", "https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html"
    )
    one.run("echo fine")
    expect(one.page.locator(".block").last.locator(".mistake")).to_have_count(0)
    in_both_themes(one)
    to_language(one, "ko")
    one.page.wait_for_selector("#main[data-live]")
    expect(one.page.locator(".mistake").nth(1)).to_contain_text("전 세계에서 하나뿐")
    to_language(one, "en")
    one.page.wait_for_selector("#main[data-live]")
