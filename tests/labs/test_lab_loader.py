"""What an author is told: file and line of whatever is not right."""

from pathlib import Path

import pytest

from labs.lab import LabError, catalog
from labs.lab.loader import content_hash, load
from labs.lab.model import CommandBlock, Html, Patience
from tests.labs.conftest import PROSE, YAML, write_lab


def broken(tmp_path: Path, yaml: str = YAML, prose: str = PROSE) -> LabError:
    with pytest.raises(LabError) as caught:
        load(write_lab(tmp_path, yaml=yaml, prose=prose))
    return caught.value


def line_of(text: str, part: str) -> int:
    return next(number for number, line in enumerate(text.splitlines(), 1) if part in line)


def test_a_lab_is_read_whole(tmp_path):
    lab = load(write_lab(tmp_path))
    assert (lab.name, lab.minutes, lab.points, [step.id for step in lab.steps]) == ("first", 5, 15, ["make", "name"])
    assert lab.steps[0].do == lab.steps[0].solve == ("touch a.txt",)
    assert lab.steps[0].solution_cost == 4
    assert (lab.steps[1].solve, lab.steps[1].solution_cost) == (("x=1",), 2)
    assert lab.section("make", "ko").segments[0] == CommandBlock(("touch a.txt",))
    assert lab.next_after("make") == lab.steps[1]
    assert lab.next_after("name") is None


def test_a_lab_says_from_when_on_somebody_is_stuck(tmp_path):
    assert load(write_lab(tmp_path)).stuck == Patience()
    own = load(write_lab(tmp_path, "own", yaml=YAML + "stuck: {errors: 5, hints_left: 0, idle_minutes: 20}\n")).stuck
    assert own == Patience(errors=5, hints_left=0, idle_minutes=20)  # what is not said is patience's own


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("minutes: 5", "minute: 5", "unknown key “minute”; did you mean “minutes”?"),
        ("minutes: 5", "minutes: soon", "minutes: a whole number of at least 0"),
        ("minutes: 5", "minutes: true", "a whole number"),
        ("minutes: 5\n", "", "“minutes” is missing"),
        ("minutes: 5", "minutes: 5\nstuck: {erors: 3}", "unknown key “erors”; did you mean “errors”?"),
        ("minutes: 5", "minutes: 5\nstuck: {tries: 0}", "tries: a whole number of at least 1"),
        ("minutes: 5", "minutes: 5\nstuck: soon", "a mapping is needed"),
        ("minutes: 5", "minutes: 5\nminutes: 6", "“minutes” is here twice"),
        ("minutes: 5", "minutes: [", "expected the node content"),
        ("{ko: 첫걸음, en: First steps}", "{en: First steps}", "“ko” is missing"),
        ("{ko: 첫걸음, en: First steps}", "[]", "a mapping is needed"),
        ("    points: 10", "    points: -1", "points: a whole number"),
        ("    cost: 4", "    cost: 11", "costs more (11) than the step gives (10)"),
        ("    cost: 4", "    cots: 4", "unknown key “cots”; did you mean “cost”?"),
        ("id: name", "id: make", "a step “make” is here twice"),
        ("id: name", "id: Na me", "small letters"),
        ("{file: {path:", "{flie: {path:", "no check is called “flie”; did you mean “file”?"),
        ("{file: {path:", "{changed: {change: added, file: a, service:", "a “changed” check needs either “service” or “file”"),
        ("{file: {path:", "{changed: {change:", "no change is called"),
        ("{file: {path:", "{changed: {file: a, kind:", "“kind” is of a resource"),
        ("{file: {path:", "{changed: {service: s3, nmae:", "unknown key “nmae”; did you mean “name”?"),
        ("{file: {path: ~/environment/a.txt}}", "{file: {}}", "“path” is missing"),
        ("{file: {path: ~/environment/a.txt}}", "{file: {path: a, matches: '('}}", "not a regular expression"),
        ("{file: {path: ~/environment/a.txt}}", "{file: {path: '{bucket}'}}", "{bucket} is not kept by an earlier check"),
        ("{file: {path: ~/environment/a.txt}}", "{aws: {service: s3, operation: x, query: '['}}", "not a JMESPath query"),
        ("{file: {path: ~/environment/a.txt}}", "{script: {run: nosuch.sh}}", "no file “nosuch.sh” in the lab"),
        ("{file: {path: ~/environment/a.txt}}", "{script: {run: ../../etc/passwd}}", "no file"),
        ("{file: {path: ~/environment/a.txt}}", "{any: [{cwd: {equals: x}}]}", "at least two"),
        ("{file: {path: ~/environment/a.txt}}", "{command: {}}", "needs something to look for"),
        ("{file: {path: ~/environment/a.txt}}", "{file: {path: x}, cwd: {equals: y}}", "exactly one kind"),
        ("{file: {path: ~/environment/a.txt}}", "[]", "at least one check"),
        ("    solve: [x=1]", "    solve: nosuch.sh", "no file “nosuch.sh”"),
        ("hints: [{ko: touch를 쓰세요., en: Use **touch**.},", "hints: [{ko: touch},", "“en” is missing"),
    ],
)
def test_what_is_wrong_in_the_yaml_is_named_with_its_line(tmp_path, old, new, says):
    assert old in YAML
    yaml = YAML.replace(old, new)
    error = broken(tmp_path, yaml)
    assert says in str(error)
    assert error.path.name == "lab.yaml"
    assert 1 <= error.line <= len(yaml.splitlines())


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("    cost: 4", "    cots: 4"),
        ("minutes: 5", "minutes: soon"),
        ("    points: 10", "    points: ten"),
        ("    check: {file: {path: ~/environment/a.txt}}", "    check: {file: {path: x, matches: '('}}"),
        ("    check: {file: {path: ~/environment/a.txt}}", "    check: {fiel: {path: x}}"),
        ("    hints: [{ko: touch를 쓰세요.,", "    hints: [{ko: touch, ne: x,"),
        ("    solve: [x=1]", "    solve: nosuch.sh"),
    ],
)
def test_the_line_is_the_line(tmp_path, old, new):
    yaml = YAML.replace(old, new)
    assert broken(tmp_path, yaml).line == line_of(yaml, new)


def test_no_way_to_solve(tmp_path):
    assert "“solve” is missing" in str(broken(tmp_path, YAML.replace("    solve: [x=1]\n", "")))


@pytest.mark.parametrize(
    ("old", "new", "says", "part"),
    [
        ("## Name it {#name}", "## Name it", "say which step", "## Name it"),
        ("## Name it {#name}", "## Name it {#naem}", "no step “naem”; did you mean “name”?", "naem"),
        ("## Name it {#name}", "## Name it {#make}", "here twice", "{#make}"),
        ("```console\n$ touch a.txt\n```", "```console\n$ touch a.txt", "without its end", "```console"),
        ("$ touch a.txt\n", "", "without a command", "```console"),
    ],
)
def test_what_is_wrong_in_the_prose_is_named_with_its_line(tmp_path, old, new, says, part):
    prose = PROSE.replace(old, new)
    error = broken(tmp_path, prose=prose)
    assert says in str(error)
    assert error.path.name == "ko.md"
    lines = [number for number, line in enumerate(prose.splitlines(), 1) if part in line]
    assert error.line in lines


def test_languages_keep_step(tmp_path):
    folder = write_lab(tmp_path)
    (folder / "en.md").write_text(PROSE.replace("$ touch a.txt", "$ touch b.txt"))
    with pytest.raises(LabError, match=r"en\.md:3: the commands of “make” differ"):
        load(folder)
    (folder / "en.md").write_text(PROSE.partition("## Name")[0])
    with pytest.raises(LabError, match="no section of the step “name”"):
        load(folder)
    (folder / "en.md").unlink()
    with pytest.raises(LabError, match="missing"):
        load(folder)


def test_sections_stand_in_the_steps_order(tmp_path):
    prose = "## Name it {#name}\n\nx\n\n## Make it {#make}\n\n```console\n$ touch a.txt\n```\n"
    assert "another order" in str(broken(tmp_path, prose=prose))


def test_prose_is_sanitised_and_split_at_its_commands(tmp_path):
    hostile = "<script>alert(1)</script> [x](javascript:alert(1)) <b onclick=x style=y>b</b>\n\n"
    hostile += "```python\n# $ not a command\n## no heading\n```\n"
    console = "```console\n$ echo \\\n> two\nshown\n$ ls\n```\n\nafter\n"
    lab = load(write_lab(tmp_path, prose=PROSE.replace("Again.", hostile + console)))
    first, commands, after = lab.section("name", "en").segments
    assert isinstance(first, Html)
    assert isinstance(after, Html)
    assert commands == CommandBlock(("echo \\\ntwo", "ls"))
    for bad in ("<script", "javascript:", "onclick", "style="):
        assert bad not in first.text
    assert 'class="code"' in first.text
    assert after.text == "<p>after</p>"


def test_console_without_dollars_is_all_commands(tmp_path):
    lab = load(write_lab(tmp_path, prose=PROSE.replace("Again.", "```console\nls\n\npwd\n```")))
    assert lab.steps[1].do == ("ls", "pwd")


def test_the_hash_covers_what_matters(tmp_path):
    folder = write_lab(tmp_path)
    first = content_hash(folder)
    (folder / "en.md").write_text(PROSE + "A typo mended.\n")
    (folder / "lab.yaml~").write_text("an editor's")
    assert content_hash(folder) == first
    (folder / "setup.sh").write_text("true")
    second = content_hash(folder)
    assert second != first
    (folder / "setup.sh").chmod(0o755)
    assert content_hash(folder) != second


def test_the_catalogue_leaves_out_what_is_broken(tmp_path, settings):
    settings.SANDBOX_CATALOG = tmp_path
    write_lab(tmp_path, "second", yaml="order: 1\n" + YAML)
    write_lab(tmp_path, "first")
    write_lab(tmp_path, "third", yaml="title: x\n")
    labs, errors = catalog.everything()
    assert [lab.name for lab in labs] == ["second", "first"]
    assert [error.path.parent.name for error in errors] == ["third"]
    for name in ("nosuch", "../first", ".hidden"):
        with pytest.raises(KeyError):
            catalog.get(name)


def test_an_edit_is_seen(tmp_path, settings):
    settings.SANDBOX_CATALOG = tmp_path
    folder = write_lab(tmp_path)
    assert catalog.get("first").minutes == 5
    (folder / "lab.yaml").write_text(YAML.replace("minutes: 5", "minutes: 15"))
    assert catalog.get("first").minutes == 15


def test_our_own_labs_are_right(settings):
    settings.SANDBOX_CATALOG = Path(settings.BASE_DIR) / "labs" / "catalog"
    labs, errors = catalog.everything()
    assert errors == []
    assert {"heartbeat-pipeline", "playground"} <= {lab.name for lab in labs}
