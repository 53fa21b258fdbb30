"""Mistakes of the table made in a real sandbox: what bash and its programs say, and a few of aws. All of them, the dear ones as well
(a cold aws, retries without a network), by ``manage.py labs mistakes``."""

import pytest

from labs.mistakes import table
from labs.mistakes.proving import prove

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]
OF_AWS = {"bucket-taken", "access-denied", "aws-no-such-command"}
DEAR = {"no-way-out-pip", "no-way-out-npm"}


def test_each_example_is_met_by_its_entry():
    rows = list(prove([entry for entry in table.entries() if entry.id in OF_AWS or ("aws " not in entry.example and entry.id not in DEAR)]))
    assert [f"{row.entry.id}: {row.problem}\n{row.output}" for row in rows if row.problem] == []
    assert all(row.said["ko"] and row.said["en"] for row in rows)
    assert len(rows) >= 25


def test_an_example_that_another_entry_meets_is_a_fault(tmp_path, settings):
    settings.LABS_MISTAKES = tmp_path
    entry = "- {{id: {}, output: 'no such thing', words: {{ko: ㄱ, en: a}}, example: '{}'}}\n"
    texts = (
        entry.format("one", "echo no such thing; false") + entry.format("two", "echo no such thing; false") + entry.format("three", "true")
    )
    (tmp_path / "a.yaml").write_text(texts)
    assert [row.problem.split("; ")[0] for row in prove(table.entries())] == [
        "",
        "its example is met by “one”, which stands before it",
        "its example is met by no entry",
    ]
