"""What befalls a stack (``tests.stack``) that is moved to another machine: ``manage.py`` is asked, and everything is wiped."""

from __future__ import annotations

import shutil
import subprocess
import sys

from django.conf import settings

from tests.stack import Stack


def manage(stack: Stack, *arguments: str, status: int = 0) -> str:
    """What it said, to either stream."""
    command = [sys.executable, "-m", "django", *arguments]
    done = subprocess.run(command, cwd=settings.BASE_DIR, env=stack.environment, capture_output=True, text=True, check=False)
    assert done.returncode == status, done.stdout + done.stderr
    return done.stdout + done.stderr


def wipe(stack: Stack, database: str = "") -> None:
    """Nothing is left but what was backed up, and the logs. ``database``: the URL of an empty one, where it is a server's."""
    for path in stack.var.iterdir():
        if path.is_dir():
            shutil.rmtree(path)
        elif path.suffix not in {".log", ".sock"}:
            path.unlink()
    if database:
        stack.environment["DATABASE_URL"] = database
