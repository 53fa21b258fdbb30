"""Sessions of STS beyond what moto keeps of them, and the operations of STS that moto makes up.

Sources: https://docs.aws.amazon.com/STS/latest/APIReference/API_GetSessionToken.html,
https://docs.aws.amazon.com/STS/latest/APIReference/API_GetFederationToken.html,
https://docs.aws.amazon.com/STS/latest/APIReference/API_DecodeAuthorizationMessage.html
"""

from __future__ import annotations

from typing import Any

from moto.core.responses import ActionResult
from moto.core.utils import utcnow
from moto.iam.models import User, iam_backends
from moto.sts.models import AssumedRole, sts_backends
from moto.sts.responses import TokenResponse

from sandbox.cloud.iam.denied import decode

_assume_role = TokenResponse.assume_role
_get_caller_identity = TokenResponse.get_caller_identity


class UserSession(AssumedRole):
    """A user's own session, or with ``name`` one of a federated user that borrows from it. ``role_arn`` is then the user's ARN."""

    def __init__(self, user: User, region: str, duration: int, policy: str = "", name: str = "") -> None:
        key: Any = iam_backends[user.account_id]["aws"].create_temp_access_key()
        super().__init__(
            account_id=user.account_id, region_name=region, access_key=key, role_session_name=name or user.name, role_arn=user.arn,
            policy=policy, duration=duration, external_id="",
        )  # fmt: skip
        self.federated = bool(name)
        self.begun = utcnow()
        self._user_id = user.id

    @property
    def user_id(self) -> str:
        return f"{self.account_id}:{self.session_name}" if self.federated else self._user_id

    @property
    def arn(self) -> str:
        return f"arn:aws:sts::{self.account_id}:federated-user/{self.session_name}" if self.federated else self.role_arn


def install() -> None:
    """Idempotent."""
    response: Any = TokenResponse
    response.assume_role = assume_role
    response.get_session_token = get_session_token
    response.get_federation_token = get_federation_token
    response.decode_authorization_message = decode_authorization_message
    response.get_caller_identity = get_caller_identity


def assume_role(self: TokenResponse) -> ActionResult:
    """moto's, with what it does not keep: managed session policies, tags, who began it. sts_rules has judged the request before."""
    result = _assume_role(self)
    session: Any = result.result["Credentials"]  # type: ignore[index]
    session.policy_arns = tuple(one["arn"] for one in self._get_param("PolicyArns") or ())
    session.tags = list(self._get_param("Tags") or ())
    session.source_identity = self._get_param("SourceIdentity") or ""
    session.begun = utcnow()
    return result


def get_session_token(self: TokenResponse) -> ActionResult:
    session = UserSession(_user(self), self.region, self._get_int_param("DurationSeconds", 43200))
    sts_backends[session.account_id]["aws"].assumed_roles.append(session)
    return ActionResult({"Credentials": session})


def get_federation_token(self: TokenResponse) -> ActionResult:
    policy, name = self._get_param("Policy") or "", self._get_param("Name")
    session: Any = UserSession(_user(self), self.region, self._get_int_param("DurationSeconds", 43200), policy, name)
    session.policy_arns = tuple(one["arn"] for one in self._get_param("PolicyArns") or ())
    sts_backends[session.account_id]["aws"].assumed_roles.append(session)
    return ActionResult(
        {
            "Credentials": session,
            "FederatedUser": {"FederatedUserId": session.user_id, "Arn": session.arn},
            "PackedPolicySize": min(100, len(policy) // 20),
        }
    )


def decode_authorization_message(self: TokenResponse) -> ActionResult:
    """sts_rules has seen that it is a message of ours."""
    return ActionResult({"DecodedMessage": decode(self._get_param("EncodedMessage"))})


def get_caller_identity(self: TokenResponse) -> ActionResult:
    """The root user has no key in moto: who comes without one is it."""
    result = _get_caller_identity(self)
    if str(result.result["Arn"]).endswith(":user/moto"):  # type: ignore[index]
        account = self.current_account
        return ActionResult({"UserId": account, "Account": account, "Arn": f"arn:aws:iam::{account}:root"})
    return result


def _user(self: TokenResponse) -> User:
    found = iam_backends[self.current_account]["aws"].get_user_from_access_key_id(str(self.get_access_key()))
    if found is None:
        raise LookupError("no user has this key")  # sts_rules lets none come this far
    return found
