"""What Tab offers: commands, files, variables and the AWS CLI's words, from a version as it is stored. Nothing is run or locked."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

from sandbox.completion import names, profiles
from sandbox.completion.files import Files, snapshot
from sandbox.completion.place import Place, place
from sandbox.completion.quotes import open_quote, quoted, unquote
from sandbox.jail import shell
from sandbox.jail.rootfs import HOME
from sandbox.models import Version
from sandbox.store import blobs

MOST = 200
_LEAD = re.compile(r"(?:--?[A-Za-z][\w-]*=|[A-Za-z_]\w*\+?=)?[\"']?(?:fileb?://)?")
_FOLDERS_ONLY = {"cd", "pushd", "rmdir"}
_VARIABLES_ONLY = {"export", "unset", "declare", "typeset", "readonly", "local"}
_COMMANDS_ONLY = {"type", "which", "hash", "man"}

Ask = Callable[[list[str], str], list[str]]


class Item(NamedTuple):
    """``text`` takes the place of the word; ``shown`` is its name; ``after`` is what follows when it is the one chosen."""

    text: str
    shown: str
    kind: str
    after: str = " "


@dataclass(frozen=True, slots=True)
class Answer:
    """The word from ``start`` to the cursor may become one of ``items`` (the first ``MOST`` of ``total``); all begin with ``common``."""

    start: int
    items: list[Item]
    total: int
    common: str


def answer(version: Version, line: str, *, second: bool = False, venv: Path, ask: Ask) -> Answer | None:
    """For the cursor at the end of ``line`` in the first or the ``second`` terminal; None where nothing fits.

    ``ask``: the AWS CLI's words (``aws.Words.ask``). Raises Fault where the version cannot be read.
    """
    at = place(line)
    if at is None:
        return None
    found = sorted(_Finder(version, at, version.second_shell if second else version.shell, venv, ask).items(), key=lambda item: item.shown)
    if not found:
        return None
    return Answer(at.start, found[:MOST], len(found), _common([item.text for item in found]))


def _common(texts: list[str]) -> str:
    found = os.path.commonprefix(texts)  # noqa: RUF071 - of characters is meant
    return found[:-1] if (len(found) - len(found.rstrip("\\"))) % 2 else found


@lru_cache(maxsize=16)
def _state(sha: str) -> bytes | None:
    return blobs.get(sha) if sha else None


class _Finder:
    def __init__(self, version: Version, at: Place, state: str, venv: Path, ask: Ask) -> None:
        self.version, self.at, self.venv, self.ask = version, at, venv, ask
        self.state = _state(state)
        self.cwd = shell.cwd(self.state)
        self.files = Files(snapshot(version.manifest))

    def items(self) -> Iterable[Item]:  # noqa: PLR0911 - a table of what may stand where
        if (name := self.at.variable) is not None:
            return self._variables(name)
        current, command = unquote(self.at.raw, {}), self.at.words[0] if self.at.words else ""
        if self.at.redirect:
            return self._paths()
        if self.at.command:
            return self._paths({"folder", "program"}) if "/" in current or current.startswith("~") else self._commands(current)
        if command in _VARIABLES_ONLY and not current.startswith("-") and "=" not in current:
            return [Item(name, name, "variable") for name in names.variables(self.state) if name.startswith(current)]
        if command in _COMMANDS_ONLY and "/" not in current:
            return self._commands(current)
        if command == "aws" and not _is_path(current):
            return self._aws(current) or self._paths()
        return self._paths({"folder"} if command in _FOLDERS_ONLY else None)

    def _commands(self, current: str) -> list[Item]:
        found = names.commands(self.files, self.state, self.venv)
        # What may stand without a word is everything: too much to be of help.
        own = [Item(name, name, kind) for name, kind in found.items() if name.startswith(current)] if current else []
        return own or list(self._paths({"folder", "program"}) if current else [])

    def _variables(self, name: int) -> list[Item]:
        raw = self.at.raw
        brace = raw[:name].endswith("{")
        found = [one for one in names.variables(self.state) if one.startswith(raw[name:])]
        return [Item(raw[:name] + one + ("}" if brace else ""), f"${one}", "variable", "") for one in found]

    def _aws(self, current: str) -> list[Item]:
        words = self.at.words
        if words[-1] == "--profile":
            found = profiles.profiles(self.version.manifest)
            return [Item(quoted(one, ""), one, "word") for one in found if one.startswith(current)]
        kind = "option" if current.startswith("-") else "word"
        return [Item(one, one, kind) for one in self.ask(words, current)]

    def _paths(self, kinds: set[str] | None = None) -> Iterable[Item]:
        """Of files and folders whose path begins with the word; ``kinds``: only such."""
        raw = self.at.raw
        matched = _LEAD.match(raw)
        lead = matched[0] if matched else ""
        if "://" in raw[len(lead) :]:
            return
        quote = open_quote(lead)
        if not quote and raw[len(lead) :] == "~":
            yield Item(f"{lead}~/", "~/", "folder", "")
            return
        split = max(raw.rfind("/") + 1, len(lead))
        if raw[split : split + 1] in {"'", '"'}:
            split += 1
        head, typed = raw[:split], raw[split:]
        style = open_quote(head[len(lead) :], quote)
        name = unquote(typed, {}, style)
        for shown, kind in self._listing(head[len(lead) :], quote).items():
            if not shown.startswith(name) or (shown.startswith(".") and not name.startswith(".")) or (kinds and kind not in kinds):
                continue
            text = head + quoted(shown, style)
            yield Item(text + "/", shown + "/", "folder", "") if kind == "folder" else Item(text, shown, kind, f"{style} ")
        if name == "..":
            yield Item(head + "../", "../", "folder", "")

    def _listing(self, head: str, quote: str) -> dict[str, str]:
        folder = unquote(head, shell.variables(self.state) if "$" in head else {}, quote)
        if head.startswith("~/") and not quote:
            folder = HOME + folder[1:]
        return self.files.listing(folder if folder.startswith("/") else f"{self.cwd}/{folder}")


def _is_path(current: str) -> bool:
    return "/" in current or current.startswith((".", "~"))
