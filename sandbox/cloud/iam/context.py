"""The condition keys of a request: what the caller is, and what any request carries.

Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html. Not known here, and so absent: everything
of organizations, VPC endpoints and MFA devices.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from functools import cached_property
from typing import Any

from moto.core.request import Request
from moto.iam.models import Role, User

from sandbox.cloud.iam import identities
from sandbox.cloud.iam.patterns import Context
from sandbox.cloud.principals import Principal

Value = str | Sequence[str]


class Keys(Mapping[str, Value]):
    """A request's keys, found when a policy asks for one: most requests are decided without a look at any.

    ``sources`` are asked in order; each is a mapping or a function that makes one.
    """

    def __init__(self, *sources: Context | Callable[[], Context] | None) -> None:
        self._sources = [source for source in sources if source is not None]

    @cached_property
    def _found(self) -> dict[str, Value]:
        found: dict[str, Value] = {}
        for source in reversed(self._sources):
            found |= source() if callable(source) else source
        return found

    def __getitem__(self, key: str) -> Value:
        return self._found[key]

    def __iter__(self) -> Iterator[str]:
        return iter(self._found)

    def __len__(self) -> int:
        return len(self._found)


def of_principal(principal: Principal) -> dict[str, Value]:
    """The keys that say who calls. An anonymous caller has none but its type."""
    if principal.service:
        return {"aws:principalservicename": principal.service, "aws:principalisawsservice": "true"}
    if principal.anonymous:
        return {"aws:principaltype": "Anonymous", "aws:userid": "anonymous"}
    found: dict[str, Value] = {
        "aws:principalarn": principal.arn, "aws:principalaccount": principal.account, "aws:principalisawsservice": "false",
    }  # fmt: skip
    holder = identities.entity(principal)
    if principal.arn.endswith(":root"):
        found |= {"aws:principaltype": "Account", "aws:userid": principal.account}
    elif isinstance(holder, Role):
        name = principal.arn.rpartition("/")[2]
        # The key is the role's ARN, not the session's: the documentation of aws:PrincipalArn.
        found |= {"aws:principaltype": "AssumedRole", "aws:userid": f"{holder.id}:{name}", "aws:principalarn": holder.arn}
    elif isinstance(holder, User) and principal.holder:
        found |= {"aws:principaltype": "FederatedUser", "aws:userid": f"{principal.account}:{principal.arn.rpartition('/')[2]}"}
    elif isinstance(holder, User):
        found |= {"aws:principaltype": "User", "aws:userid": holder.id, "aws:username": holder.name}
    found |= {f"aws:principaltag/{tag['Key'].lower()}": tag["Value"] for tag in (holder.tags or () if holder is not None else ())}
    if principal.session is not None:
        found |= _of_session(principal.session)
    return found


def of_request(request: Request, region: str) -> dict[str, Value]:
    """The keys that every request to any service has."""
    now = datetime.now(UTC)
    found: dict[str, Value] = {
        "aws:securetransport": "true" if request.scheme == "https" else "false",
        "aws:sourceip": request.remote_addr or "",
        "aws:requestedregion": region,
        "aws:currenttime": now.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "aws:epochtime": str(int(now.timestamp())),
        "aws:useragent": request.headers.get("User-Agent", ""),
        "aws:viaawsservice": "false",
    }
    if "Referer" in request.headers:
        found["aws:referer"] = request.headers["Referer"]
    return found


def tags(prefix: str, pairs: Any) -> dict[str, Value]:
    """``aws:RequestTag/…`` or ``aws:ResourceTag/…`` keys from AWS's lists of Key and Value (or key and value), or a plain mapping."""
    if isinstance(pairs, Mapping):
        return {f"{prefix.lower()}/{str(key).lower()}": str(value) for key, value in pairs.items()}
    small = ({name.lower(): value for name, value in pair.items()} for pair in pairs or () if isinstance(pair, Mapping))
    return {f"{prefix.lower()}/{pair['key'].lower()}": str(pair.get("value", "")) for pair in small if "key" in pair}


def _of_session(session: Any) -> dict[str, Value]:
    found = tags("aws:PrincipalTag", getattr(session, "tags", ()))
    begun = getattr(session, "begun", None)
    if begun is not None:
        found["aws:tokenissuetime"] = begun.strftime("%Y-%m-%dT%H:%M:%SZ")
    if identity := getattr(session, "source_identity", ""):
        found["aws:sourceidentity"] = identity
    return found
