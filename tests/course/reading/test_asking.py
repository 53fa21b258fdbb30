"""From a form to what is judged, and what is shown of it."""

import pytest
from django.http import QueryDict

from course.reading import asking
from course.reading.models import Answer


def form(text: str) -> QueryDict:
    return QueryDict(text)


@pytest.mark.parametrize(
    ("question", "posted", "given"),
    [
        ("flat", "choice=1", [1]),
        ("flat", "", None),
        ("flat", "choice=9", None),
        ("flat", "choice=x", None),
        ("some", "choice=2&choice=0&choice=0", [0, 2]),
        ("order", "place-0=2&place-1=1&place-2=3", [1, 0, 2]),
        ("order", "place-0=2&place-1=2&place-2=3", None),
        ("order", "place-0=1", None),
        ("list", "line=+aws+s3+ls+", "aws s3 ls"),
        ("list", "line=+", None),
    ],
)
def test_what_a_form_gives(note, question, posted, given):
    assert asking.given(note.question(question), form(posted)) == given


@pytest.mark.parametrize(("question", "given"), [("flat", [1]), ("some", [0, 2]), ("order", [2, 0, 1]), ("list", "aws s3 ls 's3://a b'")])
def test_an_answer_survives_its_address(note, question, given):
    query = QueryDict(mutable=True)
    query.update({"question": question, "answer": asking.packed(given)})
    assert asking.unpacked(note, query) == asking.Tried(question, given)


@pytest.mark.parametrize(
    "query", ["", "question=nosuch&answer=1", "question=flat&answer=", "question=flat&answer=1,2", "question=flat&answer=9"]
)
def test_an_address_of_somebodys_making_shows_nothing(note, query):
    assert asking.unpacked(note, form(query)) is None


def test_a_wrong_choice_says_why_not(note):
    shown = asking.shown(note, note.question("flat"), tried=asking.Tried("flat", [1]))
    assert (shown["state"], shown["partial"]) == ("wrong", False)
    option = next(one for one in shown["options"] if one["number"] == 1)
    assert (option["chosen"], option["sign"], option["why"]) == (True, "wrong", "Two is too many.")
    assert {one["sign"] for one in shown["options"] if not one["chosen"]} == {""}, "what is right is not given away"


def test_some_of_what_is_right_is_said_to_be(note):
    shown = asking.shown(note, note.question("some"), tried=asking.Tried("some", [0]))
    assert (shown["state"], shown["partial"]) == ("wrong", True)


def test_an_order_is_shown_as_given_with_what_stands_in_its_place(note):
    shown = asking.shown(note, note.question("order"), tried=asking.Tried("order", [0, 2, 1]))
    assert [(item["number"], item["sign"]) for item in shown["items"]] == [(0, "right"), (2, "wrong"), (1, "wrong")]


def test_before_an_answer_nothing_is_told(note):
    for shown in asking.questions(note, {}):
        assert shown["state"] == ""
        assert not any(one["sign"] for one in (*shown["options"], *shown["items"]))


def test_choices_are_shuffled_alike_for_all_and_an_order_is_not_right_already(note):
    once, again = (asking.questions(note, {}) for _ in range(2))
    assert [[one["number"] for one in shown["options"]] for shown in once] == [
        [one["number"] for one in shown["options"]] for shown in again
    ]
    assert [item["number"] for item in once[2]["items"]] != [0, 1, 2]


def test_an_answer_kept_from_before_an_edit_is_as_none(note):
    answer = Answer(question="flat", given=[7], right=True, tries=1)
    assert asking.shown(note, note.question("flat"), answer)["state"] == ""
