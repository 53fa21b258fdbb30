"""Things besides a terminal's command that need a sandbox: a file's save, a request. They go into the checkout that is live, whichever
worker holds it, and are kept with it; where none is they are a transaction of their own.

Web side::

    answer = visits.visit(attempt.sandbox_id, "save", {"path": "~/a.txt"}, content)

Worker side, in the feature's module (which ``labs.tasks`` imports)::

    @visits.serves("save")
    def save(live: Live, header: dict[str, Any], body: bytes) -> Answer: ...

What is asked and answered travels by Redis keys that expire; the learner's language is active in a handler. A handler may run beside
commands of the same sandbox, and beside other handlers.
"""

from __future__ import annotations

import contextlib
import json
import logging
import struct
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.utils import timezone
from redis.exceptions import RedisError

from labs import actions, events, joining, judging, publishing
from labs.models import Attempt
from sandbox.checkout import Live
from sandbox.errors import Busy, CloudError, Fault, LearnerError, SandboxError
from sandbox.models import Sandbox

log = logging.getLogger(__name__)

MOST_BYTES = 32 * 1024 * 1024
"""So much may be sent, and so much answered."""
ANSWER_SECONDS = 60
_LENGTH = struct.Struct("!I")


@dataclass(frozen=True, slots=True)
class Answer:
    """``header``: what JSON can carry. ``header["title"]``, where the visit changed something that undo should take back by itself: what it
    did, in words."""

    header: dict[str, Any]
    body: bytes = b""


Handler = Callable[[Live, dict[str, Any], bytes], Answer]
_handlers: dict[str, Handler] = {}


def serves(kind: str) -> Callable[[Handler], Handler]:
    """The decorated function answers visits of this kind. What it raises reaches who asked: LearnerError as it is, all else as Fault."""

    def register(handler: Handler) -> Handler:
        _handlers[kind] = handler
        return handler

    return register


def visit(sandbox_id: Any, kind: str, header: dict[str, Any], body: bytes = b"", *, timeout: float = 20.0) -> Answer:
    """Have a worker do it, and wait for the answer, at most ``timeout`` seconds. From any thread outside of a transaction.

    Raises LearnerError (busy, preparing, rebuilding, body-bytes, what the handler raised) or Fault (``lost``: no worker answered in time).
    """
    _require_usable(sandbox_id)
    if len(body) > MOST_BYTES:
        raise LearnerError("body-bytes", used=len(body), limit=MOST_BYTES)
    name = uuid.uuid4().hex
    try:
        events.client().set(_asked(name), _pack({"kind": kind, "header": header}, body), px=int(timeout * 1000))
        actions.wake("labs.tasks.serve_visit", str(sandbox_id), name)
        found = _await(name, timeout)
    except RedisError as error:
        raise Fault("lost", f"a visit could not be asked for: {error}") from error
    if found is None:
        raise _unanswered(sandbox_id, name)
    answer, body = _unpack(found)
    _raise(answer)
    return Answer(answer["header"], body)


def _require_usable(sandbox_id: Any) -> None:
    sandbox = Sandbox.objects.filter(pk=sandbox_id).only("rebuilding").first()
    if sandbox is None:
        raise LearnerError("preparing")
    if sandbox.is_rebuilding:
        raise LearnerError("rebuilding")


def _await(name: str, timeout: float) -> bytes | None:
    end = time.monotonic() + timeout
    while (left := end - time.monotonic()) > 0:
        # In pieces, for the connection gives up on what is silent for long. Zero would wait for ever.
        found: Any = events.client().blpop([_answered(name)], timeout=max(0.01, min(left, 2.0)))
        if found:
            answer: bytes = found[1]
            return answer
    return None


def _unanswered(sandbox_id: Any, name: str) -> SandboxError:
    with contextlib.suppress(RedisError):
        untouched = events.client().delete(_asked(name)) or not events.client().exists(_taken(name))
        if untouched and Sandbox.objects.filter(pk=sandbox_id, lock_until__gt=timezone.now()).exclude(lock_holder="").exists():
            return Busy("busy")
    return Fault("lost", f"no worker answered visit {name} in time")


def _raise(answer: dict[str, Any]) -> None:
    if "error" in answer:
        raise LearnerError(answer["error"], **answer["values"])
    if "fault" in answer:
        raise Fault(answer["fault"], answer["detail"])


# --- the worker's side -----------------------------------------------------------------------------------------------------


def serve(sandbox_id: str, name: str, *, only_here: bool = False) -> None:
    """Do the visit ``name``, unless it is done or nobody waits for it any more."""
    sandbox = Sandbox.objects.filter(pk=sandbox_id).first()
    attempt = Attempt.objects.filter(sandbox=sandbox, finished=None).first()
    if sandbox is None:
        return
    with publishing.in_language_of(attempt) if attempt else contextlib.nullcontext(), contextlib.ExitStack() as stack:
        try:
            live, mine = joining.enter(
                stack, sandbox, wanted=lambda: _is_asked(name), announce=lambda: joining.announce("visit", sandbox_id, name),
                only_here=only_here,
            )  # fmt: skip
        except Busy:
            return  # who asked has given up, or another worker does it
        except SandboxError as error:
            if _take(name) is not None:
                _tell(name, _failed(error))
            return
        if (asked := _take(name)) is not None:
            _serve(live, name, asked, mine=mine)


def _serve(live: Live, name: str, asked: bytes, *, mine: bool) -> None:
    header, body = _unpack(asked)
    before = live.head
    try:
        answer = _handlers[header["kind"]](live, header["header"], body)
        if len(answer.body) > MOST_BYTES:
            raise LearnerError("body-bytes", used=len(answer.body), limit=MOST_BYTES)  # noqa: TRY301 - told as any other
        title = str(answer.header.get("title") or "")
        if mine:
            live.commit(title=title, passing=not title)
        else:
            live.left.append(title)  # kept with what else ran
    except Exception as error:  # whatever it is: who asked waits for an answer
        if not isinstance(error, (SandboxError, CloudError)):
            log.exception("a visit was not served: %s", header["kind"])
        if mine:
            live.abort()
        _tell(name, _failed(error))
        return
    _tell(name, _pack({"header": answer.header}, answer.body))
    if mine and live.head.pk != before.pk:
        if live.head.parent_id != before.pk:
            before.drop_unless_named()
        judging.looked(live, live.head)


def _failed(error: Exception) -> bytes:
    if isinstance(error, LearnerError):
        return _pack({"error": error.code, "values": error.values})
    code = error.code if isinstance(error, Fault) else "lost"
    return _pack({"fault": code, "detail": str(error)})


# --- what travels ----------------------------------------------------------------------------------------------------------


def _asked(name: str) -> str:
    return f"visit:{name}"


def _taken(name: str) -> str:
    return f"visit:{name}:taken"


def _answered(name: str) -> str:
    return f"visit:{name}:answer"


def _is_asked(name: str) -> bool:
    return bool(events.client().exists(_asked(name)))


def _take(name: str) -> bytes | None:
    """What is asked; None where somebody else has taken it, or nobody waits for it any more."""
    found: bytes | None = events.client().getdel(_asked(name))  # type: ignore[assignment]
    if found is not None:
        events.client().set(_taken(name), 1, ex=ANSWER_SECONDS)
    return found


def _tell(name: str, answer: bytes) -> None:
    with events.client().pipeline() as pipe:
        pipe.rpush(_answered(name), answer)
        pipe.expire(_answered(name), ANSWER_SECONDS)
        pipe.execute()


def _pack(header: dict[str, Any], body: bytes = b"") -> bytes:
    text = json.dumps(header).encode()
    return _LENGTH.pack(len(text)) + text + body


def _unpack(data: bytes) -> tuple[dict[str, Any], bytes]:
    end = _LENGTH.size + _LENGTH.unpack_from(data)[0]
    return json.loads(data[_LENGTH.size : end]), data[end:]


joining.here("visit", lambda sandbox, name: serve(sandbox, name, only_here=True))
