"""Scripts and people, as the files have them."""

from __future__ import annotations

from datetime import timedelta

import pytest

from course.demo import people, scripts
from course.demo.scripts import Action
from labs.lab import catalog


def test_a_script():
    found = scripts.parse("x", "# who\n@ lab first\n~ 2m\n$ for i in 1 2\n> do echo $i; done\n@ hint\n@ mark lost\n~ 1d\n$ ls\n")
    assert found.actions == [
        Action("lab", "first", "first"),
        Action("run", "for i in 1 2\ndo echo $i; done", "first", timedelta(minutes=2)),
        Action("hint", "", "first"),
        Action("run", "ls", "first", timedelta(days=1)),
    ]
    assert (found.until("lost"), found.until("")) == (3, 4)


def test_a_slow_typist_sleeps_no_longer():
    found = scripts.parse("x", "@ lab first\n~ 30\n$ ls\n~ 1d\n$ ls\n")
    assert found.moments(3, 2.0) == [timedelta(days=1, minutes=1), timedelta(days=1), timedelta()]
    assert found.moments(2, 0.5) == [timedelta(seconds=15), timedelta()]


@pytest.mark.parametrize(
    ("text", "line"),
    [("$ ls", 1), ("@ lab first\n? x", 2), ("@ lab first\n@ sing", 2), ("@ lab first\n~ soon", 2), ("@ lab", 1), ("@ lab x\n@ hint 2", 2)],
)
def test_what_says_nothing_is_named_with_its_line(text, line):
    with pytest.raises(scripts.ScriptError, match=f"x.txt, line {line}:"):
        scripts.parse("x", text)


def test_the_course_s_own():
    """Thirty, five scripts, all of whose labs and marks there are; somebody is at work, and two have asked."""
    everybody = people.everybody()
    assert len({one.role for one in everybody}) == len({one.name for one in everybody}) == 30
    assert len(people.script_names()) == 5
    assert {one.name: one.language for one in everybody} == {one.name: "en" if one.name.isascii() else "ko" for one in everybody}
    for one in everybody:
        script = people.script_of(one)
        assert 0 < script.until(one.until) <= len(script.actions)
        if people.plays(one):
            assert not one.until, f"{one.role} plays {one.script} to its end: others may be anywhere in it"
    assert sum(bool(one.asks) for one in everybody) == 2
    assert sum(one.here for one in everybody) >= 10
    actions = [action for name in people.script_names() for action in scripts.load(name).actions]
    for lab in {one.lab for one in actions}:
        catalog.get(lab)
    assert {"undo", "hint"} <= {one.kind for one in actions}
