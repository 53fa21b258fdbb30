"""The notes there are: their order, what is left out, where links lead."""

import pytest

from course.reading import library
from tests.course.reading.conftest import TEXT, YAML, line_of, write_note


def messages() -> list[str]:
    return [error.message for error in library.everything()[1]]


def test_the_courses_order(root):
    write_note(root, "b", yaml=YAML)
    write_note(root, "a", yaml=YAML.replace("order: 10", "order: 20"))
    write_note(root, "first", yaml=YAML.replace("part: start", "part: later"))
    write_note(root, "small")
    assert [note.slug for note in library.notes()] == ["b", "small", "a", "first"]
    assert [part.id for part in library.parts()] == ["start", "later"]


def test_one_that_is_broken_takes_no_other_away(root):
    write_note(root)
    write_note(root, "worse", yaml="part: [\n")
    assert [note.slug for note in library.notes()] == ["small"]
    assert [error.path.parent.name for error in library.everything()[1]] == ["worse"]
    with pytest.raises(KeyError):
        library.get("worse")


@pytest.mark.parametrize("name", ["nosuch", "../small", ".small", "Small", ""])
def test_no_other_folder_is_a_note(root, name):
    write_note(root)
    with pytest.raises(KeyError):
        library.get(name)


@pytest.mark.parametrize(
    ("link", "says"),
    [
        ("note:smal", "there is no note “smal”; did you mean “small”?"),
        ("note:small#twoo", "the note “small” has no heading “twoo”; did you mean “two”?"),
        ("lab:frist", "there is no lab “frist”; did you mean “first”?"),
    ],
)
def test_a_link_to_nowhere_is_named_and_its_note_stays(root, link, says):
    text = TEXT.replace("note:small#two", link)
    write_note(root, en=text)
    notes, errors = library.everything()
    assert [note.slug for note in notes] == ["small"]
    assert [(error.path.name, error.line, error.message) for error in errors] == [("en.md", line_of(text, link), says)]


def test_a_link_in_a_question_counts_too(root):
    write_note(root, yaml=YAML.replace('en: "It is one."', 'en: "See [it](note:nosuch)."'))
    assert messages() == ["there is no note “nosuch”"]


def test_a_link_to_a_note_that_cannot_be_read_now_is_not_told_as_well(root):
    write_note(root, en=TEXT.replace("note:small#two", "note:worse"))
    write_note(root, "worse", yaml="part: [\n")
    assert len(messages()) == 1


def test_an_edit_is_seen_where_one_develops(root, settings):
    settings.LOCAL = True
    folder = write_note(root)
    assert library.get("small").order == 10
    (folder / "note.yaml").write_text(YAML.replace("order: 10", "order: 1000"))
    assert library.get("small").order == library.notes()[0].order == 1000


def test_elsewhere_a_process_reads_once(root, settings):
    settings.LOCAL = False
    folder = write_note(root)
    before = library.notes()
    (folder / "note.yaml").unlink()
    assert library.notes() is before


def test_without_parts_there_is_nothing_but_an_error(root):
    write_note(root)
    (root / "parts.yaml").unlink()
    assert library.notes() == ()
    assert library.parts() == ()
    assert messages() == ["this file is missing"]
