"""Two families that never look alike: what the learner can mend, and what only we can.

A LearnerError has a ``code`` (stable, translated where it is shown) and ``values`` for its sentence. A Fault is ours:
the learner is told that it was, the command is rolled back, and nothing is counted against them.
"""

from __future__ import annotations

from typing import Any


class SandboxError(Exception):
    """Base of both; ``code`` is stable and safe to show, ``values`` fill its sentence."""

    def __init__(self, code: str, detail: str = "", **values: Any) -> None:
        super().__init__(detail or code)
        self.code = code
        self.detail = detail
        self.values = values


class LearnerError(SandboxError):
    """Something the learner did or asked for: busy, over quota, no such version."""


class Busy(LearnerError):
    """Another command holds the sandbox."""


class OverQuota(LearnerError):
    """The value would grow past its quota; values: ``what``, ``used``, ``limit``."""


class Fault(SandboxError):
    """Ours: a process died, a blob is missing, the kernel lacks a feature (``detail`` names it, for operators)."""


class CloudError(Exception):
    """An answer of the simulated account that is an error: ``code`` and ``message`` as AWS words them."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(f"{code}: {message}")
        self.code = code
        self.message = message
