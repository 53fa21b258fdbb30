"""Small courses for tests."""

from __future__ import annotations

from pathlib import Path

NOTE = """part: {part}
order: {order}{lab}
checked: 2026-11-28
sources:
  - {{title: "A", url: "https://docs.aws.amazon.com/a"}}
  - {{title: "B", url: "https://docs.aws.amazon.com/b"}}
questions:
{questions}
"""
QUESTION = """  - id: q{0}
    kind: single
    text: {{ko: "?", en: "?"}}
    choices: [{{ko: 예, en: "yes", right: true}}, {{ko: 아니요, en: "no"}}]
    why: {{ko: "!", en: "!"}}
"""
PICTURE = """
```picture
kind: flow
title: {0}
alt: {0}.
nodes: {{a: one, b: two}}
rows: [[a, b]]
arrows: ["a -> b"]
```
"""
LAB = """
title: {ko: 버킷 실습, en: Bucket lab}
summary: {ko: 한 가지., en: One thing.}
minutes: 5
steps: [{id: make, points: 10, check: {cwd: {equals: /tmp}}, hints: [{ko: 비밀, en: unsaid}], solve: [cd /tmp]}]
"""
TEXT = """---
title: {title}
summary: {title}.
---
@
## {title} {{#about}}

{title}.

## Mistakes {{#mistakes}}

None.
"""


def make_note(root: Path, slug: str, part: str, order: int, *, ko: str, en: str, lab: str = "") -> None:
    """``ko``, ``en``: a title, or a whole text in which ``@`` stands for a picture."""
    folder = root / "notes" / slug
    folder.mkdir()
    questions = "".join(map(QUESTION.format, range(3)))
    (folder / "note.yaml").write_text(NOTE.format(part=part, order=order, lab=f"\nlab: {lab}" if lab else "", questions=questions))
    for language, given in (("ko", ko), ("en", en)):
        text = given if given.startswith("---") else TEXT.format(title=given)
        (folder / f"{language}.md").write_text(text.replace("@", PICTURE.format("그림" if language == "ko" else "Drawing")))


def make_lab(catalog: Path, name: str, yaml: str = LAB) -> None:
    """``yaml``: of one step, ``make``."""
    folder = catalog / name
    folder.mkdir(parents=True)
    (folder / "lab.yaml").write_text(yaml)
    for language in ("ko", "en"):
        (folder / f"{language}.md").write_text("Hello.\n\n## Make it {#make}\n\nDo.\n")
