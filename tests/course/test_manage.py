"""The entry point says what is wrong and what to do, before any package exists."""

from __future__ import annotations

import importlib.util
import os
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def manage(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    spec = importlib.util.spec_from_file_location("manage_under_test", ROOT / "manage.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_an_old_python_is_named(manage: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "version_info", (3, 9, 2))
    with pytest.raises(manage.CannotStart, match=r"3\.11") as problem:
        manage.check_platform()
    assert "newer Python" in problem.value.remedy


def test_another_system_is_sent_to_compose(manage: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "platform", "darwin")
    with pytest.raises(manage.CannotStart, match="Linux") as problem:
        manage.check_platform()
    assert "docker compose up" in problem.value.remedy


def test_a_python_without_ensurepip(manage: ModuleType, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setitem(sys.modules, "ensurepip", None)
    with pytest.raises(manage.CannotStart, match="ensurepip") as problem:
        manage.make_environment(tmp_path / "venv")
    assert "apt install python3-venv" in problem.value.remedy
    assert not (tmp_path / "venv").exists()


def test_the_source_is_readable_by_an_old_python() -> None:
    import ast

    ast.parse((ROOT / "manage.py").read_text(), feature_version=(3, 7))


@pytest.mark.slow
def test_an_installation_without_network(manage: ModuleType, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in [name for name in os.environ if name.startswith("PIP_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("PIP_CONFIG_FILE", os.devnull)
    monkeypatch.setenv("PIP_INDEX_URL", "http://127.0.0.1:9/")  # the discard port: nothing listens
    monkeypatch.setenv("PIP_RETRIES", "0")
    pins = tmp_path / "pins.txt"
    pins.write_text("six==1.17.0 --hash=sha256:" + "0" * 64 + "\n")
    manage.make_environment(tmp_path / "venv")
    with pytest.raises(manage.CannotStart, match=r"pins\.txt") as problem:
        manage.install(tmp_path / "venv", pins)
    assert "PIP_INDEX_URL" in problem.value.remedy


@pytest.mark.slow
def test_a_full_disk() -> None:
    script = 'mount -t tmpfs -o size=4k,nr_inodes=10 none /mnt && head -c 4096 /dev/zero >/mnt/fill; COURSE_VAR=/mnt/var exec "$@"'
    command = ["unshare", "-Urm", "sh", "-c", script, "sh", sys.executable, str(ROOT / "manage.py"), "check"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert "No space left" in done.stderr
    assert "df -h" in done.stderr
    assert "Traceback" not in done.stderr


def test_the_environment_is_made_again_only_when_the_pins_change(
    manage: ModuleType, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    installs: list[Path] = []
    monkeypatch.setattr(manage, "install", lambda folder, pins: installs.append(pins))
    monkeypatch.setattr(manage, "works", lambda folder: True)
    monkeypatch.setattr(manage, "make_environment", lambda folder: folder.mkdir())
    pins = tmp_path / "pins.txt"
    pins.write_text("a")
    for _ in range(2):
        manage.ensure_environment(tmp_path / "venv", [pins])
    assert installs == [pins]
    pins.write_text("b")
    manage.ensure_environment(tmp_path / "venv", [pins])
    assert installs == [pins, pins]


def test_an_environment_may_be_a_link(manage: ModuleType, tmp_path: Path) -> None:
    """It would start itself over and over otherwise."""
    (tmp_path / "link").symlink_to(sys.prefix)
    assert manage.runs_in(tmp_path / "link")
    assert not manage.runs_in(tmp_path)


def test_what_tests_left_is_taken_away_however_deep(manage: ModuleType, tmp_path: Path) -> None:
    top = tmp_path / "run"
    top.mkdir()
    deep = os.open(top, os.O_RDONLY)
    for _ in range(sys.getrecursionlimit() + 200):
        os.mkdir("d", dir_fd=deep)
        below = os.open("d", os.O_RDONLY, dir_fd=deep)
        os.close(deep)
        deep = below
    os.close(deep)
    manage.take_away(top)
    assert not top.exists()
    manage.take_away(top)  # nothing there is no fault


def test_the_source_is_compiled_once_where_one_may_write(manage: ModuleType, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(manage, "ROOT", tmp_path)
    for name in ("course/a.py", "labs/catalog/one/files/a.py", "sandbox/a.py"):
        (tmp_path / name).parent.mkdir(parents=True)
        (tmp_path / name).write_text("broken(" if name.startswith("sandbox") else "pass")
    manage.compile_sources()
    compiled = [path.relative_to(tmp_path).parts[0] for path in tmp_path.rglob("*.pyc")]
    assert compiled == ["course"]
    monkeypatch.setattr(os, "access", lambda *_: False)
    (tmp_path / "labs/b.py").write_text("pass")
    manage.compile_sources()
    assert not list(tmp_path.glob("labs/**/*.pyc"))
