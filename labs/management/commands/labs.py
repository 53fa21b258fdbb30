"""``manage.py labs check [LAB…]``: read and validate. ``manage.py labs play [LAB…]``: do every step in a real sandbox.
``manage.py labs mistakes [ID…]``: make every mistake of the table in a real sandbox.
"""

from __future__ import annotations

import sys
from typing import Any

import botocore.session
from botocore import xform_name
from botocore.exceptions import UnknownServiceError
from django.core.management.base import CommandError, CommandParser

from labs.lab import LabError, catalog
from labs.lab.errors import did_you_mean
from labs.lab.model import Check, Lab
from labs.management.database import ensure_database
from labs.management.progress import Progressing
from labs.mistakes import proving, table
from labs.play import Played, play


class Command(Progressing):
    help = "Check the labs' files and the table of mistakes, or prove them in real sandboxes."

    def add_arguments(self, parser: CommandParser) -> None:
        commands = parser.add_subparsers(dest="do", required=True)
        for name, text in (("check", "Read every file and say what is wrong, with file and line."), ("play", "Do every step for real.")):
            one = commands.add_parser(name, help=text)
            one.add_argument("labs", nargs="*", metavar="LAB", help="All of them when none is named.")
            if name == "play":
                one.add_argument("--output", action="store_true", help="Show what the commands printed.")
        mistakes = commands.add_parser("mistakes", help="Run every example of the table of mistakes: is it met, and by its entry?")
        mistakes.add_argument("ids", nargs="*", metavar="ID", help="All of them when none is named.")
        mistakes.add_argument("--output", action="store_true", help="Show what the commands printed.")

    def handle(self, *_args: Any, **options: Any) -> None:
        if options["do"] == "mistakes":
            self._check_mistakes()
            ensure_database()
            self._prove(options["ids"], options["output"])
            return
        labs = self._check(options["labs"])
        if options["do"] == "play":
            ensure_database()
            self._play(labs, options["output"])

    # --- check -------------------------------------------------------------------------------------------------------------

    def _check(self, names: list[str]) -> list[Lab]:
        known = [folder.name for folder in catalog.folders()]
        for name in names:
            if name not in known:
                raise CommandError(f"there is no lab “{name}”{did_you_mean(name, known)}")
        labs, errors = [], []
        for name in names or known:
            try:
                lab = catalog.get(name)
                _calls_exist(lab)
                labs.append(lab)
                self.stdout.write(f"{name}: {len(lab.steps)} steps, {lab.points} points, {lab.content_hash[:12]}")
            except LabError as error:
                errors.append(error)
                self.stderr.write(self.style.ERROR(str(error)))
        if errors:
            raise CommandError(f"{len(errors)} of {len(names or known)} labs are not right.")
        if not names:
            self._check_mistakes()
        return labs

    def _check_mistakes(self) -> None:
        entries, errors = table.everything()
        for error in errors:
            self.stderr.write(self.style.ERROR(str(error)))
        if errors:
            raise CommandError(f"{len(errors)} entries of the table of mistakes are not right.")
        self.stdout.write(f"mistakes: {len(entries)} entries")

    # --- play --------------------------------------------------------------------------------------------------------------

    def _play(self, labs: list[Lab], show_output: bool) -> None:
        rows: list[Played] = []
        for lab in labs:
            for row in play(lab, self._progress):
                rows.append(row)
                self._clear()
                style = self.style.ERROR if row.problem else self.style.SUCCESS
                mark = style("fails" if row.problem else "ok   ")
                self.stdout.write(f"{mark} {lab.name:24} {row.step:20} {row.before:>8} → {row.after:8} {row.seconds:6.1f} s")
                if show_output and row.output:
                    self.stdout.write(row.output)
                if row.problem:
                    self.stdout.write(self.style.ERROR(f"      {row.problem}"))
        failed = sum(bool(row.problem) for row in rows)
        self.stdout.write(f"{len(labs)} labs, {len(rows)} parts, {sum(row.seconds for row in rows):.1f} s, {failed} failed")
        if failed:
            sys.exit(1)

    def _prove(self, ids: list[str], show_output: bool) -> None:
        known = {entry.id: entry for entry in table.entries()}
        for name in ids:
            if name not in known:
                raise CommandError(f"there is no mistake “{name}”{did_you_mean(name, known)}")
        rows = []
        for row in proving.prove([known[name] for name in ids or known]):
            rows.append(row)
            mark = self.style.ERROR("fails") if row.problem else self.style.SUCCESS("ok   ")
            self.stdout.write(f"{mark} {row.entry.id:32} {row.seconds:6.1f} s")
            if show_output or row.problem:
                self.stdout.write(row.output)
            if row.problem:
                self.stdout.write(self.style.ERROR(f"      {row.entry.path.name}:{row.entry.at}: {row.problem}"))
        failed = sum(bool(row.problem) for row in rows)
        self.stdout.write(f"{len(rows)} mistakes, {sum(row.seconds for row in rows):.1f} s, {failed} failed")
        if failed:
            sys.exit(1)


def _calls_exist(lab: Lab) -> None:
    """Services and operations that AWS has, by botocore's own models. Raises LabError."""
    session = botocore.session.get_session()
    calls = [(seed.service, seed.operation, 0) for seed in lab.seeds]
    for step in lab.steps:
        calls += [(check.spec["service"], check.spec["operation"], check.line) for check in _all(step.checks) if check.kind == "aws"]
    for service, operation, line in calls:
        try:
            names = session.get_service_model(service).operation_names
        except UnknownServiceError as error:
            known = session.get_available_services()
            raise LabError(lab.folder / "lab.yaml", line, f"AWS has no service “{service}”{did_you_mean(service, known)[:200]}") from error
        if operation not in {xform_name(name) for name in names} | set(names):
            near = did_you_mean(operation, [xform_name(name) for name in names])[:200]
            raise LabError(lab.folder / "lab.yaml", line, f"{service} has no operation “{operation}”{near}")


def _all(checks: tuple[Check, ...]) -> list[Check]:
    return [found for check in checks for found in ([check] if not check.any_of else _all(check.any_of))]
