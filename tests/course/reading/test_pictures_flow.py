"""The geometry of flows, over many graphs made at random: nothing lies on what it should not lie on."""

from __future__ import annotations

import random
from functools import cache
from itertools import combinations, pairwise

import pytest

from course.reading.pictures.fields import LOOKS
from course.reading.pictures.flow import Flow, Group, Link, Node
from course.reading.pictures.flow_layout import Drawing, draw
from course.reading.pictures.shapes import Point, Rect

TEXTS = ["S3", "CodePipeline", "An approval\nby a person", "배포 그룹", "로드 밸런서에서 빠짐", "W" * 28, "il"]
LABELS = ["", "", "push", "a rather longer label for it", "승인되면", "retry-stage-execution", "two\nlines"]


def graph(seed: int) -> Flow:
    chance = random.Random(seed)
    count = chance.randint(1, 9)
    names = [f"n{number}" for number in range(count)]
    nodes = tuple(Node(name, chance.choice(TEXTS), chance.choice(["", "a note"]), chance.choice(LOOKS)) for name in names)
    rows, left = [], list(names)
    while left:
        size = chance.randint(1, 4)
        row: list[str | None] = list(left[:size])
        if chance.random() < 0.2:
            row.insert(chance.randint(0, len(row)), None)
        rows.append(tuple(row))
        left = left[size:]
    ends = [(chance.choice(names), chance.choice(names)) for _ in range(chance.randint(0, count + 3))]
    arrows = tuple(Link(start, end, chance.choice(LABELS), chance.random() < 0.3) for start, end in ends)
    row = [name for name in chance.choice(rows) if name]
    groups = (Group("a group with a title", tuple(row[: chance.randint(1, len(row))])),) if chance.random() < 0.5 else ()
    return Flow(nodes, tuple(rows), arrows, groups, moves=True)


SEEDS = range(40)


@cache
def drawing_of(seed: int) -> Drawing:
    return draw(graph(seed))


@pytest.fixture(params=SEEDS)
def drawn(request: pytest.FixtureRequest) -> tuple[Flow, Drawing]:
    return graph(request.param), drawing_of(request.param)


def on_edge(point: Point, rect: Rect) -> bool:
    return (point.x in {rect.x, rect.right} and rect.y <= point.y <= rect.bottom) or (
        point.y in {rect.y, rect.bottom} and rect.x <= point.x <= rect.right
    )


def test_the_geometry_holds(drawn: tuple[Flow, Drawing]) -> None:
    flow, drawing = drawn
    rects = {name: box.rect for name, box in drawing.boxes.items()}
    labels = [label.words.rect for label in drawing.labels]

    assert set(rects) == {node.id for node in flow.nodes}
    for one, other in combinations(rects.values(), 2):
        assert not one.touches(other), "a box on a box"
    for box in drawing.boxes.values():
        assert box.rect.holds(box.words.rect), "a text out of its box"
        assert box.rect.holds(box.note.rect) or not box.note.lines
    assert len(labels) == sum(bool(link.label) for link in flow.arrows)
    for label in labels:
        assert drawing.view.holds(label), "a label out of sight"
        assert not any(label.touches(rect) for rect in rects.values()), "a label on a box"
    for one, other in combinations(labels, 2):
        assert not one.touches(other), "a label on a label"
    for link, arrow in zip(flow.arrows, drawing.arrows, strict=True):
        assert on_edge(arrow.points[0], rects[link.start]), "an arrow that begins in the air"
        assert on_edge(arrow.points[-1], rects[link.end]), "an arrow that ends in the air"
        assert all(one.x == other.x or one.y == other.y for one, other in pairwise(arrow.points)), "a slanting line"
        for piece in arrow.segments:
            assert drawing.view.holds(piece)
            assert not any(rect.grown(-1).touches(piece) for rect in rects.values()), "an arrow through a box"
        assert arrow.head.startswith("M")


def test_frames_hold_their_own_and_no_other(drawn: tuple[Flow, Drawing]) -> None:
    _, drawing = drawn
    for frame in drawing.frames:
        assert drawing.view.holds(frame.rect)
        assert frame.rect.holds(frame.words.rect)
        for name, box in drawing.boxes.items():
            assert frame.rect.holds(box.rect) if name in frame.group.nodes else not frame.rect.touches(box.rect)
            assert not frame.words.rect.touches(box.rect)


def test_arrows_do_not_share_a_way() -> None:
    """Over all graphs, hardly a pixel of an arrow lies on another one."""
    together = alone = 0
    for seed in SEEDS:
        pieces = [arrow.segments for arrow in drawing_of(seed).arrows]
        alone += sum(piece.width + piece.height for some in pieces for piece in some)
        for some, others in combinations(pieces, 2):
            for one in some:
                for other in others:
                    if one.touches(other) and (one.width == other.width == 1 or one.height == other.height == 1):
                        together += min(one.right, other.right) - max(one.x, other.x) + min(one.bottom, other.bottom) - max(one.y, other.y)
    assert together < alone / 100


def test_the_order_of_the_rows_is_kept() -> None:
    flow = Flow(tuple(Node(name, name) for name in "abcd"), (("a", "b"), ("c",), (None, "d")))
    boxes = draw(flow).boxes
    assert boxes["a"].rect.right < boxes["b"].rect.x
    assert boxes["a"].rect.bottom < boxes["c"].rect.y < boxes["c"].rect.bottom < boxes["d"].rect.y
    assert boxes["a"].rect.middle.x < boxes["c"].rect.middle.x < boxes["b"].rect.middle.x
    assert boxes["d"].rect.middle.x == boxes["b"].rect.middle.x


def test_neighbours_are_joined_by_a_straight_line() -> None:
    flow = Flow((Node("a", "A"), Node("b", "B")), (("a", "b"),), (Link("a", "b", "label"),))
    (arrow,) = draw(flow).arrows
    assert len(arrow.points) == 2
    assert arrow.points[0].y == arrow.points[1].y


def test_there_and_back_are_two_lines() -> None:
    flow = Flow((Node("a", "A"), Node("b", "B")), (("a", "b"),), (Link("a", "b", "there"), Link("b", "a", "back")))
    drawing = draw(flow)
    there, back = (arrow.points[0].y for arrow in drawing.arrows)
    assert abs(there - back) >= 12


def test_long_texts_are_wrapped_before_a_row_gets_wide() -> None:
    nodes = tuple(Node(name, "several words in a box") for name in "abcd")
    narrow = draw(Flow(nodes, (("a", "b", "c", "d"),)))
    assert len(narrow.boxes["a"].words.lines) > 1
    assert narrow.view.width <= 680
    assert len(draw(Flow(nodes[:1], (("a",),))).boxes["a"].words.lines) == 1


def test_a_live_view_changes_looks_and_nothing_moves() -> None:
    flow = Flow((Node("a", "Build"), Node("b", "Deploy")), (("a", "b"),), (Link("a", "b"),))
    before, after = draw(flow), draw(flow.seen_as({"a": "good", "b": "bad"}))
    assert [box.look for box in after.boxes.values()] == ["good", "bad"]
    assert [box.rect for box in after.boxes.values()] == [box.rect for box in before.boxes.values()]


def test_the_dot_goes_through_boxes_that_arrows_share() -> None:
    nodes = tuple(Node(name, name) for name in "abc")
    chain = draw(Flow(nodes, (("a", "b", "c"),), (Link("a", "b"), Link("b", "c")), moves=True))
    leap = draw(Flow(nodes, (("a", "b", "c"),), (Link("a", "b"), Link("a", "c")), moves=True))
    assert (chain.way.count("M"), leap.way.count("M")) == (1, 2)
    assert draw(Flow(nodes, (("a", "b", "c"),), (Link("a", "b"),))).way == ""


def test_an_arrow_goes_round_a_frame_that_it_has_nothing_to_do_with() -> None:
    nodes = tuple(Node(name, "a box") for name in "abcdef")
    rows = (("a", "b"), ("c", "d"), ("e", "f"))
    drawing = draw(Flow(nodes, rows, (Link("a", "e"), Link("b", "f")), (Group("of others", ("c", "d")),)))
    for arrow in drawing.arrows:
        assert not any(piece.touches(drawing.frames[0].rect) for piece in arrow.segments)


def test_a_title_is_not_struck_through() -> None:
    """A frame as wide as its one box has its title where the arrow comes in: it grows beside it."""
    flow = Flow((Node("a", "A"), Node("b", "B")), (("a",), ("b",)), (Link("a", "b"),), (Group("A long enough title", ("b",)),))
    drawing = draw(flow)
    (frame,) = drawing.frames
    assert frame.rect.holds(frame.words.rect)
    assert not any(piece.touches(frame.words.rect) for arrow in drawing.arrows for piece in arrow.segments)
