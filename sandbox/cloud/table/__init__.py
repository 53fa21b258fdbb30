"""The lines of the operation table, one text a service, by area (read by operations.py, which says what the levels mean).

Every name is written out: a pattern would settle operations that nobody has looked at.
"""

from __future__ import annotations

from sandbox.cloud.table import compute, delivery, identity, serverless

TABLE: dict[str, str] = identity.TABLE | compute.TABLE | serverless.TABLE | delivery.TABLE
