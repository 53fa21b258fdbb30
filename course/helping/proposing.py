"""The commands that may be proposed: those that were run in the instructor's forks since they were made, and one more to be written."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from labs.actions import MAX_LINE
from labs.models import Attempt, Command

TEXT_CHARS = 10_000
MOST = 30
NEW = "new"


def commands(forks: Sequence[Attempt]) -> list[dict[str, Any]]:
    """Rows of ``question.html``, in the order in which they were run: key line ok used fork."""
    if not forks:
        return []
    found = Command.objects.filter(attempt__in=[fork.pk for fork in forks], state=Command.State.DONE, undone=False)
    rows = list(found.order_by("queued", "pk").only("pk", "line", "exit_status", "attempt_id")[:MOST])
    return [{"key": str(one.pk), "line": one.line, "ok": one.exit_status == 0, "used": one.exit_status == 0} for one in rows]


def chosen(fields: Mapping[str, str]) -> list[str]:
    """The lines that were ticked, as they were edited, in the order in which the page sent them; what was written anew comes last."""
    keys = [name.removeprefix("line-") for name in fields if name.startswith("line-")]
    used = [key for key in keys if key != NEW and f"use-{key}" in fields]
    lines = [fields[f"line-{key}"] for key in used] + fields.get(f"line-{NEW}", "").splitlines()
    return [line[:MAX_LINE] for line in lines if line.strip()][:MOST]


def again(rows: list[dict[str, Any]], fields: Mapping[str, str]) -> list[dict[str, Any]]:
    """The rows as they were filled in, where something is to be mended first."""
    return [{**row, "line": fields.get(f"line-{row['key']}", row["line"]), "used": f"use-{row['key']}" in fields} for row in rows]
