"""An attempt keeps the lab that it began."""

import pytest

from labs import editions
from labs.lab import catalog
from sandbox.errors import Fault
from tests.labs.conftest import YAML


def test_an_edit_reaches_new_attempts_only(attempt, lab, tmp_path):
    (lab.folder / "files").mkdir()
    (lab.folder / "lab.yaml").write_text(YAML.replace("points: 10", "points: 99"))
    assert catalog.get("first").steps[0].points == 99
    kept = editions.lab_of(attempt)
    assert (kept.name, kept.steps[0].points, kept.content_hash) == ("first", 10, attempt.content_hash)


def test_a_typo_mended_in_the_prose_reaches_everybody(attempt, lab):
    path = lab.folder / "en.md"
    path.write_text(path.read_text().replace("Hello.", "Good day."))
    assert "Good day." in editions.lab_of(attempt).in_language("en").intro[0].text


def test_a_lab_taken_away_still_serves_its_attempts(attempt, lab):
    lab.folder.rename(lab.folder.parent.parent / "away")
    assert editions.lab_of(attempt).name == "first"


def test_no_copy_at_all_is_a_fault(attempt, lab):
    with pytest.raises(Fault) as caught:
        editions.edition("first", "0" * 64)
    assert caught.value.code == "lab-gone"
