"""What happens in an attempt, as a stream that pages follow. No ORM in here.

One Redis stream per attempt, by its key (the site has others, by names), capped and expiring. Entries are numbered 1, 2, 3 … by us
instead of by Redis' clock, so a missing entry is a hole in the numbers whatever the clock did; ``epoch`` is new whenever the stream began
anew. A position is ``epoch:number``.
Losing an event loses nothing: the database has the state, and a page that meets a Gap takes it from there.
"""

from __future__ import annotations

import asyncio
import json
import logging
import secrets
import threading
import time
from collections.abc import AsyncGenerator
from dataclasses import dataclass, field
from typing import Any

import redis
import redis.asyncio
from django.conf import settings
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import RedisError

log = logging.getLogger(__name__)

LENGTH = 500
BYTES, FEWEST = 8 * 1024 * 1024, 16
"""Where events are large a stream keeps fewer, so that it is never much larger than this."""
EXPIRES_SECONDS = 3600
KEEP_ALIVE_SECONDS = 15.0
NOWHERE = ":0"
"""The position before everything: following from it is told the present state first (a Gap), then what comes."""

# No retries: a lost connection has to show in ``follow``, because the stream may be another one afterwards.
# No time limit: with one the client sends under asyncio.wait_for, which in Python 3.11 can swallow a cancellation, and the
# follower of a page that has gone would follow for ever. XREAD ends by itself.
_ASYNC_OPTIONS: dict[str, Any] = {"retry": Retry(NoBackoff(), 0), "socket_timeout": None, "socket_connect_timeout": None}

# One script, so that number, epoch and entry never part: where either key is gone both begin anew.
_PUBLISH = """
local stream, meta = KEYS[1], KEYS[2]
if redis.call('EXISTS', stream) + redis.call('EXISTS', meta) < 2 then
  redis.call('DEL', stream, meta)
  redis.call('HSET', meta, 'epoch', ARGV[1], 'number', 0)
end
local number = redis.call('HINCRBY', meta, 'number', 1)
local epoch = redis.call('HGET', meta, 'epoch')
redis.call('XADD', stream, 'MAXLEN', '~', ARGV[2], number .. '-1', 'epoch', epoch, 'data', ARGV[3])
redis.call('EXPIRE', stream, ARGV[4])
redis.call('EXPIRE', meta, ARGV[4])
return epoch .. ':' .. number
"""


@dataclass(frozen=True, slots=True)
class Event:
    """``name`` is the page's element or event name, ``data`` what it needs (html, ids); ``position`` is the SSE id."""

    position: str
    name: str
    data: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Gap:
    """Events are missing before ``position``: send ``labs.presenting.page`` and follow anew from its ``after``.

    (Going on from ``position`` is right too where no command runs; where one does, its row may be a second behind.)
    """

    position: str


@dataclass(frozen=True, slots=True)
class KeepAlive:
    """Nothing happened for a while."""


Name = int | str
"""An attempt's key, or another stream's name."""


def _keys(name: Name) -> tuple[str, str]:
    # The braces keep both keys on one node of a Redis cluster, as the script needs.
    return f"events:{{{name}}}", f"events:{{{name}}}:meta"


def split(position: str) -> tuple[str, int]:
    """("epoch", number); ("", 0) for anything that is not a position (a browser may send any Last-Event-ID)."""
    epoch, _, number = position.partition(":")
    return (epoch, int(number)) if number.isascii() and number.isdecimal() and len(number) < 16 else ("", 0)


_lock = threading.Lock()
_clients: dict[str, redis.Redis] = {}


def client() -> redis.Redis:
    """This process's connection pool; short timeouts, because a learner's output waits behind it."""
    with _lock:
        if (found := _clients.get(settings.REDIS_URL)) is None:
            found = redis.Redis.from_url(settings.REDIS_URL, socket_timeout=5, socket_connect_timeout=2)
            _clients[settings.REDIS_URL] = found
        return found


def close() -> None:
    """Close this process's connections."""
    with _lock:
        for found in _clients.values():
            found.close()
        _clients.clear()


def publish(to: Name, name: str, /, **data: Any) -> str:
    """Append an event; its position, or "" where Redis is away (pages then find a new epoch and take the state from the database)."""
    stream, meta = _keys(to)
    body = json.dumps({"event": name, **data}, separators=(",", ":"))
    length = max(FEWEST, min(LENGTH, BYTES // len(body)))
    try:
        found = client().eval(_PUBLISH, 2, stream, meta, secrets.token_hex(4), str(length), body, str(EXPIRES_SECONDS))
    except RedisError as error:
        log.warning("an event of %s was not published: %s", to, error)
        return ""
    return _text(found)


def _text(value: Any) -> str:
    return value.decode() if isinstance(value, bytes) else str(value or "")


def position(of: Name) -> str:
    """Where the stream is now. Take it *before* reading the state from the database, then follow from it: nothing is missed."""
    try:
        epoch, number = client().hmget(_keys(of)[1], ["epoch", "number"])
    except RedisError:
        return NOWHERE
    return f"{_text(epoch)}:{_text(number)}" if epoch and number else NOWHERE


async def follow(name: Name, after: str, *, block_seconds: float = 5.0) -> AsyncGenerator[Event | Gap | KeepAlive, None]:
    """Every event after position ``after``, for ever. A Gap comes first where some are missing; a KeepAlive every quiet 15 s.

    While Redis is away it waits, and on finding it again begins with a Gap if the stream did not survive.
    """
    async with redis.asyncio.Redis.from_url(settings.REDIS_URL, **_ASYNC_OPTIONS) as connection:
        reader = _Follower(connection, name, *split(after))
        quiet_since, pause = time.monotonic(), 0.1
        while True:
            found: list[Event | Gap] = []
            try:
                found = await reader.read(block_seconds)
                pause = 0.1
            except (RedisError, OSError):
                reader.check_needed = True
                await asyncio.sleep(pause)
                pause = min(pause * 2, 2.0)
            for item in found:
                yield item
            now = time.monotonic()
            if found:
                quiet_since = now
            elif now - quiet_since >= KEEP_ALIVE_SECONDS:
                quiet_since = now
                yield KeepAlive()


class _Follower:
    def __init__(self, connection: redis.asyncio.Redis, name: Name, epoch: str, number: int) -> None:
        self.connection, self.epoch, self.number = connection, epoch, number
        self.stream, self.meta = _keys(name)
        self.check_needed = True

    async def read(self, block_seconds: float) -> list[Event | Gap]:
        """What came; empty after ``block_seconds`` without anything. Raises RedisError."""
        if self.check_needed and (gap := await self._check()):
            return [gap]
        answer: Any = await self.connection.xread({self.stream: f"{self.number}-1"}, count=200, block=int(block_seconds * 1000))
        if not answer:
            self.check_needed = True  # the stream may have been thrown away and begun anew at lower numbers
            return []
        rows: list[tuple[bytes, dict[bytes, bytes]]] = answer[0][1]
        found: list[Event | Gap] = []
        for key, fields in rows:
            epoch, number = fields[b"epoch"].decode(), int(key.split(b"-")[0])
            # No epoch: there was no stream when we looked, so the first entry of a new one follows on nothing.
            if number != self.number + 1 or self.epoch not in {epoch, ""}:
                found.append(Gap(f"{epoch}:{number - 1}"))
            self.epoch, self.number = epoch, number
            data = json.loads(fields[b"data"])
            found.append(Event(f"{epoch}:{number}", data.pop("event"), data))
        return found

    async def _check(self) -> Gap | None:
        """Is the stream still the one we follow, and does it still hold what comes next?"""
        self.check_needed = False
        epoch, number = await self.connection.hmget(self.meta, ["epoch", "number"])
        epoch, last = _text(epoch), int(number or 0)
        if epoch == self.epoch and self.number <= last:
            return None  # a trimmed head shows as a hole in the numbers
        gap = (epoch, last) != (self.epoch, self.number)
        self.epoch, self.number = epoch, last
        return Gap(f"{epoch}:{last}") if gap else None
