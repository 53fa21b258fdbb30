"""What `notes check` says of a note, and that our own are right."""

import io
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from course import checks
from course.reading import checking, library, live
from sandbox.cloud.operations import Level
from tests.course.reading.conftest import TEXT, YAML, line_of, write_note

LONG = TEXT.replace("Words before anything", " ".join(["word"] * 420))


@pytest.fixture(autouse=True)
def nothing_behaves(monkeypatch):
    monkeypatch.setattr(live, "lookup", lambda *call: Level.REFUSED)
    live._verdict.cache_clear()
    yield
    live._verdict.cache_clear()


@pytest.fixture(autouse=True)
def no_mistakes(tmp_path, settings):
    settings.LABS_MISTAKES = tmp_path / "mistakes"
    settings.LABS_MISTAKES.mkdir()


def told(slug: str = "") -> list[tuple[str, int, str]]:
    return [(error.path.name, error.line, error.message) for error in checking.faults([slug] if slug else [])]


def test_a_note_that_is_right(root):
    write_note(root, en=LONG, ko=LONG)
    assert told() == []


@pytest.mark.parametrize(
    ("old", "new", "says", "at"),
    [
        ("word word word", "", "words, and a note has 400 to 1200", None),
        ("{#mistakes}", "{#others}", "no section of the common mistakes", None),
        ("{#more}", "{#line}", "the page has a “line” of its own", "{#line}"),
        ("{#more}", "{#tab-guide}", "the page has a “tab-guide” of its own", "{#tab-guide}"),
        ('!!! mistake "A mistake"', "!!! mistake", "a box has a title", "!!! mistake"),
        ("([AWS](https://aws.amazon.com/x/))", "", "links its source", "!!! dated"),
        (" source=https://docs.aws.amazon.com/cli/x.html", "", "needs source=: codepipeline", "```console exit"),
        ("    \"pipelineName\": \"One\",\n    …\n", "", "", None),
        ("$ echo one\n", "$ nosuchprogram\n", "needs the answer that AWS documents, and its source=: nosuchprogram", "```console"),
        ("$ echo one\n", "$ echo one\none\n", "an answer stands here without its source=", "```console"),
        ("get-pipeline-state", "get-pipline-state", "no operation “get-pipline-state”; did you mean “get-pipeline-state”?", "```console s"),
        ("$ aws codepipeline", "$ aws codepipelines", "AWS has no service “codepipelines”", "```console s"),
    ],
)  # fmt: skip
def test_what_is_wrong_in_a_text(root, old, new, says, at):
    text = LONG.replace(old, new) if old != "word word word" else TEXT
    assert text != LONG
    write_note(root, en=text, ko=text)
    found = [one for one in told() if one[0] == "en.md"]
    if not says:
        assert found == []
        return
    assert [(line, says in message) for _, line, message in found] == [(line_of(text, at) if at else 0, True)]


def test_a_picture_is_needed(root):
    begin, end = LONG.index("```picture"), LONG.index("!!! dated")
    text = LONG[:begin] + LONG[end:]
    write_note(root, en=text, ko=text)
    assert [message for _, _, message in told()] == ["no picture: a note has at least one"] * 2


@pytest.mark.parametrize(
    ("old", "new", "says", "at"),
    [
        ("## Another {#two}", "## Another {#zwei}", "“## {#two}” in en.md is “## {#zwei}” here", "{#zwei}"),
        ("### More of it {#more}", "#### More of it {#more}", "“### {#more}” in en.md is “#### {#more}” here", "{#more}"),
        ("$ echo one", "$ echo two", "this console block differs from that in en.md, line", "```console"),
        ("exit=254", "exit=1", "this console block differs", "```console s"),
        ("kind: flow", "kind: nest", "the pictures are flow in en.md, and here nest", None),
    ],
)
def test_languages_keep_step(root, old, new, says, at):
    ko = LONG.replace(old, new)
    if "nest" in new:
        begin, end = ko.index("nodes:"), ko.index("```", ko.index("nodes:"))
        ko = ko[:begin] + "boxes: [{text: one}]\n" + ko[end:]
    write_note(root, en=LONG, ko=ko)
    library.forget()
    found = [one for one in told() if "note.yaml" not in one[0]]
    assert found
    assert found[-1][0] == "ko.md" or found[0][0] == "ko.md"
    assert any(says in message and line == (line_of(ko, at) if at else 0) for _, line, message in found), found


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("lab: first", "lab: frist", "lab: there is no lab “frist”; did you mean “first”?"),
        ('  - {title: "B", url: "https://docs.aws.amazon.com/b.html"}\n', "", "at least two sources"),
        (YAML[YAML.index("  - id: order") :], "", "3 to 6 questions, and this one 2"),
    ],
)
def test_what_is_wrong_in_the_yaml(root, old, new, says):
    write_note(root, yaml=YAML.replace(old, new), en=LONG, ko=LONG)
    ((name, line, message),) = told()
    assert name == "note.yaml"
    assert line >= 1
    assert says in message


def test_two_notes_have_not_the_same_place(root):
    for slug in ("small", "tall"):
        write_note(root, slug, en=LONG, ko=LONG)
    assert told() == [("note.yaml", 0, "order: small has place 10 of “start” already")]
    assert told("small") == []


def test_words_for_mistakes_name_notes_that_are_there(root, settings):
    write_note(root, en=LONG, ko=LONG)
    entry = '- id: {0}\n  line: "some {0}"\n  words: {{ko: a, en: a}}\n  note: {1}\n  example: x\n'
    names = [("one", "small"), ("two", "small#two"), ("three", "smal"), ("four", "small#tow")]
    (settings.LABS_MISTAKES / "1.yaml").write_text("".join(entry.format(*pair) for pair in names))
    assert [message for _, _, message in told()] == [
        "three: there is no note “smal”; did you mean “small”?", "four: the note “small” has no heading “tow”; did you mean “two”?",
    ]  # fmt: skip
    assert [str(one.id) for one in checks.notes()] == ["course.W001"] * 2


def test_the_command_says_file_line_and_sentence(root):
    write_note(root, en=LONG, ko=LONG.replace("{#mistakes}", "{#others}"))
    out, err = io.StringIO(), io.StringIO()
    with pytest.raises(CommandError, match="2 faults"):
        call_command("notes", "check", "small", stdout=out, stderr=err, no_color=True)
    assert "small: 4" in out.getvalue()
    assert f"{root / 'small' / 'ko.md'}: no section of the common mistakes" in err.getvalue()
    with pytest.raises(CommandError, match="there is no note “smal”; did you mean “small”"):
        call_command("notes", "check", "smal", stdout=out, stderr=err)


@pytest.mark.slow
def test_our_own_notes_are_right(settings, monkeypatch):
    monkeypatch.undo()
    live._verdict.cache_clear()
    settings.COURSE_NOTES = Path(settings.BASE_DIR) / "course" / "notes"
    settings.SANDBOX_CATALOG = Path(settings.BASE_DIR) / "labs" / "catalog"
    settings.LABS_MISTAKES = Path(settings.BASE_DIR) / "labs" / "mistakes" / "catalog"
    library.forget()
    assert [str(error) for error in checking.faults()] == []
    assert len(library.notes()) > 25
