"""``manage.py demo``: the cohort that the first ``up`` makes, made or taken away by hand."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from course.demo import making, removing
from sandbox.errors import Busy


class Command(BaseCommand):
    help = "Have the workers of `up` make what is missing of the demo cohort, or remove it with all of its people."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("what", choices=["make", "remove"])

    def handle(self, *, what: str, **options: Any) -> None:
        if what == "remove":
            self._remove()
        elif not (settings.VAR / "demo_accounts.json").exists():
            raise CommandError(f"{settings.VAR} is no folder of `manage.py up`.\n→ People who are made up belong to no other installation.")
        elif making.make():
            self.stdout.write("The workers of `manage.py up` make it; the page of the cohort says how far it is.")
        else:
            self.stdout.write("All of it is there.")

    def _remove(self) -> None:
        try:
            self.stdout.write(f"{removing.remove()} people went, with all that was theirs.")
        except Busy as error:
            raise CommandError("A command of one of them is running.\n→ Try again in a moment.") from error
