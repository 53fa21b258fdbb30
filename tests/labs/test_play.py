"""Labs played in real sandboxes."""

import io

import pytest
from django.core.management import CommandError, call_command

from labs import starts
from labs.lab import catalog
from labs.models import Start
from labs.play import play
from sandbox.checkout import checkout
from sandbox.errors import Fault
from sandbox.models import Sandbox
from tests.labs.conftest import YAML, write_lab

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]


@pytest.fixture
def root(tmp_path, settings):
    settings.SANDBOX_CATALOG = tmp_path / "catalog"
    return tmp_path / "catalog"


def played(root, old="", new="") -> list:
    write_lab(root, yaml=YAML.replace(old, new) if old else YAML)
    return list(play(catalog.get("first"), lambda _: None))


def test_every_step_can_be_done_and_none_is_before(root):
    rows = played(root)
    assert [(row.step, row.before, row.after, row.problem) for row in rows] == [
        ("start", "–", "–", ""),
        ("make", "not-yet", "pass", ""),
        ("name", "not-yet", "pass", ""),
    ]
    assert not Sandbox.objects.exists(), "nothing is left behind"


def test_a_check_that_passes_before_its_solve_fails_the_play(root):
    rows = played(root, "{path: ~/environment/a.txt}", "{path: ~/environment/a.txt, exists: false}")
    assert (rows[-1].step, rows[-1].before) == ("make", "pass")
    assert "passes before" in rows[-1].problem


def test_a_solve_that_does_not_solve_fails_the_play(root):
    rows = played(root, "solve: [x=1]", "solve: [x=2]")
    assert (rows[-1].step, rows[-1].after) == ("name", "not-yet")
    assert "“2”" in rows[-1].problem


def test_a_solve_that_fails_fails_the_play(root):
    assert "ended with 1" in played(root, "solve: [x=1]", "solve: ['false']")[-1].problem


@pytest.mark.parametrize("script", ["exit 3", "nosuchprogram x", "if then"])
def test_an_error_of_a_check_fails_the_play_and_the_author_is_told_what_broke(root, script):
    rows = played(root, "{file: {path: ~/environment/a.txt}}", f"{{script: {{run: '{script}'}}}}")
    assert (rows[-1].step, rows[-1].before) == ("make", "error")
    assert "the script check in line" in rows[-1].problem
    assert "it ended with" in rows[-1].problem


def test_a_script_looks_at_the_value_and_changes_nothing(root):
    rows = played(root, "{file: {path: ~/environment/a.txt}}", "{script: {run: 'test -e a.txt || { touch b.txt; y=2; exit 1; }; ls'}}")
    assert [row.problem for row in rows] == ["", "", ""]


def test_a_start_has_its_files_its_setup_and_nothing_of_its_shell(root, settings):
    folder = write_lab(root)
    (folder / "files" / "deep").mkdir(parents=True)
    (folder / "files" / "deep" / "run.sh").write_text("echo hi\n")
    (folder / "files" / "deep" / "run.sh").chmod(0o755)
    (folder / "setup.sh").write_text("here=1\naws s3 mb s3://of-the-setup\necho done > setup.txt\n")
    lab = catalog.get("first")
    version = starts.ensure(lab)
    assert starts.ensure(lab) == version, "built once"
    assert version.pinned
    box = Sandbox.objects.create(head=version, start=version)
    with checkout(box) as live:
        assert live.script("deep/run.sh; cat setup.txt; echo [$here]") == (0, "hi\ndone\n[]\n")
        assert [bucket["Name"] for bucket in live.call("s3", "list_buckets", {})["Buckets"]] == ["of-the-setup"]


def test_a_steps_start_is_what_the_solves_before_it_make(root):
    write_lab(root)
    lab = catalog.get("first")
    assert starts.ensure(lab, "make") == starts.ensure(lab)
    box = Sandbox.objects.create(head=starts.ensure(lab, "name"), start=starts.ensure(lab))
    with checkout(box) as live:
        assert live.exists("~/environment/a.txt")
    with pytest.raises(KeyError):
        starts.ensure(lab, "nosuch")


def test_a_broken_setup_is_said_and_tried_again(root):
    folder = write_lab(root)
    (folder / "setup.sh").write_text("echo about to\nfalse\necho never\n")
    with pytest.raises(Fault, match="about to") as caught:
        starts.ensure(catalog.get("first"))
    assert caught.value.code == "lab-broken"
    assert "never" not in caught.value.detail
    row = Start.objects.get()
    assert (row.version, row.builder) == (None, "")
    assert "about to" in row.problem
    (folder / "setup.sh").write_text("true\n")
    assert starts.ensure(catalog.get("first"))


def test_our_own_labs_can_be_played():
    out = io.StringIO()
    call_command("labs", "play", stdout=out)
    assert out.getvalue().splitlines()[-1].endswith("0 failed")


def test_the_command_ends_with_1_where_a_play_fails(root):
    write_lab(root, yaml=YAML.replace("solve: [x=1]", "solve: [x=2]"))
    with pytest.raises(SystemExit) as caught:
        call_command("labs", "play", stdout=io.StringIO())
    assert caught.value.code == 1


def test_checking_names_calls_that_aws_does_not_have(root):
    check = "{aws: {service: s3, operation: list_bucket}}"
    write_lab(root, yaml=YAML.replace("{file: {path: ~/environment/a.txt}}", check))
    errors = io.StringIO()
    with pytest.raises(CommandError):
        call_command("labs", "check", stdout=io.StringIO(), stderr=errors)
    assert "no operation “list_bucket”; did you mean “list_buckets”?" in errors.getvalue()
    with pytest.raises(CommandError, match="did you mean “first”"):
        call_command("labs", "check", "frist")
