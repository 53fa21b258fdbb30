"""Reads a lab's folder.

::

    labs/catalog/<lab>/
      lab.yaml           title, summary, minutes, needs, clock, seeds, stuck, steps
      ko.md, en.md       the prose (labs.lab.prose)
      files/             what lies in ~/environment at the start
      setup.sh           run once in the sandbox as the learner, with the real tools
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path

from labs.lab import prose
from labs.lab.errors import LabError, did_you_mean
from labs.lab.model import LANGUAGES, Call, Lab, Patience, Prose, Step
from labs.lab.nodes import Value, read
from labs.lab.specs import read_checks, read_words

FORMAT = 1
_NAME = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")


def load(folder: Path) -> Lab:
    """The lab in ``folder``. Raises LabError with file and line of the first thing that is not right."""
    value = read(folder / "lab.yaml")
    keys = value.keys(
        needed=("title", "summary", "minutes"), known=("needs", "clock", "seeds", "stuck", "steps", "order")
    )  # fmt: skip
    if not _NAME.fullmatch(folder.name):
        raise LabError(folder, 0, "a lab's folder is named in small letters, digits and single hyphens")
    texts = {language: prose.read(folder / f"{language}.md") for language in LANGUAGES}
    _same_sections(folder, texts, _ids(keys["steps"]) if "steps" in keys else [])
    steps = tuple(_step(item, folder, texts) for item in keys["steps"].items()) if "steps" in keys else ()
    return Lab(
        name=folder.name,
        folder=folder,
        content_hash=content_hash(folder),
        order=keys["order"].integer() if "order" in keys else 100,
        title=read_words(keys["title"]),
        summary=read_words(keys["summary"]),
        minutes=keys["minutes"].integer(),
        needs=keys["needs"].texts() if "needs" in keys else (),
        clock=keys["clock"].number() if "clock" in keys else 1.0,
        seeds=tuple(_seed(item, folder) for item in keys["seeds"].items()) if "seeds" in keys else (),
        setup=_optional(folder / "setup.sh"),
        files=folder / "files" if (folder / "files").is_dir() else None,
        steps=steps,
        prose=texts,
        stuck=_patience(keys["stuck"]) if "stuck" in keys else Patience(),
    )


def content_hash(folder: Path) -> str:
    """Of every file's name, mode and bytes, but the prose and what editors leave behind."""
    digest = hashlib.sha256(f"format {FORMAT}\n".encode())
    for path in members(folder):
        if path.parent == folder and path.suffix == ".md":
            continue
        body = hashlib.sha256(path.read_bytes()).hexdigest()
        digest.update(f"{path.relative_to(folder).as_posix()}\0{bool(path.stat().st_mode & 0o100)}\0{body}\n".encode())
    return digest.hexdigest()


def members(folder: Path) -> Iterator[Path]:
    """The files of a lab, in an order that does not depend on the disk."""
    for path in sorted(folder.rglob("*")):
        inside = path.relative_to(folder).parts
        junk = path.name.endswith(("~", ".swp", ".orig", ".DS_Store")) or "__pycache__" in inside or inside[0].startswith(".")
        if path.is_symlink():
            raise LabError(path, 0, "a lab has no symbolic links")
        if path.is_file() and not junk:
            yield path


def _optional(path: Path) -> str:
    return path.read_text(encoding="utf-8") if path.is_file() else ""


def _seed(value: Value, folder: Path) -> Call:
    keys = value.keys(needed=("service", "operation"), known=("account", "params", "zip"))
    zip_of = None
    if "zip" in keys:
        zip_of = folder / keys["zip"].text()
        if not zip_of.is_dir() or not zip_of.resolve().is_relative_to(folder.resolve()):
            raise keys["zip"].error(f"no folder “{keys['zip'].text()}” in the lab")
    return Call(
        account=keys["account"].text() if "account" in keys else None,
        service=keys["service"].text(),
        operation=keys["operation"].text(),
        params={name: item.plain() for name, item in keys["params"].mapping().items()} if "params" in keys else {},
        zip_of=zip_of,
    )


def _patience(value: Value) -> Patience:
    names = tuple(field.name for field in fields(Patience))
    least = {"hints_left": 0}
    return Patience(**{name: found.integer(least.get(name, 1)) for name, found in value.keys(known=names).items()})


def _ids(value: Value) -> list[str]:
    """The steps' ids, in order."""
    ids: list[str] = []
    for item in value.items():
        given = item.keys(needed=("id", "points", "check"), known=("do", "hints", "solve", "cost"))["id"]
        if not _NAME.fullmatch(given.text()) or given.text() == prose.END:
            raise given.error("a step's id is small letters, digits and single hyphens, and not “end”")
        if given.text() in ids:
            raise given.error(f"a step “{given.text()}” is here twice")
        ids.append(given.text())
    return ids


def _step(value: Value, folder: Path, texts: dict[str, Prose]) -> Step:
    keys = value.mapping()
    step_id = keys["id"].text()
    points = keys["points"].integer()
    do = keys["do"].texts() if "do" in keys else _prose_commands(folder, texts, step_id)
    solve = _solve(keys["solve"], folder) if "solve" in keys else do
    if not solve:
        raise value.error(f"“solve” is missing: neither it nor a console block shows how “{step_id}” is done")
    cost = keys["cost"].integer() if "cost" in keys else points // 2
    if cost > points:
        raise keys["cost"].error(f"the solution costs more ({cost}) than the step gives ({points})")
    hints = tuple(read_words(hint) for hint in keys["hints"].items()) if "hints" in keys else ()
    return Step(step_id, points, do, read_checks(keys["check"]), hints, solve, cost)


def _solve(value: Value, folder: Path) -> tuple[str, ...]:
    """A list of commands, or the name of a script in the lab's folder."""
    if value.is_list:
        return value.texts()
    path = folder / value.text()
    if not path.is_file() or not path.resolve().is_relative_to(folder.resolve()):
        raise value.error(f"no file “{value.text()}” in the lab")
    return (path.read_text(encoding="utf-8"),)


def _prose_commands(folder: Path, texts: dict[str, Prose], step_id: str) -> tuple[str, ...]:
    """The commands that the step's section offers; every language must offer the same."""
    found = {language: text.sections[step_id].commands for language, text in texts.items()}
    first, *others = LANGUAGES
    for other in others:
        if found[other] != found[first]:
            line = texts[other].sections[step_id].line
            raise LabError(folder / f"{other}.md", line, f"the commands of “{step_id}” differ from those in {first}.md")
    return found[first]


def _same_sections(folder: Path, texts: dict[str, Prose], ids: list[str]) -> None:
    for language, text in texts.items():
        path = folder / f"{language}.md"
        for name, section in text.sections.items():
            if name not in ids:
                raise LabError(path, section.line, f"lab.yaml has no step “{name}”{did_you_mean(name, ids)}")
        if missing := [name for name in ids if name not in text.sections]:
            raise LabError(path, 0, f"no section of the step “{missing[0]}”")
        if [*text.sections] != ids:
            raise LabError(path, 0, f"the sections stand in another order than the steps of lab.yaml: {', '.join(ids)}")
