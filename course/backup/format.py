"""What stands in a backup, and what a key is known by."""

from __future__ import annotations

import json
import sys
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from typing import Any

import django
from django.db import DEFAULT_DB_ALIAS, connections
from django.db.migrations.recorder import MigrationRecorder
from django.utils.crypto import salted_hmac

from sandbox.cloud import edition

FORMAT = 1
ABOUT, SUMS, DATABASE = "about.json", "sums.json", "database"
FILES = ("secret_key", "demo_accounts.json")
"""Of COURSE_VAR."""


class BackupError(Exception):
    """What is wrong, and what to do about it, in words for whoever typed the command."""


def fingerprint(key: str | None = None) -> str:
    """What a secret key (else the present one) is known by; it leads back to none."""
    return salted_hmac("course.backup", "key", secret=key, algorithm="sha256").hexdigest()[:16]


@dataclass(frozen=True, slots=True)
class About:
    """``kind`` of the database: sqlite (its file), postgresql (pg_dump's), rows (a JSON object a line, for either)."""

    kind: str
    migrations: list[list[str]]
    key: str = field(default_factory=fingerprint)
    format: int = FORMAT
    made: str = field(default_factory=lambda: datetime.now(UTC).isoformat(timespec="seconds"))
    engine: str = field(default_factory=edition.name)
    django: str = django.get_version()
    python: str = sys.version.split()[0]

    def dump(self) -> bytes:
        return json.dumps(asdict(self), indent=1).encode()

    @classmethod
    def load(cls, data: bytes) -> About:
        """Raises BackupError for what this version of the course does not know."""
        found: dict[str, Any] = json.loads(data)
        if found.get("format") != FORMAT:
            raise BackupError(f"It has the format {found.get('format')}, and this version of the course reads {FORMAT}.")
        return cls(**found)


def migrations(using: str = DEFAULT_DB_ALIAS) -> list[list[str]]:
    """Those that a database has."""
    return sorted([app, name] for app, name in MigrationRecorder(connections[using]).applied_migrations())
