"""What is not there, where moto names something else or answers as if it were.

Sources: the Errors section of each operation's page, https://docs.aws.amazon.com/codedeploy/latest/APIReference/API_ListDeploymentGroups.html,
https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_GetLogEvents.html and their neighbours
"""

from __future__ import annotations

from typing import Any

from moto.codedeploy.models import CodeDeployBackend
from moto.elbv2.models import ELBv2Backend
from moto.events.models import EventsBackend
from moto.logs.models import LogGroup

from sandbox.cloud.faults import AwsError

_groups, _balancers = CodeDeployBackend.list_deployment_groups, ELBv2Backend.describe_load_balancers
_rule, _events, _delete = EventsBackend.describe_rule, LogGroup.get_log_events, LogGroup.delete_log_stream


def install() -> None:
    """Idempotent."""
    for kind, name, method in (
        (CodeDeployBackend, "list_deployment_groups", _deployment_groups),
        (ELBv2Backend, "describe_load_balancers", _load_balancers),
        (EventsBackend, "describe_rule", _described_rule),
        (LogGroup, "get_log_events", _of_stream(_events)),
        (LogGroup, "delete_log_stream", _of_stream(_delete)),
    ):
        setattr(kind, name, method)


def _deployment_groups(self: CodeDeployBackend, application_name: str, next_token: str) -> list[str]:
    self.get_application(application_name)
    return _groups(self, application_name, next_token)


def _load_balancers(self: ELBv2Backend, arns: list[str] | None, names: list[str] | None) -> Any:
    there = {balancer.name for balancer in self.load_balancers.values()}
    if missing := [name for name in names or () if name not in there]:
        raise AwsError("LoadBalancerNotFound", f"Load balancers '[{', '.join(missing)}]' not found")
    return _balancers(self, arns, names)


def _described_rule(self: EventsBackend, name: str, event_bus_arn: str | None) -> Any:
    bus = self._normalize_event_bus_arn(event_bus_arn)
    if name not in self._get_event_bus(bus).rules:
        raise AwsError("ResourceNotFoundException", f"Rule {name} does not exist on EventBus {bus}.")
    return _rule(self, name, event_bus_arn)


def _of_stream(method: Any) -> Any:
    def checked(self: LogGroup, log_stream_name: str, *args: Any, **named: Any) -> Any:
        if log_stream_name not in self.streams:
            raise AwsError("ResourceNotFoundException", "The specified log stream does not exist.")
        return method(self, log_stream_name, *args, **named)

    return checked
