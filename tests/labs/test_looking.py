"""Each kind of check: pass, not yet with what was seen, or an error that is ours."""

import pytest

from labs.lab.model import Check
from labs.looking import Context, LastCommand, look
from sandbox.errors import CloudError, Fault
from tests.labs.conftest import FakeLive


def looked(kind: str, spec: dict, *, live: FakeLive | None = None, last: LastCommand | None = None, seen: dict | None = None):
    return look(Check(kind, spec, seen or {}), Context(live or FakeLive(), last))


@pytest.fixture
def live() -> FakeLive:
    return FakeLive()


BUCKETS = {"service": "s3", "operation": "list_buckets"}
TWO = {"Buckets": [{"Name": "one"}, {"Name": "two"}]}


@pytest.mark.parametrize(
    ("spec", "answer", "kind", "code"),
    [
        ({"query": "Buckets[?Name=='two']"}, TWO, "pass", ""),
        ({"query": "Buckets[?Name=='six']"}, TWO, "not", "aws-nothing"),
        ({"query": "Buckets[?Name=='six']", "exists": False}, TWO, "pass", ""),
        ({"query": "Buckets[0].Name", "exists": False}, TWO, "not", "aws-there"),
        ({"query": "length(Buckets)", "equals": 2}, TWO, "pass", ""),
        ({"query": "length(Buckets)", "equals": 3}, TWO, "not", "value-is"),
        ({"query": "Buckets[].Name", "equals": ["one", "two"]}, TWO, "pass", ""),
        ({"query": "Buckets[0].Name", "matches": "^o"}, TWO, "pass", ""),
        ({"query": "Buckets[0].Name", "matches": "^x"}, TWO, "not", "value-is"),
        ({}, CloudError("NoSuchBucket", "gone"), "not", "aws-missing"),
        ({}, CloudError("404", "Not Found"), "not", "aws-missing"),
        ({"exists": False}, CloudError("ResourceNotFoundException", "gone"), "pass", ""),
        ({"missing": ("Odd",)}, CloudError("Odd", "x"), "not", "aws-missing"),
        ({}, CloudError("AccessDenied", "no"), "error", "check-error"),
        ({}, CloudError("MissingParameter", "ours"), "error", "check-error"),
    ],
)
def test_aws(live, spec, answer, kind, code):
    live.answers["s3", "list_buckets"] = answer
    found = looked("aws", BUCKETS | spec, live=live)
    assert (found.kind, found.code) == (kind, code)


def test_what_one_check_keeps_the_next_may_use(live):
    live.answers = {("s3", "list_buckets"): TWO, ("s3", "head_object"): {"ContentLength": 3}}
    live.variables = {"key": "a/b"}
    context = Context(live, None)
    assert look(Check("aws", BUCKETS | {"query": "Buckets[1].Name", "as": "bucket"}, {}), context).kind == "pass"
    spec = {"service": "s3", "operation": "head_object", "params": {"Bucket": "{bucket}", "Key": "{$key}", "Deep": [{"x": "{bucket}!"}]}}
    look(Check("aws", spec | {"account": "training"}, {}), context)
    assert live.calls[-1] == ("s3", "head_object", {"Bucket": "two", "Key": "a/b", "Deep": [{"x": "two!"}]}, "training")


def test_what_is_filled_into_a_pattern_is_not_a_pattern(live):
    live.variables = {"x": "a.c", "y": "abc"}
    assert looked("variable", {"name": "y", "matches": "^{$x}$"}, live=live).kind == "not"
    live.variables["y"] = "a.c"
    assert looked("variable", {"name": "y", "matches": "^{$x}$"}, live=live).kind == "pass"


@pytest.mark.parametrize(
    ("spec", "kind", "code"),
    [
        ({"path": "~/a"}, "pass", ""),
        ({"path": "~/b"}, "not", "file-missing"),
        ({"path": "~/a", "exists": False}, "not", "file-there"),
        ({"path": "~/b", "exists": False}, "pass", ""),
        ({"path": "~/a", "matches": "^wor"}, "pass", ""),
        ({"path": "~/a", "matches": "^ld"}, "not", "file-differs"),
        ({"path": "~/a", "sha256": "0" * 64}, "not", "file-differs"),
        ({"path": "~/a", "sha256": "4355a46b19d348dc2f57c046f8ef63d4538ebb936000f3c9ee954a27460dd865"}, "not", "file-differs"),
    ],
)
def test_file(live, spec, kind, code):
    live.files["~/a"] = b"hello\nworld\n"
    found = looked("file", spec, live=live)
    assert (found.kind, found.code) == (kind, code)


@pytest.mark.parametrize(
    ("spec", "kind", "code"),
    [
        ({"name": "x"}, "pass", ""),
        ({"name": "y"}, "not", "variable-missing"),
        ({"name": "empty"}, "not", "variable-missing"),
        ({"name": "y", "exists": False}, "pass", ""),
        ({"name": "x", "exists": False}, "not", "variable-there"),
        ({"name": "x", "equals": "seoul"}, "pass", ""),
        ({"name": "x", "equals": "tokyo"}, "not", "variable-is"),
        ({"name": "x", "matches": "^s"}, "pass", ""),
    ],
)
def test_variable(live, spec, kind, code):
    live.variables = {"x": "seoul", "empty": ""}
    found = looked("variable", spec, live=live)
    assert (found.kind, found.code) == (kind, code)


@pytest.mark.parametrize(
    ("spec", "last", "kind", "code"),
    [
        ({"matches": "s3 ls"}, None, "not", "command-none"),
        ({"matches": "s3 ls"}, LastCommand("aws s3 ls", 0, ""), "pass", ""),
        ({"matches": "s3 ls"}, LastCommand("aws s3 mb", 0, ""), "not", "command-other"),
        ({"matches": "s3 ls"}, LastCommand("aws s3 ls", 2, ""), "not", "command-exit"),
        ({"exit": 2}, LastCommand("aws s3 ls", 2, ""), "pass", ""),
        ({"output": "mine"}, LastCommand("x", 0, "it is mine"), "pass", ""),
        ({"output": "mine"}, LastCommand("x", 0, "theirs"), "not", "command-output"),
    ],
)
def test_command(spec, last, kind, code):
    found = looked("command", spec, last=last)
    assert (found.kind, found.code) == (kind, code)


CHANGES = {
    "files": [{"path": "~/environment/a.txt", "change": "changed", "size": 3}, {"path": "~/.bash_history", "change": "changed", "size": 9}],
    "cloud": [{"service": "s3", "kind": "bucket", "name": "tcprod-7", "change": "added"}],
    "diff": {"~/environment/a.txt": {"text": "@@ -1,1 +1,1 @@\n-old\n+new"}},
}


@pytest.mark.parametrize(
    ("spec", "changes", "kind", "code", "what"),
    [
        ({"service": "s3"}, None, "not", "command-none", ""),
        ({"service": "s3"}, {}, "not", "changed-nothing", ""),
        ({"service": "s3", "kind": "bucket", "name": "tcprod-7", "change": "added"}, CHANGES, "pass", "", ""),
        ({"service": "s3", "matches": r"^tcprod-\d$"}, CHANGES, "pass", "", ""),
        ({"service": "s3", "change": "removed"}, CHANGES, "not", "changed-not", "tcprod-7 added"),
        ({"service": "s3", "kind": "object"}, CHANGES, "not", "changed-not", "tcprod-7 added"),
        ({"service": "iam"}, CHANGES, "not", "changed-not", "tcprod-7 added"),
        ({"service": "s3", "name": "tcprod"}, CHANGES, "not", "changed-not", "tcprod-7 added"),
        ({"file": "~/environment/a.txt"}, CHANGES, "pass", "", ""),
        ({"file": "/home/ec2-user/environment/a.txt", "change": "changed"}, CHANGES, "pass", "", ""),
        ({"file": "~/environment/a.txt", "matches": r"^\+new$"}, CHANGES, "pass", "", ""),
        ({"file": "~/environment/a.txt", "matches": "absent"}, CHANGES, "not", "changed-not", "~/environment/a.txt changed"),
        ({"file": "~/environment/b.txt"}, CHANGES, "not", "changed-not", "~/environment/a.txt changed"),
    ],
)
def test_changed(spec, changes, kind, code, what):
    last = None if changes is None else LastCommand("x", 0, "", changes)
    found = looked("changed", spec, last=last)
    assert (found.kind, found.code, found.what) == (kind, code, what)


def test_changed_knows_what_an_earlier_check_kept():
    context = Context(FakeLive(), LastCommand("x", 0, "", CHANGES), {"bucket": "tcprod-7"})
    assert look(Check("changed", {"service": "s3", "name": "{bucket}"}, {}), context).kind == "pass"


def test_cwd(live):
    assert looked("cwd", {"equals": "~/environment"}, live=live).kind == "pass"
    found = looked("cwd", {"equals": "~/other"}, live=live)
    assert (found.code, found.values) == ("cwd-is", {"seen": "~/environment"})


@pytest.mark.parametrize(
    ("ended", "kind", "code", "text"),
    [
        ((0, "fine"), "pass", "", {}),
        ((1, "almost\nthere\n"), "not", "", {"ko": "almost there", "en": "almost there"}),
        ((1, "ko: 거의\nen: almost\n"), "not", "", {"ko": "거의", "en": "almost"}),
        ((1, ""), "not", "script-silent", {}),
        ((2, "syntax error"), "error", "check-error", {}),
        ((127, ""), "error", "check-error", {}),
        ((137, ""), "error", "check-error", {}),
    ],
)
def test_script(live, ended, kind, code, text):
    live.scripts.append(ended)
    found = looked("script", {"run": "x"}, live=live)
    assert (found.kind, found.code, found.text) == (kind, code, text)


@pytest.mark.parametrize(
    ("ended", "kind", "code"),
    [
        ((0, '{"ok": 1}\n200'), "pass", ""),
        ((0, "no\n200"), "not", "http-body"),
        ((0, "ok\n500"), "not", "http-status"),
        ((7, "\n000"), "not", "http-none"),
    ],
)
def test_http(live, ended, kind, code):
    live.scripts.append(ended)
    found = looked("http", {"url": "http://x/'; rm -rf ~", "matches": "ok"}, live=live)
    assert (found.kind, found.code) == (kind, code)


def test_any():
    options = (Check("variable", {"name": "x"}, {}), Check("variable", {"name": "y"}, {}))
    live = FakeLive()
    context = Context(live, None)
    assert look(Check("any", {}, {}, options), context).code == "any-none"
    live.variables = {"y": "1"}
    assert look(Check("any", {}, {}, options), context).kind == "pass"
    broken = (Check("variable", {"name": "x"}, {}), Check("aws", BUCKETS, {}))
    assert look(Check("any", {}, {}, broken), context).kind == "error"


def test_the_authors_words_come_first_but_never_for_an_error(live):
    words = {"ko": "아직", "en": "Not there."}
    assert looked("variable", {"name": "x"}, seen=words).text == words
    live.answers["s3", "list_buckets"] = CloudError("AccessDenied", "no")
    assert looked("aws", BUCKETS, live=live, seen=words).text == {}


def test_a_fault_in_looking_is_an_error(live):
    def broken(*_args, **_options):
        raise Fault("cloud-died")

    live.call = broken
    found = looked("aws", BUCKETS, live=live)
    assert (found.kind, found.broken.error) == ("error", "Fault cloud-died")
    assert found.as_dict() == {"kind": "error", "code": "check-error"}


def test_what_is_seen_is_cut_short(live):
    live.variables = {"x": "y" * 10_000}
    assert len(looked("variable", {"name": "x", "equals": "z"}, live=live).what) == 300
