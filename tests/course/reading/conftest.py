"""A small course of one note, and the words of its files, so that a test can change them."""

from __future__ import annotations

from pathlib import Path

import pytest

from course.reading import library

PARTS = '- {id: start, ko: "시작", en: "Start"}\n- {id: later, ko: "나중", en: "Later"}\n'
YAML = """part: start
order: 10
lab: first
checked: 2026-11-28
sources:
  - {title: "A", url: "https://docs.aws.amazon.com/a.html"}
  - {title: "B", url: "https://docs.aws.amazon.com/b.html"}
questions:
  - id: flat
    kind: single
    text: {ko: "무엇?", en: "What is `it`?"}
    choices:
      - {ko: 하나, en: "One", right: true}
      - {ko: 둘, en: "Two", why: {ko: 아니요, en: "Two is too many."}}
      - {ko: 셋, en: "Three"}
    why: {ko: 하나라서, en: "It is one."}
  - id: some
    kind: multiple
    text: {ko: "어느 것?", en: "Which?"}
    choices: [{ko: 가, en: "A", right: true}, {ko: 나, en: "B", right: true}, {ko: 다, en: "C"}]
    why: {ko: 그래서, en: "So it is."}
  - id: order
    kind: order
    text: {ko: "차례?", en: "In which order?"}
    items: [{ko: 먼저, en: "First"}, {ko: 다음, en: "Then"}, {ko: 끝, en: "Last"}]
    why: {ko: 차례, en: "In time."}
  - id: list
    kind: command
    text: {ko: "목록?", en: "List them."}
    answers: ["aws s3 ls s3://{bucket}/2024/ --recursive"]
    why: {ko: 접두사, en: "By prefix."}
"""
TEXT = """---
title: A small note
summary: It says little.
---

Words before anything, with a footnote.[^1]

## One thing {#one}

See [the other part](note:small#two) and [the lab](lab:first).

```console
$ echo one
$ for x in 1 2; do
>   echo $x
> done
```

```picture
kind: flow
title: Two boxes
alt: A box leads to another.
nodes: {a: one, b: two}
rows: [[a, b]]
arrows: ["a -> b"]
```

!!! dated "Since 2024"
    From 25 July 2024 ([AWS](https://aws.amazon.com/x/)).

### More of it {#more}

```yaml
a: 1  # $ not a command
```

## Another {#two}

```console source=https://docs.aws.amazon.com/cli/x.html exit=254
$ aws codepipeline get-pipeline-state --name One
{
    "pipelineName": "One",
    …
}
```

## Common mistakes {#mistakes}

!!! mistake "A mistake"
    What one sees.

[^1]: The footnote.
"""
LAB = "title: {ko: 하나, en: One}\nsummary: {ko: 하나., en: One.}\nminutes: 5\n"


def write_note(root: Path, slug: str = "small", *, yaml: str = YAML, en: str = TEXT, ko: str = TEXT) -> Path:
    folder = root / slug
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in (("note.yaml", yaml), ("en.md", en), ("ko.md", ko)):
        (folder / name).write_text(text)
    return folder


def line_of(text: str, part: str) -> int:
    return next(number for number, line in enumerate(text.splitlines(), 1) if part in line)


@pytest.fixture
def root(tmp_path: Path, settings) -> Path:
    """A folder of notes, and a catalogue with the labs that notes name."""
    settings.COURSE_NOTES, settings.SANDBOX_CATALOG = tmp_path / "notes", tmp_path / "catalog"
    settings.COURSE_NOTES.mkdir()
    (settings.COURSE_NOTES / "parts.yaml").write_text(PARTS)
    for name in ("first", "playground"):
        folder = settings.SANDBOX_CATALOG / name
        folder.mkdir(parents=True)
        (folder / "lab.yaml").write_text(LAB)
        for language in ("ko", "en"):
            (folder / f"{language}.md").write_text("Hello.\n")
    library.forget()
    return settings.COURSE_NOTES


@pytest.fixture
def note(root: Path):
    write_note(root)
    return library.get("small")
