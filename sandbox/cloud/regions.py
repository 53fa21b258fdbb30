"""The regions that AWS has, as botocore's data names them. Read without importing botocore, which takes half a second."""

from __future__ import annotations

import json
from importlib.util import find_spec
from pathlib import Path

_SUFFIX = "amazonaws.com"


def _read() -> dict[str, frozenset[str]]:
    spec = find_spec("botocore")
    if spec is None or spec.origin is None:
        raise LookupError("botocore is not installed")
    partitions = json.loads((Path(spec.origin).parent / "data/partitions.json").read_text())["partitions"]
    return {
        one["id"]: frozenset(name for name in one["regions"] if not name.endswith("-global"))
        for one in partitions
        if one["outputs"]["dnsSuffix"] == _SUFFIX
    }


_PARTITIONS = _read()
COMMERCIAL = _PARTITIONS["aws"]
REGIONS = frozenset[str]().union(*_PARTITIONS.values())
"""Of every partition whose hosts end in amazonaws.com. Read on import: who answers for names sees no file later."""
