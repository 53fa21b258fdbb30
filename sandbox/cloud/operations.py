"""The operation table: what each operation of the course's services is worth here. Pure data; needs neither moto nor Django.

- **behaves**: does what AWS does with what it is told (limits.py names the few arguments that are not built).
- **stores**: only remembered and given back (a tag, a rule that nothing acts on yet).
- **refused**: answered with an AWS-shaped error that begins "not simulated here: …".

Whatever a service's lines do not name is refused, and so is every service that has no lines: nothing succeeds by oversight.
Operation names are those of the API reference, https://docs.aws.amazon.com/ (botocore's models carry the same).
``python -m sandbox.cloud.operations`` prints how many of each a service has; README.md beside this file shows it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from enum import Enum
from functools import cache

from sandbox.cloud.table import TABLE


class Level(Enum):
    BEHAVES = "behaves"
    STORES = "stores"
    REFUSED = "refused"


Rules = Mapping[str, Level]
"""One service: operation name → level. What is not in it is refused."""


def parse(text: str) -> Rules:
    """Rules from lines of ``level: Name Name …``. Raises ValueError for an unknown level, a pattern, or a name given twice."""
    found: dict[str, Level] = {}
    for line in text.strip().splitlines():
        head, _, names = line.strip().partition(":")
        level = Level(head)
        for name in names.split():
            if name in found or not name.isalnum():
                raise ValueError(f"{name} is named twice, or is no operation")
            found[name] = level
    return found


@cache
def rules(service: str) -> Rules | None:
    text = TABLE.get(service)
    return parse(text) if text is not None else None


def services() -> list[str]:
    """botocore's names of the services that have lines of their own."""
    return sorted(TABLE)


def lookup(service: str, operation: str) -> Level:
    """The level of an operation (botocore's names: ``s3``, ``PutObject``). Total: unknown services and operations are refused."""
    return (rules(service) or {}).get(operation, Level.REFUSED)


def summary() -> Iterator[str]:
    """A Markdown table: per service how many operations are at which level."""
    from botocore.loaders import Loader  # noqa: PLC0415 - only whoever writes the page needs it

    yield "| service | behaves | stores | refused |"
    yield "|---|---:|---:|---:|"
    for service in services():
        every = Loader().load_service_model(service, "service-2")["operations"]
        counts = Counter(lookup(service, name) for name in every)
        yield f"| {service} | {' | '.join(str(counts[level]) for level in Level)} |"


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


if __name__ == "__main__":
    print("\n".join(summary()))  # noqa: T201
