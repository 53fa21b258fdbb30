"""Two labs from beginning to end: what the page gives is clicked, what it asks for is typed, each step completes by itself."""

from collections.abc import Callable
from typing import Any

from playwright.sync_api import expect

from tests.journeys.test_pages import check

S3 = """
bucket: ?aws s3 mb s3://harbour-weekly | BucketAlreadyExists
bucket: myBucket=harbour-weekly-$(aws sts get-caller-identity --query Account --output text)
+bucket: ?aws s3 mb s3://$myBucket | make_bucket: harbour-weekly-
+prefixes: aws s3 sync paper s3://$myBucket | 2024/06/tides.txt
flat: ?aws s3 ls s3://$myBucket/2024/ | PRE 05/
flat: ?list-objects-v2 --bucket $myBucket --delimiter / | CommonPrefixes
+flat: aws s3api list-objects-v2 --bucket $myBucket --delimiter / --prefix 2024/ --query 'CommonPrefixes[].Prefix' | 2024/06/
versions: ?put-bucket-versioning
+versions: aws s3 cp desk/tides.txt s3://$myBucket/2024/06/tides.txt
bring-back: key=2024/06/tides.txt
+bring-back: aws s3api copy-object --bucket $myBucket --key $key --copy-source "$myBucket/$key?versionId=null" | CopyObjectResult
undelete: ?aws s3 rm | delete:
undelete: ?masthead.txt - | 404
undelete: versions="aws s3api list-object-versions --bucket $myBucket --prefix masthead.txt --output text"
undelete: marker=$($versions --query DeleteMarkers[0].VersionId)
+undelete: aws s3api delete-object --bucket $myBucket --key masthead.txt --version-id $marker | "DeleteMarker": true
encryption: ?create-key
encryption: ?create-alias
encryption: ?put-bucket-encryption
encryption: aws s3 cp desk/front-july.txt s3://$myBucket/2024/07/front.txt
+encryption: aws s3api head-object --bucket $myBucket --key 2024/07/front.txt | "ServerSideEncryption": "aws:kms"
disabled: ?disable-key
+disabled: aws s3 cp s3://$myBucket/2024/07/front.txt - | KMS.DisabledException
enabled: aws kms enable-key --key-id $myKey
+enabled: aws s3 cp s3://$myBucket/2024/07/front.txt - | A whale in the harbour
"""
CONSOLE = """
look: ?ls lighthouse | letter.txt
+look: cat lighthouse/letter.txt | inspector
pipe: ?uniq -c | 122 Bram
+pipe: cat lighthouse/keepers*.csv | grep -c ',out$' | 7
+save: grep ',out$' lighthouse/keepers*.csv > dark.csv
variable: ?uniq -c | 5 Bram
variable: keeper=Bram
variable: ?bash -c
variable: export keeper
+variable: ?bash -c | On watch that night was Bram
+status: grep -q Dora dark.csv || echo nobody | nobody
quotes: ?lamp oil.txt | No such file or directory
+quotes: cd lighthouse; mv "lamp oil.txt" lamp-oil.txt; cd ..
+edit: sed -i 's/cups=2/cups=3/' lighthouse/lamp.conf
undo: ?rm -r
"""


def follow(one: Any, script: str) -> None:
    """Lines of ``step: a command | what it prints``; ``?`` is part of one that the step gives, ``+`` where that completes the step."""
    for text in script.strip().splitlines():
        step, rest = text.split(": ", 1)
        line, _, wanted = rest.rpartition(" | ") if " | " in rest else (rest, "", "")
        printed = do(one, step.lstrip("+"), line)
        assert wanted in printed, (line, printed)
        if step.startswith("+"):
            expect(one.page.locator(f"#step-{step[1:]}.is-passed"), line).to_be_attached()


def do(one: Any, step: str, line: str) -> str:
    if not line.startswith("?"):
        return str(one.run(line))
    before = one.blocks()
    buttons = one.page.locator(f"#step-{step} [data-run], .intro [data-run]")
    given = buttons.evaluate_all("all => all.map(one => one.dataset.run)")
    buttons.nth(next(number for number, text in enumerate(given) if line[1:] in text)).click()
    return str(one.wait_done(before + 1).locator(".block-out").text_content())


def test_a_button_that_is_put_anew_while_it_is_pressed_gets_its_click(visitor: Callable[..., Any]) -> None:
    one = visitor()
    one.sign_in("minji")
    one.open_lab("console-basics")
    button = one.page.locator("#step-look [data-run]").first
    button.scroll_into_view_if_needed()
    box = button.bounding_box()
    second = one.context.new_page()
    second.goto(one.page.url)
    second.wait_for_selector("#main[data-live]")
    one.page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    one.page.mouse.down()
    second.fill("#line", "cat lighthouse/letter.txt")
    second.press("#line", "Enter")
    expect(second.locator("#step-look.is-passed")).to_be_attached()  # and so it is here, but for the mouse
    one.page.mouse.up()
    one.wait_done(2)
    assert one.complaints == []


def finished(one: Any, steps: int) -> None:
    expect(one.page.locator(".step.is-passed")).to_have_count(steps)
    expect(one.page.locator("#finish")).to_be_visible()
    assert one.complaints == []


def test_s3_storage_in_korean(visitor: Callable[..., Any]) -> None:
    minji = visitor(locale="ko-KR")
    minji.sign_in("minji")
    minji.open_lab("s3-storage")
    follow(minji, S3)
    finished(minji, 9)


def test_console_basics_in_english(visitor: Callable[..., Any]) -> None:
    jisoo = visitor(color_scheme="dark")
    jisoo.sign_in("jisoo")
    jisoo.open_lab("console-basics")
    first, rest = CONSOLE.split("pipe:", 1)
    follow(jisoo, first)
    before = jisoo.blocks()
    jisoo.page.locator("#line").press_sequentially("wc -l lighthouse/k")
    jisoo.page.press("#line", "Tab")
    expect(jisoo.page.locator("#line")).to_have_value("wc -l lighthouse/keepers-log-of-the-northern-lighthouse-1899.csv ")
    jisoo.page.press("#line", "Enter")
    jisoo.wait_done(before + 1)
    expect(jisoo.page.locator("#step-count.is-passed")).to_be_attached()
    follow(jisoo, "pipe:" + rest)
    assert "lighthouse" not in jisoo.run("ls")
    jisoo.page.click("#undo")
    expect(jisoo.page.locator(".block.is-undone")).not_to_have_count(0)
    follow(jisoo, '+undo: echo "$keeper filled the lamp with the small cup." > verdict.txt')
    finished(jisoo, 9)
    check(jisoo)
