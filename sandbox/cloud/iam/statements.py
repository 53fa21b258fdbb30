"""A policy document, read once: does a statement of it speak of this caller, action and resource? Pure.

Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_grammar.html
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import IntEnum
from functools import cached_property, lru_cache
from typing import Any
from urllib.parse import unquote

from sandbox.cloud.iam.conditions import hold, texts
from sandbox.cloud.iam.patterns import Context, expand, like


class Named(IntEnum):
    """How closely a Principal element names the caller; what a resource policy's Allow is worth depends on it."""

    NO = 0
    ACCOUNT = 1
    """As its account: the account's own identity policies decide on."""
    ROLE = 2
    """As its role, or as anybody: a boundary or a session policy still limits."""
    SELF = 3
    """As this very user, session or service."""


@dataclass(frozen=True, slots=True)
class Who:
    """A caller as policies name it. An anonymous one has empty ``account`` and ``arn``; a service only ``service``."""

    account: str = ""
    arn: str = ""
    service: str = ""
    federated: str = ""

    @property
    def role(self) -> str:
        """The role of an assumed-role session, without its path (a session's ARN has none); empty for others."""
        found = _SESSION.match(self.arn)
        return f"arn:aws:iam::{found[1]}:role/{found[2]}" if found else ""


_SESSION = re.compile(r"^arn:aws:sts::(\d+):assumed-role/([^/]+)/")


@dataclass(frozen=True)
class Statement:
    """``actions`` and ``resources`` are negated where ``not_…`` is set; ``resources`` is None where the element is absent (trust)."""

    sid: str
    allows: bool
    actions: tuple[str, ...]
    not_action: bool
    resources: tuple[str, ...] | None
    not_resource: bool
    principal: Any
    not_principal: bool
    condition: Mapping[str, Mapping[str, Any]]
    variables: bool
    start: tuple[int, int]
    end: tuple[int, int]

    def speaks_of(self, question: Question) -> bool:
        """Action, resource and condition; who asks is ``names``'s to say."""
        return self.concerns(question) and self._applies(question)

    def concerns(self, question: Question) -> bool:
        """Action and resource, whatever the condition."""
        return self._acts(question.action) and self._covers(question)

    def names(self, who: Who) -> Named:
        if self.not_principal:
            return Named.NO if named(self.principal, who) else Named.ROLE
        return named(self.principal, who)

    def _acts(self, action: str) -> bool:
        return any(like(pattern, action, fold=True) for pattern in self.actions) != self.not_action

    def _covers(self, question: Question) -> bool:
        if self.resources is None:
            return True
        if "*" in self.resources:
            return not self.not_resource
        filled = (expand(p, question.context) if self.variables else p for p in self.resources)
        return any(p is not None and like(p, question.resource) for p in filled) != self.not_resource

    def _applies(self, question: Question) -> bool:
        return not self.condition or hold(self.condition, question.context, variables=self.variables)


class Question:
    """May ``who`` do ``action`` to ``resource``? The resource and the context may be given as functions: many answers need neither."""

    def __init__(self, who: Who, action: str, resource: Any = "*", context: Any = None) -> None:
        self.who = who
        self.action = action
        self._resource = resource
        self._context = context

    @cached_property
    def resource(self) -> str:
        return str(self._resource() if callable(self._resource) else self._resource)

    @cached_property
    def context(self) -> Context:
        found: Context = self._context() if callable(self._context) else (self._context or {})
        return found


@lru_cache(maxsize=2048)
def parse(document: str) -> tuple[Statement, ...]:
    """The statements of a document (moto keeps some of them percent-encoded). Raises ValueError for what is no policy."""
    text = document if document.lstrip().startswith("{") else unquote(document)
    whole = json.loads(text)
    if not isinstance(whole, dict):
        raise ValueError("a policy is an object")  # noqa: TRY004 - one error for every text that is no policy
    variables = whole.get("Version") == "2012-10-17"
    return tuple(_statement(text, one, span, variables) for one, span in _located(text))


def _statement(text: str, found: Any, span: tuple[int, int], variables: bool) -> Statement:
    if not isinstance(found, dict):
        raise ValueError("a statement is an object")  # noqa: TRY004
    resources = found.get("Resource", found.get("NotResource"))
    condition = found.get("Condition") or {}
    if not isinstance(condition, dict) or not all(isinstance(block, dict) for block in condition.values()):
        raise ValueError("a condition is an object of objects")
    return Statement(
        sid=str(found.get("Sid", "")),
        allows=found.get("Effect") == "Allow",
        actions=tuple(texts(found.get("Action", found.get("NotAction")))),
        not_action="NotAction" in found,
        resources=None if resources is None else tuple(texts(resources)),
        not_resource="NotResource" in found,
        principal=found.get("Principal", found.get("NotPrincipal")),
        not_principal="NotPrincipal" in found,
        condition=condition,
        variables=variables,
        start=_position(text, span[0]),
        end=_position(text, span[1]),
    )


_BLANK = re.compile(r"[ \t\r\n]*")


def _located(text: str) -> list[tuple[Any, tuple[int, int]]]:
    """The statements of a document's text, each with where it begins and ends."""
    decoder = json.JSONDecoder()

    def skip(at: int) -> int:
        return _BLANK.match(text, at).end()  # type: ignore[union-attr]

    def read(at: int) -> tuple[Any, int]:
        return decoder.raw_decode(text, skip(at))

    at = skip(text.index("{") + 1)
    while text[at] != "}":
        key, at = read(at)
        begin = skip(skip(at) + 1)  # beyond the colon
        value, at = read(begin)
        if key == "Statement":
            if not isinstance(value, list):
                return [(value, (begin, at))]
            found, inner = [], begin
            for _ in value:
                first = skip(inner + 1)  # beyond the bracket or the comma
                one, last = read(first)
                found.append((one, (first, last)))
                inner = skip(last)
            return found
        at = skip(at)
        at = skip(at + 1) if text[at] == "," else at
    return []


def _position(text: str, at: int) -> tuple[int, int]:
    """(line, column), both from 1."""
    return text.count("\n", 0, at) + 1, at - text.rfind("\n", 0, at)


def named(principal: Any, who: Who) -> Named:
    if principal == "*":
        return Named.ROLE
    if not isinstance(principal, dict):
        return Named.NO
    best = max((_as_aws(value, who) for value in texts(principal.get("AWS"))), default=Named.NO)
    if who.service and who.service in texts(principal.get("Service")):
        best = Named.SELF
    if who.federated and who.federated in texts(principal.get("Federated")):
        best = Named.SELF
    return best


def _as_aws(value: str, who: Who) -> Named:
    if value == "*":
        return Named.ROLE
    if not who.account:
        return Named.NO
    if value == who.arn and not value.endswith(":root"):
        return Named.SELF
    if value in (who.account, f"arn:aws:iam::{who.account}:root"):
        return Named.ACCOUNT
    role = who.role
    # A role's path is part of its own ARN and of no session's.
    same = bool(role) and value.startswith(role.partition("/")[0] + "/") and value.rpartition("/")[2] == role.rpartition("/")[2]
    return Named.ROLE if same else Named.NO
