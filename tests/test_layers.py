"""Imports run one way, and the house speaks of itself alone."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
FOLDERS = {"course", "labs", "sandbox", "templates", "static", "tests"}


def test_imports_run_one_way() -> None:
    """In a process of its own: it configures logging, and silences whoever logs in this one."""
    program = "from importlinter.cli import lint_imports; raise SystemExit(lint_imports(no_cache=True))"
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_top_level_is_the_agreed_one() -> None:
    listed = subprocess.run(["git", "-c", f"safe.directory={ROOT}", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True)
    folders = {line.split("/")[0] for line in listed.stdout.splitlines() if "/" in line}
    assert {folder for folder in folders if not folder.startswith(".")} <= FOLDERS


LOADED = """
import sys, django; django.setup()
import course.urls
from course.celery import app; app.loader.import_default_modules()
print(*sorted({"boto3", "moto", "requests", "werkzeug"} & sys.modules.keys()))
"""


def test_neither_site_nor_worker_loads_the_simulation() -> None:
    """It would be half a second of every start, and memory of every process."""
    environment = os.environ | {"DJANGO_SETTINGS_MODULE": "course.settings"}
    done = subprocess.run([sys.executable, "-c", LOADED], cwd=ROOT, env=environment, capture_output=True, text=True, check=True)
    assert done.stdout.split() == []
