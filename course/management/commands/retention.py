"""``manage.py retention [--dry-run]``: let what was kept long enough go, until nothing is left of it; or say only what would."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from course.export import retention

_WORDS = {
    "output": "outputs of commands", "commands": "attempts' commands and sandboxes", "told": "people told that their account will go",
    "inactive": "accounts", "tokens": "API tokens",
}  # fmt: skip


class Command(BaseCommand):
    help = "Let go of what was kept as long as the COURSE_KEEP_DAYS_ settings say. Beat does this by itself, a batch an hour."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--dry-run", action="store_true", help="Only say what would go.")

    def handle(self, *, dry_run: bool, **options: Any) -> None:
        found = retention.due() if dry_run else _all()
        for what, many in found.items():
            self.stdout.write(f"{many:8} {_WORDS[what]}")


def _all() -> dict[str, int]:
    gone = dict.fromkeys(_WORDS, 0)
    while any((batch := retention.carry_out()).values()):
        gone = {what: many + batch[what] for what, many in gone.items()}
    return gone
