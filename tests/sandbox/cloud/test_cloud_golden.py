"""An account frozen long ago, with everything in it: it must thaw still, or say that it cannot.

A change of what is frozen, or of how, therefore changes SCHEMA (sandbox/cloud/edition.py). Made anew after moto, cryptography, Python or
SCHEMA changed, in the environment that the pins name, and committed with that change::

    PYTHONPATH=.:tests/sandbox/cloud python tests/sandbox/cloud/test_cloud_golden.py

It plays the folder ``frozen`` (every service of the course) and keeps what its first process froze: ``golden.zip`` holds the root and the
bodies by their sha256.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Callable
from fnmatch import fnmatchcase
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
from cloud_harness import Cloud
from frozen import ORDER

from sandbox.cloud import edition

GOLDEN = Path(__file__).with_name("golden.zip")


@pytest.fixture(scope="module")
def kept() -> dict[str, bytes]:
    with zipfile.ZipFile(GOLDEN) as file:
        return {name: file.read(name) for name in file.namelist()}


def test_golden(clouds: Callable[..., Cloud], kept: dict[str, bytes]) -> None:
    old = clouds(kept["root"], kept)
    try:
        edition.require(kept["root"])
    except edition.StateVersionError as error:
        assert error.found["schema"] != edition.SCHEMA or error.found != error.wanted
        assert old.started.header["code"] == "cloud-state-version"
        return
    assert old.started.kind == "ready", old.started.header
    _is_whole(old)
    made = _inventory(old)
    for name in ORDER:
        service, expected = name.strip("_"), import_module(f"frozen.{name}").MADE
        for kind, patterns in expected.items():
            names = list(made[service][kind])
            assert len(names) >= len(patterns), (service, kind)
            assert all(any(fnmatchcase(one, pattern) for one in names) for pattern in patterns), (service, kind, names)


def _is_whole(old: Cloud) -> None:
    """What is more than a name: versions, keys, an object that was a body of its own."""
    s3, kms = old.client("s3"), old.client("kms")
    versions = s3.list_object_versions(Bucket="test-versions", Prefix="dir/file")["Versions"]
    contents = [s3.get_object(Bucket="test-versions", Key="dir/file", VersionId=one["VersionId"])["Body"].read() for one in versions]
    assert contents == [b"third", b"second" * 2000, b"first"]
    key = old.call("kms", "describe_key", KeyId="alias/app")["KeyMetadata"]
    assert key["Description"] == "plain"
    secret = kms.encrypt(KeyId="alias/app", Plaintext=b"again")["CiphertextBlob"]
    assert kms.decrypt(CiphertextBlob=secret)["Plaintext"] == b"again"
    assert old.client("ssm").get_parameter(Name="/app/count")["Parameter"]["Value"] == "3"
    assert old.client("sts").get_caller_identity()["Account"] == "111122223333"


def _inventory(old: Cloud) -> Any:
    old.client("ssm").put_parameter(Name="/after", Value="thaw", Type="String")
    return old.freeze().header["inventory"]


def make() -> None:
    program = Path(__file__).parent / "frozen" / "account.py"
    with tempfile.TemporaryDirectory() as name, zipfile.ZipFile(GOLDEN, "w", zipfile.ZIP_DEFLATED) as file:
        subprocess.run([sys.executable, str(program), name], check=True, stderr=subprocess.DEVNULL)
        for path in sorted((Path(name) / "one").iterdir()):
            file.writestr(zipfile.ZipInfo(path.name), path.read_bytes(), zipfile.ZIP_DEFLATED)


if __name__ == "__main__":
    make()
