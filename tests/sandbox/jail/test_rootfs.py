"""What is built for jails, and that building is idempotent, atomic and follows its inputs."""

import os
import shutil
import sys
import threading
from pathlib import Path

import pytest

from sandbox.errors import Fault
from sandbox.jail import rootfs

ROOT = Path(__file__).resolve().parents[3]
VENV = Path(os.environ.get("COURSE_SANDBOX_VENV", ROOT / ".venv-sandbox"))


def build(state: Path, tls: Path, venv: Path = VENV) -> rootfs.Rootfs:
    return rootfs.prepare(state, sandbox_venv=venv, tls_dir=tls, source_root=ROOT)


@pytest.fixture
def small_venv(tmp_path: Path) -> Path:
    """Enough of a virtual environment to build from."""
    venv = tmp_path / "small-venv"
    (venv / "bin").mkdir(parents=True)
    (venv / "lib/python3.11/site-packages").mkdir(parents=True)
    (venv / "bin/python3").symlink_to(Path(sys.executable).resolve())
    (venv / "bin/tool").write_text(f"#!{venv}/bin/python3\nprint(1)\n")
    (venv / "bin/longtool").write_text(f"#!/bin/sh\n'''exec' {venv}/bin/python3 \"$0\" \"$@\"\n' '''\nimport sys\n")
    (venv / "bin/script").write_text("#!/bin/sh\necho 1\n")
    (venv / "bin/activate").write_text("VIRTUAL_ENV=here\n")
    return venv


def test_second_time_nothing_is_built(tmp_path, tls_dir):
    first = build(tmp_path, tls_dir)
    before = (first.path / "etc/passwd").stat()
    assert build(tmp_path, tls_dir) == first
    assert (first.path / "etc/passwd").stat() == before
    assert [path.name for path in (tmp_path / "rootfs").iterdir()] == [first.path.name]


def test_etc_names_nobody_of_the_host(tmp_path, tls_dir):
    etc = build(tmp_path, tls_dir).path / "etc"
    assert [line.split(":")[0] for line in (etc / "passwd").read_text().splitlines()] == ["root", "ec2-user", "nobody"]
    assert not (etc / "shadow").exists() and not (etc / "hostname").exists() and not (etc / "gitconfig").exists()
    assert (etc / "resolv.conf").read_text().startswith("nameserver 169.254.169.253\n")
    assert "hosts: files dns\n" in (etc / "nsswitch.conf").read_text()


def test_the_authority_is_alone_in_one_file_and_last_of_the_bundle(tmp_path, tls_dir):
    etc = build(tmp_path, tls_dir).path / "etc"
    authority = (tls_dir / "ca.pem").read_text()
    assert (etc / "ssl/certs/sandbox-ca.pem").read_text() == authority
    bundle = (etc / "ssl/certs/ca-certificates.crt").read_text()
    assert bundle.endswith(authority)
    if host := rootfs.host_bundle():
        assert bundle.startswith(host.read_text())


def test_a_new_authority_makes_a_new_one_and_keeps_the_old_for_running_jails(tmp_path, tls_dir):
    first = build(tmp_path, tls_dir)
    (tmp_path / "ca.pem").write_text("another")
    second = build(tmp_path, tmp_path)
    assert second.path != first.path and first.path.is_dir()


def test_yesterdays_are_taken_away(tmp_path, tls_dir):
    first = build(tmp_path, tls_dir)
    os.utime(first.path, (0, 0))
    (tmp_path / "ca.pem").write_text("another")
    build(tmp_path, tmp_path)
    assert not first.path.exists()


def test_a_new_tool_makes_a_new_one(tmp_path, tls_dir, small_venv):
    first = build(tmp_path, tls_dir, small_venv)
    (small_venv / "bin/newer").write_text("#!/bin/sh\n")
    assert build(tmp_path, tls_dir, small_venv).path != first.path


def test_before_a_tool_that_can_be_warm_stands_its_shim(tmp_path, tls_dir, small_venv, monkeypatch):
    (small_venv / "bin/aws").write_text(f"#!{small_venv}/bin/python3\nprint(1)\n")
    (small_venv / "bin/aws").chmod(0o755)
    tools = build(tmp_path, tls_dir, small_venv).path / "opt/sandbox"
    assert (tools / "bin/aws").read_text().startswith("#!/usr/bin/perl\n") and os.access(tools / "bin/aws", os.X_OK)
    assert (tools / "plain/aws").read_text() == "#!/opt/sandbox/bin/python3\nprint(1)\n"
    monkeypatch.setattr(rootfs, "_PERL", tmp_path / "nowhere")
    tools = build(tmp_path, tls_dir, small_venv).path / "opt/sandbox"
    assert (tools / "bin/aws").read_text() == "#!/opt/sandbox/bin/python3\nprint(1)\n"


def test_scripts_start_the_python_inside(tmp_path, tls_dir, small_venv):
    tools = build(tmp_path, tls_dir, small_venv).path / "opt/sandbox/bin"
    assert (tools / "tool").read_text() == "#!/opt/sandbox/bin/python3\nprint(1)\n"
    assert (tools / "longtool").read_text() == "#!/opt/sandbox/bin/python3\nimport sys\n"
    assert (tools / "script").read_text() == "#!/bin/sh\necho 1\n"
    assert not (tools / "activate").exists()
    assert (tools / "python3").readlink() == Path(sys.executable).resolve()


def test_many_at_once_agree(tmp_path, tls_dir):
    found: list[rootfs.Rootfs] = []
    threads = [threading.Thread(target=lambda: found.append(build(tmp_path, tls_dir))) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 8 and len(set(found)) == 1
    assert [path.name for path in (tmp_path / "rootfs").iterdir()] == [found[0].path.name]


def test_a_build_that_fails_leaves_nothing(tmp_path, tls_dir, monkeypatch):
    def full(*_arguments: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(rootfs, "_build_tools", full)
    with pytest.raises(Fault, match="No space left") as fault:
        build(tmp_path, tls_dir)
    assert fault.value.code == "rootfs"
    assert list((tmp_path / "rootfs").iterdir()) == []


def test_what_is_missing_is_named(tmp_path, tls_dir, small_venv):
    with pytest.raises(Fault, match=r"ca\.pem") as fault:
        build(tmp_path, tmp_path / "nowhere")
    assert fault.value.code == "tls"
    shutil.rmtree(small_venv / "lib")
    with pytest.raises(Fault, match="holds no packages"):
        build(tmp_path, tls_dir, small_venv)
    (small_venv / "bin/python3").unlink()
    with pytest.raises(Fault, match="leads to no interpreter"):
        build(tmp_path, tls_dir, small_venv)


def test_permissions_do_not_follow_the_umask(tmp_path, tls_dir):
    before = os.umask(0o077)
    try:
        built = build(tmp_path, tls_dir)
    finally:
        os.umask(before)
    modes = {oct(path.stat().st_mode & 0o777) for path in [built.path, *built.path.rglob("*")] if not path.is_symlink()}
    assert modes <= {"0o755", "0o644"}


def test_python_outside_usr_is_mounted_at_its_own_path(tmp_path):
    inside = rootfs.Base(Path("/usr/bin/python3.11"), Path("/usr"))
    outside = rootfs.Base(Path("/opt/pyenv/bin/python3.11"), Path("/opt/pyenv"))
    assert rootfs.base_arguments(inside) == []
    assert rootfs.base_arguments(outside) == ["--ro-bind", "/opt/pyenv", "/opt/pyenv"]
