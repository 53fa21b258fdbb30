"""The simulated deployments: their numbers, their words, and the form that asks for them."""

from __future__ import annotations

import json
import re
from itertools import product

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import translation

from course.reading.pictures import strategies_words
from course.reading.pictures.stage import Stage, asked
from course.reading.pictures.strategies import FAILS, STRATEGIES, Scenario, Tick, simulate

EVERY = [one for one in product(STRATEGIES, range(2, 13), range(1, 13), FAILS) if one[2] <= one[1]]


def test_what_holds_for_every_deployment() -> None:
    for strategy, fleet, batch, fails in EVERY:
        ticks = simulate(strategy, fleet, batch, fails)
        assert ticks[0] == Tick("start", old=fleet)
        assert ticks[-1] == (Tick("restored", old=fleet) if fails else Tick("done", new=fleet, share=100))
        assert any(tick.failing for tick in ticks) == bool(fails)
        assert len(ticks) >= 3
        for tick in ticks:
            assert tick.running >= fleet, (strategy, fleet, batch, fails, tick)
            assert min(tick.old, tick.new, tick.out, tick.ready, tick.kept) >= 0
            assert (0 < tick.share <= 100) if tick.new else tick.share == 0


@pytest.mark.parametrize(
    ("strategy", "least", "most"),
    [
        ("all-at-once", 0, 4),
        ("rolling", 3, 4),
        ("rolling-extra", 4, 5),
        ("immutable", 4, 8),
        ("blue-green", 4, 8),
        ("canary", 4, 8),
        ("linear", 4, 8),
    ],
)
def test_how_many_serve_and_how_many_are_paid_for(strategy: str, least: int, most: int) -> None:
    ticks = simulate(strategy, 4, 1)
    assert min(tick.serving for tick in ticks) == least
    assert max(tick.running for tick in ticks) == most


def test_all_at_once_is_down_for_a_tick_and_for_two_when_it_fails() -> None:
    assert [tick.serving for tick in simulate("all-at-once", 6, 2)] == [6, 0, 6]
    assert [tick.serving for tick in simulate("all-at-once", 6, 2, "first")] == [6, 0, 0, 6]


def test_rolling_goes_batch_by_batch() -> None:
    ticks = simulate("rolling", 5, 2)
    assert [(tick.old, tick.new, tick.out) for tick in ticks] == [(5, 0, 0), (3, 0, 2), (1, 2, 2), (0, 4, 1), (0, 5, 0)]
    assert [tick.share for tick in ticks] == [0, 0, 67, 100, 100]


def test_rolling_rolls_back_what_it_has_done() -> None:
    ticks = simulate("rolling", 6, 2, "half")
    assert [tick.event for tick in ticks] == ["start", "batch", "batch", "batch-fails", "batch-back", "restored"]
    assert [tick.serving for tick in ticks] == [6, 4, 4, 4, 4, 6]


def test_an_additional_batch_that_fails_touches_nobody() -> None:
    ticks = simulate("rolling-extra", 6, 2, "first")
    assert max(tick.share for tick in ticks) == 0
    assert min(tick.serving for tick in ticks) == 6


def test_immutable_begins_with_one_and_leaves_the_old_ones_alone() -> None:
    assert [(tick.old, tick.new, tick.ready) for tick in simulate("immutable", 4, 1)] == [
        (4, 0, 0), (4, 0, 1), (4, 1, 3), (4, 4, 0), (0, 4, 0),
    ]  # fmt: skip
    for fails in ("first", "half"):
        assert all(tick.old == 4 for tick in simulate("immutable", 4, 1, fails))


def test_blue_stays_until_the_end() -> None:
    ticks = simulate("blue-green", 3, 1)
    assert [(tick.old, tick.new, tick.ready, tick.kept) for tick in ticks] == [
        (3, 0, 0, 0), (3, 0, 3, 0), (0, 3, 0, 3), (0, 3, 0, 3), (0, 3, 0, 0),
    ]  # fmt: skip
    assert {tick.share for tick in ticks} == {0, 100}


def test_a_canary_that_fails_got_its_share_and_no_more() -> None:
    for fleet in range(2, 13):
        for batch in range(1, fleet + 1):
            share = 100 * batch // fleet
            assert max(tick.share for tick in simulate("canary", fleet, batch, "first")) == share
            assert [tick.share for tick in simulate("canary", fleet, batch)] == [0, 0, share, share, 100, 100]


def test_linear_grows_in_equal_steps() -> None:
    assert [tick.share for tick in simulate("linear", 5, 1)] == [0, 0, 20, 40, 60, 80, 100, 100]
    assert max(tick.share for tick in simulate("linear", 10, 1, "first")) == 10
    assert max(tick.share for tick in simulate("linear", 10, 1, "half")) == 50


@pytest.mark.parametrize(
    "wrong", [("flag-day", 4, 1, ""), ("rolling", 1, 1, ""), ("rolling", 13, 1, ""), ("rolling", 4, 5, ""), ("rolling", 4, 1, "x")]
)
def test_what_cannot_be_is_refused(wrong: tuple[str, int, int, str]) -> None:
    with pytest.raises(ValueError, match="no deployment"):
        simulate(*wrong)


@pytest.mark.parametrize("language", ["ko", "en"])
def test_every_tick_is_said_in_words(language: str) -> None:
    events = set()
    with translation.override(language):
        for strategy, fails in product(STRATEGIES, FAILS):
            for row in Stage(Scenario(strategy, 4, 1, fails)).rows:
                assert row.words
                assert "%(" not in row.words + row.state
                assert "%%" not in row.words + row.state
                events.add(row.tick.event)
    assert events == set(strategies_words.EVENTS)
    assert set(strategies_words.NAMES) == set(strategies_words.ROLLBACK) == set(STRATEGIES)


def test_what_it_came_to() -> None:
    with translation.override("en"):
        down = Stage(Scenario("all-at-once", 4, 1, "first")).summary
        double = Stage(Scenario("immutable", 4, 1, "")).summary
    assert (down.downtime, down.lowest, down.highest) == ("Down for 2 steps", 0, 100)
    assert (double.downtime, double.lowest, double.highest, double.average) == ("None", 100, 200, 175)


@pytest.mark.parametrize(
    ("query", "scenario"),
    [
        ({}, Scenario()),
        ({"strategy": "canary", "fleet": "10", "batch": "2", "fails": "first"}, Scenario("canary", 10, 2, "first")),
        ({"fleet": "99", "batch": "99"}, Scenario(fleet=12, batch=12)),
        ({"fleet": "3", "batch": "7"}, Scenario(fleet=3, batch=3)),
        ({"fleet": "-3", "batch": "0"}, Scenario(batch=1)),
        ({"strategy": "<b>", "fails": "x", "fleet": "٣", "batch": "1" * 5000}, Scenario()),
    ],
)
def test_any_query_is_answered(query: dict[str, str], scenario: Scenario) -> None:
    assert asked(query) == scenario
    assert Stage(scenario).ticks


@pytest.mark.django_db
def test_without_scripts_the_form_leads_to_a_page_with_everything(client: Client) -> None:
    asked_for = {"strategy": "immutable", "fleet": "3", "ident": "picture-2"}
    answer = client.get(reverse("strategies"), asked_for, headers={"accept-language": "en"})
    html = answer.content.decode()
    assert html.startswith("<!doctype html>")
    assert '<option value="immutable" selected>' in html
    assert f'action="{reverse("strategies")}#picture-2"' in html
    assert 'id="picture-2"' in html
    assert len(re.findall(r'<th scope="row"', html)) == 5
    assert "<details" in html and " open>" in html
    assert "data-play-controls" in html and "hidden data-play-controls" in html
    assert "HX-Request" in answer["Vary"]


@pytest.mark.django_db
def test_htmx_gets_what_changes_and_no_more(client: Client) -> None:
    headers = {"HX-Request": "true", "accept-language": "en"}
    html = client.get(reverse("strategies"), {"strategy": "linear", "fleet": "4", "ident": "picture-2"}, headers=headers).content.decode()
    assert html.startswith('<div class="strategies-stage" id="picture-2-stage"')
    assert "<form" not in html
    data = re.search(r'<script id="picture-2-ticks" type="application/json">(.*?)</script>', html)
    assert data
    ticks = json.loads(data[1])
    assert len(ticks) == len(re.findall("data-tick=", html)) == len(simulate("linear", 4, 1))
    assert all(tick["words"] and tick["state"] for tick in ticks)


@pytest.mark.django_db
def test_an_id_from_the_address_is_an_id(client: Client) -> None:
    html = client.get(reverse("strategies"), {"ident": '"><script>'}, headers={"HX-Request": "true"}).content.decode()
    assert 'id="strategies-stage"' in html
