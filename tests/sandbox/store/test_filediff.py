"""What changed inside files: readable, bounded, and safe from what learners' files hold."""

from __future__ import annotations

import difflib
import hashlib
import random
import shutil
import subprocess
from pathlib import Path

import pytest

from sandbox.store import filediff
from sandbox.store.filediff import describe, shown
from sandbox.store.tree import Entry

BLOBS: dict[str, bytes] = {}
READ: list[str] = []


def file(data: bytes, mode: int = 0o644) -> Entry:
    sha = hashlib.sha256(data).hexdigest()
    BLOBS[sha] = data
    return Entry("f", mode, 0, len(data), sha)


def get(sha: str) -> bytes:
    READ.append(sha)
    return BLOBS[sha]


def link(target: str) -> Entry:
    return Entry("l", 0o777, 0, len(target), target)


def notes(before: Entry | None, after: Entry | None) -> dict:
    return describe([("~/a", before, after)], get).get("~/a", {})


def text(old: bytes | None, new: bytes | None) -> str:
    return notes(None if old is None else file(old), None if new is None else file(new))["text"]


def test_a_line_changed_with_what_is_around_it() -> None:
    old = b"".join(b"%d\n" % number for number in range(1, 11))
    assert text(old, old.replace(b"5\n", b"five\n")) == "@@ -3,5 +3,5 @@\n 3\n 4\n-5\n+five\n 6\n 7"


def test_a_file_that_comes_or_goes_is_whole() -> None:
    assert text(None, b"a\nb\n") == "@@ -0,0 +1,2 @@\n+a\n+b"
    assert text(b"a\n", None) == "@@ -1,1 +0,0 @@\n-a"
    assert text(b"a\n", b"") == "@@ -1,1 +0,0 @@\n-a"


def test_a_missing_line_end_is_said() -> None:
    assert text(b"a\nb", b"a\nb\n") == "@@ -1,2 +1,2 @@\n a\n-b\n\\ No newline at end of file\n+b"


@pytest.mark.skipif(not shutil.which("patch"), reason="patch is not installed: whether it reads the diffs was NOT tested")
@pytest.mark.parametrize("seed", range(20))
def test_patch_makes_the_new_file_of_the_old_one(seed: int, tmp_path: Path) -> None:
    """The diffs are what patch(1) reads: any two texts, also those too long to be matched."""
    dice = random.Random(seed)
    words = ["a", "b", "", "c", "long line"]
    old = [dice.choice(words) for _ in range(dice.randrange(60))]
    new = list(old)
    for _ in range(dice.randrange(8)):
        at = dice.randrange(len(new) + 1)
        new[at : at + dice.randrange(3)] = [dice.choice(words) for _ in range(dice.randrange(3))]
    before, after = ("\n".join(lines) + dice.choice(["", "\n"] if lines else [""]) for lines in (old, new))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(filediff, "PAIRS", dice.choice([0, 12_000]))
        found = notes(file(before.encode()), file(after.encode())).get("text")
    if before == after:
        assert found is None
        return
    path = tmp_path / "file"
    path.write_text(before)
    done = subprocess.run(["patch", "--posix", "-s", str(path)], input=f"--- file\n+++ file\n{found}\n", text=True, capture_output=True)
    assert done.returncode == 0, (done.stdout, done.stderr, found)
    assert (path.read_text() if path.exists() else "") == after


@pytest.mark.parametrize(
    ("old", "new", "why"),
    [
        (b"a\n", b"\0\1", "binary"),
        (b"\xff\xfea\0", b"a\n", "binary"),
        (b"a\n", b"x" * (filediff.FILE_BYTES + 1), "large"),
        (b"x" * (filediff.FILE_BYTES + 1), None, "large"),
    ],
)
def test_what_is_no_text_or_too_large_says_so_and_is_not_read_for_nothing(old: bytes, new: bytes | None, why: str) -> None:
    READ.clear()
    assert notes(file(old), None if new is None else file(new)) == {"why": why}
    if why == "large":
        assert READ == []


def test_bytes_that_are_no_utf8_do_no_harm() -> None:
    assert text(None, b"caf\xe9\n") == "@@ -0,0 +1,1 @@\n+caf�"


def test_a_long_diff_is_cut() -> None:
    found = notes(None, file(b"x\n" * 1000))
    assert found["cut"]
    assert len(found["text"].split("\n")) == filediff.LINES


def test_a_long_line_is_cut() -> None:
    assert len(text(None, b"x" * 5000 + b"\n")) < 600


def test_all_files_together_have_one_bound() -> None:
    changes = [(f"~/{number:03}", None, file(b"%d\n" % number)) for number in range(300)]
    found = describe(changes, get)
    assert sum("text" in one for one in found.values()) == filediff.FILES
    assert found["~/299"] == {"why": "many"}
    assert sum(len(one.get("text", "")) for one in found.values()) < filediff.TEXT_BYTES


def test_wide_characters_count_as_their_bytes() -> None:
    found = notes(None, file(("가" * 400 + "\n").encode() * 200))
    assert found["cut"]
    assert len(found["text"].encode()) <= filediff.TEXT_BYTES


def test_a_file_of_equal_lines_is_not_matched_line_by_line(monkeypatch: pytest.MonkeyPatch) -> None:
    """Thousands of equal lines on both sides make millions of pairs: minutes for nothing."""
    monkeypatch.setattr(difflib, "SequenceMatcher", None)
    found = notes(file(b"a\n" + b"\n" * 5000 + b"b\n"), file(b"c\n" + b"\n" * 4000 + b"d\n"))
    assert found["text"].startswith("@@ -1,5002 +1,4002 @@\n-a\n-")


def test_renamed_is_said_on_both_and_not_compared() -> None:
    moved = file(b"same\n")
    found = describe([("~/new", None, moved), ("~/old", moved, None)], get)
    assert found == {"~/new": {"from": "~/old"}, "~/old": {"to": "~/new"}}


def test_two_equal_files_gone_and_one_come_is_one_rename() -> None:
    moved = file(b"same\n")
    found = describe([("~/a", moved, None), ("~/b", moved, None), ("~/c", None, moved)], get)
    assert [path for path, one in found.items() if "to" in one] == ["~/b"]
    assert "text" in found["~/a"]


def test_empty_files_are_nobodys_renames() -> None:
    assert describe([("~/a", file(b""), None), ("~/b", None, file(b""))], get) == {}


def test_permissions_and_links() -> None:
    assert notes(file(b"x"), file(b"x", 0o755)) == {"mode": ["0644", "0755"]}
    assert notes(link("a"), link("b")) == {"link": ["a", "b"]}
    assert notes(None, link("/etc/\x1bpasswd")) == {"link": ["", "/etc/\\x1bpasswd"]}
    assert notes(file(b"x\n"), link("b")) == {"link": ["", "b"], "text": "@@ -1,1 +0,0 @@\n-x"}


@pytest.mark.parametrize(
    ("name", "said"),
    [("~/a b", "~/a b"), ("~/가", "~/가"), ("~/\udcff", "~/\\xff"), ("~/a\nb", "~/a\\nb"), ("~/\u202etxt.exe", "~/\\u202etxt.exe")],
)
def test_names_can_be_shown(name: str, said: str) -> None:
    assert shown(name) == said
    said.encode()
