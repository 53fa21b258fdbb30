"""Tab in the console's line: what ``sandbox.completion`` finds in the attempt's sandbox as it is stored, in the page's terms."""

from __future__ import annotations

import logging
from functools import cache
from typing import Any

from django.conf import settings

from labs.actions import MAX_LINE
from labs.models import Attempt
from sandbox.completion import answer, aws
from sandbox.errors import Fault

log = logging.getLogger(__name__)


@cache
def aws_words() -> aws.Words:
    """This process's line to the AWS CLI's completer."""
    return aws.Words(settings.SANDBOX_PYTHON / "bin/python3")


def complete(attempt: Attempt, line: str, terminal: int = 1) -> dict[str, Any]:
    """For the cursor at the end of ``line`` in that terminal: ``{"start", "items": [[text, shown, kind, after]], "more", "common"}``.

    ``start`` counts as the page does, in UTF-16 units. An empty line only has the completer made ready. Nothing is found where the
    sandbox is not there or cannot be read: whoever presses Tab learns of that by the next command.
    """
    if not line.strip():
        aws_words().warm()
        return _nothing()
    if attempt.sandbox is None or len(line) > MAX_LINE:
        return _nothing()
    try:
        found = answer.answer(attempt.sandbox.head, line, second=terminal == 2, venv=settings.SANDBOX_PYTHON, ask=aws_words().ask)
    except Fault:
        log.exception("attempt %s: nothing to complete with", attempt.pk)
        return _nothing()
    if found is None:
        return _nothing()
    return {
        "start": len(line[: found.start].encode("utf-16-le", "surrogatepass")) // 2,
        "items": [list(item) for item in found.items],
        "more": found.total - len(found.items),
        "common": found.common,
    }


def _nothing() -> dict[str, Any]:
    return {"start": 0, "items": [], "more": 0, "common": ""}
