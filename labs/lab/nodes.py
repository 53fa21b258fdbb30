"""YAML read strictly: every value knows its line, an unknown key is refused, and nothing is guessed."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

from labs.lab.errors import LabError, did_you_mean

_FAST = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # ten times as fast, where libyaml is there


class Value:
    """A YAML node with the file it is from. The methods read it as what it must be, or raise LabError with its line."""

    def __init__(self, path: Path, node: yaml.Node, name: str) -> None:
        self.path, self.node, self.name = path, node, name

    @property
    def line(self) -> int:
        return int(self.node.start_mark.line) + 1

    def error(self, message: str) -> LabError:
        return LabError(self.path, self.line, f"{self.name}: {message}" if self.name else message)

    def text(self) -> str:
        if not isinstance(self.node, yaml.ScalarNode) or self.node.tag == "tag:yaml.org,2002:null":
            raise self.error("a text is needed here")
        return str(self.node.value)

    def plain(self) -> Any:
        """The value as YAML gives it: numbers, booleans, lists and mappings of them."""
        loader = yaml.SafeLoader("")
        try:
            return loader.construct_object(self.node, deep=True)
        except yaml.YAMLError as error:
            raise self.error(str(error)) from error
        finally:
            loader.dispose()

    def integer(self, least: int = 0) -> int:
        value = self.plain()
        if not isinstance(value, int) or isinstance(value, bool) or value < least:
            raise self.error(f"a whole number of at least {least} is needed here")
        return value

    def number(self) -> float:
        value = self.plain()
        if not isinstance(value, int | float) or isinstance(value, bool) or value <= 0:
            raise self.error("a number above 0 is needed here")
        return float(value)

    def boolean(self) -> bool:
        value = self.plain()
        if not isinstance(value, bool):
            raise self.error("true or false is needed here")
        return value

    def items(self) -> list[Value]:
        if not isinstance(self.node, yaml.SequenceNode):
            raise self.error("a list is needed here (lines that begin with “- ”)")
        return [Value(self.path, node, f"{self.name}[{number}]") for number, node in enumerate(self.node.value, 1)]

    @property
    def is_list(self) -> bool:
        return isinstance(self.node, yaml.SequenceNode)

    @property
    def is_mapping(self) -> bool:
        return isinstance(self.node, yaml.MappingNode)

    def texts(self) -> tuple[str, ...]:
        return tuple(item.text() for item in self.items())

    def mapping(self) -> dict[str, Value]:
        if not isinstance(self.node, yaml.MappingNode):
            raise self.error("a mapping is needed here (lines like “key: value”)")
        found: dict[str, Value] = {}
        for key, node in self.node.value:
            named = Value(self.path, key, "")
            name = named.text()
            if name in found:
                raise named.error(f"“{name}” is here twice")
            found[name] = Value(self.path, node, name)
            found[name].key_line = named.line
        return found

    key_line: int = 0

    def keys(self, *, needed: Iterator[str] | tuple[str, ...] = (), known: tuple[str, ...] = ()) -> dict[str, Value]:
        """A mapping with all of ``needed`` and nothing but ``needed`` and ``known``."""
        needed = tuple(needed)
        found = self.mapping()
        for name, value in found.items():
            if name not in needed and name not in known:
                raise LabError(self.path, value.key_line, f"unknown key “{name}”{did_you_mean(name, (*needed, *known))}")
        for name in needed:
            if name not in found:
                raise self.error(f"“{name}” is missing")
        return found


def read(path: Path) -> Value:
    """The document in ``path``. Raises LabError where it is not YAML."""
    return compose(text_of(path), path)


def text_of(path: Path) -> str:
    """What stands in ``path``. Raises LabError where there is no such file, or not of text."""
    try:
        return path.read_text(encoding="utf-8")
    except FileNotFoundError as error:
        raise LabError(path, 0, "this file is missing") from error
    except UnicodeDecodeError as error:
        raise LabError(path, 0, "not UTF-8") from error


def compose(text: str, path: Path, first_line: int = 1) -> Value:
    """The document that begins in line ``first_line`` of ``path``. Raises LabError where it is not YAML."""
    before = first_line - 1
    try:
        node = _parse("\n" * before + text)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark
        raise LabError(path, mark.line + 1 if mark else before, str(error.problem)) from error
    except yaml.YAMLError as error:
        raise LabError(path, before, str(error)) from error
    if node is None:
        raise LabError(path, before, "there is nothing here" if before else "this file is empty")
    return Value(path, node, "")


def _parse(text: str) -> yaml.Node | None:
    """Both loaders make the same of what is YAML. Of what is not, the slow one says better where and why."""
    try:
        return yaml.compose(text, Loader=_FAST)
    except yaml.YAMLError:
        return yaml.compose(text, Loader=yaml.SafeLoader)
