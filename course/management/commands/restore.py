"""``manage.py restore FILE``: what ``backup`` kept, where nothing runs (course.backup)."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from course.backup import restoring
from course.backup.format import BackupError


class Command(BaseCommand):
    help = "Put back what `backup` has kept. The site must not run. Looks at all of the file before it changes anything."
    requires_system_checks: list[str] = []  # there may be no database yet

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--replace", action="store_true", help="Also where there is something already, which is lost.")
        parser.add_argument("--other-key", action="store_true", help="Also where COURSE_SECRET_KEY is another one now.")

    def handle(self, *, file: Path, replace: bool, other_key: bool, **options: Any) -> None:
        try:
            restoring.restore(file, replace=replace, other_key=other_key, say=self.stdout.write)
        except BackupError as error:
            raise CommandError(str(error)) from error
