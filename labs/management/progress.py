"""What a command that takes its time shows of it."""

from __future__ import annotations

from django.core.management.base import BaseCommand


class Progressing(BaseCommand):
    """A line on the terminal that says what is done now, and gives way to what is printed; nothing where errors go into a file."""

    def _progress(self, what: str) -> None:
        if self.stderr.isatty():
            self.stderr.write(f"\r\x1b[K… {what[:100]}", ending="")
            self.stderr.flush()

    def _clear(self) -> None:
        if self.stderr.isatty():
            self.stderr.write("\r\x1b[K", ending="")
