"""``manage.py notes check [TOPIC…]``: read the notes and say what is wrong. ``manage.py notes play [TOPIC…]``: run what they offer."""

from __future__ import annotations

import sys
from typing import Any

from django.core.management.base import CommandError, CommandParser

from course.reading import checking, library, live, playing
from course.reading.errors import did_you_mean
from course.reading.model import Note
from labs.management.database import ensure_database
from labs.management.progress import Progressing


class Command(Progressing):
    help = "Check the notes' files, or prove in real sandboxes that every command that they offer does what it is meant to."

    def add_arguments(self, parser: CommandParser) -> None:
        commands = parser.add_subparsers(dest="do", required=True)
        for name, text in (("check", "Say what is wrong, with file and line."), ("play", "Run every live console block for real.")):
            one = commands.add_parser(name, help=text)
            one.add_argument("topics", nargs="*", metavar="TOPIC", help="All of them when none is named.")
            if name == "play":
                one.add_argument("--output", action="store_true", help="Show what the commands printed.")

    def handle(self, *_args: Any, **options: Any) -> None:
        known = [folder.name for folder in library.folders()]
        for name in options["topics"]:
            if name not in known:
                raise CommandError(f"there is no note “{name}”{did_you_mean(name, known)}")
        notes = [note for note in library.notes() if not options["topics"] or note.slug in options["topics"]]
        if options["do"] == "check":
            self._check(notes, options["topics"])
        else:
            ensure_database()
            self._play(notes, options["output"])

    def _check(self, notes: list[Note], topics: list[str]) -> None:
        for note in notes:
            text = note.in_language("en")
            runs = sum(live.is_live(block) for block in text.blocks)
            lengths = ", ".join(f"{other.words} words {language}" for language, other in sorted(note.texts.items()))
            self.stdout.write(
                f"{note.slug}: {lengths}, {len(text.pictures)} pictures, {runs} of {len(text.blocks)} blocks live, "
                f"{len(note.questions)} questions"
            )
        errors = checking.faults(topics)
        for error in errors:
            self.stderr.write(self.style.ERROR(str(error)))
        if errors:
            raise CommandError(f"{len(errors)} faults.")

    def _play(self, notes: list[Note], show_output: bool) -> None:
        rows: list[playing.Played] = []
        for note in notes:
            for row in playing.play(note, self._progress):
                rows.append(row)
                self._clear()
                mark = self.style.ERROR("fails") if row.problem else self.style.SUCCESS("ok   ")
                self.stdout.write(f"{mark} {row.slug:28} en.md:{row.line:<4} {row.commands} commands {row.seconds:6.1f} s")
                if show_output and row.output:
                    self.stdout.write(row.output)
                if row.problem:
                    self.stdout.write(self.style.ERROR(f"      {row.problem}"))
        failed = sum(bool(row.problem) for row in rows)
        seconds = sum(row.seconds for row in rows)
        self.stdout.write(f"{len(notes)} notes, {len(rows)} blocks, {seconds:.1f} s, {failed} failed")
        if failed:
            sys.exit(1)
