"""Who may open what on the previews' host names: an address is a capability of one learner, made when they click, gone at a reset.

What a learner's program shows is hostile, so each of its ports, and each host of the simulated account, has a host name of its own under
``PREVIEW_HOST``: ``8080-2s-k3j5….preview.example.org``. The name carries the attempt and a secret; what it leads to is in Redis, for
the names of AWS do not fit into one label of a host name (63 characters, and a certificate's wildcard stands for one label).
"""

from __future__ import annotations

import json
import logging
import re
import secrets
from base64 import b32encode
from dataclasses import asdict, dataclass
from typing import Any
from urllib.parse import quote, urlsplit

from django.conf import settings
from redis.exceptions import RedisError

from labs import events
from sandbox.errors import LearnerError
from sandbox.jail import dns

log = logging.getLogger(__name__)

LIFE_SECONDS = 8 * 3600
MAX_TARGETS = 200
"""So many ports and hosts of one attempt; with one more all addresses are made anew."""
_LABEL = re.compile(r"(?:[1-9]\d{0,4}|aws)-(\d{1,18})-([a-z2-7]{24})")
_SECRET_BYTES = 15


@dataclass(frozen=True, slots=True)
class Target:
    """A ``port`` of the learner's program, or else a ``host`` of the account, asked by TLS where ``secure``."""

    port: int = 0
    host: str = ""
    secure: bool = False

    @property
    def own(self) -> str:
        """What the Host header says to it."""
        return self.host or f"localhost:{self.port}"


@dataclass(frozen=True, slots=True)
class Preview:
    """What an address stands for. ``site``: scheme and host of the course as the learner sees it, ``language``: theirs."""

    attempt: int
    sandbox: str
    target: Target
    site: str
    language: str


def mint(preview: Preview) -> str:
    """The label of the host name for ``preview``; the same again while it lives. Raises LearnerError preview-away, preview-off."""
    if not settings.PREVIEW_HOST:
        raise LearnerError("preview-off")
    key, wanted = _key(preview.attempt), f"to {preview.target.own} {preview.target.secure}"
    try:
        client = events.client()
        if client.hlen(key) > 2 * MAX_TARGETS:
            client.delete(key)
        client.hsetnx(key, wanted, b32encode(secrets.token_bytes(_SECRET_BYTES)).decode().lower())
        secret = _text(client.hget(key, wanted))
        client.hset(key, secret, json.dumps(asdict(preview)))
        client.expire(key, LIFE_SECONDS)
    except RedisError as error:
        raise LearnerError("preview-away") from error
    return f"{preview.target.port or 'aws'}-{preview.attempt}-{secret}"


def find(label: str) -> Preview | None:
    """What the label of a host name stands for. Raises RedisError."""
    if (match := _LABEL.fullmatch(label)) is None:
        return None
    found = events.client().hget(_key(int(match[1])), match[2])
    if not found:
        return None
    fields: dict[str, Any] = json.loads(_text(found))
    return Preview(**fields | {"target": Target(**fields["target"])})


def revoke(attempt_id: int) -> None:
    """No address of the attempt leads anywhere any more."""
    try:
        events.client().delete(_key(attempt_id))
    except RedisError as error:  # then nothing can be previewed either
        log.warning("the previews of attempt %s were not ended: %s", attempt_id, error)


def parse(url: str) -> tuple[Target, str] | None:
    """A URL of the simulated account as (where, path and query on the wire); None for any other."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return None
    host = (parts.hostname or "").lower()
    default = {"https": 443, "http": 80}.get(parts.scheme)
    if default is None or port not in {None, default} or "@" in parts.netloc or not dns.is_cloud(host):
        return None
    query = f"?{quote(parts.query, safe=_KEPT)}" if parts.query else ""
    return Target(host=host, secure=parts.scheme == "https"), (quote(parts.path, safe=_KEPT) or "/") + query


_KEPT = "!#$%&'()*+,/:;=?@[]~\"<>\\^`{|}"
"""Characters that go as they came: a signature is over them."""


def _key(attempt_id: int) -> str:
    return f"preview:{attempt_id}"


def _text(value: Any) -> str:
    return value.decode() if isinstance(value, bytes) else str(value or "")
