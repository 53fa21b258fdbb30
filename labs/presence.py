"""Who has a page of a lab open now: each open event stream says so every 15 seconds. No ORM in here."""

from __future__ import annotations

import time

from redis.exceptions import RedisError

from labs import events

EVERY_SECONDS = 15.0
GONE_SECONDS = 40.0
"""After so long without a word a page counts as closed: two words may be late."""
_KEY = "presence"


def here(user_id: int) -> None:
    """One of their pages is open. Where Redis is away nobody is seen, which harms nothing."""
    now = time.time()
    try:
        pipe = events.client().pipeline()
        pipe.zadd(_KEY, {str(user_id): now})
        pipe.zremrangebyscore(_KEY, "-inf", now - GONE_SECONDS)
        pipe.execute()
    except RedisError:
        return


def online() -> set[int]:
    """The users who are here."""
    try:
        found: list[bytes] = events.client().zrangebyscore(_KEY, time.time() - GONE_SECONDS, "+inf")  # type: ignore[assignment]
    except RedisError:
        return set()
    return {int(one) for one in found}
