"""``manage.py sandbox run``, as its users call it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import settings

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def var(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("var")


def run(var: Path, transcript: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "manage.py", "sandbox", "run", *arguments]
    environment = {**os.environ, "COURSE_VAR": str(var), "COURSE_WARM_AWS": "0"}
    return subprocess.run(
        command, input=transcript, cwd=settings.BASE_DIR, env=environment, capture_output=True, text=True, timeout=120, check=False
    )


def objects(done: subprocess.CompletedProcess[str]) -> list[dict]:
    return [json.loads(line) for line in done.stdout.splitlines()]


def test_the_account_is_kept_in_a_variable_on_a_fresh_clone(var: Path) -> None:
    done = run(var, "$ x=$(aws sts get-caller-identity --query Account --output text)\n$ echo $x\n", "--json", "-")
    assert done.returncode == 0, done.stderr
    first, second = objects(done)
    assert {"command", "exit", "output", "first_output_ms", "duration_ms", "version", "changes"} <= first.keys()
    assert second["output"].strip().isdecimal()
    assert len(second["output"].strip()) == 12
    assert (first["version"], second["version"]) == (1, 2)


def test_it_ends_with_the_last_commands_status_and_shows_what_a_learner_sees(var: Path) -> None:
    done = run(var, "$ echo hi\n$ exit 7\n")
    assert done.returncode == 7
    assert done.stdout == "[ec2-user environment]$ echo hi\nhi\n[ec2-user environment]$ exit 7\nexit\n"
    assert done.stderr == ""


def test_answers_are_typed_when_the_program_falls_quiet(var: Path) -> None:
    done = run(var, '$ read -p "name? " n; read -p "sure? " s; echo "$n $s"\n< ann\n< yes\n', "--json")
    assert objects(done)[0]["output"].endswith("ann yes\r\n")


def test_files_are_put_first(var: Path, tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("from outside\n")
    done = run(var, "$ cat a.txt deep/b.txt\n", "--json", "--put", str(tmp_path / "a.txt"), "--put", f"{tmp_path / 'a.txt'}:deep/b.txt")
    assert objects(done)[0]["output"] == "from outside\r\nfrom outside\r\n"


def test_what_was_not_kept_is_said_in_words(var: Path) -> None:
    done = run(var, "$ touch {1..5100}\n$ ls | wc -l\n")
    assert "Not kept: there would be" in done.stdout
    assert done.stdout.endswith("\n0\n")
    assert "The line is unfinished" in run(var, "$ echo 'open\n").stdout


def test_a_step_is_a_place_to_start(var: Path) -> None:
    done = run(var, "$ echo $myRegion\n", "--lab", "heartbeat-pipeline", "--step", "download", "--json")
    assert objects(done)[0]["output"] == "ap-northeast-2\r\n"


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--lab", "nope"], "Labs: console-basics, heartbeat-pipeline"),
        (["--put", "/no/such/file"], "No such file"),
        (["--put", "/etc/hostname:../x"], "not a name"),
        (["/no/such/transcript"], "No such file"),
    ],
)
def test_errors_name_what_was_wrong(var: Path, arguments: list[str], words: str) -> None:
    done = run(var, "$ true\n", *arguments)
    assert done.returncode == 1
    assert words in done.stderr
    assert "Traceback" not in done.stderr


def test_nothing_to_run_is_said(var: Path) -> None:
    assert "nothing to run" in run(var, "only prose\n").stderr
