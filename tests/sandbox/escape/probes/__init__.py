"""A jail's adversary; see attack.py."""

from probes import files, kernel, others
from probes.attack import PROBES

__all__ = ["PROBES", "files", "kernel", "others"]
