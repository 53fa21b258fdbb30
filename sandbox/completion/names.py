"""The names that a line may begin with: programs on the learner's PATH, what bash has itself, the learner's functions and aliases."""

from __future__ import annotations

import re
from functools import lru_cache
from pathlib import Path

from sandbox.completion.files import Files
from sandbox.jail import shell
from sandbox.jail.rootfs import PATH, TOOLS
from sandbox.store.working import PARTS, Snapshot

_OWN = """
. : [ alias bg bind break builtin caller cd command compgen complete compopt continue declare dirs disown echo enable eval exec exit export
false fc fg getopts hash help history jobs kill let local logout mapfile popd printf pushd pwd read readarray readonly return set shift
shopt source suspend test times trap true type typeset ulimit umask unalias unset wait
if then else elif fi case esac for select while until do done in function time coproc { } ! [[ ]]
"""
# Variables that bash has without keeping them.
_OF_BASH = ("PWD", "RANDOM", "SECONDS", "LINENO", "UID", "EUID", "PPID", "BASHPID", "EPOCHSECONDS", "FUNCNAME", "PIPESTATUS")
_FUNCTION = re.compile(rb"^([^\s()'\"$`\\<>|&;]+) \(\) *$", re.MULTILINE)
_ALIAS = re.compile(rb"^alias (?:-- )?([^\s='\"]+)=", re.MULTILINE)
_DECLARED = re.compile(rb"^declare -[A-Za-z-]+ ([A-Za-z_][A-Za-z0-9_]*)(?:=|$)", re.MULTILINE)


def commands(files: Files, state: bytes | None, venv: Path) -> dict[str, str]:
    """Name → kind. ``state``: the shell's as kept; ``venv``: the learner's Python tools, which are /opt/sandbox inside."""
    found = dict.fromkeys(_OWN.split(), "builtin")
    for folder in (shell.variables(state).get("PATH") or PATH).split(":"):
        if folder == f"{TOOLS}/bin":
            programs = _tools(venv)
        else:
            programs = tuple(name for name, kind in files.listing(folder).items() if kind == "program") if folder else ()
        for name in programs:
            found.setdefault(name, "program")
    before, _mark, tail = (state or b"").partition(b"\n#variables\n")
    found |= {_text(name): "function" for name in _FUNCTION.findall(before)}
    found |= {_text(name): "alias" for name in _ALIAS.findall(tail)}
    return {name: kind for name, kind in found.items() if not name.startswith("__sandbox")}


def usual(venv: Path) -> dict[str, str]:
    """Those of a sandbox in which nobody has done anything yet."""
    return commands(Files(Snapshot({part: {} for part in PARTS})), None, venv)


def variables(state: bytes | None) -> set[str]:
    """Of every kind, also those that bash makes up."""
    declared = {_text(name) for name in _DECLARED.findall(shell.variables_section(state or b""))}
    return declared | set(_OF_BASH) | {"HOME", "PATH"}


@lru_cache(maxsize=2)
def _tools(venv: Path) -> tuple[str, ...]:
    """As the jail's /opt/sandbox/bin is made of it."""
    scripts = (path.name for path in (venv / "bin").iterdir() if path.is_file() and not path.is_symlink())
    return ("python", "python3", *(name for name in scripts if not name.lower().startswith("activate")))


def _text(name: bytes) -> str:
    return name.decode("utf-8", "replace")
