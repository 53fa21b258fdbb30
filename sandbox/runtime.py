"""This process's supervisor: started when first needed, again when it died, and told where things lie."""

from __future__ import annotations

from pathlib import Path

import moto
from django.conf import settings

from sandbox.cloud import tls
from sandbox.jail import client
from sandbox.jail.limits import Limits


def supervisor() -> client.Supervisor:
    """The running supervisor. Raises Fault("jail-unavailable") with what the host lacks when it may not run commands."""
    return client.shared(
        state_dir=settings.VAR / "jail",
        sandbox_venv=settings.SANDBOX_PYTHON,
        site_packages=Path(moto.__file__).parent.parent,
        tls_dir=tls_dir(),
        source_root=settings.BASE_DIR,
    )


def tls_dir() -> Path:
    """The install's certificates, made when missing."""
    folder: Path = settings.VAR / "tls"
    tls.ensure(folder)
    return folder


def limits() -> Limits:
    return Limits(wall=settings.SANDBOX_WALL_SECONDS, cpu=settings.SANDBOX_CPU_SECONDS, file_bytes=settings.SANDBOX_HOME_BYTES)
