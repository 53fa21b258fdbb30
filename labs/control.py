"""What goes towards a running command: stop, input, size. It travels by Redis to whichever worker runs it. So do errands for whichever
worker holds a sandbox (``labs.joining``).

One listening thread per worker process. A message that nobody heard is lost; a stop is in the command's row as well, and the
worker's heartbeat finds it there.
"""

from __future__ import annotations

import contextlib
import json
import logging
import threading
from collections.abc import Callable, Iterator
from typing import Any, Protocol

import redis
from django.conf import settings
from redis.exceptions import RedisError

from labs import events

log = logging.getLogger(__name__)
CHANNEL = "labs:control"
LONGEST_PAUSE = 2.0
KEPT_SECONDS = 3600


class Controlled(Protocol):
    """What a running command answers to; every method may be called from any thread."""

    def send(self, data: bytes, /) -> None: ...
    def resize(self, rows: int, cols: int, /) -> None: ...
    def interrupt(self) -> None: ...
    def kill(self) -> None: ...


def send(command_id: int, what: str, **data: Any) -> bool:
    """Tell the worker that runs it. False where no worker heard it."""
    return broadcast(what, command=command_id, **data)


def broadcast(what: str, **data: Any) -> bool:
    """Tell every worker. False where none heard it."""
    try:
        return bool(events.client().publish(CHANNEL, json.dumps({"what": what, **data})))
    except RedisError as error:
        log.warning("%s %r was not told: %s", what, data.get("command"), error)
        return False


def keep(command_id: int, text: str) -> None:
    """What is typed before the program is there waits for it. Raises RedisError."""
    with events.client().pipeline() as pipe:
        pipe.rpush(_typed(command_id), text)
        pipe.expire(_typed(command_id), KEPT_SECONDS)
        pipe.execute()


def kept(command_id: int) -> str:
    """All that waits, in its order; whoever asks first gets it, nobody else. Raises RedisError."""
    with events.client().pipeline() as pipe:  # one transaction
        pipe.lrange(_typed(command_id), 0, -1)
        pipe.delete(_typed(command_id))
        return b"".join(pipe.execute()[0]).decode()


def _typed(command_id: int) -> str:
    return f"labs:typed:{command_id}"


_others: dict[str, Callable[[dict[str, Any]], None]] = {}


def on(what: str, heard: Callable[[dict[str, Any]], None]) -> None:
    """``heard`` gets the messages of this kind that are not for a command; it must be quick."""
    _others[what] = heard


class Reins:
    """Holds a running command; remembers the signals given, so that one asked for by message and by row is given once. ``resized`` is
    told a new size of its terminal, ``signalled`` that one was given."""

    def __init__(self, live: Controlled) -> None:
        self._live = live
        self.resized: Callable[[int, int], object] = lambda _rows, _cols: None
        self.signalled: Callable[[], object] = lambda: None
        self._given: set[str] = set()

    def send(self, data: bytes) -> None:
        self._live.send(data)

    def resize(self, rows: int, cols: int) -> None:
        self._live.resize(rows, cols)
        self.resized(rows, cols)

    def signal(self, name: str) -> None:
        """INT or KILL."""
        if name in self._given:
            return
        self._given.add(name)
        if name == "KILL":
            self._live.kill()
        else:
            self._live.interrupt()
        self.signalled()


class Listener:
    """This process's ear: knows the running commands and passes on what is meant for them."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._running: dict[int, Reins] = {}
        self._lock = threading.Lock()
        self._ended = threading.Event()
        self.listening = threading.Event()
        self._thread = threading.Thread(target=self._listen, name="labs-control", daemon=True)
        self._thread.start()

    @contextlib.contextmanager
    def controls(self, command_id: int, live: Reins) -> Iterator[None]:
        """``live`` is what runs ``command_id`` until the block ends."""
        with self._lock:
            self._running[command_id] = live
        try:
            yield
        finally:
            with self._lock:
                self._running.pop(command_id, None)

    def close(self) -> None:
        self._ended.set()
        with contextlib.suppress(RedisError):
            events.client().publish(CHANNEL, "")  # wakes the thread, which looks whether it is over
        self._thread.join()

    def _listen(self) -> None:
        pause = 0.05
        while not self._ended.is_set():
            try:
                self._follow()
                pause = 0.05
            except (RedisError, OSError) as error:
                log.warning("control is away for a moment: %s", error)
                self.listening.clear()
                self._ended.wait(pause)
                pause = min(pause * 2, LONGEST_PAUSE)

    def _follow(self) -> None:
        with (
            redis.Redis.from_url(self._url, socket_connect_timeout=2, health_check_interval=10) as connection,
            connection.pubsub(ignore_subscribe_messages=False) as channel,
        ):
            channel.subscribe(CHANNEL)
            while not self._ended.is_set():
                message = channel.get_message(timeout=2.0)
                if message is None or self._ended.is_set():
                    continue
                if message["type"] == "subscribe":
                    self.listening.set()
                elif message["type"] == "message":
                    self._pass_on(message["data"])

    def _pass_on(self, body: bytes) -> None:
        if not body:
            return  # another process's listener was woken to end
        try:
            message = json.loads(body)
            if heard := _others.get(message["what"]):
                heard(message)
                return
            with self._lock:
                live = self._running.get(message["command"])
            if live is not None:
                _obey(live, message)
        except Exception:  # one bad message or a command that just ended must not deafen the process
            log.exception("a control message was not obeyed")


def _obey(live: Reins, message: dict[str, Any]) -> None:
    if message["what"] == "input":
        live.send(message["text"].encode())
    elif message["what"] == "resize":
        live.resize(message["rows"], message["cols"])
    elif message["what"] == "signal":
        live.signal(message["name"])


_shared: Listener | None = None
_shared_lock = threading.Lock()


def listener() -> Listener:
    """This process's listener, begun when first asked for."""
    global _shared
    with _shared_lock:
        if _shared is None:
            _shared = Listener(settings.REDIS_URL)
        return _shared


def close() -> None:
    """End this process's listener."""
    global _shared
    with _shared_lock:
        if _shared is not None:
            _shared.close()
        _shared = None
