"""Of the host's programs a learner finds those that can do something there."""

import os
from pathlib import Path

import pytest

from sandbox.completion.files import Files
from sandbox.jail import programs
from sandbox.store.working import PARTS, Snapshot


@pytest.fixture
def host(tmp_path, monkeypatch) -> Path:
    """A small one, whose folders are not at the root."""
    usual, local = tmp_path / "usr/bin", tmp_path / "usr/local/bin"
    for folder in (usual, local):
        folder.mkdir(parents=True)
    for name in ("ls", "docker", "systemd-run", "mawk"):
        (usual / name).write_text("#!/bin/sh\n")
    (usual / "awk").symlink_to("mawk")
    (usual / "apt-get").symlink_to("ls")
    for name in ("jq", "python3.12", "issue-tracker", "docker"):
        (local / name).write_text("#!/bin/sh\n")
    (tmp_path / "bin").symlink_to("usr/bin")
    monkeypatch.setattr(programs, "_LOCAL", str(local))
    monkeypatch.setattr(programs, "_FOLDERS", (str(local), str(usual), str(tmp_path / "bin")))
    return tmp_path


def test_what_a_sandbox_lacks_is_left_out_and_links_lead_where_they_led(host, tmp_path):
    programs.build(tmp_path / "built")
    usual, local = (tmp_path / "built" / str(host / name).lstrip("/") for name in ("usr/bin", "usr/local/bin"))
    assert sorted(path.name for path in usual.iterdir()) == ["awk", "ls", "mawk"]
    assert (usual / "awk").readlink() == Path("mawk")
    assert (usual / "ls").readlink() == Path(f"/opt/host{host}/usr/bin/ls")
    assert sorted(path.name for path in local.iterdir()) == ["jq", "python3.12"], "whoever keeps the machine fills it as they like"


def test_a_new_program_of_the_host_is_a_reason_to_build_anew(host):
    before = programs.inputs()
    assert programs.inputs() == before
    os.utime(host / "usr/bin", (1, 1))
    assert programs.inputs() != before


def test_inside_they_are_not_found_and_the_others_work(jail_checkout):
    assert jail_checkout.run("which docker systemctl sudo apt kubectl issues").output == ""
    ran = jail_checkout.run("docker ps; sudo ls; systemctl status x")
    assert ran.output.splitlines() == [f"bash: {name}: command not found" for name in ("docker", "sudo", "systemctl")]
    ran = jail_checkout.run("type -p curl git; echo a b | awk '{print $2}'; /usr/bin/python3 -c 'import json; print(1)'; env -i ls -d /")
    assert ran.output.splitlines() == ["/usr/bin/curl", "/usr/bin/git", "b", "1", "/"]


def test_tab_offers_none_of_them():
    files = Files(Snapshot({part: {} for part in PARTS}))
    found = files.listing("/usr/bin")
    assert "ls" in found
    assert not [name for name in found if programs.is_absent(name)]
