"""What an author writes wrong in a picture is said with its file and line."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from course.reading import pictures
from labs.lab.errors import LabError
from labs.lab.nodes import Value

HEAD = "kind: {}\ntitle: A title\nalt: What it shows\n"
FLOW = HEAD.format("flow")


def read(text: str) -> pictures.Picture:
    return pictures.read(Value(Path("en.md"), yaml.compose(text, Loader=yaml.SafeLoader), ""))


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ("title: x\nalt: y\n", 1, "“kind” is missing"),
        ("kind: flowers\ntitle: x\nalt: y\n", 1, "did you mean “flow”"),
        (HEAD.format("flow"), 1, "“nodes” is missing"),
        ("kind: flow\ntitle: x\nnodes: {a: A}\nrows: [[a]]\n", 1, "“alt” is missing"),
        ("kind: flow\ntitle: ''\nalt: y\nnodes: {a: A}\nrows: [[a]]\n", 2, "a text is needed"),
        (FLOW + "nodes: {a: A}\nrows: [[a]]\ncolour: red\n", 6, "unknown key “colour”"),
        (FLOW + "nodes:\n  a: A\n  b: Twenty-nine characters in all\nrows: [[a, b]]\n", 6, "a line has at most 28"),
        (FLOW + "nodes:\n  a: {text: A, as: stor}\nrows: [[a]]\n", 5, "did you mean “store”"),
        (FLOW + "nodes: {a: A, b: B}\nrows: [[a]]\n", 5, "“b” stands in 0 places"),
        (FLOW + "nodes: {a: A}\nrows: [[a, a]]\n", 5, "“a” stands in 2 places"),
        (FLOW + "nodes: {a: A}\nrows:\n  - [a, c]\n", 6, "no node “c”"),
        (FLOW + "nodes: {a: A}\nrows:\n  - [a]\n  - [~]\n", 7, "a row without a node"),
        (FLOW + "nodes: {a: A, b: B}\nrows: [[a, b]]\narrows:\n  - a -> b\n  - a => b\n", 8, "“a -> b”"),
        (FLOW + "nodes: {a: A, b: B}\nrows: [[a, b]]\narrows:\n  - a -> b\n  - a -> d\n", 8, "no node “d”"),
        (FLOW + "nodes: {a: A, b: B}\nrows: [[a, b]]\narrows:\n  - a -> b: yes\n", 7, "quote an arrow"),
        (FLOW + "nodes: {a: A, b: B, c: C}\nrows: [[a, b, c]]\ngroups:\n  G: [a, c]\n", 7, "“b” stands between them"),
        (FLOW + "nodes: {a: A, b: B, c: C}\nrows: [[a], [b], [c]]\ngroups:\n  G: [a, c]\n", 7, "rows that follow each other"),
        (FLOW + "nodes: {a: A, b: B, c: C}\nrows: [[a, b, c]]\ngroups: {G: [a, b], H: [b, c]}\n", 6, "overlap"),
        (HEAD.format("nest") + "boxes: []\n", 4, "at least one box"),
        (HEAD.format("nest") + "boxes:\n  - {text: A, across: true}\n", 5, "could stand side by side"),
        (HEAD.format("sequence") + "actors: {a: A}\nmessages: ['a: x']\n", 4, "at least two"),
        (HEAD.format("sequence") + "actors: {a: A, b: B}\nmessages:\n  - 'a -> b: x'\n  - 'a -> c: x'\n", 7, "no actor “c”"),
        (HEAD.format("sequence") + "actors: {a: A, b: B}\nmessages:\n  - 'a -> b'\n", 6, "is needed here"),
        (HEAD.format("shift") + "old: A\nnew: B\nsteps:\n  - {at: 0, new: 101}\n", 7, "from 0 to 100"),
        (HEAD.format("shift") + "old: A\nnew: B\nsteps: []\n", 6, "at least one step"),
        (HEAD.format("fleet") + "steps:\n  - {text: Start, out: 2}\n", 5, "the first step says how many"),
        (HEAD.format("fleet") + "steps:\n  - {text: Start, old: 2}\n  - {text: Then, old: -1}\n", 6, "at least 0"),
        (HEAD.format("fleet") + "steps:\n  - {text: Start, old: 25}\n", 5, "from 1 to 24"),
        (HEAD.format("pairs") + "columns: [A, B, C]\nrows: [[a, b]]\n", 4, "two texts"),
        (HEAD.format("pairs") + "columns: [A, B]\nrows: [[a, b]]\nmiddle: [x, y]\n", 6, "2 texts for 1 rows"),
        (HEAD.format("strategies") + "fleet: 4\n", 4, "unknown key “fleet”"),
    ],
)
def test_an_error_has_its_line(text: str, line: int, words: str) -> None:
    with pytest.raises(LabError) as caught:
        read(text)
    assert (caught.value.path, caught.value.line) == (Path("en.md"), line)
    assert words in caught.value.message


def test_a_flow_is_read() -> None:
    text = 'nodes: {a: A, b: {text: "B\\nb", note: n, as: store}}\nrows: [[a, ~, b]]\narrows: ["a -> b: say: it", b --> a]\nmoves: true\n'
    flow = read(FLOW + text).data
    assert [(node.id, node.text, node.note, node.look) for node in flow.nodes] == [("a", "A", "", "plain"), ("b", "B\nb", "n", "store")]
    assert flow.rows == (("a", None, "b"),)
    assert [(link.start, link.end, link.label, link.dashed) for link in flow.arrows] == [("a", "b", "say: it", False), ("b", "a", "", True)]
    assert flow.moves


def test_a_picture_can_be_a_key() -> None:
    """Pages keep what they have drawn by the picture."""
    text = FLOW + "nodes: {a: A, b: B}\nrows: [[a, b]]\narrows: [a -> b]\ngroups: {G: [a]}\n"
    assert {read(text): 1}[read(text)] == 1
