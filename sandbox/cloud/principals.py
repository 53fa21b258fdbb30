"""Who signed a request: from an access key to an account and an identity in it.

Sources: https://docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-authenticating-requests.html,
https://docs.aws.amazon.com/STS/latest/APIReference/CommonErrors.html
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from moto.core.request import Request
from moto.iam.models import iam_backends
from moto.sts.models import sts_backends

from sandbox.cloud.faults import AwsError
from sandbox.cloud.request_times import epoch, presigned_end, require_in_time
from sandbox.cloud.signatures import V2, V4, Credential, Sent, from_header

_PARTITION = "aws"
_V4 = re.compile(r"^AWS4-HMAC-SHA256\s.*?Credential=([^,\s]+)", re.DOTALL)
_V2 = re.compile(r"^AWS\s+([^:\s]+):(\S+)")


@dataclass(frozen=True, slots=True)
class Principal:
    """``account`` is empty for an anonymous caller; ``trusted`` marks our own calls, which no policy binds and no learner can make.

    ``holder`` is the ARN of the role (or of the federating user) whose policies a session has, ``session`` moto's record of it;
    ``service`` (``s3.amazonaws.com``) is set where a service calls for itself, and then nothing else is.
    """

    account: str
    arn: str
    access_key: str
    trusted: bool = False
    holder: str = ""
    service: str = ""
    session: Any = field(default=None, compare=False, repr=False)

    @property
    def anonymous(self) -> bool:
        return not self.account


ANONYMOUS = Principal("", "", "")


class RefusedError(Exception):
    """A request whose signer is not let in; ``kind`` is one of REFUSALS' keys."""

    def __init__(self, kind: str) -> None:
        super().__init__(kind)
        self.kind = kind


_INVALID = "The security token included in the request is invalid."
_EXPIRED = "The security token included in the request is expired"
_MISMATCH = (
    "The request signature we calculated does not match the signature you provided. "
    "Check your AWS Secret Access Key and signing method. Consult the service documentation for details."
)
_EC2 = ("AuthFailure", "AWS was not able to validate the provided access credentials", 401)
REFUSALS: Mapping[str, Mapping[str, tuple[str, str, int]]] = {
    "unsigned": {
        "query": ("MissingAuthenticationToken", "Request is missing Authentication Token", 403),
        "json": ("MissingAuthenticationTokenException", "Missing Authentication Token", 400),
        "ec2": ("MissingParameter", "The request must contain the parameter AWSAccessKeyId", 400),
    },
    "unknown key": {
        "query": ("InvalidClientTokenId", _INVALID, 403), "json": ("UnrecognizedClientException", _INVALID, 400), "ec2": _EC2,
        "s3": ("InvalidAccessKeyId", "The AWS Access Key Id you provided does not exist in our records.", 403),
    },
    "wrong token": {
        "query": ("InvalidClientTokenId", _INVALID, 403), "json": ("UnrecognizedClientException", _INVALID, 400), "ec2": _EC2,
        "s3": ("InvalidToken", "The provided token is malformed or otherwise invalid.", 400),
    },
    "expired": {
        "query": ("ExpiredToken", _EXPIRED, 403), "json": ("ExpiredTokenException", _EXPIRED, 400),
        "ec2": ("RequestExpired", "Request has expired.", 400), "s3": ("ExpiredToken", "The provided token has expired.", 400),
    },
    "wrong signature": {
        "query": ("SignatureDoesNotMatch", _MISMATCH, 403), "json": ("InvalidSignatureException", _MISMATCH, 400), "ec2": _EC2,
        "s3": ("SignatureDoesNotMatch", _MISMATCH.split(" Consult", maxsplit=1)[0], 403),
    },
}  # fmt: skip
_FAMILIES = {"rest-xml": "query", "rest-json": "json", "smithy-rpc-v2-cbor": "json"}


def refusal(error: RefusedError, protocol: str) -> AwsError:
    """The words of the service's family for it."""
    return AwsError(*REFUSALS[error.kind][_FAMILIES.get(protocol, protocol)])


def credential(request: Request, body: bytes, bucket: str | None) -> Credential | None:
    """The credential in the Authorization header or, presigned, in the query (both versions); None for an unsigned request.

    ``request`` as it came; ``bucket`` where the host names it. Raises AwsError for a presigned query that makes no sense.
    """
    headers = {name.lower(): value for name, value in request.headers.items()}
    sent = Sent(request.method, str(request.environ.get("RAW_URI", "")), headers, body, bucket or "")
    header, token, query = headers.get("authorization", ""), headers.get("x-amz-security-token", ""), request.args
    if found := _V4.match(header):
        return Credential(found[1].split("/")[0], found[1], token, from_header(header, headers.get("x-amz-date", "")), sent)
    if found := _V2.match(header):
        return Credential(found[1], "", token, V2(found[2]), sent)
    if "X-Amz-Credential" in query:
        scope, date = query["X-Amz-Credential"], query.get("X-Amz-Date", "")
        key, _, rest = scope.partition("/")
        proof = V4(rest, date, query.get("X-Amz-SignedHeaders", ""), query.get("X-Amz-Signature", ""), presigned=True)
        end = presigned_end(date, query.get("X-Amz-Expires", ""))
        return Credential(key, scope, query.get("X-Amz-Security-Token", token), proof, sent, end)
    if "AWSAccessKeyId" in query and "Signature" in query:
        end_text = query.get("Expires", "")
        token = query.get("x-amz-security-token", token)
        return Credential(query["AWSAccessKeyId"], "", token, V2(query["Signature"], end_text), sent, epoch(end_text))
    return None


def find(shown: Credential, now: datetime | None = None) -> Principal:
    """The identity behind a credential. Raises RefusedError; AwsError for a link whose time is over."""
    now = now or datetime.now(UTC)
    principal, secret = _holder(shown, now)
    if not shown.proof.made_with(secret, shown.token, shown.sent):
        raise RefusedError("wrong signature")
    require_in_time(shown, now)
    return principal


def _holder(shown: Credential, now: datetime) -> tuple[Principal, str]:
    for account in list(sts_backends):
        for session in sts_backends[account][_PARTITION].assumed_roles:
            if session.access_key_id == shown.access_key:
                if session.session_token != shown.token:
                    raise RefusedError("wrong token")
                if session.expiration.replace(tzinfo=UTC) < now:
                    raise RefusedError("expired")
                return _in_session(session), session.secret_access_key
    for account in list(iam_backends):
        backend = iam_backends[account][_PARTITION]
        key = backend.access_keys.get(shown.access_key)
        if key is not None and key.user_name and key.status == "Active":
            return Principal(account, backend.get_user(key.user_name).arn, shown.access_key), key.secret_access_key
    raise RefusedError("unknown key")


def _in_session(session: Any) -> Principal:
    holder = str(session.role_arn)
    return Principal(
        session.account_id, session.arn, session.access_key_id, holder=holder if holder != session.arn else "", session=session
    )
