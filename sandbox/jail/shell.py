"""A shell whose state outlives its process.

Each command is a bash of its own: ``enter`` restores what the one before left, the learner's lines run at top level, and
``__sandbox_leave`` (shell.bash) writes the state anew: after the lines, or from an EXIT trap when they end the shell
(``exit``, ^C, ``set -u``, a syntax error). All of it happens inside the jail; out here the state is text, never executed.

Not carried: jobs and ``$!``, descriptors opened by ``exec``, ``exec cmd``, ulimit, PIPESTATUS, SECONDS; ``set -e`` ends the
command, not the session. ``!`` is an ordinary character and ``history`` is empty: the page keeps the history.
"""

from __future__ import annotations

import contextlib
import os
import re
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from sandbox.jail import rootfs
from sandbox.jail.quoting import NotQuotedError, word

INSIDE = "/run/sandbox"
MAX_STATE = 4 * 1024 * 1024
_MAX_ARGUMENT = 100_000  # the kernel takes 128 KiB in one argument
TOO_BIG = b"The shell's variables and functions are more than 4 MB: what this command changed of them is not kept.\r\n"
_LEAVE = Path(__file__).with_name("shell.bash").read_bytes()
_FIRST = Path(__file__).with_name("first.bash").read_bytes()
_HEADER = re.compile(rb"\A#state 1 (\d{1,3})\n")
_LEFT = re.compile(rb"\A#left (end|exit)\n")
_CWD = re.compile(rb"^builtin cd -- ", re.MULTILINE)
_LAST = re.compile(rb"^__sandbox_last=.*\n", re.MULTILINE)
_COMPLETE = b"#complete\n"
_VARIABLES, _VARIABLES_END = b"\n#variables\n", b"\n#end of variables\n"
_DECLARED = re.compile(rb"^declare -([A-Za-z-]+) ([A-Za-z_][A-Za-z0-9_]*)=", re.MULTILINE)
# True of one process only, and unset cannot remove them: left in, no two states would be equal.
_PASSING = re.compile(rb"^declare -(?:a (?:BASH_ARGC|BASH_ARGV|BASH_LINENO|BASH_SOURCE|PIPESTATUS)|ir PPID)=.*\n", re.MULTILINE)
_TRAP = re.compile(rb"^trap -- ", re.MULTILINE)
# Only lines with one of these can be unfinished; all others are spared a bash -n.
_MAYBE_OPEN = re.compile(r"""['"`\\(){}<\n]|\[\[|(?:\||&&)\s*$|\b(?:if|for|while|until|case|select|function|coproc)\b""")

_ENTER = b"""trap '' INT
builtin compgen -v >| /run/sandbox/names
shopt -u expand_aliases
shopt -s extglob
"""
_CHECK = b"""case $(LC_ALL=C /bin/bash --norc -O extglob -n /run/sandbox/command 2>&1) in
  *'unexpected end of file'*|*'unexpected EOF while looking for'*|*'delimited by end-of-file'*) >| /run/sandbox/unfinished; exit 0;;
esac
"""
_UNFINISHED = b">| /run/sandbox/unfinished\nexit 0\n"
_LOST = b"""if [[ -n ${__sandbox_lost-} ]]; then
  unset -v __sandbox_lost
  cd
  printf 'The folder this shell was in is gone; it is now in %s.\\n' "$PWD" >/dev/tty
fi
"""
# In a function trap -p does not see ERR, DEBUG and RETURN. No word here may be one of the learner's aliases.
_END = r'{ \__sandbox_note "$?" "$_"; \builtin trap -p >| /run/sandbox/traps; \__sandbox_leave %s "$@"; } >/dev/null 2>&1'
_EXIT = (_END % "exit").encode()
_CHAINED = b'eval "$__sandbox_exit"; ' + _EXIT  # after the learner's own EXIT trap
_CLEAN = f"""PATH={rootfs.PATH} HOME={rootfs.HOME} IFS=$' \\t\\n'
unset -v BASH_ENV ENV LD_PRELOAD LD_LIBRARY_PATH CDPATH GLOBIGNORE
set --
"""


@dataclass(frozen=True, slots=True)
class Start:
    """What to exec inside, and the files that /run/sandbox must hold before."""

    argv: list[str]
    files: dict[str, bytes]


@dataclass(frozen=True, slots=True)
class Left:
    """What a command left. ``state`` is None when it did not get to write one (killed, ``exec``), or ``too_big``. ``background``: jobs
    of its shell ran on."""

    state: bytes | None
    status: int
    incomplete: bool = False
    too_big: bool = False
    background: bool = False


def file_name(terminal: int) -> str:
    """Where the shell of a terminal, counted from 1, is kept in a checkout's folder."""
    return "shell" if terminal == 1 else f"shell-{terminal}"


def start(line: str, state: bytes | None) -> Start:
    """The learner's ``line`` (any number of lines) in a terminal, after ``state``; None is a sandbox's first shell."""
    text = line.encode("utf-8", "surrogateescape").replace(b"\0", b"")
    files = {"command": text + b"\n"}
    parts = [_ENTER]
    if _ends_in_backslash(line):
        parts.append(_UNFINISHED)
    elif _MAYBE_OPEN.search(line):
        parts.append(_CHECK)
    status, body, tail = (0, _FIRST, b"") if state is None else _split(state)
    options, traps, exit_trap, quiet = _tail(tail)
    leave = _EXIT if exit_trap is None else _CHAINED
    if exit_trap not in {None, _CHAINED}:
        options = b"__sandbox_exit=" + _quote(exit_trap or b"") + b"\n" + options
    # A sourced file's ERR trap ends with the file: the traps are set by the line that sources it.
    traps = b"__sandbox_traps=" + _quote(b"builtin trap - INT\n" + traps) + b"\n"
    parts += [body, _LOST, _LEAVE, b"trap -- " + _quote(leave) + b" EXIT\n", traps, options]
    status = 0 if quiet else status
    files["enter"] = b"\n".join(parts)
    lines = text if len(text) <= _MAX_ARGUMENT else f". {INSIDE}/command".encode()
    script = (
        f'{{ . {INSIDE}/enter; builtin eval "$__sandbox_traps"; builtin history -c; '.encode()
        + f'\\__sandbox_return {status} "$__sandbox_last"; }}'.encode()
        + b" >/dev/null 2>&1\n"
        + lines
        + f"\n{_END % 'end'}".encode()
    )
    return Start(["/bin/bash", "--noprofile", "--norc", "-i", "-c", os.fsdecode(script), "bash"], files)


def script(text: str, state: bytes | None) -> Start:
    """A check's script, with the learner's folder and variables but none of their aliases, functions, options or traps.
    A first line ``#!`` names another interpreter than bash; that one gets the exported variables."""
    files = {"command": text.encode("utf-8", "surrogateescape")}
    before = b"builtin cd ~/environment || builtin cd\n"
    if state is not None:
        _status, body, _rest = _split(state)
        first = _CWD.search(body)
        before = _line(body, first.start()) if first else before
        before += b"[[ -z ${__sandbox_lost-} ]] || cd\n" + variables_section(body) + b"\n"
    files["enter"] = before + _CLEAN.encode()
    found = re.match(r"#!\s*(/\S+)(?:[ \t]+(\S+))?", text)
    run = f"exec {found[1]} {found[2] or ''} {INSIDE}/command" if found and "bash" not in found[0] else f". {INSIDE}/command"
    inside = f"{{ . {INSIDE}/enter; }} >/dev/null 2>&1\n{run}"
    return Start(["/bin/bash", "--noprofile", "--norc", "-c", inside, "bash"], files)


def collect(folder: Path, status: int, *, interrupted: bool) -> Left:
    """Read what a command left in its /run/sandbox, once every process of its jail is dead. Nothing in there is trusted:
    the learner's programs can write it as well. ``status`` is the shell's own, ``interrupted`` that ^C was typed."""
    with contextlib.suppress(OSError):
        folder.chmod(0o700)
    if _read(folder / "unfinished", 1) is not None:
        return Left(None, 0, incomplete=True)
    files = [_read(folder / name, MAX_STATE + 1) for name in ("new", "options", "traps")]
    new, options, traps = files
    if new is None or options is None or traps is None:
        return Left(None, _interrupted(status, "exit" if interrupted else "end"))
    if sum(len(content or b"") for content in files) > MAX_STATE:
        return Left(None, status, too_big=True)
    found = _LEFT.match(new)
    if found is None or not new.endswith(_COMPLETE):
        return Left(None, _interrupted(status, "exit" if interrupted else "end"))
    how = found[1].decode() if interrupted else "end"
    status = _interrupted(status, how)
    body = _PASSING.sub(b"", new[found.end() : -len(_COMPLETE)])
    state = b"#state 1 %d\n" % status + body + _COMPLETE + options + traps
    return Left(state, status, background=bool(_read(folder / "jobs", 1)))


def with_status(state: bytes | None, status: int) -> bytes | None:
    """The same state with another ``$?``: of a command that ended without saving one."""
    return None if state is None else _HEADER.sub(b"#state 1 %d\n" % status, state)


def alike(one: bytes | None, other: bytes | None) -> bool:
    """Whether two states differ in nothing but ``$?`` and ``$_``, which every command changes."""
    if one is None or other is None:
        return one is other
    return _LAST.sub(b"", with_status(one, 0) or b"", 1) == _LAST.sub(b"", with_status(other, 0) or b"", 1)


def read_state(path: Path) -> bytes | None:
    return _read(path, MAX_STATE + 1024)


def write_state(path: Path, state: bytes) -> None:
    """Whole or not at all."""
    draft = path.with_name(path.name + ".new")
    draft.unlink(missing_ok=True)
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600), "wb") as file:
        file.write(state)
    draft.replace(path)


def cwd(state: bytes | None) -> str:
    """The folder the next command starts in, as an absolute path inside."""
    found = _CWD.search(state or b"")
    try:
        if state is not None and found:
            return word(state, found.end())[0].decode("utf-8", "replace")
    except NotQuotedError:
        pass
    return f"{rootfs.HOME}/environment"


def variables(state: bytes | None) -> dict[str, str]:
    """The scalar variables of a saved state by name, exported or not; arrays and name references are left out."""
    text = variables_section(state or b"")
    found: dict[str, str] = {}
    at = 0
    while declared := _DECLARED.search(text, at):
        at = declared.end()
        if set(declared[1]) & set(b"aAn"):
            continue
        try:
            value, at = word(text, at) if text[at : at + 1] not in {b"\n", b""} else (b"", at)
        except NotQuotedError:
            continue
        found[declared[2].decode()] = value.decode("utf-8", "replace")
    return found


def variables_section(state: bytes) -> bytes:
    start_at, end = state.find(_VARIABLES), state.rfind(_VARIABLES_END)
    return state[start_at + len(_VARIABLES) : end + 1] if 0 <= start_at < end else b""


def _interrupted(status: int, how: str) -> int:
    """bash ends its lines with status 1 when ^C stops them; in a terminal ``$?`` is 130 then."""
    return 130 if how == "exit" and status == 1 else status


def _split(state: bytes) -> tuple[int, bytes, bytes]:
    header = _HEADER.match(state)
    body, _mark, tail = state.rpartition(_COMPLETE)
    if header is None or not body:
        return 0, _FIRST, b""
    return int(header[1]), body[header.end() :], tail


def _tail(tail: bytes) -> tuple[bytes, bytes, bytes | None, bool]:
    """Options; traps without EXIT; the EXIT trap when the learner has one; whether a non-zero $? cannot be restored."""
    first = _TRAP.search(tail)
    options = tail[: first.start()] if first else tail
    # After `set -t` a shell ends with its first line: ours, before the learner's.
    options = options.replace(b"set -o onecmd\n", b"")
    options = re.sub(rb"^shopt -u compat\d+\n", b"", options, flags=re.MULTILINE)
    kept, exit_trap = list[bytes](), None
    quiet = b"set -o errexit\n" in options
    for text, name, whole in _traps(tail[len(tail) if first is None else first.start() :]):
        if name != b"EXIT":
            kept.append(whole)
            quiet = quiet or name == b"ERR"
        elif text != _EXIT:
            exit_trap = text
    return options, b"".join(kept), exit_trap, quiet


def _traps(text: bytes) -> Iterator[tuple[bytes, bytes, bytes]]:
    """(the command, the signal's name, the whole line) of each trap in what ``trap -p`` prints."""
    at = 0
    while found := _TRAP.match(text, at):
        try:
            command, end = word(text, found.end())
            name, end = word(text, end + 1)
        except NotQuotedError:
            return
        yield command, name, text[at : end + 1]
        at = end + 1


def _line(text: bytes, at: int) -> bytes:
    """The line at ``at``; a quoted newline does not end it."""
    _value, end = word(text, at + len(b"builtin cd -- "))
    return text[at:end] + b" || __sandbox_lost=1\n"


def _quote(text: bytes) -> bytes:
    return b"'" + text.replace(b"'", b"'\\''") + b"'"


def _ends_in_backslash(line: str) -> bool:
    stripped = line.rstrip("\n")
    return (len(stripped) - len(stripped.rstrip("\\"))) % 2 == 1


def _read(path: Path, limit: int) -> bytes | None:
    """Up to ``limit`` bytes of a regular file; None for anything else."""
    try:
        fd = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError:
        return None
    if not stat.S_ISREG(os.fstat(fd).st_mode):
        os.close(fd)
        return None
    with os.fdopen(fd, "rb") as file:
        return file.read(limit)
