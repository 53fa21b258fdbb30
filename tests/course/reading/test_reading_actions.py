"""What is kept of a reader: once, with its times, and nobody else's."""

import pytest
from django.contrib.auth import get_user_model

from course.reading import actions
from course.reading.models import Answer, Bookmark, Reading

pytestmark = pytest.mark.django_db


@pytest.fixture
def reader():
    return get_user_model().objects.create_user("reader")


def test_opened_once_and_read_from_the_first_time_on(reader):
    first = actions.opened(user=reader, note="s3").opened
    assert actions.opened(user=reader, note="s3").opened == first
    actions.mark(user=reader, note="s3", read=True)
    read = Reading.objects.get().read
    actions.mark(user=reader, note="s3", read=True)
    assert read is not None
    assert Reading.objects.get().read == read
    actions.mark(user=reader, note="s3", read=False)
    assert Reading.objects.get().read is None


def test_a_note_may_be_marked_that_was_not_opened(reader):
    actions.mark(user=reader, note="s3", read=True)
    assert Reading.objects.get(note="s3").read


def test_a_bookmark_is_there_once(reader):
    other = get_user_model().objects.create_user("other")
    for _ in range(2):
        actions.bookmark(user=reader, note="s3", anchor="names")
        actions.bookmark(user=reader, note="s3")
    actions.bookmark(user=other, note="s3")
    assert sorted(str(one) for one in Bookmark.objects.filter(user=reader)) == ["s3", "s3#names"]
    actions.drop_bookmark(user=reader, note="s3")
    actions.drop_bookmark(user=reader, note="s3")
    assert [str(one) for one in Bookmark.objects.filter(user=reader)] == ["s3#names"]
    assert Bookmark.objects.filter(user=other).count() == 1


def test_the_newest_answer_is_kept_with_how_many_there_were_and_the_first_that_was_right(reader):
    asked = {"user": reader, "note": "s3", "question": "flat"}
    wrong = actions.answer(**asked, given=[1], right=False)
    assert (wrong.given, wrong.right, wrong.tries, wrong.solved) == ([1], False, 1, None)
    right = actions.answer(**asked, given=[0], right=True)
    assert (right.given, right.right, right.tries) == ([0], True, 2)
    assert right.first == wrong.first
    assert right.last > wrong.last
    again = actions.answer(**asked, given=[2], right=False)
    assert (again.right, again.tries, again.solved) == (False, 3, right.solved)
    assert Answer.objects.count() == 1
