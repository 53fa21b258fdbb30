"""The whole simulated universe as one blob, and back.

Only a jailed cloud process calls this: a crafted blob runs what it likes when it is thawed. Bytes over 4 KB (object bodies, function
archives) are left out and named by their sha256, so that a 5 MB object is stored once and not in every later version.
A blob is bound to the Python minor version, moto, cryptography and a schema (sandbox.cloud.edition): another combination
is refused with StateVersionError.
"""

from __future__ import annotations

import hashlib
import io
import pickle
import sys
import zlib
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from importlib import import_module
from typing import Any

import cloudpickle
from moto.backends import get_backend
from moto.core.base_backend import AccountSpecificBackend, BackendDict
from moto.core.models import DEFAULT_ACCOUNT_ID
from moto.ec2.models import EC2Backend
from moto.ec2.models.vpcs import DEFAULT_VPC_ENDPOINT_SERVICES
from moto.iam.models import iam_backends
from moto.s3.models import s3_backends
from moto.sts.models import sts_backends

from sandbox.cloud import edition, reducers, timeline
from sandbox.cloud.blame import FreezeError, blame
from sandbox.cloud.hooks import home_account

BODY_BYTES = 4096
_LEVEL = 6  # of a typical 39 KB: zlib 1, 6, 9 give 12.5, 11.7, 11.7 KB in 0.3, 0.6, 0.7 ms; lzma 10.3 KB in 15 ms
_HIDDEN = {"stepfunctions.parser": "stepfunctions_parser_backends"}  # groups of backends that moto has no service name for
_RECURSION = 5000  # resources that refer to each other in a row nest that deep in a pickle


def freeze(keep_out: Collection[str] = ()) -> tuple[bytes, dict[str, bytes]]:
    """(root, bodies by sha256). ``keep_out``: the access keys of sessions that are not part of the value (the checkout's own).

    The caller sees to it that no request is half done. Raises FreezeError, which names what cannot be frozen.
    """
    bodies: dict[str, bytes] = {}
    with _recursion(_RECURSION), _without_sessions(keep_out):
        everything = universe()
        # Beside the backends: what moto keeps for the whole process, and a learner sees.
        kept = {"buckets": dict(s3_backends.bucket_accounts), "endpoint services": dict(DEFAULT_VPC_ENDPOINT_SERVICES),
                "timeline": timeline.line.frozen()}  # fmt: skip
        try:
            raw = _pickled({"universe": everything, **kept}, bodies)
        except Exception as error:
            raise blame(everything, lambda part: _pickled(part, {})) or FreezeError("universe", everything, str(error)) from error
    return edition.head() + zlib.compress(raw, _LEVEL), bodies


def thaw(root: bytes, fetch: Callable[[str], bytes]) -> list[str]:
    """Put a frozen universe into this process's empty one; ``fetch`` brings a body by its sha256. Returns the bodies it holds.

    Raises StateVersionError before anything is unpickled.
    """
    packed = edition.require(root)
    unpickler = _Unpickler(io.BytesIO(zlib.decompress(packed)), fetch)
    state = unpickler.load()
    for name, accounts in state["universe"].items():
        for account, regions in accounts.items():
            holder = _group(name)[account]
            for region, backend in regions.items():
                dict.__setitem__(holder, region, backend)
                if isinstance(backend, EC2Backend):
                    reducers.announce(backend)
    s3_backends.bucket_accounts.update(state["buckets"])
    DEFAULT_VPC_ENDPOINT_SERVICES.update(state["endpoint services"])
    timeline.line.thaw(state.get("timeline"))
    return sorted(unpickler.bodies)


def universe() -> dict[str, dict[str, dict[str, Any]]]:
    """Backends by moto's module name, account and region. moto's own default account is where its routes come from, nobody's state."""
    found: dict[str, dict[str, dict[str, Any]]] = {}
    instances: list[BackendDict[Any]] = BackendDict._instances  # type: ignore[misc]
    for group in list(instances):
        accounts = {a: dict(regions) for a, regions in group.items() if regions and (a != DEFAULT_ACCOUNT_ID or a == home_account())}
        if accounts and found.setdefault(_name(group), accounts) is not accounts:
            raise FreezeError(_name(group), group, "two kinds of backends have this name")
    return found


def _name(group: Any) -> str:
    """``s3`` of the module moto.s3.models, ``stepfunctions.parser`` of moto.stepfunctions.parser.models."""
    return str(group.backend.__module__.removeprefix("moto.").partition(".models")[0])


def _group(name: str) -> Any:
    if name in _HIDDEN:
        return getattr(import_module(f"moto.{name}.models"), _HIDDEN[name])
    return get_backend(name)  # type: ignore[call-overload]


def _pickled(thing: Any, bodies: dict[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    _Pickler(buffer, bodies).dump(thing)
    return buffer.getvalue()


@contextmanager
def _recursion(limit: int) -> Iterator[None]:
    usual = sys.getrecursionlimit()
    sys.setrecursionlimit(limit)
    try:
        yield
    finally:
        sys.setrecursionlimit(usual)


@contextmanager
def _without_sessions(access_keys: Collection[str]) -> Iterator[None]:
    """The caller holds the gate's lock, so nobody sees the account without them."""
    sessions = [
        (backend.assumed_roles, s)
        for a in sts_backends.values()
        for backend in a.values()
        for s in backend.assumed_roles
        if s.access_key_id in access_keys
    ]
    tables = [b.access_keys for a in iam_backends.values() for b in a.values()]
    keys = [(table, one, table.pop(one)) for table in tables for one in access_keys if one in table]
    for roles, session in sessions:
        roles.remove(session)
    try:
        yield
    finally:
        for roles, session in sessions:
            roles.append(session)
        for table, one, key in keys:
            table[one] = key


class _Pickler(cloudpickle.Pickler):  # type: ignore[misc]
    def __init__(self, file: io.BytesIO, bodies: dict[str, bytes]) -> None:
        super().__init__(file, protocol=5)
        self._bodies = bodies

    def persistent_id(self, obj: Any) -> tuple[str, ...] | None:
        kind = type(obj)
        if kind is bytes and len(obj) > BODY_BYTES:
            sha = hashlib.sha256(obj).hexdigest()
            self._bodies[sha] = obj
            return ("body", sha)
        if isinstance(obj, BackendDict):
            return ("backends", _name(obj))
        if kind is AccountSpecificBackend:
            return ("account", _name(obj), obj.account_id)
        return None

    def reducer_override(self, obj: Any) -> Any:
        reduced = reducers.reduce(obj)
        return super().reducer_override(obj) if reduced is NotImplemented else reduced


class _Unpickler(pickle.Unpickler):
    def __init__(self, file: io.BytesIO, fetch: Callable[[str], bytes]) -> None:
        super().__init__(file)
        self._fetch = fetch
        self.bodies: dict[str, bytes] = {}

    def persistent_load(self, pid: tuple[str, ...]) -> Any:
        if pid[0] == "body":
            if pid[1] not in self.bodies:
                self.bodies[pid[1]] = self._fetch(pid[1])
            return self.bodies[pid[1]]
        group = _group(pid[1])
        return group if pid[0] == "backends" else group[pid[2]]
