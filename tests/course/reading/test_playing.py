"""Notes played in real sandboxes."""

import io

import pytest
from django.core.management import call_command

from course.reading import library, live, playing
from sandbox.cloud.operations import Level
from sandbox.models import Sandbox
from tests.course.reading.conftest import TEXT, write_note

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]


@pytest.fixture(autouse=True)
def only_what_is_local(root, monkeypatch):
    monkeypatch.setattr(live, "lookup", lambda *call: Level.REFUSED)
    live._verdict.cache_clear()
    yield
    live._verdict.cache_clear()


def played(root, block: str) -> list[playing.Played]:
    """With a console block of these lines in the place of the first, and one after it that shows what is left of it."""
    before = TEXT.index("```console")
    after = TEXT.index("```picture")
    write_note(root, en=f"{TEXT[:before]}{block}\n\n```console\n$ echo still $x\n```\n\n{TEXT[after:]}")
    return list(playing.play(library.get("small"), lambda _: None))


def test_every_live_block_in_one_sandbox(root):
    rows = played(root, "```console\n$ x=7\n$ echo $x\n```")
    assert [(row.commands, row.problem) for row in rows] == [(2, ""), (1, "")], "the example is not played"
    assert rows[0].output == "$ x=7\n$ echo $x\n7\n"
    assert rows[1].output.endswith("still 7\n")
    assert not Sandbox.objects.exists(), "nothing is left behind"


@pytest.mark.parametrize(
    ("block", "problem"),
    [
        ("```console\n$ false\n$ x=7\n```", "“false” ended with 1, not 0"),
        ("```console\n$ x=7\n$ false\n```", "“false” ended with 1, not 0"),
        ("```console exit=1\n$ x=7\n$ true\n```", "“true” ended with 0, not 1"),
        ("```console\n$ if true; then\n```", "“if true; then” is not a whole command"),
    ],
)
def test_what_ends_otherwise_is_told(root, block, problem):
    first, second = played(root, block)
    assert first.problem.startswith(problem)
    assert second.problem == "", "what follows is played all the same"


def test_a_failure_that_is_meant(root):
    assert [row.problem for row in played(root, "```console exit=3\n$ x=7\n$ (exit 3)\n```")] == ["", ""]


def test_the_command_reports_and_ends_with_1_where_one_differs(root):
    played(root, "```console\n$ false\n```")
    out = io.StringIO()
    with pytest.raises(SystemExit) as caught:
        call_command("notes", "play", "small", "--output", stdout=out, no_color=True)
    assert caught.value.code == 1
    assert "fails small" in out.getvalue()
    assert "1 notes, 2 blocks" in out.getvalue()
    assert "still" in out.getvalue()
