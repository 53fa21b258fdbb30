"""Every requirement is found here or named with its remedy; the report's status follows the needed ones."""

import os
import platform
import shutil
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from sandbox.errors import Fault
from sandbox.jail import bwrap, canary, requirements
from sandbox.jail.requirements import Requirement

PROJECT = Path(__file__).resolve().parents[3]


def by_name() -> dict[str, Requirement]:
    return {requirement.name: requirement for requirement in requirements.host()}


def test_every_one_has_words_and_the_missing_a_remedy():
    for requirement in requirements.host():
        assert requirement.detail
        assert requirement.found or requirement.remedy, requirement


def test_a_bare_python_can_ask():
    """No third-party package is needed to say what is missing."""
    code = f"import sys; sys.path.insert(0, {str(PROJECT)!r}); from sandbox.jail import requirements, uid; print(len(requirements.host()))"
    done = subprocess.run([sys._base_executable, "-ISBc", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0 and int(done.stdout) > 20, done.stderr


@pytest.mark.parametrize("program", [program.name for program in requirements.PROGRAMS])
def test_a_missing_program_is_named_with_its_package(monkeypatch, program):
    real = shutil.which
    monkeypatch.setattr(shutil, "which", lambda name, path=None: None if name == program else real(name, path=path))
    missing = by_name()[program]
    assert not missing.found and missing.remedy.startswith("apt install ") and "dnf install" in missing.remedy
    assert missing.needed is (program not in ("groff", "perl", "less", "vi", "nano", "top"))


def test_programs_are_looked_for_where_a_jail_looks(monkeypatch, tmp_path):
    (tmp_path / "jq").write_text("#!/bin/sh\n")
    (tmp_path / "jq").chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    assert str(tmp_path) not in by_name()["jq"].detail


def test_a_sqlite_without_its_search_is_named(monkeypatch):
    assert by_name()["SQLite with FTS5"].found

    def without(_name):
        raise sqlite3.OperationalError("no such module: fts5")

    monkeypatch.setattr(sqlite3, "connect", without)
    monkeypatch.delenv("DATABASE_URL", raising=False)
    missing = by_name()["SQLite with FTS5"]
    assert not missing.found and missing.needed and "no such module: fts5" in missing.detail and "DATABASE_URL" in missing.remedy
    monkeypatch.setenv("DATABASE_URL", "postgresql://u:p@host/name")
    assert not by_name()["SQLite with FTS5"].needed


def test_not_linux(monkeypatch):
    monkeypatch.setattr(sys, "platform", "darwin")
    found = by_name()
    assert not found["Linux"].found and "docker compose up" in found["Linux"].remedy
    assert "bash" not in found


@pytest.mark.parametrize(
    ("machine", "found", "words"), [("aarch64", True, "UNTESTED"), ("riscv64", False, "riscv64"), ("x86_64", True, "x86_64")]
)
def test_another_architecture(monkeypatch, machine, found, words):
    monkeypatch.setattr(platform, "machine", lambda: machine)
    told = by_name()["architecture"]
    assert told.found is found
    assert words in told.detail


@pytest.mark.parametrize(("release", "found"), [("5.10.0-28-amd64", False), ("5.14.0", True), ("6.1.0", True), ("odd", False)])
def test_kernels(monkeypatch, release, found):
    monkeypatch.setattr(platform, "release", lambda: release)
    assert by_name()["kernel"].found is found


def test_python_too_old(monkeypatch):
    monkeypatch.setattr(requirements, "OLDEST_PYTHON", (9, 0))
    assert not by_name()["Python"].found


def test_no_ensurepip(monkeypatch):
    real = requirements.importlib.util.find_spec
    monkeypatch.setattr(requirements.importlib.util, "find_spec", lambda name: None if name == "ensurepip" else real(name))
    missing = by_name()["venv and ensurepip"]
    assert not missing.found and f"apt install python3.{sys.version_info[1]}-venv" in missing.remedy


def test_no_bubblewrap(monkeypatch):
    def none() -> Path:
        raise Fault("no-bwrap", "bubblewrap is needed: none. Remedy: x.")

    monkeypatch.setattr(bwrap, "find_bwrap", none)
    missing = by_name()["bubblewrap"]
    assert not missing.found and missing.needed and missing.detail.endswith("none.") and "apt install bubblewrap" in missing.remedy


@pytest.mark.parametrize(("name", "value", "remedy"), canary.USERNS_SETTINGS)
def test_user_namespaces_forbidden(monkeypatch, name, value, remedy):
    monkeypatch.setattr(canary, "setting", {name: value}.get)
    missing = by_name()["user namespaces"]
    assert (missing.found, missing.remedy) == (False, remedy)


def test_redis_by_address(monkeypatch):
    monkeypatch.setattr(shutil, "which", lambda name, path=None: None)
    monkeypatch.setenv("REDIS_URL", "redis://elsewhere")
    assert by_name()["Redis or Valkey"].detail == "REDIS_URL is set"


def never() -> Path:
    raise AssertionError("no jail is tried")


def test_report_outside_the_sites_environment(capsys, monkeypatch):
    monkeypatch.setattr(
        requirements, "host", lambda: [Requirement("bash", True, "/bin/bash", ""), Requirement("less", False, "pages", "apt", needed=False)]
    )
    assert requirements.report(PROJECT, inside=False, become=never) == 0
    out = capsys.readouterr().out
    assert "ok       bash: /bin/bash" in out and "absent   less: pages\n         → apt" in out
    assert "Everything needed is here." in out


def test_report_of_something_missing(capsys, monkeypatch):
    monkeypatch.setattr(requirements, "host", lambda: [Requirement("bash", False, "the shell", "apt install bash")])
    assert requirements.report(PROJECT, inside=True, become=never) == 1
    assert "MISSING  bash: the shell\n         → apt install bash" in capsys.readouterr().out


@pytest.mark.parametrize("problems", [[], [canary.Problem("sentinel", "A jail read a file.", "Do not.")]])
def test_report_tries_a_jail(capsys, monkeypatch, tmp_path, problems):
    if os.geteuid() == 0:
        pytest.skip("jails are never started as root")
    monkeypatch.setattr(requirements, "host", list)
    if problems:
        monkeypatch.setattr(canary, "check", lambda built: problems)
    status = requirements.report(PROJECT, inside=True, become=lambda: tmp_path)
    assert (status, "ok       a jail that holds" in capsys.readouterr().out) == ((1, False) if problems else (0, True))
