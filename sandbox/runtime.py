"""This process's supervisor: started when first needed, again when it died, and told where things lie."""

from __future__ import annotations

from dataclasses import asdict
from importlib.metadata import distribution
from pathlib import Path

from django.conf import settings

from sandbox.cloud import tls
from sandbox.jail import client
from sandbox.jail.limits import Limits
from sandbox.jail.rootfs import Rootfs, prepare


def supervisor() -> client.Supervisor:
    """The supervisor, running. Raises Fault; ``.problems`` says what this machine lacks to run commands safely."""
    shared = client.shared(
        client.Config(
            state_dir=settings.VAR / "jail",
            sandbox_venv=settings.SANDBOX_PYTHON,
            site_packages=Path(str(distribution("moto").locate_file(""))),  # found without loading it: half a second of every start
            tls_dir=tls_dir(),
            source_root=settings.BASE_DIR,
            warm=("aws",) if settings.SANDBOX_WARM_AWS else (),
        )
    )
    shared.start()
    return shared


def rootfs() -> Rootfs:
    """What a jail sees of the file system, built when something it is made of changed."""
    return prepare(settings.VAR / "jail", sandbox_venv=settings.SANDBOX_PYTHON, tls_dir=tls_dir(), source_root=settings.BASE_DIR)


def tls_dir() -> Path:
    """The install's certificates, made when missing."""
    folder: Path = settings.VAR / "tls"
    tls.ensure(folder)
    return folder


def limits(home_bytes: int) -> dict[str, int]:
    """What one command may use, as the supervisor takes it."""
    return asdict(Limits(wall=settings.SANDBOX_WALL_SECONDS, cpu=settings.SANDBOX_CPU_SECONDS, file_bytes=home_bytes))
