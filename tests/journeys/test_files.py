"""The files panel: the tree by keyboard, editing and saving, what else can be done with files, and a file changed by somebody else."""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.journeys.test_pages import check, to_phone
from tests.journeys.test_undo import begin_anew
from tests.processes import until


@pytest.fixture
def jisoo(visitor: Callable[..., Any]) -> Any:
    one = visitor()
    one.sign_in("jisoo")
    one.open_lab("playground")
    begin_anew(one)
    one.page.evaluate("localStorage.clear()")
    return one


# As soon as a row is there: what came with it listens by then.
PRESSED_AS_IT_COMES = """key => new MutationObserver((_changes, observer) => {
  const row = document.querySelector(`[data-key='${key}']`);
  if (!row) return;
  observer.disconnect();
  row.focus();
  row.dispatchEvent(new KeyboardEvent("keydown", { key: "ArrowRight", bubbles: true, cancelable: true }));
}).observe(document.getElementById("files"), { childList: true, subtree: true })"""


def show(one: Any) -> None:
    """Open the panel; the tree then has the focus."""
    one.page.locator("#files-toggle").focus()
    one.page.keyboard.press("Enter")
    expect(focused(one)).to_have_attribute("data-key", "environment")


def focused(one: Any) -> Any:
    return one.page.locator(":focus")


def row(one: Any, key: str) -> Any:
    return one.page.locator(f"[role=treeitem][data-key='{key}']")


def said(one: Any) -> Any:
    return one.page.locator("[data-said]")


def file_said(one: Any) -> Any:
    return one.page.locator("[data-file-said]")


def named(one: Any, name: str) -> None:
    """Answer the panel's question."""
    expect(one.page.locator("#files-ask-name")).to_be_focused()
    one.page.fill("#files-ask-name", name)
    one.page.keyboard.press("Enter")


def test_keys_may_be_quicker_than_the_page_settles(jisoo: Any) -> None:
    jisoo.run("mkdir -p app/sub; echo one > app/sub/b.txt")
    show(jisoo)
    jisoo.page.evaluate(PRESSED_AS_IT_COMES, "environment/app/sub")
    for key in ("ArrowDown", "ArrowRight"):
        jisoo.page.keyboard.press(key)
    expect(row(jisoo, "environment/app/sub/b.txt")).to_be_visible()


def test_everything_by_keyboard(jisoo: Any) -> None:
    jisoo.run("mkdir -p app/sub; echo one > app/main.py; echo two > app/sub/b.txt; echo a > a.txt; ln -s /etc/passwd link")
    show(jisoo)
    keys = jisoo.page.keyboard
    for key, at in (
        ("ArrowDown", "environment/app"), ("ArrowRight", "environment/app"), ("ArrowRight", "environment/app/sub"),
        ("End", "environment/link"),
        ("a", "environment/app"), ("ArrowLeft", "environment/app"), ("ArrowLeft", "environment"), ("Home", ""),
    ):  # fmt: skip
        keys.press(key)
        if (key, at) == ("ArrowRight", "environment/app"):
            expect(row(jisoo, "environment/app/main.py")).to_be_visible()
        expect(focused(jisoo)).to_have_attribute("data-key", at)

    # New, written and saved
    row(jisoo, "environment/app").focus()
    keys.press("ArrowUp")
    jisoo.page.locator("[data-new=f]").focus()
    keys.press("Enter")
    named(jisoo, "../x")
    expect(jisoo.page.locator("#files-ask-word")).to_contain_text("can't be a name")
    named(jisoo, "new/한글.py")
    expect(jisoo.page.locator(".file-name")).to_contain_text("한글.py")
    expect(focused(jisoo)).to_have_class(re.compile("ace_text-input"))
    keys.type("print('hi')")
    expect(jisoo.page.locator("[data-unsaved]")).to_be_visible()
    keys.press("Control+s")
    expect(file_said(jisoo)).to_contain_text("Done: saved ~/environment/new/한글.py.")
    expect(jisoo.page.locator("[data-unsaved]")).to_be_hidden()
    expect(jisoo.page.locator(".con-notice").last).to_contain_text("saved ~/environment/new/한글.py")
    expect(jisoo.page.locator("#undo")).to_contain_text("saved ~/environment/new/한글.py")
    assert jisoo.run("python3 new/한글.py").strip() == "hi"

    # No trap: Escape leaves the text, Tab goes on to the console
    jisoo.page.locator(".ace_text-input").focus()
    keys.press("Tab")
    expect(focused(jisoo)).to_have_class(re.compile("ace_text-input"))
    keys.press("Escape")
    expect(focused(jisoo)).to_have_attribute("data-plain", "")
    keys.press("Tab")
    expect(jisoo.page.locator("#files :focus")).to_have_count(0)

    # Renamed, deleted, brought back
    row(jisoo, "environment/a.txt").click()
    expect(focused(jisoo)).to_have_class(re.compile("ace_text-input"))
    row(jisoo, "environment/a.txt").focus()
    keys.press("F2")
    named(jisoo, "b.txt")
    expect(focused(jisoo)).to_have_attribute("data-key", "environment/b.txt")
    expect(jisoo.page.locator(".file-name")).to_contain_text("b.txt")
    keys.press("Delete")
    expect(said(jisoo)).to_contain_text("Done: deleted ~/environment/b.txt.")
    expect(row(jisoo, "environment/b.txt")).to_have_count(0)
    jisoo.page.locator("[data-undo]").focus()
    keys.press("Enter")
    expect(row(jisoo, "environment/b.txt")).to_be_visible()
    assert jisoo.run("cat b.txt").strip() == "a"
    row(jisoo, "environment/b.txt").focus()
    keys.press("Delete")
    expect(jisoo.page.locator("[data-undo]")).to_be_visible()
    jisoo.run("echo later > later.txt")
    expect(jisoo.page.locator("[data-undo]")).to_have_count(0)  # it would undo the command
    assert [text for text in jisoo.complaints if "409" not in text] == []


@contextmanager
def held(one: Any, address: str) -> Iterator[None]:
    """The first answer from ``address`` is given at once, and comes after the block."""
    answers: list[Any] = []
    one.page.route(re.compile(address), lambda route: answers.append((route, route.fetch())), times=1)
    yield
    until(lambda: one.page.evaluate("true") and answers)
    route, answer = answers[0]
    with one.page.expect_event("requestfinished", lambda request: request == route.request):
        route.fulfill(response=answer)
    one.page.evaluate("() => fetch('/healthz').then(answer => answer.text())")  # what came before it has been taken in


def test_a_file_that_comes_late_takes_no_focus_from_what_was_gone_to_meanwhile(jisoo: Any) -> None:
    jisoo.run("echo one > a.txt; echo two > b.txt")
    show(jisoo)
    line = jisoo.page.locator("#line")
    with held(jisoo, "/files/open/"):
        row(jisoo, "environment/a.txt").click()
        line.focus()
    expect(jisoo.page.locator(".ace_text-input")).to_have_count(1)
    jisoo.page.keyboard.type("echo two")
    expect(line).to_have_value("echo two")

    # The open file is looked at when another is deleted.
    row(jisoo, "environment/b.txt").focus()
    with held(jisoo, "/files/open/"):
        jisoo.page.keyboard.press("Delete")
        expect(row(jisoo, "environment/b.txt")).to_have_count(0)
        line.focus()
    jisoo.page.keyboard.type("; echo three")
    expect(line).to_have_value("echo two; echo three")


def test_what_was_asked_for_first_and_comes_last_is_not_shown(jisoo: Any) -> None:
    jisoo.run("echo one > a.txt; echo two > b.txt")
    show(jisoo)
    text = jisoo.page.locator(".ace_content")
    with held(jisoo, "/files/open/"):
        row(jisoo, "environment/a.txt").click()
        row(jisoo, "environment/b.txt").click()
        expect(text).to_contain_text("two")
    expect(text).to_contain_text("two")

    # A look at the file, because of a command, that is overtaken by a save.
    with held(jisoo, "/files/open/"):
        jisoo.run("touch c.txt")
        expect(row(jisoo, "environment/c.txt")).to_be_visible()
        jisoo.page.locator(".ace_text-input").focus()
        jisoo.page.keyboard.type("mine ")
        jisoo.page.keyboard.press("Control+s")
        expect(file_said(jisoo)).to_contain_text("Done: saved")
    expect(file_said(jisoo)).to_contain_text("Done: saved")
    expect(text).to_contain_text("mine two")
    assert jisoo.complaints == []


def test_keys_act_on_the_row_that_has_the_focus(jisoo: Any) -> None:
    """Also where the file that was open before has been found in the tree by itself."""
    jisoo.run("echo one > a.txt")
    show(jisoo)
    row(jisoo, "environment/a.txt").click()
    expect(focused(jisoo)).to_have_class(re.compile("ace_text-input"))
    jisoo.page.locator("#files-toggle").click()
    jisoo.reload()
    jisoo.page.locator("#files-toggle").click()
    expect(row(jisoo, "environment/a.txt")).to_have_attribute("aria-selected", "true")
    expect(row(jisoo, "environment/a.txt")).to_be_focused()


def test_files_come_and_go_and_are_compared(jisoo: Any, tmp_path: Path) -> None:
    jisoo.run("printf 'one\\ntwo\\n' > t.txt")
    jisoo.run("echo three >> t.txt")
    show(jisoo)
    (tmp_path / "up.bin").write_bytes(bytes(range(256)))
    (tmp_path / "x.zip").write_bytes(b"PK\5\6" + bytes(18))
    with jisoo.page.expect_file_chooser() as chooser:
        jisoo.page.click("[data-upload]")
    chooser.value.set_files([tmp_path / "up.bin", tmp_path / "x.zip"])
    expect(said(jisoo)).to_contain_text("uploaded 2 files to ~/environment")
    row(jisoo, "environment/up.bin").click()
    expect(jisoo.page.locator(".file-name")).to_contain_text("up.bin")
    expect(jisoo.page.locator("#file")).to_contain_text("Not text (UTF-8)")
    with jisoo.page.expect_download() as download:
        jisoo.page.locator("#file a", has_text="Download").click()
    assert Path(download.value.path()).read_bytes() == bytes(range(256))

    # Dropped on the tree
    drop = """([name, text]) => {
      const data = new DataTransfer(); data.items.add(new File([text], name));
      const drop = new DragEvent("drop", {dataTransfer: data, bubbles: true, cancelable: true});
      document.querySelector("[data-key=environment]").dispatchEvent(drop);
    }"""
    jisoo.page.evaluate(drop, ["dropped.txt", "dropped"])
    expect(row(jisoo, "environment/dropped.txt")).to_be_visible()

    row(jisoo, "environment/t.txt").click()
    expect(jisoo.page.locator(".file-name")).to_contain_text("t.txt")
    jisoo.page.locator("[data-compare]").click()
    expect(jisoo.page.locator(".beside ins")).to_have_text("+three")
    jisoo.page.click("[data-take]")
    expect(file_said(jisoo)).to_contain_text("The earlier version is in the editor.")
    jisoo.page.click("[data-save]")
    expect(file_said(jisoo)).to_contain_text("Done: saved")
    assert jisoo.run("cat t.txt").split() == ["one", "two"]
    assert [text for text in jisoo.complaints if "409" not in text] == []


def test_what_somebody_else_writes_is_never_lost_nor_is_what_one_types(jisoo: Any) -> None:
    jisoo.run("echo one > a.txt")
    show(jisoo)
    row(jisoo, "environment/a.txt").click()
    expect(focused(jisoo)).to_have_class(re.compile("ace_text-input"))
    jisoo.page.keyboard.type("mine ")
    expect(jisoo.page.locator("[data-unsaved]")).to_be_visible()

    # It survives the page.
    jisoo.reload()
    expect(file_said(jisoo)).to_contain_text("Your text of before, which was not saved, is here again.")
    expect(jisoo.page.locator(".ace_content")).to_contain_text("mine one")

    # A command that still runs changes the file under it, and the save meets that.
    before = jisoo.blocks()
    jisoo.type_line("echo theirs > a.txt; echo written; read -p 'go on? ' answer; cat a.txt")
    expect(jisoo.page.locator(".block-out").last).to_contain_text("written")
    jisoo.page.click("[data-save]")
    expect(jisoo.page.locator(".is-conflict")).to_contain_text("was changed while you were editing it")
    expect(jisoo.page.locator(".is-conflict del")).to_have_text("-theirs")
    expect(jisoo.page.locator("[data-overwrite]")).to_be_focused()
    jisoo.page.keyboard.press("Enter")
    expect(file_said(jisoo)).to_contain_text("It becomes a version when the command ends")
    jisoo.page.fill(".block [name=text]", "y")
    jisoo.page.press(".block [name=text]", "Enter")
    assert "mine one" in jisoo.wait_done(before + 1).locator(".block-out").text_content()

    # What nobody is writing follows the file; the other text can be opened, and one's own brought back.
    jisoo.run("echo other > a.txt")
    expect(jisoo.page.locator(".ace_content")).to_contain_text("other")
    jisoo.page.locator(".ace_text-input").focus()
    jisoo.page.keyboard.type("typed ")
    jisoo.run("echo newest > a.txt")
    expect(file_said(jisoo)).to_contain_text("The file was changed meanwhile.")
    jisoo.page.click("[data-save]")
    jisoo.page.click("[data-theirs]")
    expect(jisoo.page.locator(".ace_content")).to_contain_text("newest")
    jisoo.page.locator("[data-file-said] button").click()
    expect(jisoo.page.locator(".ace_content")).to_contain_text("typed other")
    assert [text for text in jisoo.complaints if "412" not in text] == []


@pytest.mark.parametrize(("theme", "locale"), [("light", "en-GB"), ("dark", "ko-KR")])
def test_it_is_readable_to_everybody_and_on_a_phone(visitor: Callable[..., Any], theme: str, locale: str) -> None:
    one = visitor(color_scheme=theme, locale=locale)
    one.sign_in("jisoo")
    one.open_lab("playground")
    one.run(
        "mkdir -p app; printf '# note\\nResources:\\n  A: \"b\"\\n' > app/t.yaml; echo x >> app/t.yaml; head -c 9 /dev/urandom > app/bin"
    )
    one.run("echo '# more' >> app/t.yaml")
    one.page.evaluate("localStorage.clear()")
    show(one)
    row(one, "environment/app").click()
    row(one, "environment/app/t.yaml").click()
    expect(one.page.locator(".ace_comment").first).to_be_visible()
    check(one, narrow=False)
    one.page.locator("[data-compare]").click()
    expect(one.page.locator(".beside ins")).to_be_visible()
    check(one, narrow=False)
    one.page.locator(".beside [data-close]").click()
    one.page.click("[data-new=d]")
    check(one, narrow=False)
    one.page.click("[data-cancel]")

    to_phone(one.page)
    one.page.click("#tab-files")
    one.page.wait_for_selector(".ace_comment")
    check(one)
    one.page.click("[data-back]")
    check(one)
    expect(row(one, "environment/app/bin")).to_be_visible()
    assert one.complaints == []


def test_without_a_script_the_same_is_done_by_plain_pages(visitor: Callable[..., Any], jisoo: Any) -> None:
    one = visitor(java_script_enabled=False)
    one.sign_in("jisoo")
    one.page.goto(jisoo.page.url)
    one.page.click("#files-toggle")
    one.page.click("text=environment")
    one.page.fill("#new-name", "plain.txt")
    one.page.click("button[name=kind][value=f]")
    one.page.fill("#file-text", "\nfirst line is empty\n")
    one.page.click("[data-save]")
    expect(one.page.locator("#file-text")).to_have_value("\nfirst line is empty\n")
    expect(one.page.locator(".messages")).to_contain_text("Done: saved ~/environment/plain.txt.")
    one.page.fill("#move-to", "~/moved.txt")
    one.page.click("text=Rename or move")
    expect(one.page.locator(".file-name")).to_contain_text("moved.txt")
    one.page.locator("button", has_text="Delete").click()
    expect(one.page.locator(".messages")).to_contain_text("Done: deleted ~/moved.txt.")
