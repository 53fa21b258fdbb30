"""How often somebody may do something. Each person and each network has buckets: what they do fills them, and they empty steadily.

A bucket is one number, the moment at which it will be empty, so it needs no list of what was done; who was refused filled nothing,
so nobody is kept out by trying on. Counted in Redis. Where that is away everything goes through, with a line in the log, except what
is ``kept``: signing in is then counted in the database.
"""

from __future__ import annotations

import logging
import math
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Any

from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from redis.exceptions import RedisError

from course import addresses
from course.people.models import Bucket
from labs import events

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Limit:
    """So many at once; after that one each ``seconds / many``."""

    many: int
    seconds: int

    @property
    def each(self) -> float:
        return self.seconds / self.many


@dataclass(frozen=True, slots=True)
class Limits:
    """Of one person, and of everybody in one network: a class sits behind one address. ``kept``: holds without Redis, too."""

    person: Limit | None
    network: Limit | None
    kept: bool = False


MINUTE, HOUR = 60, 3600
LIMITS = {
    "commands": Limits(Limit(600, MINUTE), Limit(12_000, MINUTE)),  # ten a second: nobody types that, a loop does
    "help": Limits(Limit(10, 10 * MINUTE), Limit(200, 10 * MINUTE)),
    "exports": Limits(Limit(10, 10 * MINUTE), Limit(60, 10 * MINUTE)),
    "api": Limits(Limit(300, MINUTE), Limit(1_200, MINUTE)),  # person: one token
    "invitations": Limits(Limit(60, HOUR), Limit(300, HOUR)),
    "join": Limits(None, Limit(120, 10 * MINUTE), kept=True),
    "sign-in": Limits(Limit(5, 5 * MINUTE), Limit(300, 10 * MINUTE), kept=True),  # person: one name from one network
    "sign-in-anywhere": Limits(Limit(30, HOUR), None, kept=True),  # one name, from wherever
    "mail": Limits(Limit(3, HOUR), Limit(30, HOUR), kept=True),  # person: one address that is written to
}

# Either all of the buckets take one more, or none does. Answers the seconds to wait, "0" where they did.
_TAKE = """
local clock = redis.call('TIME')
local now, wait, empty = clock[1] + clock[2] / 1000000, 0, {}
for i, key in ipairs(KEYS) do
  local each, all = tonumber(ARGV[2 * i - 1]), tonumber(ARGV[2 * i])
  empty[i] = math.max(tonumber(redis.call('GET', key) or '0'), now) + each
  wait = math.max(wait, empty[i] - now - all)
end
if wait > 0 then return string.format('%.3f', wait) end
for i, key in ipairs(KEYS) do
  redis.call('SET', key, string.format('%.6f', empty[i]), 'PX', math.ceil((empty[i] - now) * 1000) + 1)
end
return '0'
"""
_GIVE = """
local empty = redis.call('GET', KEYS[1])
if empty then redis.call('SET', KEYS[1], string.format('%.6f', tonumber(empty) - tonumber(ARGV[1])), 'KEEPTTL') end
"""

_Wanted = dict[str, Limit]


def take(what: str, *, person: object = "", network: str = "") -> int:
    """Once more: 0, or the seconds until it may be. ``person`` and ``network``: their names, "" where there is none to count."""
    limits = LIMITS[what]
    wanted = _buckets(what, person, network)
    if not wanted:
        return 0
    try:
        return math.ceil(_in_redis(wanted))
    except RedisError as error:
        log.warning("Redis does not count %s: %s", what, error)
        return math.ceil(_in_database(wanted)) if limits.kept else 0


def give_back(what: str, *, person: object = "", network: str = "") -> None:
    """It was none of what is counted."""
    for key, limit in _buckets(what, person, network).items():
        try:
            events.client().eval(_GIVE, 1, key, str(limit.each))
        except RedisError:
            _give_in_database(key, limit)


def of(request: HttpRequest, what: str) -> int:
    """Once more by who asks, from where they ask."""
    return take(what, person=request.user.pk or "", network=network_of(request))


def network_of(request: HttpRequest) -> str:
    """ "" where it is unknown: people of nowhere in particular are not counted together."""
    network = addresses.network_of(request)
    return addresses.pseudonym(network) if network else ""


def limited(what: str) -> Callable[[Callable[..., HttpResponseBase]], Callable[..., HttpResponseBase]]:
    """A view that answers 429, in words and with Retry-After, to who posts to it too often."""

    def decorate(view: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            if request.method == "POST" and (seconds := of(request, what)):
                return too_often(request, seconds)
            return view(request, *args, **kwargs)

        return guarded

    return decorate


def too_often(request: HttpRequest, seconds: int) -> HttpResponse:
    answer = render(request, "errors/429.html", {"seconds": seconds, "minutes": math.ceil(seconds / 60)}, status=429)
    answer["Retry-After"] = str(seconds)
    return answer


def _buckets(what: str, person: object, network: str) -> _Wanted:
    limits, found = LIMITS[what], {}
    if person and limits.person:
        found[f"limit:{{{what}}}:p:{addresses.pseudonym(str(person))}"] = limits.person
    if network and limits.network:
        found[f"limit:{{{what}}}:n:{network}"] = limits.network
    return found


def _in_redis(wanted: _Wanted) -> float:
    figures = [str(figure) for limit in wanted.values() for figure in (limit.each, limit.seconds)]
    found: Any = events.client().eval(_TAKE, len(wanted), *wanted, *figures)
    return float(found)


def _in_database(wanted: _Wanted) -> float:
    """As the script does it. The rows are locked in one order, so that two never wait for each other."""
    now = time.time()
    with transaction.atomic():
        Bucket.objects.filter(empty__lt=now - HOUR).delete()
        for key in sorted(wanted):
            Bucket.objects.get_or_create(key=key, defaults={"empty": now})
        rows = list(Bucket.objects.select_for_update().filter(key__in=wanted).order_by("key"))
        for row in rows:
            row.empty = max(row.empty, now) + wanted[row.key].each
        wait = max(row.empty - now - wanted[row.key].seconds for row in rows)
        if wait > 0:
            return wait
        Bucket.objects.bulk_update(rows, ["empty"])
    return 0


def _give_in_database(key: str, limit: Limit) -> None:
    with transaction.atomic():
        row = Bucket.objects.select_for_update().filter(key=key).first()
        if row is not None:
            row.empty -= limit.each
            row.save(update_fields=["empty"])
