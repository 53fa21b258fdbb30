"""A key whose deletion was scheduled is gone when its waiting period has ended, with its aliases.

Source: https://docs.aws.amazon.com/kms/latest/developerguide/deleting-keys.html
"""

from __future__ import annotations

from typing import Any

from moto.kms.models import KmsBackend, kms_backends

from sandbox.cloud import timeline

DAY = 86400.0
_DUE = "deletion_event"  # the key carries its event's number, so that it is frozen with it
_schedule = KmsBackend.schedule_key_deletion
_cancel = KmsBackend.cancel_key_deletion


def install() -> None:
    """Idempotent."""
    KmsBackend.schedule_key_deletion = _schedule_deletion  # type: ignore[method-assign]
    KmsBackend.cancel_key_deletion = _cancel_deletion  # type: ignore[method-assign]


def _schedule_deletion(self: KmsBackend, key_id: str, pending_window_in_days: int) -> float:
    when = _schedule(self, key_id, pending_window_in_days)
    key: Any = self.keys[key_id]
    if key.key_state == "PendingDeletion":
        timeline.cancel(getattr(key, _DUE, 0))
        data = {"account": self.account_id, "region": self.region_name, "key": key.id}
        setattr(key, _DUE, timeline.schedule(pending_window_in_days * DAY, "kms.delete-key", data))
    return when


def _cancel_deletion(self: KmsBackend, key_id: str) -> None:
    _cancel(self, key_id)
    timeline.cancel(getattr(self.keys[key_id], _DUE, 0))


@timeline.handler("kms.delete-key")
def _delete(_context: timeline.Context, data: dict[str, Any]) -> None:
    keys = kms_backends[data["account"]][data["region"]].keys
    if data["key"] in keys and keys[data["key"]].key_state == "PendingDeletion":
        del keys[data["key"]]
