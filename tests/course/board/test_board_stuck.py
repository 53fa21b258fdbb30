"""Each reason to be stuck, and each near miss."""

from datetime import UTC, datetime, timedelta

import pytest
from django.utils import translation

from course.board import stuck, words
from course.board.stuck import Facts, Typed, judge
from labs.lab.model import Patience

NOW = datetime(2026, 11, 28, 10, tzinfo=UTC)
BEGAN = NOW - timedelta(minutes=30)


def at(number: int) -> datetime:
    return BEGAN + timedelta(minutes=number)


def commands(*given: tuple) -> tuple[Typed, ...]:
    """(line, status[, changed[, mistake]]) a command, a minute apart."""
    return tuple(Typed(one[0], one[1], (*one, False)[2], at(number), (*one, False, "")[3]) for number, one in enumerate(given))


def facts(*given: tuple, **known) -> Facts:
    return Facts(**{"now": NOW, "began": BEGAN, "last": NOW, "commands": commands(*given)} | known)


BAD = ("aws s3 mb s3://x", 1)
NO_SUCH = ("aws s3 ls s3://x", 254, False, "no-bucket")

CASES = {
    "an error three times": (facts(BAD, BAD, BAD), ["same-error"]),
    "twice is no habit": (facts(BAD, BAD), []),
    "the same with other words": (facts(BAD, ("aws s3 mb s3://y --region z", 1), ("aws s3 mb y", 1)), ["same-error"]),
    "another status is another error": (facts(BAD, BAD, ("aws s3 mb s3://x", 2)), []),
    "another program is another error": (facts(BAD, BAD, ("aws s3 rb s3://x", 1)), []),
    "what was looked at between does not matter": (facts(BAD, ("ls", 0), BAD, ("pwd", 0), BAD, ("ls", 0)), ["same-error"]),
    "it worked between": (facts(BAD, BAD, ("aws s3 mb s3://z", 0), BAD), []),
    "it worked at last": (facts(BAD, BAD, BAD, ("aws s3 mb s3://z", 0)), []),
    "they went on to other things": (facts(BAD, BAD, BAD, ("ls", 0), ("ls", 0), ("ls", 0)), []),
    "one mistake however it is typed": (facts(NO_SUCH, ("aws s3 cp a s3://x", 1, False, "no-bucket"), NO_SUCH), ["same-error"]),
    "two mistakes": (facts(NO_SUCH, ("aws s3 ls", 254, False, "no-key"), NO_SUCH), []),
    "grep finds nothing": (facts(*[("grep x f", 1)] * 4), []),
    "grep has no file": (facts(*[("grep x f", 2)] * 3), ["same-error"]),
    "stopped by hand": (facts(*[("tail -f log", 130)] * 4), []),
    "nothing changes": (facts(*[("ls", 0)] * 12), ["unchanged"]),
    "eleven looks": (facts(*[("ls", 0)] * 11), []),
    "something changed among them": (facts(*[("ls", 0)] * 6, ("touch a", 0, True), *[("ls", 0)] * 6), []),
    "a check eight times in vain": (facts(tries=8), ["check"]),
    "seven times": (facts(tries=7), []),
    "hints used up": (facts(hints=3, hints_shown=3), ["hints"]),
    "one hint left": (facts(hints=3, hints_shown=2), []),
    "there are no hints": (facts(hints=0, hints_shown=0), []),
    "the solution is open": (facts(hints=3, solution=True), ["hints"]),
    "silent": (facts(last=NOW - timedelta(minutes=10), here=True), ["silence"]),
    "a moment less": (facts(last=NOW - timedelta(minutes=10) + timedelta(seconds=1), here=True), []),
    "silent, and away": (facts(last=NOW - timedelta(minutes=40)), []),
    "silent while something runs": (facts(last=NOW - timedelta(minutes=40), here=True, running=True), []),
    "several at once, the most telling first": (facts(*[BAD] * 12, tries=9), ["same-error", "check", "unchanged"]),
    "nothing known": (facts(), []),
}


@pytest.mark.parametrize("name", CASES)
def test_who_is_stuck(name):
    known, reasons = CASES[name]
    assert [one.reason for one in judge(known, Patience())] == reasons


def test_since_when_and_how_much():
    (found,) = judge(facts(("ls", 0), BAD, BAD, BAD, BAD, BAD, BAD), Patience())
    assert (found.since, found.level, found.values["count"], found.values["line"]) == (at(1), 2, 6, "aws s3 mb s3://x")
    (silence,) = judge(facts(last=NOW - timedelta(minutes=25), here=True), Patience())
    assert (silence.since, silence.level) == (NOW - timedelta(minutes=25), 2)
    (check,) = judge(facts(tries=17), Patience())
    assert (check.since, check.level) == (BEGAN, 2)


@pytest.mark.parametrize(
    ("patience", "known"),
    [
        (Patience(errors=2), facts(BAD, BAD)),
        (Patience(unchanged=2), facts(("ls", 0), ("ls", 0))),
        (Patience(tries=1), facts(tries=1)),
        (Patience(hints_left=1), facts(hints=3, hints_shown=2)),
        (Patience(idle_minutes=1), facts(last=NOW - timedelta(minutes=1), here=True)),
    ],
)
def test_a_lab_has_its_own_patience(patience, known):
    assert judge(known, Patience()) == []
    assert len(judge(known, patience)) == 1


def test_which_program():
    assert Typed("AWS_PAGER= aws s3 --debug mb s3://x", 0, False, NOW).program == ("aws", "s3", "mb")
    assert Typed("sudo yum install", 0, False, NOW).program == ("yum",)
    assert Typed("x=1", 0, False, NOW).program == ("x=1",)
    assert Typed("  ", 0, False, NOW).program


@pytest.mark.parametrize("language", ["en", "ko"])
def test_each_reason_has_words(language):
    with translation.override(language):
        found = judge(facts(*[BAD] * 12, tries=9, hints=1, hints_shown=1, last=NOW - timedelta(hours=1), here=True), Patience())
        assert [one.reason for one in found] == list(stuck.REASONS)
        said = [words.why(one.reason, one.values) for one in found] + [words.ask(one.reason) for one in found]
    assert len(set(said)) == 10
    assert any("\uac00" <= letter <= "\ud7a3" for text in said for letter in text) == (language == "ko")
