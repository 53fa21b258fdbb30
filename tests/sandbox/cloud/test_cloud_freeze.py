"""An account with everything in it that the course's services have, through three processes: nothing of it may be lost or altered.

What is in it, and what the inventory must name, stands in the folder ``frozen``, a module a service; ``frozen/account.py`` runs it.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from importlib import import_module
from pathlib import Path
from typing import Any

import jmespath
import pytest
from cloud_harness import ROOT
from frozen import ORDER
from frozen.compare import differences, unmatched

pytestmark = pytest.mark.slow

PROGRAM = Path(__file__).parent / "frozen" / "account.py"
PATHS = f"{ROOT}{os.pathsep}{PROGRAM.parents[1]}"
SERVICES = [name.strip("_") for name in ORDER]
FEWEST_READS = 750
FEW_KINDS = {
    "sts": "AWS keeps nothing there but sessions, and lists none",
    "codecommit": "moto has repositories, and nothing in them",
    "codebuild": "moto has projects and builds",
    "codedeploy": "moto has applications, groups, deployments and tags",
    "codepipeline": "moto has pipelines, executions and tags",
    "eks": "moto has clusters, node groups, Fargate profiles and tags",
    "elasticbeanstalk": "moto has applications, environments and tags",
    "acm": "moto has certificates, their bodies and tags, and an account's settings",
}
"""Fewer than five kinds of things are told of there: why."""


def play(folder: Path, program: str = "") -> subprocess.CompletedProcess[str]:
    argv = [sys.executable, "-c", program] if program else [sys.executable, str(PROGRAM), str(folder)]
    env = {**os.environ, "PYTHONPATH": PATHS, "DJANGO_SETTINGS_MODULE": "", "TZ": "UTC"}
    return subprocess.run(argv, env=env, cwd=folder, capture_output=True, text=True, timeout=230, check=False)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    where = tmp_path_factory.mktemp("frozen")
    done = play(where)
    assert done.returncode == 0, done.stderr
    return where


@pytest.fixture(scope="module")
def told(folder: Path) -> dict[str, Any]:
    return {name: json.loads((folder / f"{name}.json").read_text()) for name in ("first", "second", "third")}


def expected(service: str) -> Any:
    return import_module(f"frozen.{next(name for name in ORDER if name.strip('_') == service)}")


def kinds(service: str) -> set[str]:
    """What calls of the service tell of apart: its resources, and what each has of its own that another call answers."""
    module = expected(service)
    return {*module.MADE, *getattr(module, "SHOWN", {})}


def compare(old: dict[str, Any], new: dict[str, Any], service: str) -> list[str]:
    pairs = zip(old["shown"][service], new["shown"][service], strict=True)
    return [f"{call} {wrong}" for (call, one), (_, other) in pairs for wrong in differences(one, other, old["when"], new["when"])]


@pytest.mark.parametrize("service", SERVICES)
def test_a_thawed_account_shows_what_the_frozen_one_did(told: dict[str, Any], service: str) -> None:
    assert compare(told["first"], told["second"], service) == []
    assert compare(told["second"]["again"], told["third"], service) == []


@pytest.mark.parametrize("service", SERVICES)
def test_what_a_service_keeps_is_shown(told: dict[str, Any], service: str) -> None:
    """Compared is only what an answer held."""
    shown = told["first"]["shown"][service]
    for kind, where in getattr(expected(service), "SHOWN", {}).items():
        operation, path = where.split(" ", 1)
        assert [answer for call, answer in shown if call[1] == operation and jmespath.search(path, answer)], kind


def test_two_accounts_and_two_regions(told: dict[str, Any]) -> None:
    places = [place for place in told["first"]["shown"] if " " in place]
    assert len(places) == 3
    for place in places:
        assert compare(told["first"], told["second"], place) == []
        answers = {call[1]: answer for call, answer in told["first"]["shown"][place]}
        assert answers["describe_vpcs"]["Vpcs"]


def test_what_is_compared(told: dict[str, Any]) -> None:
    """Two empty accounts are the same too."""
    shown = told["first"]["shown"]
    assert sum(len(answers) for answers in shown.values()) >= FEWEST_READS
    for service in SERVICES:
        assert [answer for _, answer in shown[service] if "error" not in answer], service
        assert len(kinds(service)) >= 5 or service in FEW_KINDS, service
    decrypted = [answer["Plaintext"] for call, answer in shown["kms"] if call[1] == "decrypt" and "error" not in answer]
    assert {"$bytes": "aGVsbG8="} in decrypted
    assert all(answer["SignatureValid"] for call, answer in shown["kms"] if call[1] == "verify" and "error" not in answer)
    versions = next(answer for call, answer in shown["s3"] if call[1:] == ["list_object_versions", {"Bucket": "test-versions"}])
    assert len([one for one in versions["Versions"] if one["Key"] == "dir/file"]) == 3


@pytest.mark.parametrize("service", SERVICES)
def test_the_inventory_names_what_was_done(told: dict[str, Any], service: str) -> None:
    """Each resource once, with its change, and nothing else of that service."""
    module = expected(service)
    empty, full = told["first"]["services"][service]
    assert unmatched(empty, full, service, "added", module.MADE) == []
    assert unmatched(empty, full, service, "changed", {}) == unmatched(empty, full, service, "removed", {}) == []
    before, altered, after = told["second"]["services"][service]
    assert unmatched(before, altered, service, "changed", module.ALTERED) == []
    assert unmatched(before, altered, service, "added", {}) == unmatched(before, altered, service, "removed", {}) == []
    assert unmatched(altered, after, service, "removed", module.REMOVED) == []
    assert unmatched(altered, after, service, "changed", {}) == unmatched(altered, after, service, "added", {}) == []


def test_reads_and_freezing_change_nothing_that_is_listed(told: dict[str, Any]) -> None:
    first, second, third = (told[name]["inventory"] for name in ("first", "second", "third"))
    assert second[0] == first[1]
    assert third[0] == second[2]
    for before, after in ((first[1], first[2]), (second[0], second[1])):
        # A build of moto's runs by being looked at.
        assert {**after, "codebuild": {}} == {**before, "codebuild": {}}


def test_moto_keeps_nothing_outside_of_its_backends(told: dict[str, Any]) -> None:
    """What does not hang on a backend is in no blob. The one thing that a learner sees is frozen beside them; the rest is of the code."""
    assert told["first"]["outside"] == [
        "moto.ec2.models.vpcs.DEFAULT_VPC_ENDPOINT_SERVICES",
        "moto.ec2.responses._base_response.EC2BaseResponse.RESPONSE_KEY_PATH_TO_TRANSFORMER",
        "moto.ecs.responses.EC2ContainerServiceResponse.RESPONSE_KEY_PATH_TO_TRANSFORMER",
    ]


def test_bodies_are_apart(told: dict[str, Any], folder: Path) -> None:
    assert told
    files = list((folder / "one").iterdir())
    assert (folder / "one" / "root").stat().st_size < 120_000
    assert max(path.stat().st_size for path in files if len(path.name) == 64) == 5 << 20


def test_another_version_is_refused_unread(folder: Path, tmp_path: Path) -> None:
    """The tag is looked at before anything is unpickled: the rest of this blob is not even a pickle."""
    magic, head, _ = (folder / "one" / "root").read_bytes().split(b"\n", 2)
    (tmp_path / "root").write_bytes(b"\n".join([magic, json.dumps({**json.loads(head), "moto": "0.1"}).encode(), b"rubbish"]))
    program = "import sandbox.cloud.warm; from sandbox.cloud import freeze; freeze.thaw(open('root', 'rb').read(), None)"
    assert "StateVersionError" in play(tmp_path, program).stderr
