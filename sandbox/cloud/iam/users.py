"""What moto's users lack: boundaries, identifiers that tell what they are of, an answer to a session that asks for itself.

Sources: https://docs.aws.amazon.com/IAM/latest/APIReference/API_PutUserPermissionsBoundary.html,
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html#identifiers-prefixes,
https://docs.aws.amazon.com/IAM/latest/APIReference/API_GetUser.html
"""

from __future__ import annotations

from typing import Any

from moto.core.responses import ActionResult, EmptyResult
from moto.iam.exceptions import NoSuchEntity, ValidationError
from moto.iam.models import Group, InstanceProfile, ManagedPolicy, User
from moto.iam.responses import IamResponse
from moto.iam.utils import generate_access_key_id_from_account_id

from sandbox.cloud.iam import identities

_PREFIXES: tuple[tuple[Any, str], ...] = ((User, "AIDA"), (Group, "AGPA"), (InstanceProfile, "AIPA"), (ManagedPolicy, "ANPA"))
_made = {kind: kind.__init__ for kind, _ in _PREFIXES}
_create_user, _get_user = IamResponse.create_user, IamResponse.get_user


def install() -> None:
    """Idempotent."""
    for kind, prefix in _PREFIXES:
        kind.__init__ = _named(kind, prefix)
    user: Any = User
    user.permissions_boundary = property(_shown)
    response: Any = IamResponse
    for method in (create_user, get_user, put_user_permissions_boundary, delete_user_permissions_boundary):
        setattr(response, method.__name__, method)


def create_user(self: IamResponse) -> ActionResult:
    arn = self._get_param("PermissionsBoundary")
    if arn:
        _require_policy(arn)
    result = _create_user(self)
    if arn:
        result.result["User"].permissions_boundary_arn = arn  # type: ignore[index]
    return result


def get_user(self: IamResponse) -> ActionResult:
    if not self._get_param("UserName") and self.backend.get_user_from_access_key_id(str(self.get_access_key())) is None:
        raise ValidationError("Must specify userName when calling with non-User credentials")
    return _get_user(self)


def put_user_permissions_boundary(self: IamResponse) -> ActionResult:
    user: Any = self.backend.get_user(self._get_param("UserName"))
    arn = self._get_param("PermissionsBoundary")
    _require_policy(arn)
    user.permissions_boundary_arn = arn
    return EmptyResult()


def delete_user_permissions_boundary(self: IamResponse) -> ActionResult:
    user: Any = self.backend.get_user(self._get_param("UserName"))
    if not getattr(user, "permissions_boundary_arn", None):
        raise NoSuchEntity(f"The permissions boundary of user {user.name} cannot be found.")
    user.permissions_boundary_arn = None
    return EmptyResult()


def _require_policy(arn: str) -> None:
    if identities.managed(arn) is None:
        raise NoSuchEntity(f"Scope ARN: {arn} does not exist or is not attachable.")


def _shown(user: Any) -> dict[str, str] | None:
    arn = getattr(user, "permissions_boundary_arn", None)
    return {"PermissionsBoundaryType": "Policy", "PermissionsBoundaryArn": arn} if arn else None


def _named(kind: Any, prefix: str) -> Any:
    make = _made[kind]

    def begin(self: Any, *args: Any, **named: Any) -> None:
        make(self, *args, **named)
        account = self.account_id if self.account_id.isdigit() else "0"  # AWS's own policies are of no account
        self.id = generate_access_key_id_from_account_id(account, prefix=prefix, total_length=21)

    return begin
