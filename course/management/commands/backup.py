"""``manage.py backup FILE``: database, blobs and keys of one moment, while the site runs (course.backup)."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from course.backup import writing
from course.backup.format import BackupError


class Command(BaseCommand):
    help = "Write everything that is kept (database, blobs, keys) into one file. The site may run meanwhile. Keep the file as a secret."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path, help="A file that is not there yet: course-2026-03-02.tar.gz")
        parser.add_argument("--rows", action="store_true", help="The database as rows: larger and slower, and fits SQLite and PostgreSQL.")

    def handle(self, *, file: Path, rows: bool, **options: Any) -> None:
        try:
            writing.write(file, rows=rows, say=self.stdout.write)
        except BackupError as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"{file}: {file.stat().st_size / 1e6:.1f} MB.")
