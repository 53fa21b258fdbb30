"""The course's first task in a browser: every command as the course prints it, reloads, restarts, and nothing lost."""

from collections.abc import Callable
from typing import Any

from playwright.sync_api import expect

LAB = "heartbeat-pipeline"


def test_the_first_task_from_sign_in_to_tomorrow(visitor: Callable[..., Any], stack: Any) -> None:
    minji = visitor()
    minji.sign_in("minji")
    minji.open_lab(LAB)
    lines = minji.page.locator("#guide [data-run]").evaluate_all("all => all.map(one => one.dataset.run)")
    assert any("/latest/api/token" in line for line in lines)
    assert any("-P CodeDeployHeartbeatDemo" in line for line in lines)
    for number, line in enumerate(lines, 1):
        if number % 2:  # click one, type the next
            minji.page.locator("#guide [data-run]").nth(number - 1).dblclick()
        else:
            minji.type_line(line)
        block = minji.wait_done(number)
        expect(block.locator(".block-state .ok"), line).to_be_attached()
    steps = minji.page.locator(".step").count()
    assert steps >= 7
    expect(minji.page.locator(".step.is-passed")).to_have_count(steps)
    expect(minji.page.locator("#track")).to_contain_text(f"{steps} of {steps} steps")
    assert minji.complaints == []
    minji.close()

    stack.stop("web")
    stack.stop("worker")
    stack.start_worker()
    stack.start_web()

    later = visitor(locale="ko-KR")
    later.sign_in("minji")
    later.page.goto("/labs/")
    expect(later.page.locator(f"#lab-{LAB}")).to_contain_text("완료")
    later.open_lab(LAB)
    assert later.blocks() == len(lines)
    expect(later.page.locator(".step.is-passed")).to_have_count(steps)
    assert later.run("echo $myRegion; pwd").split() == ["ap-northeast-2", "/home/ec2-user/environment/CodeDeployHeartbeatDemo"]
    assert "HeartBeat-App.zip" in later.run("aws s3 ls s3://$myAppSrcBucket/")
