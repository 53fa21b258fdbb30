"""note.yaml and parts.yaml: what is read of them, and file and line of what is wrong."""

from datetime import date

import pytest

from course.reading import loader
from course.reading.errors import NoteError
from course.reading.model import Kind, Part
from tests.course.reading.conftest import PARTS, YAML, line_of, write_note

KNOWN = {"start": Part("start", {"ko": "시작", "en": "Start"})}


def broken(root, old: str, new: str) -> NoteError:
    assert old in YAML
    with pytest.raises(NoteError) as caught:
        loader.load(write_note(root, yaml=YAML.replace(old, new)), KNOWN)
    return caught.value


def test_a_note_is_read_whole(tmp_path):
    note = loader.load(write_note(tmp_path), KNOWN)
    assert (note.slug, note.part.id, note.order, note.lab, note.checked) == ("small", "start", 10, "first", date(2026, 11, 28))
    assert [source.title for source in note.sources] == ["A", "B"]
    assert [(question.id, question.kind) for question in note.questions] == [
        ("flat", Kind.SINGLE), ("some", Kind.MULTIPLE), ("order", Kind.ORDER), ("list", Kind.COMMAND),
    ]  # fmt: skip
    assert note.in_language("ko-KR") is note.texts["ko"]
    assert note.in_language("fr") is note.texts["en"]
    assert note.question("nosuch") is None


def test_questions_are_html_and_choices_may_stand_in_a_label(tmp_path):
    note = loader.load(write_note(tmp_path), KNOWN)
    flat = note.question("flat")
    assert flat.text["en"] == "<p>What is <code>it</code>?</p>"
    assert [choice.text["en"] for choice in flat.choices] == ["One", "Two", "Three"]
    assert [choice.right for choice in flat.choices] == [True, False, False]
    assert (flat.choices[1].why["en"], flat.choices[2].why) == ("Two is too many.", {})
    assert [item["en"] for item in note.question("order").items] == ["First", "Then", "Last"]


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("part: start", "part: strat", "no part is called “strat”; did you mean “start”?"),
        ("order: 10", "order: ten", "a whole number"),
        ("lab: first", "labs: first", "unknown key “labs”; did you mean “lab”?"),
        ("checked: 2026-11-28", "checked: soon", "a date is needed here"),
        ("https://docs.aws.amazon.com/a.html", "http://docs.aws.amazon.com/a.html", "begins with https://"),
        ("    kind: single", "    kind: singel", "no question is called “singel”; did you mean “single”?"),
        ("    kind: single\n", "", "“kind” is missing"),
        ("- id: some", "- id: flat", "a question “flat” is here twice"),
        ("- id: some", "- id: So me", "small letters"),
        ("right: true}\n", "}\n", "one choice is right, and here 0 are"),
        ('{ko: 셋, en: "Three"}', '{ko: 셋, en: "Three", right: true}', "one choice is right, and here 2 are"),
        ('{ko: 셋, en: "Three"}', '{ko: 셋, en: "Three", wrong: true}', "unknown key “wrong”"),
        ('{ko: 셋, en: "Three"}', '{en: "Three"}', "“ko” is missing"),
        (
            '    items: [{ko: 먼저, en: "First"}, {ko: 다음, en: "Then"}, {ko: 끝, en: "Last"}]',
            '    items: [{ko: 먼저, en: "First"}]',
            "too little",
        ),
        ('    why: {ko: 하나라서, en: "It is one."}\n', "", "“why” is missing"),
    ],
)
def test_what_is_wrong_is_named_with_its_line(tmp_path, old, new, says):
    error = broken(tmp_path, old, new)
    assert says in str(error)
    assert error.path.name == "note.yaml"
    assert 1 <= error.line <= len(YAML.splitlines())


def test_the_line_is_the_line(tmp_path):
    assert broken(tmp_path, "part: start", "part: strat").line == 1
    assert broken(tmp_path, "    kind: single", "    kind: singel").line == line_of(YAML, "kind: single")


def test_parts_in_their_order(tmp_path):
    path = tmp_path / "parts.yaml"
    path.write_text(PARTS)
    assert [(part.id, part.title["ko"]) for part in loader.parts(path)] == [("start", "시작"), ("later", "나중")]
    path.write_text(PARTS + PARTS)
    with pytest.raises(NoteError, match="here once"):
        loader.parts(path)
