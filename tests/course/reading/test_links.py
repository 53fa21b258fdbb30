"""What those are told who know nothing of notes."""

import pytest

from course.reading.links import note_link, notes_of
from labs import presenting
from labs.mistakes import saying


@pytest.mark.parametrize(
    ("name", "link"),
    [
        ("small", {"url": "/notes/small/", "title": "A small note"}),
        ("small#two", {"url": "/notes/small/#two", "title": "A small note: Another"}),
        ("small#nosuch", {"url": "/notes/small/", "title": "A small note"}),
        ("nosuch", None),
        ("../small", None),
    ],
)
def test_where_a_note_is(note, name, link):
    assert note_link(name, "en") == link


def test_the_words_beside_a_mistake_ask_it(note):
    assert saying.note_link("small") == {"url": "/notes/small/", "title": "A small note"}


def test_a_lab_names_the_notes_that_it_goes_with(note, settings):
    assert notes_of("first", "en") == presenting.notes_of("first") == [{"url": "/notes/small/", "title": "A small note"}]
    assert presenting.notes_of("second") == []
    settings.LABS_NOTES_OF = ""
    assert presenting.notes_of("first") == []
