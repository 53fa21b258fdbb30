"""How fine the times are that services tell: IAM and STS whole seconds, no service finer than a millisecond. moto tells microseconds.

Sources: the answers in https://docs.aws.amazon.com/cli/latest/reference/iam/create-role.html, sts/assume-role.html, kms/describe-key.html,
codecommit/get-repository.html and of the other services beside them; https://docs.aws.amazon.com/lambda/latest/api/API_GetFunction.html,
https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_TableDescription.html (how they spell theirs)
"""

from __future__ import annotations

import sys
from datetime import datetime
from typing import Any

from moto.awslambda import models as functions
from moto.codecommit.models import CodeCommit
from moto.core import utils
from moto.core.serialize import SERVICE_SPECIFIC_SERIALIZERS, QuerySerializer, TimestampSerializer
from moto.dynamodb.models.table import Table
from moto.secretsmanager.models import SecretsManagerBackend

_WHOLE = ("iam", "sts")
_unix_time, _new_repository, _set_stream = utils.unix_time, CodeCommit.__init__, Table.set_stream_specification


class _WholeSeconds(QuerySerializer):
    DEFAULT_TIMESTAMP_FORMAT = "iso8601_whole"


def install() -> None:
    """Idempotent."""
    serializer: Any = TimestampSerializer
    serializer._timestamp_iso8601 = lambda _self, value: spelt(value)
    serializer._timestamp_iso8601_whole = lambda _self, value: spelt(value.replace(microsecond=0))
    for service in _WHOLE:
        SERVICE_SPECIFIC_SERIALIZERS[service] = {"query": _WholeSeconds}
    lambdas: Any = functions
    lambdas.iso_8601_datetime_with_nanoseconds = lambda: utils.utcnow().isoformat(timespec="milliseconds") + "+0000"
    secrets: Any = SecretsManagerBackend
    secrets._unix_time_secs = lambda _self, dt: unix_time(dt)
    CodeCommit.__init__ = _repository  # type: ignore[method-assign]
    Table.set_stream_specification = _stream  # type: ignore[method-assign]
    for name, module in list(sys.modules.items()):  # who has imported it already has it by its name
        if name.startswith(("moto.", "sandbox.")) and getattr(module, "unix_time", None) is _unix_time:
            vars(module)["unix_time"] = unix_time


def spelt(value: datetime) -> str:
    """As ISO 8601, with milliseconds where there are any."""
    thousandths = value.microsecond // 1000
    return value.strftime("%Y-%m-%dT%H:%M:%S") + (f".{thousandths:03}Z" if thousandths else "Z")


def unix_time(at: datetime | None = None) -> float:
    """In moto's place."""
    return int(_unix_time(at) * 1000) / 1000


def _repository(self: CodeCommit, *args: Any, **named: Any) -> None:
    """CodeCommit tells times as numbers, as all do that speak its protocol."""
    _new_repository(self, *args, **named)
    about: dict[str, Any] = self.repository_metadata
    about["creationDate"] = about["lastModifiedDate"] = unix_time()


def _stream(self: Table, streams: Any) -> None:
    _set_stream(self, streams)
    if self.latest_stream_label:
        self.latest_stream_label = self.latest_stream_label[: len("2026-11-28T07:44:05.123")]
