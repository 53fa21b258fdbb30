"""Everything that happens in an account by itself: importing this module makes the timeline's handlers known."""

from __future__ import annotations

from sandbox.cloud import kms_time, route53_changes


def install() -> None:
    """What moto's own backends call instead of their own, once a process, before first use."""
    kms_time.install()
    route53_changes.install()
