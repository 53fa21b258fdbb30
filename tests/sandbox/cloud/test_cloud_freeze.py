"""One process fills an account and freezes it, another, fresh one thaws it: every describe, list and get must say the same."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from cloud_harness import ROOT

pytestmark = pytest.mark.slow

SCRIPT = Path(__file__).with_name("freeze_script.py")
SERVICES = {"s3": 80, "kms": 40, "iam": 18, "ec2": 20, "ssm": 10, "codepipeline": 8, "others": 7}


def play(what: str, folder: Path) -> dict[str, Any]:
    done = subprocess.run(
        [sys.executable, str(SCRIPT), what, str(folder)],
        env={**os.environ, "PYTHONPATH": str(ROOT), "DJANGO_SETTINGS_MODULE": ""},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    shown: dict[str, Any] = json.loads(done.stdout)
    return shown


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("frozen")


@pytest.fixture(scope="module")
def before(folder: Path) -> dict[str, Any]:
    return play("populate", folder)


@pytest.fixture(scope="module")
def after(before: dict[str, Any], folder: Path) -> dict[str, Any]:
    return play("look", folder)


@pytest.mark.parametrize("service", SERVICES)
def test_everything_is_as_it_was(before: dict[str, Any], after: dict[str, Any], service: str) -> None:
    old, new = before["shown"][service], after["shown"][service]
    assert len(old) >= SERVICES[service]
    assert {key: value for key, value in new.items() if value != old[key]} == {}


def test_what_it_was_is_no_emptiness(before: dict[str, Any]) -> None:
    """The comparison would hold between two empty accounts too."""
    shown = before["shown"]
    versions = shown["s3"]['s3 list_object_versions {"Bucket": "test-versions"}']
    assert len([v for v in versions["Versions"] if v["Key"] == "dir/file"]) == 3
    assert [marker["Key"] for marker in versions["DeleteMarkers"]] == ["gone"]
    decrypted = [value for key, value in shown["kms"].items() if " decrypt " in key]
    assert [value.get("Plaintext", value.get("error")) for value in decrypted] == [
        {"$bytes": "aGVsbG8="},
        "DisabledException",
        {"$bytes": "bWFuYWdlZA=="},
    ]
    assert [value["SignatureValid"] for key, value in shown["kms"].items() if " verify " in key] == [True, True]
    assert {
        p["Value"]
        for p in shown["ssm"]['ssm get_parameters_by_path {"Path": "/app", "Recursive": true, "WithDecryption": true}']["Parameters"]
    } == {"3", "p4ss", "a,b"}
    instances = [i for r in shown["ec2"]["ec2 describe_instances {}"]["Reservations"] for i in r["Instances"]]
    assert sorted(i["State"]["Name"] for i in instances) == ["running", "stopped"]
    assert [p["name"] for p in shown["codepipeline"]["codepipeline list_pipelines {}"]["pipelines"]] == ["one", "two"]
    assert shown["others"]['dynamodb scan {"TableName": "t"}']["Count"] == 1


def test_inventory_is_the_same(before: dict[str, Any], after: dict[str, Any]) -> None:
    assert after["inventory"] == before["inventory"]
    found = before["inventory"]
    assert set(found["s3"]) == {"bucket", "object", "delete-marker", "multipart-upload"}
    assert {"role", "user", "group", "policy", "instance-profile", "access-key"} == set(found["iam"])
    assert {"instance", "security-group", "vpc", "volume", "snapshot", "image", "key-pair", "elastic-ip", "launch-template"} < set(
        found["ec2"]
    )
    assert found["ssm"]["parameter"].keys() == {"/app/count", "/app/secret", "/app/list"}
    assert found["codepipeline"]["pipeline"].keys() == {"one", "two"}


def test_bodies_are_apart(before: dict[str, Any], folder: Path) -> None:
    assert before
    assert (folder / "root").stat().st_size < 100_000
    assert max(path.stat().st_size for path in folder.iterdir() if len(path.name) == 64) == 5 << 20


def test_another_version_is_refused_unread(before: dict[str, Any], folder: Path, tmp_path: Path) -> None:
    """The tag is looked at before anything is unpickled: the rest of this blob is not even a pickle."""
    assert before
    magic, head, _ = (folder / "root").read_bytes().split(b"\n", 2)
    for changed in ({"moto": "0.1"}, {"python": "3.99"}, {"schema": 0}, {"cryptography": "1"}):
        (tmp_path / "root").write_bytes(b"\n".join([magic, json.dumps({**json.loads(head), **changed}).encode(), b"rubbish"]))
        (tmp_path / "kept").write_text("{}")
        with pytest.raises(AssertionError, match="StateVersionError"):
            play("look", tmp_path)
        break
