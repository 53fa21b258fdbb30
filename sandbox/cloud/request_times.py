"""When a signed request is good: a presigned one until it expires, any other about when it was signed.

Sources: https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-query-string-auth.html,
https://docs.aws.amazon.com/AmazonS3/latest/API/RESTAuthentication.html (15 minutes)
"""

from __future__ import annotations

import re
from contextlib import suppress
from datetime import UTC, datetime, timedelta

from sandbox.cloud.faults import AwsError
from sandbox.cloud.signatures import V4, Credential

_WEEK = 604800  # seconds
_SKEW = timedelta(minutes=15)
_BASIC = "%Y%m%dT%H%M%SZ"


def require_in_time(shown: Credential, now: datetime) -> None:
    """Raises AwsError for a link whose time is over or has not come, and for a request to S3 that was signed at another time."""
    if shown.expires is not None and now > shown.expires:
        raise AwsError("AccessDenied", "Request has expired", 403, _expiry(shown, now))
    signed = _signed_at(shown)
    if signed is None:
        return
    if shown.expires is not None and signed > now + _SKEW:
        since = {"X-Amz-Date": str(int(signed.timestamp()) * 1000)}
        raise AwsError("AccessDenied", "Request is not yet valid", 403, since | _expiry(shown, now))
    if shown.expires is None and abs(now - signed) > _SKEW:
        milliseconds = int(_SKEW.total_seconds() * 1000)
        details = {"RequestTime": f"{signed:{_BASIC}}", **_moments(ServerTime=now), "MaxAllowedSkewMilliseconds": str(milliseconds)}
        raise AwsError("RequestTimeTooSkewed", "The difference between the request time and the current time is too large.", 403, details)


def _signed_at(shown: Credential) -> datetime | None:
    """When a request to S3 says that it was signed, by version 4."""
    if isinstance(shown.proof, V4) and shown.scope.split("/")[3:4] == ["s3"]:
        with suppress(ValueError):
            return datetime.strptime(shown.proof.date, _BASIC).replace(tzinfo=UTC)
    return None


def _expiry(shown: Credential, now: datetime) -> dict[str, str]:
    """The further elements of S3's error."""
    seconds = re.search(r"[?&]X-Amz-Expires=(\d+)", shown.sent.target)
    return ({"X-Amz-Expires": seconds[1]} if seconds else {}) | _moments(Expires=shown.expires, ServerTime=now)


def _moments(**times: datetime | None) -> dict[str, str]:
    return {name: f"{time:%Y-%m-%dT%H:%M:%SZ}" for name, time in times.items() if time is not None}


def presigned_end(date: str, seconds: str) -> datetime:
    if seconds.isdigit() and int(seconds) > _WEEK:
        text = "X-Amz-Expires must be less than a week (in seconds); that is, the given X-Amz-Expires must be less than 604800 seconds"
        raise AwsError("AuthorizationQueryParametersError", text)
    try:
        return datetime.strptime(date, _BASIC).replace(tzinfo=UTC) + timedelta(seconds=int(seconds))
    except (ValueError, OverflowError):
        text = "X-Amz-Date and X-Amz-Expires must be a date and a number of seconds"
        raise AwsError("AuthorizationQueryParametersError", text, 400) from None


def epoch(seconds: str) -> datetime:
    try:
        return datetime.fromtimestamp(int(seconds), UTC)
    except (ValueError, OverflowError, OSError):
        raise AwsError("AccessDenied", "Invalid date (should be seconds since epoch): " + seconds, 403) from None
