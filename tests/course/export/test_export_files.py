"""Exports as files: what is in them, for whom, and what a spreadsheet must not make of it."""

from __future__ import annotations

import csv
import io
import json
from datetime import UTC, datetime

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from course.export import described, rows, writing
from course.export.resources import RESOURCES
from course.helping.models import HelpRequest
from course.models import Role, User
from course.people.models import Act, Cohort, Membership
from course.reading.models import Answer
from labs.models import Attempt
from tests.exporting import body, typed
from tests.people import cohort_of

pytestmark = pytest.mark.django_db


def take(client: Client, cohort: Cohort, **data: str):
    return client.post(reverse("export", args=[cohort.pk]), {"kind": "commands", "format": "csv"} | data)


def table(answer) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(body(answer).decode("utf-8-sig"))))


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ("=HYPERLINK(1)", "'=HYPERLINK(1)"),
        ("+1", "'+1"),
        ("-rf", "'-rf"),
        ("@SUM(A1)", "'@SUM(A1)"),
        ("\t=1", "'\t=1"),
        ("  =1", "'  =1"),
        ("aws s3 ls", "aws s3 ls"),
        ("한글", "한글"),
        (None, ""),
        (True, "true"),
        (-5, "-5"),
        (datetime(2026, 3, 2, 9, tzinfo=UTC), "2026-03-02T09:00:00Z"),
        (["a", "b"], "a b"),
    ],
)
def test_a_cell_is_never_a_formula(value, shown: str) -> None:
    assert writing.cell(value) == shown


def test_csv_begins_with_what_spreadsheets_need(client, cohort, teacher, attempt) -> None:
    typed(attempt, '=cmd|"x"!A1', output=b"\x1b[31mred\x1b[0m\r\n")
    client.force_login(teacher)
    answer = take(client, cohort)
    assert answer["Content-Type"] == "text/csv; charset=utf-8"
    assert "attachment" in answer["Content-Disposition"]
    raw = body(answer)
    assert raw.startswith(b"\xef\xbb\xbflearner,user_name,lab,")
    row = next(csv.DictReader(io.StringIO(raw.decode("utf-8-sig"))))
    assert list(row) == [one.name for one in described.fields(rows.CommandRow)]
    assert row["line"] == '\'=cmd|"x"!A1'
    assert (row["user_name"], row["exit_status"], row["output"]) == ("learner", "0", "")


def test_output_comes_where_it_is_asked_for(client, cohort, teacher, attempt) -> None:
    typed(attempt, "ls", output=b"\x1b[31mred\x1b[0m\r\n10%\r20%\r\n")
    client.force_login(teacher)
    [row] = table(take(client, cohort, output="1"))
    assert row["output"] == "red\n20%\n"


def test_json_has_the_same(client, cohort, teacher, attempt) -> None:
    for number in range(3):
        typed(attempt, f"echo {number}")
    client.force_login(teacher)
    answer = take(client, cohort, format="json")
    found = json.loads(body(answer))
    assert [one["line"] for one in found] == ["echo 0", "echo 1", "echo 2"]
    assert found[0]["output"] is None
    assert found[0]["undone"] is False


def test_nothing_is_an_empty_list(client, cohort, teacher) -> None:
    client.force_login(teacher)
    assert json.loads(body(take(client, cohort, format="json", kind="questions"))) == []
    assert table(take(client, cohort, kind="questions")) == []


def test_every_kind_has_its_rows(client, cohort, teacher, attempt) -> None:
    now = timezone.now()
    attempt.steps.filter(step_id="make").update(state="passed", points=6, solution_shown=True, passed_at=now)
    HelpRequest.objects.create(attempt=attempt, step="name", sentence="Why?")
    Answer.objects.create(user=attempt.user, note="s3", question="what", given=[1], right=True, tries=2, solved=now)
    typed(attempt, "ls")
    client.force_login(teacher)
    found = {name: json.loads(body(take(client, cohort, format="json", kind=name))) for name in RESOURCES}
    assert [(one["step"], one["state"], one["points"]) for one in found["progress"]] == [("make", "passed", 6), ("name", "open", None)]
    assert found["members"][0]["user_name"] == "learner"
    assert found["questions"][0] | {"asked": ""} == found["questions"][0] | {"sentence": "Why?", "state": "open", "answers": 0, "asked": ""}
    assert (found["answers"][0]["note"], found["answers"][0]["tries"]) == ("s3", 2)


def test_only_the_cohorts_own_is_told(client, cohort, teacher, attempt) -> None:
    """Nobody else's, no forks, no labs that the cohort does not use, and of who has left only that they were here."""
    typed(attempt, "mine")
    other = User.objects.create_user("other")
    theirs = Attempt.objects.create(user=other, lab="first", content_hash="")
    typed(theirs, "theirs")
    typed(Attempt.objects.create(user=attempt.user, lab="first", content_hash="", fork_of=theirs), "fork")
    typed(Attempt.objects.create(user=attempt.user, lab="elsewhere", content_hash=""), "elsewhere")
    cohort.labs = ["first"]
    cohort.save()
    client.force_login(teacher)
    assert [one["line"] for one in table(take(client, cohort))] == ["mine"]
    Membership.objects.filter(user=attempt.user).update(left=timezone.now())
    assert table(take(client, cohort)) == []
    [member] = table(take(client, cohort, kind="members"))
    assert (member["user_name"], member["name"], member["email"]) == ("learner", "", "")


@pytest.mark.parametrize("who", ["learner", "stranger", "guest"])
def test_others_find_nothing(client, cohort, who: str) -> None:
    stranger = User.objects.create_user("stranger", role=Role.INSTRUCTOR)
    cohort_of(stranger, name="Autumn")
    users = {"learner": "learner", "stranger": "stranger", "guest": User.objects.create_user("guest", role=Role.GUEST).username}
    client.force_login(User.objects.get(username=users[who]))
    assert client.get(reverse("export", args=[cohort.pk])).status_code == 404
    assert take(client, cohort).status_code == 404
    assert not Act.objects.filter(what="exported").exists()


def test_an_export_is_written_down(client, cohort, teacher) -> None:
    client.force_login(teacher)
    take(client, cohort, output="1")
    act = Act.objects.get(what="exported")
    assert (act.by, act.target, act.cohort, act.details) == (teacher, "commands", cohort, {"format": "csv", "output": True})


@pytest.mark.parametrize("data", [{"kind": "secrets"}, {"format": "xml"}, {"format": ""}])
def test_what_there_is_not_is_not_found(client, cohort, teacher, data: dict[str, str]) -> None:
    client.force_login(teacher)
    assert take(client, cohort, **data).status_code == 404


def test_too_often_is_said(client, cohort, teacher, monkeypatch) -> None:
    monkeypatch.setattr("course.people.limits.take", lambda *words, **names: 61)
    client.force_login(teacher)
    answer = take(client, cohort)
    assert (answer.status_code, answer["Retry-After"]) == (429, "61")


def test_a_large_one_is_read_in_pieces(client, cohort, teacher, attempt, monkeypatch, django_assert_max_num_queries) -> None:
    monkeypatch.setattr("course.export.resources.CHUNK", 10)
    for number in range(25):
        typed(attempt, f"echo {number}")
    with django_assert_max_num_queries(4):  # three pieces, and the empty one
        pieces = list(RESOURCES["commands"].all(cohort))
    assert [len(one) for one in pieces] == [10, 10, 5]


def test_the_page_says_what_the_columns_mean(client, cohort, teacher) -> None:
    client.force_login(teacher)
    page = client.get(reverse("export", args=[cohort.pk])).content.decode()
    for kind in RESOURCES.values():
        for field in kind.fields:
            assert f"<code>{field.name}</code>" in page
