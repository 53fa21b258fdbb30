"""Who signed a request: from an access key to an account and an identity in it.

Sources: https://docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-authenticating-requests.html,
https://docs.aws.amazon.com/STS/latest/APIReference/CommonErrors.html
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from moto.core.request import Request
from moto.iam.models import iam_backends
from moto.sts.models import sts_backends

from sandbox.cloud.faults import AwsError

_PARTITION = "aws"
_V4 = re.compile(r"^AWS4-HMAC-SHA256\s.*?Credential=([^,\s]+)", re.DOTALL)
_V2 = re.compile(r"^AWS\s+([^:\s]+):")


@dataclass(frozen=True, slots=True)
class Principal:
    """``account`` is empty for an anonymous caller; ``trusted`` marks our own calls, which no policy binds and no learner can make."""

    account: str
    arn: str
    access_key: str
    trusted: bool = False

    @property
    def anonymous(self) -> bool:
        return not self.account


ANONYMOUS = Principal("", "", "")


@dataclass(frozen=True, slots=True)
class Credential:
    """What a request says of its signer; ``scope`` is the whole credential scope where there is one."""

    access_key: str
    scope: str
    token: str
    expires: datetime | None


def credential(request: Request) -> Credential | None:
    """The credential in the Authorization header or, presigned, in the query (both versions); None for an unsigned request."""
    header = request.headers.get("Authorization", "")
    token = request.headers.get("X-Amz-Security-Token", "")
    if found := _V4.match(header):
        return Credential(found[1].split("/")[0], found[1], token, None)
    if found := _V2.match(header):
        return Credential(found[1], "", token, None)
    query = request.args
    if "X-Amz-Credential" in query:
        scope = query["X-Amz-Credential"]
        return Credential(
            scope.split("/")[0],
            scope,
            query.get("X-Amz-Security-Token", token),
            _presigned_end(query.get("X-Amz-Date", ""), query.get("X-Amz-Expires", "")),
        )
    if "AWSAccessKeyId" in query and "Signature" in query:
        return Credential(query["AWSAccessKeyId"], "", query.get("x-amz-security-token", token), _epoch(query.get("Expires", "")))
    return None


def find(shown: Credential, now: datetime | None = None) -> Principal:
    """The identity behind a credential. Raises AwsError: unknown or inactive key, another session's token, an expired session or link."""
    now = now or datetime.now(UTC)
    if shown.expires is not None and now > shown.expires:
        raise AwsError("AccessDenied", "Request has expired", 403)
    for account in list(sts_backends):
        for session in sts_backends[account][_PARTITION].assumed_roles:
            if session.access_key_id == shown.access_key:
                if session.session_token != shown.token:
                    raise invalid_token()
                if session.expiration.replace(tzinfo=UTC) < now:
                    raise AwsError("ExpiredToken", "The security token included in the request is expired", 403)
                return Principal(session.account_id, session.arn, shown.access_key)
    for account in list(iam_backends):
        backend = iam_backends[account][_PARTITION]
        key = backend.access_keys.get(shown.access_key)
        if key is not None and key.user_name and key.status == "Active":
            return Principal(account, backend.get_user(key.user_name).arn, shown.access_key)
    raise invalid_token()


def invalid_token() -> AwsError:
    return AwsError("InvalidClientTokenId", "The security token included in the request is invalid.", 403)


def _presigned_end(date: str, seconds: str) -> datetime:
    try:
        return datetime.strptime(date, "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC) + timedelta(seconds=int(seconds))
    except (ValueError, OverflowError):
        raise AwsError(
            "AuthorizationQueryParametersError", "X-Amz-Date and X-Amz-Expires must be a date and a number of seconds", 400
        ) from None


def _epoch(seconds: str) -> datetime:
    try:
        return datetime.fromtimestamp(int(seconds), UTC)
    except (ValueError, OverflowError, OSError):
        raise AwsError("AccessDenied", "Invalid date (should be seconds since epoch): " + seconds, 403) from None
