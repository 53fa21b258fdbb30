"""Can a console block be run here as it is written? Only where the simulated account *behaves* in everything that it asks for.

The commands are read, never run: every ``aws <service> <operation>`` becomes the API operations behind it, which
sandbox.cloud.operations judges; every other program must be one that a sandbox has.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from botocore import xform_name
from botocore.exceptions import DataNotFoundError
from botocore.loaders import Loader
from django.conf import settings

from course.reading.model import Try
from sandbox.cloud.operations import Level, lookup, rules
from sandbox.completion import names
from sandbox.completion.place import commands as commands_in
from sandbox.jail.programs import is_absent

_SUM = re.compile(r"\$\(\(.*?\)\)", re.DOTALL)
_ARITHMETIC = re.compile(r"\(\(.*?\)\)", re.DOTALL)
_LIST = re.compile(r"(?<![\w-])([A-Za-z_]\w*)(?:\[[^]\n]*\])?\+?=(\([^()$]*\))?")
_HERE = re.compile(r"<<-?\s*(?P<quote>['\"]?)(?P<end>\w+)(?P=quote)")
_KEYWORD = re.compile(r"\bfunction\s+([A-Za-z_][\w-]*)\s*(?:\(\s*\))?")
_FUNCTION = re.compile(r"(?:^|(?<=[\s;]))([A-Za-z_][\w-]*)\s*\(\s*\)")
_GIVEN = re.compile(r"\$(?:[@*1-9]|\{[@*1-9][^}]*\})")  # what the function is called with, as a command
_RUN_OTHERS = frozenset({"timeout", "watch", "bash", "sh", "eval", "stdbuf"})

# The CLI's own words, where they are not botocore's.
_SERVICES = {"s3api": "s3", "deploy": "codedeploy", "configservice": "config"}
_WITH_VALUE = frozenset({
    "--region", "--profile", "--output", "--query", "--endpoint-url", "--ca-bundle", "--color", "--cli-read-timeout",
    "--cli-connect-timeout", "--cli-binary-format", "--cli-error-format",
})  # fmt: skip
_NO_CALL = frozenset({"help", "configure", "history", "--version", "--generate-cli-skeleton"})
_S3 = {
    "ls": ("ListBuckets", "ListObjectsV2"),
    "mb": ("CreateBucket",),
    "rb": ("DeleteBucket", "ListObjectsV2", "DeleteObject"),
    "cp": ("HeadObject", "GetObject", "PutObject", "CopyObject", "ListObjectsV2"),
    "mv": ("HeadObject", "GetObject", "PutObject", "CopyObject", "ListObjectsV2", "DeleteObject"),
    "rm": ("DeleteObject", "ListObjectsV2"),
    "sync": ("ListObjectsV2", "GetObject", "PutObject", "CopyObject", "DeleteObject"),
    "website": ("PutBucketWebsite",),
    "presign": (),
}
_CUSTOM = {
    ("cloudformation", "deploy"): ("CreateChangeSet", "DescribeChangeSet", "ExecuteChangeSet", "DescribeStacks"),
    ("cloudformation", "package"): (),
    ("codecommit", "credential-helper"): (),
    ("codedeploy", "push"): ("RegisterApplicationRevision",),
    ("ecr", "get-login-password"): ("GetAuthorizationToken",),
    ("ecs", "deploy"): ("DescribeServices", "RegisterTaskDefinition", "CreateDeployment"),
    ("eks", "get-token"): (),
    ("eks", "update-kubeconfig"): ("DescribeCluster",),
    ("rds", "generate-db-auth-token"): (),
}


@dataclass(frozen=True, slots=True)
class Verdict:
    """``lacking``: why a block cannot be run, a phrase each; empty where it is live."""

    lacking: tuple[str, ...]

    @property
    def live(self) -> bool:
        return not self.lacking


def is_live(block: Try) -> bool:
    return verdict(block).live


def verdict(block: Try) -> Verdict:
    return _verdict(block.commands, block.functions, Path(settings.SANDBOX_PYTHON))


def functions(commands: tuple[str, ...]) -> frozenset[str]:
    """The names of the shell functions that are defined there."""
    return frozenset(_FUNCTION.findall(_KEYWORD.sub(r"\1()", "\n".join(commands))))


@lru_cache(maxsize=2048)
def _verdict(commands: tuple[str, ...], before: frozenset[str], venv: Path) -> Verdict:
    own = before | functions(commands)
    return Verdict(tuple(dict.fromkeys(lack for line in commands for lack in _lacks(line, _programs(venv) | own, own))))


def _lacks(line: str, known: frozenset[str], functions: frozenset[str]) -> Iterator[str]:
    """``known``: programs, and the ``functions`` among them."""
    for words in commands_in(_readable(line)):
        yield from _of_command(_run_by_others(words), known, functions)


def _of_command(words: list[str], known: frozenset[str], functions: frozenset[str]) -> Iterator[str]:
    if not words:
        return
    program, *rest = words
    if program == "aws":
        yield from _of_aws(rest)
    elif is_absent(program):
        yield f"{program}: a sandbox has nothing that it could ask"
    elif program in {"bash", "sh", "eval"} and "-c" in words[:-1]:
        yield from _lacks(words[words.index("-c") + 1], known, functions)
    elif program in functions and rest and is_absent(rest[0]):  # which it may run
        yield from _of_command(rest, known, functions)
    elif program not in known and not _GIVEN.fullmatch(program) and not program.startswith(("./", "~/", "../", "/")):
        yield f"{program or words}: a sandbox has no such program"
    # A function may run what it is given, too.
    if "aws" in rest and (program in _RUN_OTHERS or program in functions):
        yield from _of_aws(rest[rest.index("aws") + 1 :])


def _of_aws(words: list[str]) -> Iterator[str]:
    for service, operation in calls(words):
        level = lookup(service, operation)
        if level != Level.BEHAVES:
            yield f"{service} {operation}: {level.value} here"


def calls(words: list[str]) -> list[tuple[str, str]]:
    """The API operations behind what follows ``aws``, by botocore's names; one that AWS does not have stays as it is written."""
    if _NO_CALL & set(words):
        return []
    plain = list(_positional(words))
    if len(plain) < 2:
        return []
    service, operation = _SERVICES.get(plain[0], plain[0]), plain[1]
    if plain[0] == "s3":
        found = _S3.get(operation, (operation,))
    elif (service, operation) in _CUSTOM:
        found = _CUSTOM[service, operation]
    elif operation == "wait":
        found = (_waiters(service).get(plain[2] if len(plain) > 2 else "", " ".join(plain[1:3])),)
    else:
        found = (_operations(service).get(operation, operation),)
    return [(service, name) for name in found]


def _positional(words: list[str]) -> Iterator[str]:
    """Service, operation and the word after it: what is no option before the operation, nor the value of one."""
    value_next = False
    for word in words:
        if value_next:
            value_next = False
        elif word.startswith("--"):
            value_next = word in _WITH_VALUE
        else:
            yield word


@lru_cache(maxsize=256)
def _operations(service: str) -> dict[str, str]:
    """The CLI's name → the API's, of the operations that the table knows; the others are refused under any name."""
    return {xform_name(name, "-"): name for name in rules(service) or {}}


@lru_cache(maxsize=64)
def _waiters(service: str) -> dict[str, str]:
    try:
        waiters = Loader().load_service_model(service, "waiters-2")["waiters"]
    except DataNotFoundError:
        return {}
    return {xform_name(name, "-"): about["operation"] for name, about in waiters.items()}


@lru_cache(maxsize=4)
def _programs(venv: Path) -> frozenset[str]:
    return frozenset({"aws", *names.usual(venv)})


def _run_by_others(words: list[str]) -> list[str]:
    """Without the options of a program that runs what follows them: ``xargs -I {} aws …``, which the reader of lines leaves."""
    if not words or not words[0].startswith("-"):
        return words
    if "aws" in words:
        return words[words.index("aws") :]
    return next((words[at:] for at, word in enumerate(words) if not word.startswith("-")), [])


def _readable(line: str) -> str:
    """The line without what is no command: sums, the texts of here-documents, the heads of functions."""
    line = _ARITHMETIC.sub(":", _SUM.sub("0", line.replace("\\\n", " ")))
    line = _LIST.sub(r"\1=", line)
    kept: list[str] = []
    end = ""
    for text in line.split("\n"):
        if end:
            end = "" if text.strip() == end else end
            continue
        kept.append(_HERE.sub("", text))
        end = here["end"] if (here := _HERE.search(text)) else ""
    return _FUNCTION.sub(" ", _KEYWORD.sub(r"\1()", "\n".join(kept)))
