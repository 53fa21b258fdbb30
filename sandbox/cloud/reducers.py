"""How moto's unpicklable parts are pickled: locks made anew, keys as PEM, weak references by their targets, odd dictionaries by hand."""

from __future__ import annotations

import io
import socket
import ssl
import subprocess
import threading
import weakref
from collections import defaultdict
from concurrent.futures import Executor
from types import GeneratorType
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import serialization as pem
from cryptography.hazmat.primitives.asymmetric import dsa, ec, ed448, ed25519, rsa, x448, x25519
from moto.ec2.models import EC2Backend
from moto.s3.utils import _VersionedKeyStore

from sandbox.cloud import unfinished

_LOCK, _RLOCK = type(threading.Lock()), type(threading.RLock())
_JOIN_SECONDS = 5
_UNFREEZABLE = (
    socket.socket, io.RawIOBase, io.BufferedReader, io.BufferedWriter, io.BufferedRandom, io.TextIOWrapper,
    Executor, subprocess.Popen, ssl.SSLContext, GeneratorType,
)  # fmt: skip
_PRIVATE = (rsa.RSAPrivateKey, ec.EllipticCurvePrivateKey, dsa.DSAPrivateKey, ed25519.Ed25519PrivateKey, ed448.Ed448PrivateKey,
            x25519.X25519PrivateKey, x448.X448PrivateKey)  # fmt: skip
_PUBLIC = (rsa.RSAPublicKey, ec.EllipticCurvePublicKey, dsa.DSAPublicKey, ed25519.Ed25519PublicKey, ed448.Ed448PublicKey,
           x25519.X25519PublicKey, x448.X448PublicKey)  # fmt: skip


def reduce(obj: Any) -> Any:
    """What ``reducer_override`` returns for ``obj``, or NotImplemented."""
    kind = type(obj)
    if isinstance(obj, _UNFREEZABLE):
        # Some of them cloudpickle would carry, as something else than they are.
        raise TypeError(f"a {kind.__name__} cannot be frozen")
    if kind.__module__ == unfinished.CLASS and hasattr(obj, "exec_worker"):
        return unfinished.reduce(obj) or NotImplemented
    return _threading(obj, kind) or _container(obj, kind) or _weak(obj, kind) or _cryptographic(obj)


def _threading(obj: Any, kind: type) -> Any:
    """Locks are made anew, and open: no request is half done when an account is frozen."""
    if kind is _LOCK:
        return threading.Lock, ()
    if kind is _RLOCK:
        return threading.RLock, ()
    if kind is threading.Condition:
        return kind, (obj._lock,)  # several may share one lock
    if kind is threading.Event:
        return _event, (obj.is_set(),)
    return _thread(obj, kind) if isinstance(obj, threading.Thread) else None


def _container(obj: Any, kind: type) -> Any:
    if kind is _VersionedKeyStore:
        # Its item access shows only the newest version: the rest must not be lost.
        return _VersionedKeyStore, (), list(dict.items(obj)), None, None, _fill
    if issubclass(kind, defaultdict) and kind is not defaultdict:
        # Subclasses take other arguments than the factory that defaultdict would hand them back.
        return _blank, (kind,), (obj.default_factory, dict(obj.__dict__), list(dict.items(obj))), None, None, _refill
    return None


def _thread(obj: threading.Thread, kind: type) -> Any:
    """moto has resources that are threads (an export of a table). One that is done is no more than its attributes."""
    obj.join(_JOIN_SECONDS)
    if obj.is_alive():
        raise TypeError("a thread that is still running cannot be frozen")
    plain = vars(threading.Thread(name=obj.name))
    return _ended, (kind, {name: value for name, value in vars(obj).items() if name not in plain}, obj.name)


def _ended(kind: Any, attributes: dict[str, Any], name: str) -> threading.Thread:
    made = kind.__new__(kind)
    threading.Thread.__init__(made, name=name)
    made.__dict__.update(attributes)
    return made  # type: ignore[no-any-return]


def announce(backend: EC2Backend) -> None:
    """Regions find each other's networks through class-level references, which belong to no instance and so to no pickle."""
    for references in (EC2Backend.vpc_refs, EC2Backend.vpc_pcx_refs, EC2Backend.backend_refs):
        references[EC2Backend].add(weakref.ref(backend))


def _weak(obj: Any, kind: type) -> Any:
    if kind is weakref.ReferenceType:
        return (weakref.ref, (obj(),)) if obj() is not None else (_dead, ())
    if kind in (weakref.ProxyType, weakref.CallableProxyType):
        return weakref.proxy, (obj.__init__.__self__,)
    if kind is weakref.WeakSet:
        return kind, (list(obj),)
    if kind in (weakref.WeakValueDictionary, weakref.WeakKeyDictionary):
        return kind, (), list(obj.items()), None, None, _fill_weak
    return None


def _cryptographic(obj: Any) -> Any:
    if isinstance(obj, _PRIVATE):
        data = obj.private_bytes(pem.Encoding.PEM, pem.PrivateFormat.PKCS8, pem.NoEncryption())
        return _load_private, (data,)
    if isinstance(obj, _PUBLIC):
        return _load_public, (obj.public_bytes(pem.Encoding.PEM, pem.PublicFormat.SubjectPublicKeyInfo),)
    if isinstance(obj, x509.Certificate):
        return _load_certificate, (obj.public_bytes(pem.Encoding.PEM),)
    if isinstance(obj, x509.CertificateSigningRequest):
        return _load_request, (obj.public_bytes(pem.Encoding.PEM),)
    return NotImplemented


def _load_private(data: bytes) -> Any:
    # It was checked when it was made, and checking an RSA key again costs 40 ms: moto has one for every key of KMS.
    return pem.load_pem_private_key(data, None, unsafe_skip_rsa_key_validation=True)


def _load_public(data: bytes) -> Any:
    return pem.load_pem_public_key(data)


def _load_certificate(data: bytes) -> Any:
    return x509.load_pem_x509_certificate(data)


def _load_request(data: bytes) -> Any:
    return x509.load_pem_x509_csr(data)


def _event(is_set: bool) -> threading.Event:
    event = threading.Event()
    if is_set:
        event.set()
    return event


def _dead() -> weakref.ref[Any]:
    return weakref.ref(type("Gone", (), {})())


def _fill(store: dict[Any, Any], items: list[tuple[Any, Any]]) -> None:
    dict.update(store, items)


def _fill_weak(table: Any, items: list[tuple[Any, Any]]) -> None:
    for key, value in items:
        table[key] = value


def _blank(kind: Any) -> Any:
    return kind.__new__(kind)


def _refill(table: Any, state: tuple[Any, dict[str, Any], list[tuple[Any, Any]]]) -> None:
    table.default_factory, attributes, items = state
    table.__dict__.update(attributes)
    dict.update(table, items)
