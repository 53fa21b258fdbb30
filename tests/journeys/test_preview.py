"""What a learner's program serves, in a browser: offered, shown, gone with its command; and nothing in it reaches the course's pages."""

import base64
import re
from collections.abc import Callable
from typing import Any

from playwright.sync_api import expect

from tests.journeys.test_guide import in_both_themes

HOSTILE = """<!doctype html><title>mine</title><h1>Mine</h1><img src="dot.svg" alt="dot"><pre id="found"></pre><script>
const found = {};
const attempt = (name, act) => { try { found[name] = String(act()); } catch (error) { found[name] = error.name; } };
const SITE = document.referrer || "%(site)s/";
(async () => {
  attempt("parent", () => parent.document.title);
  if (top !== self) attempt("top", () => { top.location = "about:blank#taken"; return "asked"; });
  attempt("cookie", () => document.cookie);
  attempt("storage", () => localStorage.length);
  attempt("opener", () => String(window.opener));
  attempt("origin", () => self.origin);
  found.referrer = document.referrer;
  try { await navigator.serviceWorker.register("sw.js"); found.worker = "registered"; } catch (error) { found.worker = error.name; }
  found.site = await fetch(SITE, { credentials: "include" }).then((answer) => answer.text()).then(() => "read", (error) => error.name);
  found.own = await fetch("own.json").then((answer) => answer.json()).then((one) => one.is, (error) => error.name);
  document.getElementById("found").textContent = JSON.stringify(found);
})();
</script>"""
DOT = '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><circle cx="4" cy="4" r="4"/></svg>'
PUT = "import boto3; print(boto3.client('s3').generate_presigned_url('put_object', Params={'Bucket': 'shown-here', 'Key': 'new.txt'}))"


def write(name: str, content: str) -> str:
    return f"echo {base64.b64encode(content.encode()).decode()} | base64 -d > {name}"


def test_a_learners_program_is_shown_while_it_runs(visitor: Callable[..., Any], stack: Any) -> None:
    minji = visitor()
    minji.sign_in("minji")
    minji.open_lab("playground")
    page = minji.page
    home = page.url
    minji.run("; ".join([write("index.html", HOSTILE % {"site": stack.url}), write("dot.svg", DOT), write("own.json", '{"is": "mine"}')]))
    minji.type_line("python3 -m http.server 8080")
    expect(page.locator("#ports")).to_contain_text("Listening on port 8080")
    expect(page.locator("[data-stop]"), "the offer hides no part of the program").to_be_in_viewport(ratio=1)
    page.click("[data-preview='8080']")
    expect(page.locator("#preview-title")).to_be_focused()
    frame = page.frame_locator("#preview iframe")
    expect(frame.locator("h1")).to_have_text("Mine")
    expect(frame.locator("#found")).to_have_text(re.compile("own"))
    found = frame.locator("#found").evaluate("element => JSON.parse(element.textContent)")
    assert found == {
        "parent": "SecurityError", "top": "SecurityError", "cookie": "SecurityError", "storage": "SecurityError", "opener": "null",
        "origin": "null", "referrer": "", "worker": "SecurityError", "site": "TypeError", "own": "mine",
    }  # fmt: skip
    assert page.url == home
    assert frame.locator("img").evaluate("image => image.decode().then(() => image.naturalWidth)") == 9
    in_both_themes(minji, under="#preview iframe")

    with page.expect_popup() as opened:
        page.click("#preview-tab-8080")
    tab = opened.value
    expect(tab.locator("#found")).to_have_text(re.compile('"cookie":"SecurityError"'))
    assert re.fullmatch(r"http://8080-\d+-[a-z2-7]{24}\.preview\.localhost:\d+/", tab.url)
    assert [one["name"] for one in tab.context.cookies(tab.url)] == []

    page.get_by_role("button", name="Second terminal", exact=True).click()
    line = page.locator("#terminal-2 form.prompt textarea")
    line.fill("curl -s localhost:8080/own.json")
    line.press("Enter")
    expect(page.locator("#terminal-2 .block").last).to_contain_text('"is": "mine"')
    expect(page.locator("#ports"), "the server goes on in the first one").to_contain_text("8080")
    expect(frame.locator("h1")).to_have_text("Mine")

    page.locator("#terminal-1 .block [data-stop]").click()
    expect(page.locator("[data-preview-word]")).to_contain_text("Nothing listens on port 8080 any more")
    expect(page.locator("#ports")).not_to_contain_text("8080")
    expect(page.locator("#preview iframe")).to_have_count(0)
    expect(page.locator(".block[data-running]")).to_have_count(0)
    tab.reload()
    expect(tab.locator("p")).to_contain_text("a server ends with its command")
    minji.type_line("python3 -m http.server 8080")
    expect(frame.locator("h1")).to_have_text("Mine")
    tab.reload()
    expect(tab.locator("h1")).to_have_text("Mine")
    page.locator(".block [data-stop]").click()
    page.keyboard.press("Escape")

    teacher = visitor()
    teacher.sign_in("teacher")
    assert teacher.page.goto(f"{home}preview/8080/").status == 404


def test_urls_of_the_learners_cloud_open(visitor: Callable[..., Any]) -> None:
    jisoo = visitor(locale="ko-KR")
    jisoo.sign_in("jisoo")
    jisoo.open_lab("playground")
    page = jisoo.page
    jisoo.run(
        "aws s3 mb s3://shown-here && echo '안녕' > a.txt && aws s3 cp --content-type 'text/plain; charset=utf-8' a.txt s3://shown-here/"
    )
    jisoo.run("aws s3 presign s3://shown-here/a.txt")
    with page.expect_popup() as opened:
        page.locator(".block").last.locator(".out-link").click()
    tab = opened.value
    expect(tab.locator("body")).to_have_text("안녕")
    assert tab.url.startswith("http://aws-")

    jisoo.run(f'python3 -c "{PUT}"')
    with page.expect_popup() as opened:
        page.locator(".block").last.locator(".out-link").click()
    put = opened.value
    expect(put.locator("body")).to_contain_text("SignatureDoesNotMatch")  # it is for PUT, and a browser's tab asks with GET
    assert put.evaluate("fetch(location.href, {method: 'PUT', body: 'sent'}).then((answer) => answer.status)") == 200
    expect(page.locator("#undo")).to_contain_text("PUT shown-here.s3")
    assert jisoo.run("aws s3 cp s3://shown-here/new.txt -") == "sent"
    assert jisoo.complaints == []
