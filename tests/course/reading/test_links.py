"""What those are told who know nothing of notes."""

import pytest

from course.reading.links import note_link
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
