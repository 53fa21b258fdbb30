"""From one service to another's queue or topic: it must be there and its policy must let the sender in, else what is sent is lost.

Sources: https://docs.aws.amazon.com/sns/latest/dg/subscribe-sqs-queue-to-sns-topic.html,
https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-use-resource-based.html
"""

from __future__ import annotations

from typing import Any

from moto.awslambda.models import lambda_backends
from moto.events.models import EventsBackend, Rule
from moto.sns.models import Subscription, sns_backends
from moto.sqs.models import sqs_backends

from sandbox.cloud.iam.access import service_may

_publish = Subscription.publish
_put_events = EventsBackend.put_events
_to_queue: Any = Rule._send_to_sqs_queue
_ACTIONS = {"sqs": "sqs:SendMessage", "sns": "sns:Publish"}


def install() -> None:
    """Idempotent."""
    subscription: Any = Subscription
    rule: Any = Rule
    backend: Any = EventsBackend
    subscription.publish, rule._send_to_sqs_queue, backend.put_events = _deliver, _target, _put


def exists(arn: str) -> bool:
    """Whether there is a queue, topic or function of this ARN."""
    return _policy(arn) is not None


def open_to(arn: str, service: str, source: str, account: str) -> bool:
    """Whether the policy of a queue or topic lets ``service`` (``s3.amazonaws.com``) send for ``source`` in ``account``."""
    return bool(service_may(service, _ACTIONS[arn.split(":")[2]], arn, {"aws:sourcearn": source, "aws:sourceaccount": account}))


def _policy(arn: str) -> Any:
    """The destination's policy, empty where it has none; None where there is no such destination."""
    _, _, service, region, account, name = arn.split(":", 5)
    backends: Any = {"sqs": sqs_backends, "sns": sns_backends, "lambda": lambda_backends}[service]
    if account not in backends or region not in backends[account]:
        return None
    backend = backends[account][region]
    if service == "lambda":
        return {} if backend._lambdas.get_arn(arn) else None
    found = backend.queues.get(name) if service == "sqs" else backend.topics.get(arn)
    return None if found is None else found.policy or {}


def _deliver(self: Subscription, *args: Any, **named: Any) -> None:
    """A message that cannot be delivered is no error of the publisher's."""
    if self.protocol != "sqs" or open_to(self.endpoint, "sns.amazonaws.com", self.topic_arn, self.account_id):
        _publish(self, *args, **named)


def _target(self: Rule, resource_id: str, *args: Any, **named: Any) -> None:
    queue = f"arn:aws:sqs:{self.region_name}:{self.account_id}:{resource_id}"
    if open_to(queue, "events.amazonaws.com", self.arn, self.account_id):
        _to_queue(self, resource_id, *args, **named)


def _put(self: EventsBackend, events: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Only AWS itself speaks in the name of its services."""
    ours = [str(event.get("Source", "")).startswith("aws.") for event in events]
    answers = iter(_put_events(self, [event for event, reserved in zip(events, ours, strict=True) if not reserved]))
    refused = {"ErrorCode": "NotAuthorizedForSourceException", "ErrorMessage": "Not authorized for the source."}
    return [dict(refused) if reserved else next(answers) for reserved in ours]
