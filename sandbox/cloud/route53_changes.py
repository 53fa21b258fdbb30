"""What was changed in a hosted zone reaches Route 53's servers a little later: a change is PENDING, then INSYNC.

Sources: https://docs.aws.amazon.com/Route53/latest/APIReference/API_GetChange.html,
https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/resource-record-sets-editing.html ("generally within 60 seconds")
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from moto.core.responses import ActionResult
from moto.moto_api._internal import mock_random
from moto.route53.exceptions import Route53ClientError
from moto.route53.models import route53_backends
from moto.route53.responses import Route53

from sandbox.cloud import timeline

SECONDS = 25.0  # of the account's clock; `aws route53 wait` looks every 30
_CHANGING = {
    name: getattr(Route53, name)
    for name in (
        "create_hosted_zone", "delete_hosted_zone", "associate_vpc_with_hosted_zone", "disassociate_vpc_from_hosted_zone",
        "change_resource_record_sets",
    )
}  # fmt: skip


class NoSuchChange(Route53ClientError):
    def __init__(self, number: str) -> None:
        super().__init__("NoSuchChange", f"Could not find resource with ID: {number}")


def install() -> None:
    """Idempotent."""
    response: Any = Route53
    response.get_change = get_change
    for name, method in _CHANGING.items():
        setattr(response, name, _followed(method))


def _followed(method: Callable[[Route53], ActionResult]) -> Callable[[Route53], ActionResult]:
    """moto's, with a change of its own in the answer instead of one that everybody gets."""

    def changing(self: Route53) -> ActionResult:
        answer: Any = method(self)
        said, comment = answer.result["ChangeInfo"], self._get_param("ChangeBatch.Comment")
        number = "C0" + mock_random.get_random_string(length=19).upper()
        change = said | {"Id": f"/change/{number}", "Status": "PENDING"} | ({"Comment": comment} if comment else {})
        _changes(self.current_account)[number] = change
        timeline.schedule(SECONDS, "route53.in-sync", {"account": self.current_account, "change": number})
        return ActionResult(answer.result | {"ChangeInfo": dict(change)})

    return changing


def get_change(self: Route53) -> ActionResult:
    number = str(self._get_param("Id")).removeprefix("/change/")
    change = _changes(self.current_account).get(number)
    if change is None:
        raise NoSuchChange(number)
    return ActionResult({"ChangeInfo": change})


@timeline.handler("route53.in-sync")
def _in_sync(_context: timeline.Context, data: dict[str, Any]) -> None:
    if (change := _changes(data["account"]).get(data["change"])) is not None:
        change["Status"] = "INSYNC"


def _changes(account: str) -> dict[str, dict[str, Any]]:
    """On the backend, so that they are frozen with it; one from before there were any has none."""
    backend: Any = route53_backends[account]["aws"]
    found: dict[str, dict[str, Any]] = backend.__dict__.setdefault("changes", {})
    return found
