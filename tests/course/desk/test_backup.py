"""Back up while learners work, wipe everything, restore, and go on: on SQLite, on PostgreSQL, and from one to the other."""

import json
import os
import subprocess
import sys
import tarfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings

from tests import postgres
from tests.restack import manage, wipe
from tests.stack import Stack

pytestmark = pytest.mark.slow


def play(stack: Stack, what: str) -> dict:
    command = [sys.executable, "-m", "tests.keeping", what]
    done = subprocess.run(command, cwd=settings.BASE_DIR, env=stack.environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-3000:] + stack.log("worker")
    return json.loads(done.stdout)


@pytest.fixture(params=["sqlite", "postgresql"])
def stack(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Stack]:
    """A worker and a Redis; the secret key is a file, as under ``up``."""
    found = Stack(tmp_path)
    del found.environment["COURSE_SECRET_KEY"]
    found.environment.pop("DATABASE_URL", None)
    (tmp_path / "secret_key").write_text("the key of before")
    if request.param == "postgresql":
        found.environment["DATABASE_URL"] = postgres.fresh(request.getfixturevalue("cluster").url())
    found.kind = request.param  # type: ignore[attr-defined]
    manage(found, "migrate", "-v0")
    found.start_redis()
    yield found
    found.stop_all()


def test_back_up_wipe_restore_go_on(stack: Stack, request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> None:
    kind = stack.kind  # type: ignore[attr-defined]
    cluster_url = request.getfixturevalue("cluster").url() if kind == "postgresql" else ""
    file = tmp_path_factory.mktemp("kept") / "course.tar.gz"
    stack.start_worker()
    made = play(stack, "before")
    assert made["state"] == "done"
    instance = made["output"].splitlines()[-1]
    assert instance.startswith("i-0")
    assert f"The database as {kind}" in manage(stack, "backup", str(file))
    assert file.stat().st_mode & 0o777 == 0o600
    if kind == "sqlite":
        assert "is running on this machine" in manage(stack, "restore", str(file), "--replace", status=1)
    stack.stop("worker", 9)
    stack.stop("redis")
    wipe(stack, postgres.fresh(cluster_url) if cluster_url else "")
    (stack.var / "secret_key").write_text("a new one")
    stack.start_redis()
    assert "Start the site." in manage(stack, "restore", str(file))
    assert (stack.var / "secret_key").read_text() == "the key of before"
    stack.start_worker()
    after = play(stack, "after")
    assert after["lost"] == "lost"  # what ran is told as what it is
    lines = after["output"].splitlines()
    assert lines[:3] == ["kept", "one", "a.txt"]
    assert "kept-safe" in lines[3]
    assert lines[4] == instance  # the metadata token of before is good
    assert after["undone"].split() == ["one"]
    if kind == "sqlite":
        stack.stop("worker")
        assert "There is something here already" in manage(stack, "restore", str(file), status=1)
        assert "Start the site." in manage(stack, "restore", str(file), "--replace")


def rows(file: Path) -> bytes:
    with tarfile.open(file) as tar:
        found = tar.extractfile("database")
        assert found is not None
        return found.read()


MAKE = """
import django; django.setup()
from django.core.management import call_command
from course.models import User
from sandbox.models import Version
call_command("migrate", verbosity=0)
User.objects.create_superuser("boss", "boss@example.org", "x")
Version.objects.create(account="1" * 12, changes={"é": 1})
"""
ONE_MORE = """
import django; django.setup()
from sandbox.models import Version
Version.objects.create(account="1" * 12).delete()
"""


def test_rows_go_from_one_database_to_the_other(tmp_path: Path, cluster: postgres.Cluster) -> None:
    (tmp_path / "var").mkdir()
    stack = Stack(tmp_path / "var")
    stack.environment.pop("DATABASE_URL", None)
    stack.python("-c", MAKE)
    first, second = tmp_path / "first.tar.gz", tmp_path / "second.tar.gz"
    manage(stack, "backup", str(first), "--rows")
    stack.environment["DATABASE_URL"] = postgres.fresh(cluster.url())
    manage(stack, "restore", str(first))
    stack.python("-c", ONE_MORE)  # numbers go on where they were
    manage(stack, "backup", str(second), "--rows")
    assert rows(second) == rows(first)


def test_python_finds_the_programs_of_postgresql() -> None:
    from course.backup import moment

    found = moment.postgres_program("pg_dump")
    assert (found is not None) == (postgres.programs() is not None)
    assert found is None or os.access(found, os.X_OK)
