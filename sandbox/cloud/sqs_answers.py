"""What SQS says of its queues and moto says otherwise: when they were made, and what is wrong with making one twice.

A queue's URL echoes the address that was called, as AWS's does: version 1 of the CLI calls an older one than every other client
(https://github.com/aws/aws-cli/issues/1715). Both addresses serve it.

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
    queue.attributes = property(_told)
    SQSBackend.create_queue = _created  # type: ignore[method-assign]


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
