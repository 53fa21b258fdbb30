"""The operation table: what each operation of the course's services is worth here. Pure data; needs neither moto nor Django.

- **behaves**: does what AWS does with what it is told.
- **stores**: only remembered and given back (a tag, a rule that nothing acts on yet).
- **refused**: answered with an AWS-shaped error that begins "not simulated here: …".

Whatever a service's lines do not name is refused, and so is every service that has no lines: nothing succeeds by oversight.
Operation names are those of the API reference, https://docs.aws.amazon.com/ (botocore's models carry the same).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum
from fnmatch import fnmatchcase
from functools import cache

from sandbox.cloud.table import TABLE


class Level(Enum):
    BEHAVES = "behaves"
    STORES = "stores"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class Rules:
    """One service: exact operation names, then glob patterns; among patterns the longest that matches wins."""

    exact: dict[str, Level] = field(default_factory=dict)
    patterns: tuple[tuple[str, Level], ...] = ()

    def level(self, operation: str) -> Level:
        if operation in self.exact:
            return self.exact[operation]
        return next((level for pattern, level in self.patterns if fnmatchcase(operation, pattern)), Level.REFUSED)


def parse(text: str) -> Rules:
    """Rules from lines of ``level: Name Pattern* …``. Raises ValueError for an unknown level or a name given twice."""
    exact: dict[str, Level] = {}
    patterns: dict[str, Level] = {}
    for line in text.strip().splitlines():
        head, _, names = line.strip().partition(":")
        level = Level(head)
        for name in names.split():
            target = patterns if "*" in name else exact
            if name in target:
                raise ValueError(f"{name} is named twice")
            target[name] = level
    return Rules(exact, tuple(sorted(patterns.items(), key=lambda item: (-len(item[0]), item[0]))))


@cache
def rules(service: str) -> Rules | None:
    text = TABLE.get(service)
    return parse(text) if text is not None else None


def services() -> list[str]:
    """botocore's names of the services that have lines of their own."""
    return sorted(TABLE)


def lookup(service: str, operation: str) -> Level:
    """The level of an operation (botocore's names: ``s3``, ``PutObject``). Total: unknown services and operations are refused."""
    found = rules(service)
    return found.level(operation) if found else Level.REFUSED


# Prefixes of operations that only look. Everything else marks the account as changed.
_READS = (
    "Get", "List", "Describe", "Head", "BatchGet", "BatchDescribe", "Query", "Scan", "Search", "Filter", "Lookup", "Validate", "Estimate",
    "Check", "Select", "Simulate", "Verify", "Test", "Decode", "Encrypt", "Decrypt", "ReEncrypt", "GenerateRandom", "GenerateDataKey",
    "GenerateMac", "Sign", "DeriveSharedSecret", "Generate", "Assume",
)  # fmt: skip
_WRITES_IN_DISGUISE = frozenset(
    {("sts", "AssumeRole"), ("sts", "GetSessionToken"), ("sts", "GetFederationToken"), ("stepfunctions", "GetActivityTask"),
     ("iam", "GenerateCredentialReport")}
)  # fmt: skip


def changes_state(service: str, operation: str) -> bool:
    """Whether a successful call of this operation may leave the account other than it was."""
    return (service, operation) in _WRITES_IN_DISGUISE or not operation.startswith(_READS)
