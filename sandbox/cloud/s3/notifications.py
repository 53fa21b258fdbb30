"""Where events of a bucket are sent: the destination must be there, in the bucket's region, and let S3 in.

Sources: https://docs.aws.amazon.com/AmazonS3/latest/userguide/EventNotifications.html,
https://docs.aws.amazon.com/AmazonS3/latest/userguide/grant-destinations-permissions-to-s3.html
"""

from __future__ import annotations

from functools import partial
from typing import Any
from urllib.parse import quote_plus

from moto.s3 import notifications
from moto.s3.models import s3_backends

from sandbox.cloud import deliveries
from sandbox.cloud.faults import AwsError, not_simulated
from sandbox.cloud.s3.asked import Asked, invalid, rules

_moto: Any = notifications
_UNABLE = "Unable to validate the following destination configurations"


def install() -> None:
    """What is told of a key is URL-encoded, but for its slashes. Idempotent.

    https://docs.aws.amazon.com/AmazonS3/latest/userguide/notification-content-structure.html
    """
    _moto.quote_plus = partial(quote_plus, safe="/")


def check(asked: Asked) -> None:
    """Raises AwsError InvalidArgument, naming the first destination that does not do."""
    if asked.bucket is None or asked.operation not in ("PutBucketNotificationConfiguration", "PutBucketNotification"):
        return
    if asked.header("X-Amz-Skip-Destination-Validation").lower() == "true":
        raise not_simulated("notifications whose destination is not validated")
    source, account = f"arn:aws:s3:::{asked.name}", s3_backends.bucket_accounts[asked.name][1]
    for kind, (place, service) in _KINDS.items():
        for rule in rules(asked.document, f"{kind}Configuration"):
            arn = str(rule.get(kind) or "")
            parts = arn.split(":", 5)
            if len(parts) != 6 or parts[2] != service:
                raise invalid("The ARN could not be parsed", kind, arn)
            if parts[3] != asked.bucket.region_name:
                raise _unable(arn, "The notification destination service region is not valid for the bucket location constraint")
            if not deliveries.exists(arn):
                raise _unable(arn, f"The destination {place} does not exist")
            if service == "lambda":
                raise not_simulated("notifications to Lambda functions")
            if not deliveries.open_to(arn, "s3.amazonaws.com", source, account):
                raise _unable(arn, f"Permissions on the destination {place} do not allow S3 to publish notifications from this bucket")


def _unable(arn: str, why: str) -> AwsError:
    return AwsError("InvalidArgument", _UNABLE, details={"ArgumentName1": arn, "ArgumentValue1": why})


_KINDS = {"Queue": ("queue", "sqs"), "Topic": ("topic", "sns"), "CloudFunction": ("Lambda function", "lambda")}
