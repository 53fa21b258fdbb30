"""A lifecycle configuration that S3 would take. Nothing expires here yet: it is stored and given back.

Sources: https://docs.aws.amazon.com/AmazonS3/latest/userguide/intro-lifecycle-rules.html,
https://docs.aws.amazon.com/AmazonS3/latest/userguide/lifecycle-transition-general-considerations.html
"""

from __future__ import annotations

from typing import Any

from sandbox.cloud.faults import AwsError
from sandbox.cloud.s3.asked import Asked, invalid, malformed, rules

_ACTIONS = ("Expiration", "Transition", "NoncurrentVersionExpiration", "NoncurrentVersionTransition", "AbortIncompleteMultipartUpload")
_AFTER_30 = ("STANDARD_IA", "ONEZONE_IA")
_CLASSES = (*_AFTER_30, "INTELLIGENT_TIERING", "GLACIER", "DEEP_ARCHIVE", "GLACIER_IR")


def check(asked: Asked) -> None:
    """Raises AwsError MalformedXML, InvalidRequest or InvalidArgument."""
    if asked.bucket is None or asked.operation not in ("PutBucketLifecycleConfiguration", "PutBucketLifecycle"):
        return
    found = rules(asked.document, "Rule")
    if not found:
        raise malformed()
    names = [rule["ID"] for rule in found if rule.get("ID")]
    if len(names) != len(set(names)):
        raise invalid("Rule ID must be unique. Found same ID for more than one rule", "ID", max(names, key=names.count))
    for rule in found:
        _check(rule)


def _check(rule: dict[str, Any]) -> None:
    if rule.get("Status") not in ("Enabled", "Disabled") or ("Filter" in rule) == ("Prefix" in rule):
        raise malformed()
    if len(str(rule.get("ID") or "")) > 255:
        raise invalid("ID length should not exceed allowed limit of 255", "ID", str(rule["ID"]))
    if not any(action in rule for action in _ACTIONS):
        raise AwsError("InvalidRequest", "At least one action needs to be specified in a rule.")
    expiry = dict(rule.get("Expiration") or {})
    if len([name for name in ("Days", "Date", "ExpiredObjectDeleteMarker") if name in expiry]) > 1:
        raise malformed()
    end = _days(expiry, "Expiration")
    for transition in rules(rule, "Transition"):
        _check_transition(transition, end, rule)


def _check_transition(transition: dict[str, Any], end: int | None, rule: dict[str, Any]) -> None:
    kind = transition.get("StorageClass")
    if kind not in _CLASSES:
        raise malformed()
    days = _days(transition, "Transition", least=0)
    if days is None:
        return
    if kind in _AFTER_30 and days < 30:
        text = f"'Days' in Transition action must be greater than or equal to 30 for storageClass '{kind}'"
        raise invalid(text, "Days", str(days))
    if end is not None and end <= days:
        where = dict(rule.get("Filter") or {}).get("Prefix") or rule.get("Prefix") or ""
        text = f"'Days' in the Expiration action for filter '(prefix={where})' must be greater than 'Days' in the Transition action"
        raise invalid(text, "Days", str(end))


def _days(action: dict[str, Any], name: str, least: int = 1) -> int | None:
    if "Days" not in action:
        return None
    try:
        days = int(action["Days"])
    except (TypeError, ValueError):
        raise malformed() from None
    if days < least:
        kind = "a positive integer" if least else "nonnegative"
        raise invalid(f"'Days' for {name} action must be {kind}", "Days", str(days))
    return days
