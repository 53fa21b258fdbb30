"""Leaving root for good. What needs root runs where the tests do; the rest is tried as anybody."""

import json
import os
import pwd
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from sandbox.jail import uid

as_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root can leave root: run this file's tests as root too")

PROJECT = Path(__file__).resolve().parents[3]
LEAVE = """
import json, os, subprocess, sys
from pathlib import Path
sys.path.insert(0, sys.argv[1])
from sandbox.jail import uid
needed = [Path(p) for p in json.loads(sys.argv[2])]
try:
    identity = uid.become_unprivileged(needed, [Path(sys.argv[3])])
except uid.UidError as error:
    print(json.dumps({"problem": str(error), "remedy": error.remedy}))
    sys.exit()
def back():
    try:
        os.setuid(0)
    except PermissionError:
        return False
    return True
venv = needed[0] / ".venv"
run = lambda *argv: subprocess.run(argv, capture_output=True, text=True).stdout.strip()
Path(sys.argv[3], "new").write_text("")
print(json.dumps({
    "ids": [os.getresuid(), os.getresgid(), os.getgroups()],
    "identity": [identity.uid, identity.gid],
    "back": back(),
    "home": os.environ["HOME"],
    "cwd": os.getcwd(),
    "import": run(str(venv / "bin/python3"), "-c", "import sys, marker, sandbox.jail.uid; print(sys.prefix)"),
    "top": sorted(p.name for p in Path(sys.argv[4]).iterdir()),
    "capabilities": [l.split()[1] for l in open("/proc/self/status") if l.startswith(("CapEff", "CapPrm"))],
    "umask": os.umask(0),
    "uid_map": os.access("/proc/self/uid_map", os.W_OK),
    "namespaces": run("unshare", "-Ur", "id", "-u"),
}))
"""


def test_an_ordinary_user_stays_who_it_is(tmp_path, monkeypatch):
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    assert uid.become_unprivileged([tmp_path], [tmp_path / "var"]) is None
    assert not (tmp_path / "var").exists()


def test_the_run_time_folders_owner_is_chosen(tmp_path, monkeypatch):
    real = Path.stat

    def stat(path: Path, **options: object) -> os.stat_result:
        about = list(real(path, **options))
        about[4:6] = [4321, 0]
        return os.stat_result(about)

    monkeypatch.setattr(Path, "stat", stat)
    assert uid.choose([tmp_path]) == uid.Identity(4321, 4321)


def test_else_a_number_that_nobody_has(monkeypatch):
    assert uid.choose([Path("/nonexistent"), Path("/")]) == uid.Identity(61357, 61357)
    entry = pwd.struct_passwd(("somebody", "x", 61357, 61357, "", "/", "/bin/sh"))
    monkeypatch.setattr(pwd, "getpwall", lambda: [entry])
    assert uid.choose([Path("/")]) == uid.Identity(61358, 61358)


def test_links_are_followed_one_by_one(tmp_path):
    (tmp_path / "real/inner").mkdir(parents=True)
    (tmp_path / "one").symlink_to("real")
    (tmp_path / "two").symlink_to(tmp_path / "one/inner")
    links, targets = uid._follow([tmp_path / "two"])
    assert (links, targets) == ({tmp_path / "two", tmp_path / "one"}, {tmp_path / "real/inner"})


def test_a_loop_of_links_is_named(tmp_path):
    (tmp_path / "a").symlink_to("b")
    (tmp_path / "b").symlink_to("a")
    with pytest.raises(uid.UidError, match="loop"):
        uid._follow([tmp_path / "a"])


def test_interpreters_are_found_from_their_environments(tmp_path):
    (tmp_path / "venv/bin").mkdir(parents=True)
    (tmp_path / "python/bin").mkdir(parents=True)
    (tmp_path / "python/bin/python3.11").touch()
    (tmp_path / "venv/bin/python3").symlink_to(tmp_path / "python/bin/python3.11")
    assert {tmp_path / "venv", tmp_path / "venv/bin/python3", tmp_path / "python"} <= set(uid._with_interpreters([tmp_path / "venv"]))


@pytest.fixture
def closed() -> Iterator[Path]:
    """A folder like root's home: 0700, with the project, its environment and its interpreter's link somewhere inside."""
    top = Path(tempfile.mkdtemp(prefix="uid-"))
    project = top / "deep/closed/project"
    project.mkdir(parents=True)
    (top / "deep/closed").chmod(0o700)
    (top / "secret").write_text("root's own")
    subprocess.run([sys._base_executable, "-m", "venv", "--without-pip", "--copies", project / ".venv"], check=True)
    packages = next((project / ".venv/lib").glob("python*/site-packages"))
    (packages / "marker.py").write_text("")
    shutil.copytree(PROJECT / "sandbox", packages / "sandbox", ignore=shutil.ignore_patterns("__pycache__"))
    (top / "link").symlink_to("deep/closed/project")
    yield top
    shutil.rmtree(top)


def leave(top: Path, project: Path, var: Path, *, needed: tuple[Path, ...] = ()) -> dict:
    paths = json.dumps([str(path) for path in (project, project / ".venv", *needed)])
    argv = [sys.executable, "-c", LEAVE, str(PROJECT), paths, str(var), str(top)]
    done = subprocess.run(argv, cwd=project, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    report: dict = json.loads(done.stdout)
    return report


@as_root
def test_root_becomes_the_user_for_good_and_reaches_what_it_needs(closed):
    project = closed / "deep/closed/project"
    report = leave(closed, project, project / ".var")
    assert report["ids"] == [[61357] * 3, [61357] * 3, []] and report["identity"] == [61357, 61357]
    assert report["back"] is False and set(report["capabilities"]) == {"0" * 16}
    assert report["home"] == str(project / ".var/home") and report["cwd"] == str(project)
    assert report["import"] == str(project / ".venv")
    assert report["umask"] == 0o077
    assert report["uid_map"] is True and report["namespaces"] == "0"
    assert report["top"] == ["deep"], "the rest of a closed folder is hidden"
    assert sorted(path.name for path in closed.iterdir()) == ["deep", "link", "secret"], "from that process alone"


@as_root
def test_through_a_link_as_well(closed):
    report = leave(closed, closed / "link", closed / "link/.var")
    assert report["import"] == str(closed / "link/.venv")
    assert report["top"] == ["deep", "link"]


@as_root
def test_the_run_time_folder_is_given_once_and_later_only_what_root_put_there(closed):
    var = closed / "deep/closed/project/.var"
    (var / "checkouts").mkdir(parents=True)
    (var / "checkouts/file").write_text("")
    (closed / "other-name").write_text("")
    os.link(closed / "other-name", var / "second-name")
    leave(closed, var.parent, var)
    assert {path.stat().st_uid for path in (var, var / "checkouts", var / "checkouts/file", var / "new")} == {61357}
    assert (closed / "other-name").stat().st_uid == 0, "a file with a second name outside is left alone"
    (var / "key").write_text("")
    (var / "checkouts/planted").write_text("")
    leave(closed, var.parent, var)
    assert (var / "key").stat().st_uid == 61357
    assert (var / "checkouts/planted").stat().st_uid == 0


@as_root
def test_the_same_user_again(closed):
    var = closed / "deep/closed/project/.var"
    var.mkdir()
    os.chown(var, 4321, 4321)
    assert leave(closed, var.parent, var)["ids"][0] == [4321] * 3


@as_root
def test_a_closed_project_is_named_with_its_remedy(closed):
    project = closed / "deep/closed/project"
    project.chmod(0o700)
    report = leave(closed, project, project / ".var")
    assert f"may not read {project}" in report["problem"]
    assert report["remedy"].startswith(f"chmod -R go+rX {project}")


@as_root
def test_where_mounting_is_not_permitted_the_remedy_is_named(closed):
    """As in a container without CAP_SYS_ADMIN."""
    project = closed / "deep/closed/project"
    paths = json.dumps([str(project), str(project / ".venv")])
    argv = ["setpriv", "--bounding-set", "-sys_admin", "--inh-caps", "-sys_admin"]
    done = subprocess.run(
        [*argv, sys.executable, "-c", LEAVE, str(PROJECT), paths, str(project / ".var"), str(closed)],
        cwd=project, capture_output=True, text=True, check=True,
    )  # fmt: skip
    report = json.loads(done.stdout)
    assert str(closed) in report["problem"] and report["remedy"].startswith("chmod o+x ") and str(closed) in report["remedy"]


@as_root
def test_without_the_right_to_change_uid_the_remedy_is_named(closed):
    project = closed / "deep/closed/project"
    argv = ["setpriv", "--bounding-set", "-setuid", "--inh-caps", "-setuid", sys.executable, "-c", LEAVE, str(PROJECT)]
    done = subprocess.run([*argv, "[]", str(project / ".var"), str(closed)], cwd=project, capture_output=True, text=True, check=True)
    assert "may not become uid 61357" in json.loads(done.stdout)["problem"]
