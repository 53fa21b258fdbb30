"""Imports run one way, and the house speaks of itself alone."""

from __future__ import annotations

import subprocess
from pathlib import Path

from importlinter.cli import lint_imports

ROOT = Path(__file__).resolve().parents[1]
FOLDERS = {"course", "labs", "sandbox", "templates", "static", "tests"}


def test_imports_run_one_way(monkeypatch) -> None:
    monkeypatch.chdir(ROOT)
    assert lint_imports(cache_dir=None, no_cache=True) == 0


def test_the_top_level_is_the_agreed_one() -> None:
    listed = subprocess.run(["git", "-c", f"safe.directory={ROOT}", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True)
    folders = {line.split("/")[0] for line in listed.stdout.splitlines() if "/" in line}
    assert {folder for folder in folders if not folder.startswith(".")} <= FOLDERS
