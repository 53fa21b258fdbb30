"""An identity is the sandbox's own, and its credentials outlive a command but not a day."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from sandbox import identity
from sandbox.models import Sandbox, Version

NOON = datetime(2026, 11, 23, 12, 30, tzinfo=UTC)
KEYS = ("access_key_id", "secret_access_key", "session_token")


def of(sandbox: Sandbox, now: datetime = NOON, account: str = "123456789012") -> dict[str, str]:
    return identity.mint(sandbox, Version(account=account), now=now)


def test_the_same_within_a_window_and_another_in_the_next() -> None:
    sandbox = Sandbox()
    first, same, later = of(sandbox), of(sandbox, NOON + timedelta(hours=2)), of(sandbox, NOON + timedelta(hours=6))
    assert first == same
    assert all(first[key] != later[key] for key in KEYS)
    assert {key: first[key] for key in ("instance_id", "private_ip", "metadata_key")} == {
        key: later[key] for key in ("instance_id", "private_ip", "metadata_key")
    }


def test_a_metadata_token_goes_with_the_value() -> None:
    assert of(Sandbox())["metadata_key"] == of(Sandbox())["metadata_key"]
    assert of(Sandbox())["metadata_key"] != of(Sandbox(), account="210987654321")["metadata_key"]


def test_they_end_after_the_next_set_has_begun() -> None:
    expires = datetime.strptime(of(Sandbox())["expiration"], "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC)
    assert expires == datetime(2026, 11, 23, 18, 30, tzinfo=UTC)


def test_no_two_sandboxes_share_anything_secret() -> None:
    one, two = of(Sandbox()), of(Sandbox())
    assert all(one[key] != two[key] for key in (*KEYS, "instance_id"))
    assert one["access_key_id"].startswith("ASIA")
    assert len(one["access_key_id"]) == 20
    assert len(one["secret_access_key"]) == 40


def test_those_of_the_window_before_are_known_too() -> None:
    sandbox = Sandbox()
    first, later = of(sandbox), of(sandbox, NOON + timedelta(hours=6))
    assert all(later[f"earlier_{key}"] == first[key] for key in (*KEYS, "expiration"))
