"""What a command changed in the account, from the inventories before and after. Pure: imported where no moto is."""

from __future__ import annotations

Inventory = dict[str, dict[str, dict[str, str]]]
"""service → kind → name → fingerprint, in AWS's names: ``{"s3": {"bucket": {"my-bucket": "9f2c…"}}}``."""


def diff(old: Inventory | None, new: Inventory | None) -> list[dict[str, str]]:
    """``[{"service", "kind", "name", "change"}]``, change one of added, changed, removed; ordered by service, kind, name."""
    before, after = _flat(old), _flat(new)
    changes = []
    for service, kind, name in sorted(before.keys() | after.keys()):
        was, now = before.get((service, kind, name)), after.get((service, kind, name))
        if was != now:
            change = "added" if was is None else "removed" if now is None else "changed"
            changes.append({"service": service, "kind": kind, "name": name, "change": change})
    return changes


def _flat(inventory: Inventory | None) -> dict[tuple[str, str, str], str]:
    return {
        (service, kind, name): fingerprint
        for service, kinds in (inventory or {}).items()
        for kind, resources in kinds.items()
        for name, fingerprint in resources.items()
    }
