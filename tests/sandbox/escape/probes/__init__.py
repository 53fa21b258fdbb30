"""A jail's adversary; see attack.py."""

from probes import exhaust, files, kernel, others
from probes.attack import PROBES

__all__ = ["PROBES", "exhaust", "files", "kernel", "others"]
