"""Measures, wrapped texts, columns, and the kinds that have a layout of their own."""

from __future__ import annotations

from itertools import combinations

import pytest

from course.reading.pictures import columns, nest, pairs, sequence
from course.reading.pictures.shapes import Arrow, Point, Rect, rounded
from course.reading.pictures.words import block, width, wrap


def test_hangul_is_wider_than_latin() -> None:
    assert width("가나다") > width("abc") > width("ill")
    assert width("가") == width("\u1100\u1161")  # the same syllable, taken apart
    assert width("text", "label") < width("text", "frame") < width("text")


def test_a_text_is_wrapped_at_its_spaces() -> None:
    lines = wrap("one two three four five six", 80)
    assert " ".join(lines) == "one two three four five six"
    assert all(width(line) <= 80 for line in lines)
    assert len(lines) > 1
    assert wrap("first\nsecond", 400) == ("first", "second")


def test_lines_are_even() -> None:
    first, second = wrap("a few words and then one", 150)
    assert abs(width(first) - width(second)) < 60


def test_a_word_too_wide_is_broken_where_it_may_be() -> None:
    assert wrap("arn:aws:codepipeline:eu/name", 100)[0].endswith(":")
    assert "".join(wrap("stop-pipeline-execution", 90)) == "stop-pipeline-execution"
    assert wrap("CodeBuild", 30) == ("CodeBuild",)  # too short to be broken
    assert "".join(wrap("BeforeAllowTestTraffic", 80)) == "BeforeAllowTestTraffic"
    assert all(width(line) <= 80 for line in wrap("BeforeAllowTestTraffic", 80))


def test_nothing_takes_no_room() -> None:
    assert (block("  ", 100).width, block("", 100).height) == (0, 0)


def test_columns_keep_their_distances_and_share_what_is_left() -> None:
    found = columns.solve({0: 40, 1: 40, 2: 40}, {(0, 2): 200})
    assert found == {0: 20, 1: 120, 2: 220}
    assert columns.solve({3: 50}, {}) == {3: 25}


def test_a_line_is_round_at_its_bends() -> None:
    assert rounded((Point(0, 0), Point(40, 0), Point(40, 40))) == "M0 0L32 0Q40 0 40 8L40 40"


@pytest.mark.parametrize(
    ("end", "head"), [(Point(50, 20), "M41 24L50 20L41 16Z"), (Point(20, 50), "M24 41L20 50L16 41Z")]
)
def test_a_head_points_where_the_line_goes(end: Point, head: str) -> None:
    assert Arrow((Point(20, 20), end)).head == head


def test_rects_that_share_an_edge_do_not_touch() -> None:
    assert not Rect(0, 0, 10, 10).touches(Rect(10, 0, 10, 10))
    assert Rect(0, 0, 10, 10).touches(Rect(9, 9, 10, 10))


def inner(text: str, count: int, *, across: bool) -> nest.Held:
    return nest.Held(text, boxes=tuple(nest.Held(f"{text} {number}") for number in range(count)), across=across)


def test_boxes_lie_in_their_boxes() -> None:
    drawing = nest.draw(nest.Nest((inner("A VPC", 3, across=True), nest.Held("Outer", boxes=(inner("계정", 2, across=False),)))))
    everything = [*drawing.holders, *drawing.boxes]
    for one, other in combinations(everything, 2):
        assert one.rect.holds(other.rect) or other.rect.holds(one.rect) or not one.rect.touches(other.rect)
    for box in drawing.boxes:
        assert any(holder.rect.holds(box.rect) for holder in drawing.holders)
        assert box.rect.holds(box.words.rect)
    for holder in drawing.holders:
        assert not any(holder.words.rect.touches(box.rect) for box in drawing.boxes)


def test_boxes_stand_side_by_side_where_asked_and_while_they_fit() -> None:
    few = nest.draw(nest.Nest((inner("few", 2, across=True),))).boxes
    assert few[0].rect.y == few[1].rect.y
    many = nest.draw(nest.Nest((inner("very many of them", 9, across=True),)))
    assert many.view.width <= 680
    assert many.boxes[0].rect.x == many.boxes[1].rect.x


def test_messages_reach_from_life_to_life() -> None:
    drawing = sequence.draw(
        sequence.Sequence(
            (("a", "A"), ("b", "B"), ("c", "다")),
            (
                sequence.Message("a", "c", "a message with some words"),
                sequence.Message("c", "a", "답", dashed=True),
                sequence.Message("b", "b", "alone"),
            ),
        )
    )
    lives = [life.x for life in drawing.lives]
    assert lives == sorted(lives)
    there, back, alone = drawing.arrows
    assert (there.points[0].x, round(there.points[-1].x, -1)) == (lives[0], round(lives[2], -1))
    assert back.dashed
    assert alone.points[0].x == lives[1]
    assert all(drawing.view.holds(words.rect) for words in drawing.words)
    for one, other in combinations([words.rect for words in drawing.words], 2):
        assert not one.touches(other)


def test_terms_stand_in_columns_with_the_middle_between() -> None:
    rows = (("Recipe", "Manifest"), ("Ohai", "Facter"), ("a", "b"))
    drawing = pairs.draw(pairs.Pairs(("Chef", "Puppet"), rows, ("what shall be", "facts", "")))
    left, right = drawing.boxes[::2], drawing.boxes[1::2]
    assert len({box.rect.x for box in left}) == len({box.rect.x for box in right}) == 1
    assert len(drawing.words) == 2
    for words in drawing.words:
        assert not any(words.rect.touches(box.rect) for box in drawing.boxes)
