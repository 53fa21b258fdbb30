"""What a version keeps of the cloud: one blob that names the frozen root, the bodies it refers to and the inventory of resources."""

from __future__ import annotations

import json
import zlib
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from sandbox.store import blobs


@dataclass(frozen=True, slots=True)
class CloudState:
    """``root`` and ``bodies`` are SHA-256 names; ``inventory`` maps resources to fingerprints (sandbox.cloud.inventory)."""

    root: str = ""
    bodies: list[str] = field(default_factory=list)
    inventory: dict[str, Any] = field(default_factory=dict)

    @classmethod
    def load(cls, sha: str) -> CloudState:
        return cls(**json.loads(zlib.decompress(blobs.get(sha)))) if sha else cls()

    def save(self) -> str:
        return blobs.put(zlib.compress(json.dumps(asdict(self), separators=(",", ":"), sort_keys=True).encode(), 6))

    def bring(self, folder: Path) -> None:
        """Put the root and bodies into ``folder`` as files named by their hash, and take away what is not of this state."""
        wanted = {self.root, *self.bodies} - {""}
        present = {path.name for path in folder.iterdir()}
        for name in present - wanted:
            (folder / name).unlink()
        for name in wanted - present:
            temporary = folder / f"{name}.new"
            temporary.write_bytes(blobs.get(name))
            temporary.replace(folder / name)

    def keep(self, folder: Path) -> int:
        """Put this state's new files from ``folder`` into the blobs. Returns the bytes that the state holds in all."""
        total = 0
        for name in {self.root, *self.bodies} - {""}:
            path = folder / name
            total += path.stat().st_size
            if not blobs.storage().exists(blobs.name_of(name)):
                blobs.put(path.read_bytes(), name)
        return total
