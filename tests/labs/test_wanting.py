"""What a check wants, in words, and the command that shows what it looks at."""

import shlex

import pytest
from django.utils import translation

from labs import presenting
from labs.lab.model import Check
from labs.looking import Context, look
from labs.wanting import see, wanted
from tests.labs.conftest import FakeLive

PATH = {"path": "~/environment/a b.txt"}
CASES = [
    ("aws", {"service": "s3", "operation": "get_bucket_versioning", "params": {"Bucket": "b"}, "query": "Status", "equals": "Enabled"},
     "“Enabled”",
     "aws s3api get-bucket-versioning --bucket b --query Status"),
    ("aws", {"service": "codedeploy", "operation": "list_applications", "exists": False}, "nothing of it left",
     "aws deploy list-applications"),
    ("aws", {"service": "ec2", "operation": "describe_instances", "params": {"DryRun": False, "Filters": [{"Name": "x"}]},
     "matches": "^i-"},
     "something that matches ^i-", "aws ec2 describe-instances --no-dry-run --filters '[{\"Name\": \"x\"}]'"),
    ("aws", {"service": "s3", "operation": "list_buckets", "account": "other"}, "something that s3 list-buckets finds", ""),
    ("file", PATH, "the file ~/environment/a b.txt", "ls -l ~/'environment/a b.txt'"),
    ("file", PATH | {"exists": False}, "no file ~/environment/a b.txt", "ls -l ~/'environment/a b.txt'"),
    ("file", PATH | {"matches": "x+"}, "the file ~/environment/a b.txt with text that matches x+", "cat ~/'environment/a b.txt'"),
    ("file", PATH | {"sha256": "0"}, "the file ~/environment/a b.txt, exactly as this step asks for it",
     "sha256sum ~/'environment/a b.txt'"),
    ("variable", {"name": "x"}, "the variable x with a value", 'echo "$x"'),
    ("variable", {"name": "x", "exists": False}, "no variable x", 'echo "$x"'),
    ("variable", {"name": "x", "equals": "1"}, "“1”", 'echo "$x"'),
    ("command", {"matches": "ls"}, "a command that matches ls", ""),
    ("command", {"matches": "ls", "output": "a"}, "a command that matches ls and prints something that matches a", ""),
    ("command", {"output": "a"}, "output that matches a", ""),
    ("command", {"exit": 2}, "exit status 2", ""),
    ("changed", {"service": "s3", "kind": "bucket", "change": "removed"}, "a change: s3 bucket removed", ""),
    ("cwd", {"equals": "~/x"}, "“~/x”", "pwd"),
    ("http", {"url": "http://x/y z"}, "status 200 from http://x/y z", "curl -i 'http://x/y z'"),
    ("http", {"url": "http://x", "matches": "a"}, "status 200 from http://x, with something that matches a", "curl -i http://x"),
    ("script", {"run": "true"}, "", ""),
]  # fmt: skip


@pytest.mark.parametrize(("kind", "spec", "words", "command"), CASES)
def test_in_words_and_as_a_command(kind, spec, words, command):
    check = Check(kind, spec, {})
    with translation.override("en"):
        assert presenting.phrase(wanted(check, lambda value: value)) == words
    assert see(check, lambda value: value) == command
    assert shlex.split(command, comments=False) is not None


def test_an_author_says_it_better():
    check = Check("command", {"matches": "l+s"}, {}, wanted={"ko": "목록", "en": "a list"})
    assert wanted(check, lambda value: value) == {"text": {"ko": "목록", "en": "a list"}}


def test_where_the_author_said_what_is_missing_a_bare_query_adds_nothing():
    spec = {"service": "s3", "operation": "list_buckets"}
    assert wanted(Check("aws", spec, {"ko": "없음", "en": "none"}), lambda value: value) == {}


def test_a_look_says_what_it_saw_and_what_it_wanted():
    live = FakeLive()
    live.answers["s3", "list_buckets"] = {"Buckets": [{"Name": "one"}, {"Name": "two"}], "Owner": {}}
    found = look(Check("aws", {"service": "s3", "operation": "list_buckets", "query": "Buckets[?Name=='x']"}, {}), Context(live, None))
    assert found.what == "Buckets: 2 (one, two)"
    with translation.override("en"):
        shown = presenting.look(found.as_dict())
    assert (shown["saw"], shown["wanted"]) == ("Buckets: 2 (one, two)", "something that s3 list-buckets finds")
    assert found.see == "aws s3api list-buckets --query 'Buckets[?Name=='\"'\"'x'\"'\"']'"


def test_what_passed_says_what_is_there():
    live = FakeLive()
    live.variables = {"x": "1"}
    with translation.override("en"):
        shown = presenting.look(look(Check("variable", {"name": "x"}, {}), Context(live, None)).as_dict())
    assert shown == {"kind": "pass", "word": "There: the variable x with a value"}


def test_an_error_of_ours_wants_nothing():
    live = FakeLive()
    found = look(Check("aws", {"service": "s3", "operation": "list_buckets"}, {"ko": "없음", "en": "none"}), Context(live, None))
    assert (found.kind, found.wanted, found.see, found.text) == ("error", {}, "", {})


def test_what_a_spec_cannot_say_makes_the_look_no_other(monkeypatch):
    monkeypatch.setattr("labs.looking.wanted", lambda check, fill: 1 / 0)
    assert look(Check("variable", {"name": "x"}, {}), Context(FakeLive(), None)).kind == "not"
