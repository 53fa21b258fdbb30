"""What SQS says of its queues and moto says otherwise: their URL, when they were made, and what is wrong with making one twice.

A queue has one URL here, the one that the documentation, the console and the CLI's second version show, whichever address was called.
SQS itself echoes the older address that version 1 of the CLI calls (https://github.com/aws/aws-cli/issues/1715): a learner would meet two
URLs of one queue, and one of them in no documentation. Both addresses serve it, here as there.

Sources: https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-queue-message-identifiers.html,
https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_GetQueueAttributes.html (the times),
https://github.com/freeCodeCamp/mail-for-good/issues/159 (the words)
"""

from __future__ import annotations

from typing import Any

from moto.sqs.exceptions import QueueAlreadyExists
from moto.sqs.models import Queue, SQSBackend

_attributes: Any = Queue.attributes
_create = SQSBackend.create_queue
_TIMES = ("CreatedTimestamp", "LastModifiedTimestamp")


def install() -> None:
    """Idempotent."""
    queue: Any = Queue
    queue.url, queue.attributes = _url, property(_told)
    SQSBackend.create_queue = _created  # type: ignore[method-assign]


def _url(self: Queue, _called: Any) -> str:
    return self.physical_resource_id


def _told(self: Queue) -> dict[str, Any]:
    told: dict[str, Any] = _attributes.fget(self)
    return told | {name: int(told[name]) for name in _TIMES}


def _created(self: SQSBackend, name: str, tags: Any = None, **asked: Any) -> Queue:
    try:
        return _create(self, name, tags, **asked)
    except QueueAlreadyExists:
        queue: Any = Queue
        there = self.queues[name].attributes
        new = queue(name, region=self.region_name, account_id=self.account_id, **asked).attributes
        other = next(key for key in asked if there.get(key) != new.get(key))
        raise QueueAlreadyExists(f"A queue already exists with the same name and a different value for attribute {other}") from None
