"""Typing into the console: Tab, history and its search, pasted and unfinished lines."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import expect


@pytest.fixture
def jisoo(visitor: Callable[..., Any]) -> Any:
    one = visitor()
    one.sign_in("jisoo")
    one.open_lab("playground")
    one.page.focus("#line")
    return one


def holds(visitor: Any, text: str) -> None:
    expect(visitor.page.locator("#line")).to_have_value(text)


def press(visitor: Any, *keys: str) -> None:
    """Keys by name, text in between as it is."""
    for key in keys:
        if len(key) == 1 or key in {"Enter", "Tab", "Escape"} or key.startswith(("Arrow", "Control+", "Shift+")):
            visitor.page.keyboard.press(key)
        else:
            visitor.page.keyboard.type(key)


def test_tab_completes_and_lets_go(jisoo: Any) -> None:
    jisoo.run("mkdir -p src; touch report-1.json report-2.json 'two words.txt' src/app.py; greet_all() { :; }; BUCKET=x")
    options = jisoo.page.locator("#suggestions [role=option]")

    press(jisoo, "cat two", "Tab")
    holds(jisoo, "cat two\\ words.txt ")
    press(jisoo, "Control+u", "gree", "Tab")
    holds(jisoo, "greet_all ")
    press(jisoo, "$BUCK", "Tab")
    holds(jisoo, "greet_all $BUCKET")

    # Several: what they have in common, then a list; arrows choose, Enter takes.
    press(jisoo, "Control+u", "cat rep", "Tab")
    holds(jisoo, "cat report-")
    expect(options).to_have_count(0)
    press(jisoo, "Tab")
    expect(options).to_have_count(2)
    press(jisoo, "ArrowDown", "ArrowDown")
    expect(options.nth(1)).to_have_attribute("aria-selected", "true")
    expect(jisoo.page.locator("#line")).to_have_attribute("aria-activedescendant", "suggestions-1")
    press(jisoo, "Enter")
    holds(jisoo, "cat report-2.json ")
    expect(options).to_have_count(0)

    # The AWS CLI's own words; Esc closes the list and stays in the line, a second one leaves it.
    press(jisoo, "Control+u", "aws s3api create-bucket --buc")
    expect_words(jisoo, "aws s3api create-bucket --bucket")
    press(jisoo, "Control+u", "aws s3 ", "Tab")
    expect(options.filter(has_text="sync")).to_be_visible()
    press(jisoo, "Escape")
    expect(options).to_have_count(0)
    expect(jisoo.page.locator("#line")).to_be_focused()
    press(jisoo, "Escape")
    expect(jisoo.page.locator("#log")).to_be_focused()

    # No trap: Tab leaves an empty line, Shift+Tab any.
    jisoo.page.focus("#line")
    press(jisoo, "Shift+Tab")
    expect(jisoo.page.locator("#line")).not_to_be_focused()
    jisoo.page.focus("#line")
    press(jisoo, "Control+c", "Tab")
    expect(jisoo.page.locator("#run")).to_be_focused()
    assert jisoo.complaints == []


def expect_words(visitor: Any, text: str) -> None:
    """Tab, again where the completer was still starting."""
    line = visitor.page.locator("#line")
    for _ in range(20):
        with visitor.page.expect_response("**/complete/"):
            press(visitor, "Tab")
        if line.input_value().startswith(text):
            break
        press(visitor, "Escape")
        visitor.page.focus("#line")
    expect(line).to_have_value(text)


def test_history_is_searched_and_goes_by_what_was_typed(jisoo: Any) -> None:
    for line in ("echo alpha", "true beta", "echo gamma"):
        jisoo.run(line)
    press(jisoo, "ec", "ArrowUp")
    holds(jisoo, "echo gamma")
    press(jisoo, "ArrowUp")
    holds(jisoo, "echo alpha")
    press(jisoo, "ArrowDown", "ArrowDown")
    holds(jisoo, "ec")

    press(jisoo, "Control+r", "a")
    expect(jisoo.page.locator("#search-field")).to_be_focused()
    holds(jisoo, "echo gamma")
    press(jisoo, "Control+r")
    holds(jisoo, "true beta")
    expect(jisoo.page.locator("#search [role=status]")).to_contain_text("2 of")
    press(jisoo, "Control+g")
    holds(jisoo, "ec")
    press(jisoo, "Control+r", "alph", "Escape")
    holds(jisoo, "echo alpha")
    expect(jisoo.page.locator("#line")).to_be_focused()
    before = jisoo.blocks()
    press(jisoo, "Control+r", "bet", "Enter")
    expect(jisoo.wait_done(before + 1).locator(".block-cmd")).to_have_text("true beta")

    # As in bash's line editor; what was killed can be put back.
    press(jisoo, "one two three", "Control+w")
    holds(jisoo, "one two ")
    press(jisoo, "Control+a", "x", "Control+e", "Control+y")
    holds(jisoo, "xone two three")
    press(jisoo, "Control+a", "Control+k")
    holds(jisoo, "")


def test_what_is_unfinished_goes_on_and_nothing_is_lost(jisoo: Any) -> None:
    before = jisoo.blocks()
    # Certain in the page: an open quote, a here-document. Decided by bash: a loop.
    press(jisoo, "cat <<'EOF'", "Enter", "it's $HOME", "Enter", "EOF", "Enter")
    assert jisoo.wait_done(before + 1).locator(".block-out").text_content() == "it's $HOME\n"
    press(jisoo, "for x in a b; do", "Enter")
    holds(jisoo, "for x in a b; do\n")
    expect(jisoo.page.locator("#prompt-note")).to_contain_text("Unfinished")
    expect(jisoo.page.locator("#terminal-1 .prompt-marks")).to_have_text(">")
    jisoo.reload()
    jisoo.page.focus("#line")
    holds(jisoo, "for x in a b; do\n")
    press(jisoo, "echo -$x-", "Enter")
    holds(jisoo, "for x in a b; do\necho -$x-\n")
    press(jisoo, "done", "Enter")
    assert jisoo.wait_done(before + 2).locator(".block-out").text_content() == "-a-\n-b-\n"
    assert jisoo.page.locator(".block-number").all_text_contents()[-2:] == [f"#{before + 1}", f"#{before + 2}"], "no number is lost"
    press(jisoo, "ArrowUp")
    holds(jisoo, "for x in a b; do\necho -$x-\ndone")
    press(jisoo, "Control+c")
    press(jisoo, "echo 'one", "Enter", "Control+c")
    holds(jisoo, "")


def test_pasted_lines_stay_together_and_the_view_clears(jisoo: Any) -> None:
    before = jisoo.blocks()
    jisoo.page.evaluate(
        """text => {
            const data = new DataTransfer();
            data.setData("text/plain", text);
            const paste = new ClipboardEvent("paste", { clipboardData: data, bubbles: true, cancelable: true });
            document.querySelector("#line").dispatchEvent(paste);
        }""",
        "echo one\r\necho two\r\necho three\r\n",
    )
    holds(jisoo, "echo one\necho two\necho three")
    expect(jisoo.page.locator("#prompt-note")).to_contain_text("3 lines pasted")
    assert jisoo.blocks() == before
    press(jisoo, "Enter")
    assert jisoo.wait_done(before + 1).locator(".block-out").text_content() == "one\ntwo\nthree\n"

    press(jisoo, "Control+l")
    expect(jisoo.page.locator(".block").last).not_to_be_in_viewport()
    assert jisoo.run("echo after") == "after\n"
    expect(jisoo.page.locator(".block").last).to_be_in_viewport()
    expect(jisoo.page.locator(".block").nth(-2)).not_to_be_in_viewport()
    assert jisoo.blocks() == before + 2, "what was there is above"


def menu(visitor: Any, block: Any, item: str) -> None:
    block.locator(".block-menu summary").click()
    block.locator(".menu-list :is(a, button)", has_text=item).click()


def test_a_block_is_folded_copied_linked_to_and_run_again(jisoo: Any) -> None:
    jisoo.context.grant_permissions(["clipboard-read", "clipboard-write"])
    jisoo.run("printf 'one\\ntwo\\n'")
    jisoo.run("seq 200")
    block = jisoo.page.locator(".block").nth(-2)
    name = block.get_attribute("id")

    block.locator("[data-fold]").click()
    expect(block.locator(".block-out")).to_be_hidden()
    expect(block.locator("[data-folded]")).to_have_text("Lines folded: 2")
    menu(jisoo, block, "Copy the output")
    expect(jisoo.page.locator("#said")).to_have_text("Copied")
    assert jisoo.page.evaluate("navigator.clipboard.readText()") == "one\ntwo\n"
    jisoo.page.keyboard.press("Escape")
    menu(jisoo, block, "Copy a link")
    link = f"{jisoo.page.url}#{name}"
    jisoo.page.wait_for_function("link => navigator.clipboard.readText().then(text => text === link)", arg=link)

    # The link unfolds, marks and shows it: at once, and where it is opened anew.
    jisoo.page.evaluate("link => { location.href = link; }", link)
    expect(block.locator(".block-out")).to_be_visible()
    expect(block).to_be_in_viewport()
    jisoo.reload()
    expect(jisoo.page.locator(f"#{name}.is-linked")).to_be_in_viewport()
    expect(jisoo.page.locator(f"#{name}")).to_be_focused()
    jisoo.page.goto(f"{jisoo.page.url.partition('#')[0]}#command-999999")
    expect(jisoo.page.locator("#prompt-word")).to_contain_text("is not shown here")

    before = jisoo.blocks()
    block.locator("[data-run]").click()
    expect(jisoo.wait_done(before + 1).locator(".block-out")).to_have_text("one\ntwo\n")
    assert jisoo.complaints == []


def test_much_output_stays_whole_to_download(jisoo: Any) -> None:
    jisoo.run("seq -f 'line %.0f of a log that is longer than what a page shows of it' 100000", 120)
    block = jisoo.page.locator(".block").last
    expect(block.locator(".block-more")).to_contain_text("MB of output: the beginning and the end are shown.")
    assert "line 100000 of" in block.locator(".block-out").text_content()
    assert jisoo.page.evaluate("document.querySelectorAll('*').length") < 5000
    with jisoo.page.expect_download() as download:
        block.locator(".block-more a").click()
    text = download.value.path().read_text()
    assert text.splitlines() == [f"line {number} of a log that is longer than what a page shows of it" for number in range(1, 100_001)]
    jisoo.run("clear")
    assert jisoo.complaints == []


WHOLE = [
    "echo it\\'s",
    'echo "it\'s"',
    "echo a # it's",
    "echo $'it\\'s'",
    "cat <<EOF\nit's\nEOF",
    "cat <<-'E F'\n\tx\n\tE F",
    "cat <<< 'x'",
    "echo \\\\",
    'echo "$(echo "a b")"',
    "echo `echo a`",
    "a=${#b}; echo $#",
    "echo ${x:-'a b'}",
    "true |& cat",
    "echo a >| b",
    "echo 2>&1 &",
    "sleep 1 &",
    "cat <<A; cat <<B\n1\nA\n2\nB",
    "echo $((1<<2))",
    "(( x = 1 << 2 ))",
    "case a in a) echo 'x';; esac",
    "[[ a =~ ^(a|b)$ ]]",
    "echo a\n# it's\necho b",
    'echo "a\\"b"',
    "echo 'a'\\''b'",
    "f() { echo; }",
    "for i in 1; do echo $i; done",
    "echo a &&\necho b",
    "echo $(cat <<E\nx\nE\n)",
    "echo \\\n a",
]
OPEN = [
    "echo 'a",
    'echo "a',
    'echo "$(date',
    "echo $(date",
    "echo `date",
    "cat <<EOF\nx",
    "cat <<'E'\nE ",
    "echo a |",
    "true &&",
    "false ||",
    "echo a \\",
    "true &&  # and then",
    "echo $'a\\'",
    "cat <<A <<B\n1\nA\nx",
    "echo \"it's",
    "echo a |&",
]


def verdict(text: str) -> str:
    """What bash itself says: ``whole``, ``more`` (it asks for more) or ``wrong``."""
    done = subprocess.run(["bash", "-n"], input=text, capture_output=True, text=True, check=False, env={"LC_ALL": "C"})
    backslashes = len(text) - len(text.rstrip("\\"))
    if backslashes % 2 or any(word in done.stderr for word in ("unexpected end of file", "unexpected EOF", "delimited by end-of-file")):
        return "more"
    return "wrong" if done.returncode else "whole"


def test_the_page_and_bash_agree_on_what_is_unfinished(jisoo: Any) -> None:
    judge = (
        "async lines => { const { unfinished } = await import('/static/js/unfinished.js'); return lines.map((line) => unfinished(line)); }"
    )
    assert {line: verdict(line) for line in WHOLE + OPEN} == dict.fromkeys(WHOLE, "whole") | dict.fromkeys(OPEN, "more")
    said = jisoo.page.evaluate(judge, WHOLE + OPEN)
    assert dict(zip(WHOLE + OPEN, said, strict=True)) == dict.fromkeys(WHOLE, False) | dict.fromkeys(OPEN, True)
    # Of half a line too: what bash would run is never kept from it.
    halves = [line[:end] for line in WHOLE + OPEN for end in range(1, len(line))]
    sure = [line for line, more in zip(halves, jisoo.page.evaluate(judge, halves), strict=True) if more]
    assert [line for line in sure if verdict(line) == "whole"] == []
