"""What a request says, whatever its protocol: parameter names to texts.

Source: botocore's protocols; https://docs.aws.amazon.com/AWSEC2/latest/APIReference/Query-Requests.html for numbered lists.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any
from urllib.parse import parse_qsl

from moto.core.request import Request

from sandbox.cloud.operation import Operation

_LISTED = re.compile(r"^([^.]+)(?:\.(?:member\.|[A-Za-z]+\.)?\d+)?$")
_IGNORED = re.compile(r"[^a-z0-9]")


def plain(name: str) -> str:
    """A name as it is compared: kinds, parameters and placeholders are spelled in every way."""
    return _IGNORED.sub("", name.lower())


@dataclass(frozen=True)
class Call:
    """A request to a service in an account's region; ``caller`` is the ARN of the user or role that makes it."""

    operation: Operation
    request: Request
    body: bytes
    region: str
    account: str
    caller: str = ""

    @cached_property
    def said(self) -> dict[str, Any]:
        """The body of a JSON protocol with the labels of the path; empty for other protocols and for what is not JSON."""
        if self.operation.protocol not in ("json", "rest-json"):
            return {}
        try:
            found = json.loads(self.body or b"{}")
        except ValueError:
            found = {}
        labels = dict(self.operation.params) | dict(self.request.args)
        return (found if isinstance(found, dict) else {}) | labels

    @cached_property
    def form(self) -> list[tuple[str, str]]:
        """The fields of a query protocol, flattened as they are sent."""
        if self.operation.protocol not in ("query", "ec2"):
            return []
        text = self.request.query_string.decode("latin-1") + "&" + self.body.decode("latin-1")
        return parse_qsl(text, keep_blank_values=True)

    @cached_property
    def texts(self) -> dict[str, list[str]]:
        """Every top-level parameter that is a text or a list of texts, by its plain name."""
        found: dict[str, list[str]] = {}
        for name, value in self._pairs():
            found.setdefault(plain(name), []).append(value)
        return found

    def first(self, name: str) -> str:
        return next(iter(self.texts.get(plain(name), ())), "")

    def _pairs(self) -> Iterator[tuple[str, str]]:
        for name, value in self.form:
            if listed := _LISTED.match(name):
                yield listed[1], value
        for name, value in self.said.items():
            for one in value if isinstance(value, list) else [value]:
                if isinstance(one, str):
                    yield name, one
        if self.operation.protocol in ("s3", "rest-xml"):
            for name, value in self.operation.params.items():
                yield name, str(value)
