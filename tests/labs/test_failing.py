"""Which commands failed: in Python and in the database the same."""

import pytest

from labs import failing
from labs.models import Attempt, Command

pytestmark = pytest.mark.django_db

CASES = [
    ("aws s3 ls s3://x", 0, False),
    ("aws s3 ls s3://x", 254, True),
    ("grep x f", 1, False),
    ("grep x f", 2, True),
    ("[ -f a ]", 1, False),
    ("false", 1, False),
    ("falsehood", 1, True),
    ("greplike x", 1, True),
    ("tail -f log", 130, False),
    ("sleep 100", 143, False),
]


@pytest.mark.parametrize(("line", "status", "failed"), CASES)
def test_what_failed(attempt: Attempt, line: str, status: int, failed: bool) -> None:
    assert failing.failed(line.split()[0], status) == failed
    Command.objects.create(attempt=attempt, number=1, line=line, state="done", exit_status=status)
    assert Command.objects.filter(failing.failures()).exists() == failed


def test_what_has_no_status_has_not_failed(attempt: Attempt) -> None:
    Command.objects.create(attempt=attempt, number=1, line="sleep 9", state="running")
    assert not Command.objects.filter(failing.failures()).exists()
