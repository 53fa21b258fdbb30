"""Where events of a bucket are sent: the destination must be there, in the bucket's region, and let S3 in.

Sources: https://docs.aws.amazon.com/AmazonS3/latest/userguide/EventNotifications.html,
https://docs.aws.amazon.com/AmazonS3/latest/userguide/grant-destinations-permissions-to-s3.html
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from moto.awslambda.models import lambda_backends
from moto.s3.models import s3_backends
from moto.sns.models import sns_backends
from moto.sqs.models import sqs_backends

from sandbox.cloud.faults import AwsError, not_simulated
from sandbox.cloud.iam.patterns import like
from sandbox.cloud.s3.asked import Asked, invalid, rules

_UNABLE = "Unable to validate the following destination configurations"


def check(asked: Asked) -> None:
    """Raises AwsError InvalidArgument, naming the first destination that does not do."""
    if asked.bucket is None or asked.operation not in ("PutBucketNotificationConfiguration", "PutBucketNotification"):
        return
    if asked.header("X-Amz-Skip-Destination-Validation").lower() == "true":
        raise not_simulated("notifications whose destination is not validated")
    for kind, (place, service, find) in _KINDS.items():
        for rule in rules(asked.document, f"{kind}Configuration"):
            arn = str(rule.get(kind) or "")
            parts = arn.split(":", 5)
            if len(parts) != 6 or parts[2] != service:
                raise invalid("The ARN could not be parsed", kind, arn)
            if parts[3] != asked.bucket.region_name:
                raise _unable(arn, "The notification destination service region is not valid for the bucket location constraint")
            found = find(parts[4], parts[3], arn)
            if found is None:
                raise _unable(arn, f"The destination {place} does not exist")
            if service == "lambda":
                raise not_simulated("notifications to Lambda functions")
            if not _lets_in(found, arn, asked):
                raise _unable(arn, f"Permissions on the destination {place} do not allow S3 to publish notifications from this bucket")


def _unable(arn: str, why: str) -> AwsError:
    return AwsError("InvalidArgument", _UNABLE, details={"ArgumentName1": arn, "ArgumentValue1": why})


def _backend(backends: Any, account: str, region: str) -> Any:
    return backends[account][region] if account in backends and region in backends[account] else None


def _queue(account: str, region: str, arn: str) -> Any:
    backend = _backend(sqs_backends, account, region)
    queue = backend.queues.get(arn.rpartition(":")[2]) if backend else None
    return None if queue is None else queue.policy or {}


def _topic(account: str, region: str, arn: str) -> Any:
    backend = _backend(sns_backends, account, region)
    topic = backend.topics.get(arn) if backend else None
    return None if topic is None else topic.policy or {}


def _function(account: str, region: str, arn: str) -> Any:
    backend = _backend(lambda_backends, account, region)
    return backend._lambdas.get_function_by_name_or_arn_with_qualifier(arn) if backend and backend._lambdas.get_arn(arn) else None


_KINDS: dict[str, tuple[str, str, Callable[[str, str, str], Any]]] = {
    "Queue": ("queue", "sqs", _queue),
    "Topic": ("topic", "sns", _topic),
    "CloudFunction": ("Lambda function", "lambda", _function),
}


def _lets_in(policy: Any, arn: str, asked: Asked) -> bool:
    document = json.loads(policy) if isinstance(policy, str) and policy.strip() else policy or {}
    found = document.get("Statement", [])
    statements = found if isinstance(found, list) else [found]
    allowed = [one for one in statements if _means_us(one, arn, asked)]
    return bool(allowed) and all(one.get("Effect") == "Allow" for one in allowed)


def _means_us(statement: dict[str, Any], arn: str, asked: Asked) -> bool:
    action = "sqs:SendMessage" if ":sqs:" in arn else "sns:Publish"
    principal = statement.get("Principal")
    services = ["*"] if principal == "*" else _list((principal or {}).get("Service")) + _list((principal or {}).get("AWS"))
    if not {"*", "s3.amazonaws.com"} & set(services):
        return False
    if not any(like(pattern, action, fold=True) for pattern in _list(statement.get("Action"))):
        return False
    if not any(like(pattern, arn) for pattern in _list(statement.get("Resource", arn))):
        return False
    return all(
        any(like(str(value), seen) for value in _list(wanted))
        for block in (statement.get("Condition") or {}).values()
        for key, wanted in block.items()
        if (seen := _context(asked).get(key.lower())) is not None
    )


def _context(asked: Asked) -> dict[str, str]:
    return {"aws:sourcearn": f"arn:aws:s3:::{asked.name}", "aws:sourceaccount": s3_backends.bucket_accounts[asked.name][1]}


def _list(value: Any) -> list[Any]:
    return [] if value is None else list(value) if isinstance(value, list) else [value]
