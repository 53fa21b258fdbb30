"""The table of mistakes: how it is read, what it meets, and how its words are said. What is met for real: test_mistakes_real.py."""

import io
import time
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.utils import translation

from labs import checks, mistakes
from labs.mistakes import table
from labs.mistakes.patterns import Pattern, shown
from tests.sandbox.test_mistakes import MISTAKES

ENTRY = """
- id: no-such-thing
  output: "thing: {name}: no such thing"
  words: {ko: "`{name}`이 없습니다.", en: "There is no `{name}`."}
  example: "false"
"""


@pytest.fixture
def folder(tmp_path: Path, settings) -> Path:
    settings.LABS_MISTAKES = tmp_path
    return tmp_path


def write(folder: Path, text: str, name: str = "a.yaml") -> None:
    (folder / name).write_text(text)


def said(met: dict, language: str = "en") -> str:
    with translation.override(language):
        return mistakes.word(met)["html"]


@pytest.mark.parametrize(
    ("pattern", "line", "found"),
    [
        ("cd: {name}: Not a directory", "bash: cd: a b: Not a directory", {"name": "a b"}),
        ("cd: {name}: Not a directory", "bash: cd: : Not a directory", None),
        ("port {port} after", "port 80 after 0 ms", {"port": "80"}),
        ("host: {host}", "Could not resolve host: example.com", {"host": "example.com"}),
        ("{name}: command not found", "bash: sl: command not found", {"name": "bash: sl"}),
        ("plain", "plain", {}),
        ("plain", "other", None),
        ('awk "{print $1}', 'awk "{print $1}"', {}),
    ],
)
def test_a_pattern_is_text_with_holes(pattern, line, found):
    assert Pattern.of(pattern).match(line) == found


def test_what_is_shown_is_short_and_moves_nothing():
    assert shown("a\u202eb\x07 \n") == "a b"
    assert len(shown("x" * 1000)) == 100


def test_hostile_output_costs_next_to_nothing():
    """A million pieces of what patterns begin with; a regular expression's backtracking would take minutes here."""
    pieces = ("An error occurred (", "bash: cd: ", "a\n", "SSL validation failed for https://")
    output = "\n".join(piece * 100_000 for piece in pieces)
    began = time.process_time()
    mistakes.find("aws --query " * 10_000, 1, output)
    assert time.process_time() - began < 20, "bounded: what it takes here is a few hundredths"


def test_only_a_command_that_failed_meets_one(folder):
    write(folder, ENTRY)
    output = "x\nthing: a<b>: no such thing\r\ny\n"
    assert mistakes.find("thing", 0, output) == {}
    met = mistakes.find("thing", 1, output)
    assert met == {"id": "no-such-thing", "values": {"name": "a<b>"}}
    assert said(met) == "<p>There is no <code>a&lt;b&gt;</code>.</p>"
    assert said(met, "ko") == "<p><code>a&lt;b&gt;</code>이 없습니다.</p>"


def test_unless_the_entry_says_so(folder):
    write(folder, ENTRY.replace("  words", "  exit: any\n  words"))
    assert mistakes.find("thing", 0, "thing: a: no such thing")
    write(folder, ENTRY.replace("  words", "  exit: [3]\n  words"))
    assert mistakes.find("thing", 3, "thing: a: no such thing")
    assert not mistakes.find("thing", 4, "thing: a: no such thing")


def test_a_line_and_what_it_must_not_have(folder):
    write(folder, ENTRY.replace("  words", "  line: 'make {what}'\n  unless: --force\n  words"))
    output = "thing: a: no such thing"
    assert mistakes.find("cd x\nmake it", 1, output)["values"] == {"name": "a", "what": "it"}
    assert not mistakes.find("do it", 1, output)
    assert not mistakes.find("make it --force", 1, output)


@pytest.mark.parametrize(
    "output",
    [
        "An error occurred (Odd.Code) when calling the GetThing operation: It is <odd>.",
        "botocore.errorfactory.X: An error occurred (Odd.Code) when calling the GetThing operation (reached max retries: 4): It is <odd>.",
        "<Error><Code>Odd.Code</Code><Message>It is &lt;odd&gt;.</Message></Error>",
    ],
)
def test_a_services_code(folder, output):
    text = "- {id: odd, code: [Odd.Code], words: {ko: '{code} {message}', en: '{code}: {message}'}, example: x}"
    write(folder, text)
    met = mistakes.find("x", 1, output)
    assert met["values"]["code"] == "Odd.Code"
    assert "<odd>" not in said(met)
    assert mistakes.find("x", 1, output.replace("Odd.Code", "Other")) == {}


def test_the_first_entry_wins_and_files_follow_their_names(folder):
    write(folder, ENTRY.replace("no-such-thing\n", "second\n"), "b.yaml")
    write(folder, ENTRY.replace("no-such-thing\n", "first\n"), "a.yaml")
    assert mistakes.find("x", 1, "thing: a: no such thing")["id"] == "first"


def test_a_name_that_is_almost_right():
    met = mistakes.find("grpe x", 127, "bash: grpe: command not found\n")
    assert met["values"] == {"name": "grpe", "near": "grep"}
    assert "Did you mean <code>grep</code>?" in said(met)
    assert "Did you mean" not in said(mistakes.find("x", 127, "bash: qqqq: command not found\n"))


def test_a_note_is_linked_where_there_is_one(folder, settings):
    write(folder, ENTRY.replace("  words", "  note: things\n  docs: https://docs.aws.amazon.com/x\n  words"))
    met = mistakes.find("x", 1, "thing: a: no such thing")
    assert mistakes.word(met)["note"] is None
    settings.LABS_NOTE_LINK = f"{__name__}.link"
    assert mistakes.word(met)["note"] == {"url": "/notes/things/", "title": "Things"}
    assert mistakes.word(met)["docs"] == "https://docs.aws.amazon.com/x"


def link(slug: str, language: str) -> dict[str, str]:
    return {"url": f"/notes/{slug}/", "title": slug.title()}


def test_an_entry_that_is_gone_says_nothing(folder):
    write(folder, ENTRY)
    met = mistakes.find("x", 1, "thing: a: no such thing")
    write(folder, ENTRY.replace("no-such-thing\n", "another-name\n"))
    assert mistakes.word(met) is None
    assert mistakes.word({}) is None


FAULTS = {
    ENTRY.replace("id: no-such-thing", "id: No_Thing"): (2, "small letters"),
    ENTRY.replace("output:", "ouput:"): (3, "did you mean “output”?"),
    ENTRY.replace("  output: \"thing: {name}: no such thing\"\n", ""): (2, "by what is it known?"),
    ENTRY.replace("thing: {name}: no such thing", "a{name}"): (3, "too little to know it by"),
    ENTRY.replace("thing: {name}: no such thing", "thing {a}{name} x"): (3, "side by side"),
    ENTRY.replace("There is no `{name}`", "There is no `{nome}`"): (4, "no pattern has the hole {nome}"),
    ENTRY.replace("There is no `{name}`", "[x](https://{name})"): (4, "not in a link's address"),
    ENTRY.replace("ko: ", "kr: "): (4, "unknown key “kr”"),
    ENTRY.replace('  example: "false"\n', ""): (2, "“example” is missing"),
    ENTRY.replace("  words", "  docs: http://x\n  words"): (4, "https://"),
    ENTRY.replace("  words", "  exit: 1\n  words"): (4, "“any”, or a list"),
    ENTRY.replace("  words", "  near: {of: nome, among: [a], words: {ko: a, en: a}}\n  words"): (4, "{nome}"),
    ENTRY + ENTRY: (7, "is here twice (first in a.yaml, line 2)"),
    "a: [": (1, ""),
}  # fmt: skip


@pytest.mark.parametrize("text", FAULTS)
def test_a_fault_is_named_with_file_and_line(folder, text):
    write(folder, text)
    _entries, errors = table.everything()
    line, message = FAULTS[text]
    assert [(error.path.name, error.line) for error in errors] == [("a.yaml", line)]
    assert message in errors[0].message


def test_every_fault_is_told_and_the_right_entries_stay(folder):
    write(folder, ENTRY.replace("id: no-such-thing", "id: A") + ENTRY + ENTRY.replace("words:", "wrods:"))
    entries, errors = table.everything()
    assert [entry.id for entry in entries] == ["no-such-thing"]
    assert len(errors) == 2
    told = io.StringIO()
    with pytest.raises(CommandError, match="2 entries"):
        call_command("labs", "check", stdout=io.StringIO(), stderr=told)
    assert "a.yaml:2" in told.getvalue()
    assert "a.yaml:14" in told.getvalue()
    assert [message.id for message in checks.mistakes()] == ["labs.W002"] * 2


def test_our_own_table_is_right():
    entries, errors = table.everything()
    assert errors == ()
    assert len(entries) >= 60
    for entry in entries:
        assert entry.words["ko"] != entry.words["en"]


RECORDED = {
    "BucketAlreadyExists": "bucket-taken",
    "BucketAlreadyOwnedByYou": "bucket-yours-already",
    "InvalidBucketName": "bucket-name-invalid",
    "IllegalLocationConstraintException": "bucket-location",
    "NoSuchBucket": "bucket-missing",
    "BucketNotEmpty": "bucket-not-empty",
    "(404)": "key-missing",
    "NoSuchKey": "key-missing",
    "MalformedXML": "versioning-word",
    "KMS.NotFoundException": "key-not-found",
    "KMS.DisabledException": "key-disabled",
}


def test_what_the_real_cli_was_seen_to_say_is_met():
    for line, output in MISTAKES.items():
        for words, entry in RECORDED.items():
            if words in output:
                assert mistakes.find(line, 255, output).get("id") == entry, line
