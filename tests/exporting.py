"""Commands to export, and what an answer that is made while it is sent has in it."""

from __future__ import annotations

from typing import Any

from asgiref.sync import async_to_sync

from labs.models import Attempt, Command


def typed(attempt: Attempt, line: str, output: bytes = b"", **fields: Any) -> Command:
    usual = {"state": "done", "exit_status": 0, "output": output}
    return Command.objects.create(attempt=attempt, number=attempt.next_number(), line=line, **usual | fields)


def body(answer: Any) -> bytes:
    """Of an answer that is made while it is sent; read in this thread, which is the one that sees the test's transaction."""

    async def read() -> bytes:
        return b"".join([part async for part in answer.streaming_content])

    return async_to_sync(read)()
