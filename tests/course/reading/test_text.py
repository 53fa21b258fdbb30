"""A note's text: what is read of it, and file and line of what is wrong."""

from pathlib import Path

import pytest

from course.reading import text
from course.reading.errors import NoteError
from course.reading.model import Box, Heading, Html, Shown, Text, Try
from tests.course.reading.conftest import TEXT, line_of


def read(tmp_path: Path, written: str = TEXT) -> Text:
    path = tmp_path / "en.md"
    path.write_text(written)
    return text.read(path)


def broken(tmp_path: Path, old: str, new: str) -> NoteError:
    assert old in TEXT
    with pytest.raises(NoteError) as caught:
        read(tmp_path, TEXT.replace(old, new))
    return caught.value


def test_it_is_read_whole(tmp_path):
    found = read(tmp_path)
    assert (found.title, found.summary) == ("A small note", "It says little.")
    assert [(heading.level, heading.anchor, heading.title) for heading in found.headings] == [
        (2, "one", "One thing"), (3, "more", "More of it"), (2, "two", "Another"), (2, "mistakes", "Common mistakes"),
    ]  # fmt: skip
    kinds = [type(segment) for segment in found.segments]
    assert kinds == [Html, Heading, Html, Try, Shown, Html, Heading, Html, Heading, Try, Heading, Html]
    assert [heading.line for heading in found.headings] == [line_of(TEXT, f"{{#{name}}}") for name in ("one", "more", "two", "mistakes")]


def test_a_console_block_is_commands_and_what_is_documented(tmp_path):
    first, second = read(tmp_path).blocks
    assert first.commands == ("echo one", "for x in 1 2; do\n  echo $x\ndone")
    assert (first.answers, first.answer, first.source, first.exit) == (("", ""), "", "", 0)
    assert (second.source, second.exit) == ("https://docs.aws.amazon.com/cli/x.html", 254)
    assert second.answer.splitlines()[0] == "{"
    assert second.answer.endswith("}")
    assert second.line == line_of(TEXT, "```console source")


def test_each_command_has_its_own_answer_and_greater_than_may_begin_one(tmp_path):
    block = "```console source=https://x\n$ one\nfirst\n> quoted\n$ two\nsecond\n```\n"
    found = read(tmp_path, TEXT.replace("## Another {#two}\n", f"## Another {{#two}}\n\n{block}")).blocks[1]
    assert found.commands == ("one", "two")
    assert found.answers == ("first\n> quoted", "second")


def test_the_functions_of_earlier_blocks_are_known(tmp_path):
    found = read(tmp_path, TEXT.replace("$ echo one\n", "$ greet() { echo hi; }\n"))
    assert [sorted(block.functions) for block in found.blocks] == [[], ["greet"]]


def test_boxes_are_found_with_what_stands_in_them(tmp_path):
    assert read(tmp_path).boxes[0] == Box(
        "dated", "Since 2024", "From 25 July 2024 ([AWS](https://aws.amazon.com/x/)).", line_of(TEXT, "!!! dated")
    )


def test_a_picture_knows_its_place(tmp_path):
    (shown,) = read(tmp_path).pictures
    assert (shown.kind, shown.number, shown.line) == ("flow", 1, line_of(TEXT, "```picture"))
    assert shown.picture.alt == "A box leads to another."


def test_a_footnote_reaches_over_blocks(tmp_path):
    segments = [segment for segment in read(tmp_path).segments if isinstance(segment, Html)]
    assert 'href="#fn:1"' in segments[0].text
    assert 'id="fn:1"' in segments[-1].text


def test_links_lead_to_this_site_and_are_kept_with_their_line(tmp_path):
    found = read(tmp_path)
    html = "".join(segment.text for segment in found.segments if isinstance(segment, Html))
    assert 'href="/notes/small/#two"' in html
    assert 'href="/labs/first/"' in html
    line = line_of(TEXT, "note:small#two")
    assert [(link.kind, link.name, link.anchor, link.line) for link in found.links] == [
        ("note", "small", "two", line),
        ("lab", "first", "", line),
    ]


def test_nothing_that_acts_comes_through(tmp_path):
    hostile = "<script>alert(1)</script> [x](javascript:alert(1)) <b onclick=x style=y id=main>b</b>\n\n| a |\n|--:|\n| 1 |\n"
    html = "".join(
        segment.text for segment in read(tmp_path, TEXT.replace("See [", f"{hostile}\nSee [")).segments if isinstance(segment, Html)
    )
    for bad in ("<script", "javascript:", "onclick", "style=", 'id="main"'):
        assert bad not in html
    assert '<td align="right">1</td>' in html


def test_words_are_counted_without_code_pictures_and_commands(tmp_path):
    few = read(
        tmp_path,
        "---\ntitle: x\nsummary: y\n---\n\nOne two, `three` **four**.\n\n## Five six {#a}\n\n| seven | eight |\n|---|---|\n| 9 | 10 |\n",
    )
    assert few.words == 10
    more = few.path.read_text() + "\n```yaml\na: b c d e\n```\n\n```console\n$ echo one two three\n```\n"
    assert read(tmp_path, more).words == 10


def test_code_is_coloured_and_names_its_language(tmp_path):
    html = "".join(segment.text for segment in read(tmp_path).segments if isinstance(segment, Html))
    assert 'class="language-yaml code"' in html
    assert 'class="nt"' in html


@pytest.mark.parametrize(
    ("old", "new", "says", "at"),
    [
        ("---\ntitle", "title", "a text begins with", None),
        ("summary: It says little.\n---", "summary: It says little.", "the front matter has no end", None),
        ("summary: It says little.", "sumary: x", "unknown key “sumary”; did you mean “summary”?", "sumary"),
        ("summary: It says little.\n", "", "“summary” is missing", None),
        ("summary: It says little.", "summary: a: b", "mapping values are not allowed", "a: b"),
        ("## One thing {#one}", "## One thing", "name this heading", "## One thing"),
        ("## Another {#two}", "## Another {#one}", "“one” is here twice", "## Another"),
        ("## One thing {#one}", "# One thing {#one}", "the levels 2 to 4", "# One thing"),
        ("```yaml\na: 1", "~~~yaml\na: 1", "without its end", "~~~yaml"),
        ("$ echo one\n$ for", "echo one\n% for", "without a command", "```console"),
        ("```console source", "```console sorce", "unknown after “console”: “sorce”; did you mean “source”?", "sorce"),
        ("exit=254", "exit=bad", "exit= is the status", "exit=bad"),
        ("source=https://", "source=http://", "begins with https://", "source=http://"),
        ("nodes: {a: one, b: two}", "nodes: {a: one", "expected", None),
        ("!!! dated", "!!! dates", "no box is called “dates”; did you mean “dated”?", "!!! dates"),
        ("    From 25 July", "    ```console\n    $ ls\n    ```\n    From 25 July", "at the beginning of a line", "    ```console"),
        ("alt: A box leads to another.\n", "", "“alt” is missing", None),
    ],
)
def test_what_is_wrong_is_named_with_its_line(tmp_path, old, new, says, at):
    error = broken(tmp_path, old, new)
    assert says in error.message
    assert error.path.name == "en.md"
    changed = TEXT.replace(old, new)
    assert error.line == line_of(changed, at) if at else 1 <= error.line <= len(changed.splitlines()) + 1


def test_a_text_that_is_not_there(tmp_path):
    with pytest.raises(NoteError, match="this file is missing"):
        text.read(tmp_path / "en.md")
