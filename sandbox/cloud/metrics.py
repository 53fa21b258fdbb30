"""Data points of CloudWatch: each stands at the beginning of its period, and has a unit, be it None.

Sources: https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_GetMetricStatistics.html, API_MetricDatum.html beside it
("default unit None")
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from moto.cloudwatch import models
from moto.cloudwatch.models import CloudWatchBackend

_range, _statistics = models.daterange, CloudWatchBackend.get_metric_statistics


def install() -> None:
    """Idempotent."""
    module: Any = models
    backend: Any = CloudWatchBackend
    module.daterange, backend.get_metric_statistics = _periods, _with_units


def _periods(start: datetime, stop: datetime, step: timedelta = timedelta(days=1), **named: Any) -> Any:
    since = start.replace(tzinfo=start.tzinfo or UTC).timestamp()  # moto's have none
    return _range(start - timedelta(seconds=since % step.total_seconds()), stop, step, **named)


def _with_units(self: CloudWatchBackend, *args: Any, **named: Any) -> Any:
    found = _statistics(self, *args, **named)
    for point in found:
        point.unit = point.unit or "None"
    return found
