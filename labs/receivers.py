"""What labs do about what happens to sandboxes."""

from __future__ import annotations

from typing import Any

from django.dispatch import receiver

from labs import actions, rebuilding, running
from sandbox import signals
from sandbox.checkout import Live
from sandbox.models import Sandbox, Version


@receiver(signals.back_at_start)
def attempt_begins_again(sender: object, sandbox: Sandbox, **_: Any) -> None:
    """Whoever reset it, the learner or an administrator: the console and the steps begin anew with it."""
    actions.begin_again(sandbox=sandbox)


@receiver(signals.advanced)
def attempts_see_what_happened(sender: object, live: Live, version: Version, **_: Any) -> None:
    """Time went by in a sandbox and something happened."""
    running.time_passed(live, version)


@receiver(signals.outdated)
def attempts_are_rebuilt(sender: object, sandbox: Sandbox, **_: Any) -> None:
    """Its account can't be read any more."""
    rebuilding.begin(sandbox)
