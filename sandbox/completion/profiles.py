"""The names of profiles in the AWS CLI's two files, as the CLI finds them."""

from __future__ import annotations

import re

from sandbox.completion.files import snapshot
from sandbox.store import blobs

_MOST = 256 * 1024
_SECTION = re.compile(r"^\[\s*(?:(profile|sso-session|services|plugins|preview)\b\s*)?\"?([^\"\]]*?)\"?\s*\]", re.MULTILINE)
# https://docs.aws.amazon.com/cli/v1/userguide/cli-configure-files.html: [profile NAME] in the one, [NAME] in the other, [default] in both
_FILES = ("~/.aws/config", "~/.aws/credentials")


def profiles(manifest: str) -> list[str]:
    """Of the version whose manifest blob this is. Raises Fault."""
    found: set[str] = set()
    for path in _FILES:
        entry = snapshot(manifest).find(path)
        if entry is None or entry.kind != "f" or entry.size > _MOST:
            continue
        for kind, name in _SECTION.findall(blobs.get(entry.data).decode("utf-8", "replace")):
            if name == "default" or (kind == "profile" if path.endswith("config") else not kind):
                found.add(name)
    return sorted(found - {""})
