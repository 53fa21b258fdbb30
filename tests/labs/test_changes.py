"""What a command changed, in words, safe to show."""

import pytest
from django.utils import translation

from labs.changes import panel, summary


def file(path: str, change: str = "added", size: int = 3) -> dict:
    return {"path": path, "change": change, "size": size}


def resource(name: str, change: str = "added", service: str = "s3", kind: str = "bucket") -> dict:
    return {"service": service, "kind": kind, "name": name, "change": change}


@pytest.fixture(autouse=True)
def english():
    with translation.override("en"):
        yield


def test_a_line_says_how_much_and_the_first_of_it() -> None:
    rows = {"files": [file("~/a"), file("~/b", "removed")], "cloud": [resource("tcprod"), resource("x", "changed")]}
    assert summary(rows) == {"added": 2, "changed": 1, "removed": 1, "words": "S3 bucket tcprod added", "more": 3}
    assert summary({"files": [file("~/a", "changed")]})["words"] == "~/a changed"
    with translation.override("ko"):
        assert summary(rows)["words"] == "S3 bucket tcprod 추가됨"


def test_what_the_shell_keeps_for_itself_is_nothing() -> None:
    assert summary({"files": [file("~/.bash_history")]}) == {}
    assert summary({}) == {}
    assert panel({"files": [file("~/.bash_history")]}, {}) == {"files": [], "services": []}


@pytest.mark.parametrize(
    ("service", "name"),
    [("s3", "S3"), ("iam", "IAM"), ("stepfunctions", "Step Functions"), ("codedeploy", "CodeDeploy"), ("newthing", "NEWTHING")],
)
def test_services_have_the_names_that_aws_gives_them(service: str, name: str) -> None:
    assert summary({"cloud": [resource("x", service=service)]})["words"].startswith(f"{name} bucket")


def test_resources_are_grouped_by_service() -> None:
    rows = [resource("b"), resource("r", service="iam", kind="instance-profile"), resource("c", "removed")]
    found = panel({"cloud": rows}, {})["services"]
    assert [(one["name"], [(row["kind"], row["name"], row["word"]) for row in one["rows"]]) for one in found] == [
        ("IAM", [("instance profile", "r", "added")]),
        ("S3", [("bucket", "b", "added"), ("bucket", "c", "deleted")]),
    ]


def test_lines_of_a_diff_have_kinds_and_keep_their_signs() -> None:
    diff = {"~/a": {"text": "@@ -1,2 +1,2 @@\n same\n-old\x1b[31m\n+new\ttab\r\n\\ No newline at end of file", "cut": True}}
    (found,) = panel({"files": [file("~/a", "changed")]}, diff)["files"]
    assert [(line["kind"], line["text"]) for line in found["lines"]] == [
        ("hunk", "@@ -1,2 +1,2 @@"),
        ("same", " same"),
        ("removed", "-old␛[31m"),
        ("added", "+new\ttab␍"),
        ("note", "\\ No newline at end of file"),
    ]
    assert found["cut"]


def test_a_renamed_file_is_one_row() -> None:
    rows = {"files": [file("~/new"), file("~/old", "removed")]}
    (found,) = panel(rows, {"~/new": {"from": "~/old"}, "~/old": {"to": "~/new"}})["files"]
    assert (found["path"], found["word"], found["notes"]) == ("~/new", "renamed", ["was ~/old"])


@pytest.mark.parametrize(
    ("notes", "said"),
    [
        ({"mode": ["0644", "0755"]}, ["permissions 0644 → 0755"]),
        ({"link": ["", "b"]}, ["link to b"]),
        ({"link": ["a", "b"]}, ["link to a → b"]),
        ({"link": ["a", ""]}, ["was a link to a"]),
        ({}, []),
    ],
)
def test_what_is_no_text_is_said_in_words(notes: dict, said: list) -> None:
    assert panel({"files": [file("~/a", "changed")]}, {"~/a": notes})["files"][0]["notes"] == said


@pytest.mark.parametrize(("why", "words"), [("binary", "Not text"), ("large", "A large file"), ("many", "So much changed")])
def test_why_there_is_no_diff(why: str, words: str) -> None:
    found = panel({"files": [file("~/a")]}, {"~/a": {"why": why}})["files"][0]
    assert found["why"].startswith(words)
