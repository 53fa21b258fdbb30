"""``manage.py sandbox run``: a transcript through a throwaway sandbox, by the same code as the site's, without Redis or server."""

from __future__ import annotations

import json
import logging
import re
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from labs import starts
from labs.keeping import limits_of
from labs.lab import catalog
from labs.lab.errors import LabError
from labs.management.database import ensure_database
from labs.wording import words
from sandbox import actions, transcript
from sandbox.errors import SandboxError
from sandbox.models import Sandbox, Version
from sandbox.store import blobs, tree
from sandbox.store.working import Snapshot

_NAME = re.compile(r"[^/\0]{1,255}(/[^/\0]{1,255})*")


class Command(BaseCommand):
    help = "Run commands through a throwaway sandbox and print what a learner would see."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        run = parser.add_subparsers(dest="action", required=True).add_parser(
            "run", help="play a transcript: `$ command`, `> its continuation`, `< typed when the program falls quiet`; the rest is ignored"
        )
        run.add_argument("file", nargs="?", default="-", metavar="FILE", help="the transcript; - (the default) is standard input")
        run.add_argument("--lab", default="playground", help="start as this lab does (default: playground)")
        run.add_argument("--step", default="", help="start where this step starts")
        run.add_argument("--put", action="append", default=[], metavar="LOCAL[:NAME]", help="lay a file into ~/environment first")
        run.add_argument("--json", action="store_true", help="one JSON object a command")

    def handle(self, *, file: str, lab: str, step: str, put: list[str], json: bool, **options: Any) -> None:
        logging.getLogger().setLevel(logging.WARNING)
        steps = _read(file)
        ensure_database()
        try:
            version = _with_files(_start(lab, step), put)
            sandbox = actions.create_sandbox(owner=None, start=version, label=f"transcript on {lab}", clock_rate=catalog.get(lab).clock)
            try:
                status = self._play(sandbox, steps, as_json=json)
            finally:
                actions.delete(sandbox=sandbox, by="sandbox run")
        except SandboxError as error:
            raise CommandError(f"{error.code}: {error.detail or error.values}") from error
        sys.exit(status)

    def _play(self, sandbox: Sandbox, steps: list[transcript.Step], *, as_json: bool) -> int:
        status = 0
        show = _show_nothing if as_json else self._show
        for played in transcript.play(sandbox, steps, show):
            status = played.exit
            if as_json:
                self.stdout.write(json.dumps(played.as_json(), ensure_ascii=False))
            elif played.refused:
                self.stdout.write(f"[{words(played.refused.code, **played.refused.values)}]")
            elif played.reason != "exit":
                self.stdout.write(f"[{words(played.reason, **limits_of(played.reason))}]")
            self.stdout.flush()
        return status

    def _show(self, step: transcript.Step, cwd: str) -> Callable[[bytes], None]:
        folder = cwd.rpartition("/")[2] if cwd != "/home/ec2-user" else "~"
        self.stdout.write(f"[ec2-user {folder}]$ " + step.line.replace("\n", "\n> "))
        self.stdout.flush()
        out = sys.stdout.buffer

        def write(data: bytes) -> None:
            out.write(data.replace(b"\r\n", b"\n"))
            out.flush()

        return write


def _show_nothing(step: transcript.Step, cwd: str) -> Callable[[bytes], None]:
    return lambda data: None


def _read(file: str) -> list[transcript.Step]:
    try:
        text = sys.stdin.read() if file == "-" else Path(file).read_text()
        steps = transcript.parse(text)
    except (OSError, ValueError) as error:
        raise CommandError(f"{file}: {error}") from error
    if not steps:
        raise CommandError(f"{file} has no line that begins with `$ `: nothing to run.")
    return steps


def _start(lab: str, step: str) -> Version:
    try:
        return starts.ensure(catalog.get(lab), step)
    except KeyError as error:
        known = ", ".join(folder.name for folder in catalog.folders())
        raise CommandError(f"There is no lab or step {error}. Labs: {known}.") from error
    except LabError as error:
        raise CommandError(str(error)) from error


def _with_files(version: Version, put: list[str]) -> Version:
    """``version`` with local files laid into ~/environment: a version of its own, nothing is run for it."""
    if not put:
        return version
    snapshot = Snapshot.load(version.manifest)
    for one in put:
        local, _, name = one.partition(":")
        path = Path(local)
        name = name or path.name
        if not _NAME.fullmatch(name) or ".." in name.split("/"):
            raise CommandError(f"--put {one}: {name} is not a name below ~/environment.")
        try:
            data, mode = path.read_bytes(), path.stat().st_mode & 0o777
        except OSError as error:
            raise CommandError(f"--put {one}: {error.strerror}.") from error
        _lay(snapshot.parts["home"], f"environment/{name}", data, mode)
    return Version.objects.create(
        parent=version, number=version.number, account=version.account, manifest=snapshot.save(), shell=version.shell,
        cloud=version.cloud, cloud_bytes=version.cloud_bytes, clock=version.clock, due_in=version.due_in,
        home_bytes=snapshot.bytes, home_files=snapshot.files,
    )  # fmt: skip


def _lay(manifest: tree.Manifest, path: str, data: bytes, mode: int) -> None:
    now, parts = time.time_ns(), path.split("/")
    for depth in range(1, len(parts)):
        manifest.setdefault("/".join(parts[:depth]), tree.Entry("d", 0o755, now, 0, ""))
    manifest[path] = tree.Entry("f", mode, now, len(data), blobs.put(data))
