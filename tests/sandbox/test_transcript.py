"""What counts in a transcript."""

from __future__ import annotations

import pytest

from sandbox.transcript import Step, parse


def test_commands_continuations_and_answers() -> None:
    text = "# Title\n$ for i in 1 2\n> do echo $i; done\nprose\n$ read a\n<  y\n<\n$"
    assert parse(text) == [Step("for i in 1 2\ndo echo $i; done"), Step("read a", [" y", ""]), Step("")]


@pytest.mark.parametrize("text", ["> x", "prose\n< y"])
def test_an_answer_to_nothing_is_named_by_its_line(text: str) -> None:
    with pytest.raises(ValueError, match=f"line {len(text.splitlines())}"):
        parse(text)
