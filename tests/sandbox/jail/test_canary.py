"""The canary finds nothing in a good jail, and names what is wrong with a bad one and with a bad machine."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from sandbox.errors import Fault
from sandbox.jail import bpf, bwrap, canary, seccomp, syscalls
from sandbox.jail.limits import Limits

PROJECT = Path(__file__).resolve().parents[3]
# In a user namespace of one's own a user may change what an administrator changes elsewhere.
AS_ADMINISTRATOR = ["unshare", "-U", "--map-current-user", "--keep-caps", "-m", "sh", "-ec"]
AS_USER = "exec setpriv --ambient-caps -all --inh-caps -all"
ELSEWHERE = """
import json, sys
from pathlib import Path
sys.path.insert(0, sys.argv[1])
from sandbox.jail import canary, rootfs
built = rootfs.Rootfs(Path(sys.argv[2]), Path(sys.argv[3]), Path(sys.argv[1]), rootfs.Base(Path(sys.argv[4]), Path(sys.argv[5])))
print(json.dumps([[p.code, p.detail, p.remedy] for p in canary.check(built)]))
"""


@pytest.fixture
def good(jail, built):
    jail()  # skips as root
    return built


def test_a_good_machine_has_no_problem_and_nothing_is_left(good):
    state = good.path.parent.parent
    before = sorted(state.iterdir())
    assert canary.check(good) == []
    assert sorted(state.iterdir()) == before


def weaken(monkeypatch: pytest.MonkeyPatch, change: Callable[[bwrap.Launch], None]) -> None:
    real = bwrap.command

    def command(*arguments: object, **options: object) -> bwrap.Launch:
        launch = real(*arguments, **options)
        change(launch)
        return launch

    monkeypatch.setattr(bwrap, "command", command)


def without_a_jail(launch: bwrap.Launch) -> None:
    """What follows prlimit's `--` is the program itself; /proc/1 is then the machine's, so a copy reads its own."""
    program = launch.argv[launch.argv.index("--", 4) + 1 :]
    program[0] = sys.executable
    program = [part.replace('"/proc/1/environ"', '"/proc/self/environ"') for part in program]
    launch.argv, launch.env = program, dict(os.environ)


def test_no_jail_at_all_is_noticed_in_every_way_an_ordinary_process_may(good, monkeypatch):
    weaken(monkeypatch, without_a_jail)
    codes = {problem.code for problem in canary.check(good)}
    everybody = {"sentinel", "connect", "abstract", "namespace", "namespaces", "environment", "seccomp", "no-new-privs", "process-limit"}
    assert everybody <= codes
    assert ("uid" in codes) == (os.getuid() != 1000)
    assert "signal" not in codes, "numbers in use inside say nothing, and outside all are"


def leaky(launch: bwrap.Launch) -> None:
    launch.env = {"SECRET_KEY": "x"}


def test_an_environment_handed_to_bwrap_is_noticed(good, monkeypatch):
    weaken(monkeypatch, leaky)
    assert [problem.code for problem in canary.check(good)] == ["environment"]


def test_a_missing_filter_is_noticed(good, monkeypatch):
    allow = bpf.INSTRUCTION.pack(6, 0, 0, bpf.ALLOW)
    monkeypatch.setattr(seccomp, "filter_bytes", lambda machine=None: allow)
    assert {problem.code for problem in canary.check(good)} == {"namespace"}, "and with it a namespace of one's own"


def test_a_shared_network_is_noticed(good, monkeypatch):
    real = bwrap._namespaces
    monkeypatch.setattr(bwrap, "_namespaces", lambda *, share_net: real(share_net=True))
    assert {"connect", "abstract", "namespaces"} <= {problem.code for problem in canary.check(good)}


def test_a_folder_of_the_machine_is_noticed(good, monkeypatch):
    real = bwrap._environment
    state = str(good.path.parent.parent)
    monkeypatch.setattr(bwrap, "_environment", lambda given: [*real(given), "--ro-bind", state, state])
    assert [problem.code for problem in canary.check(good)] == ["sentinel"]


def test_processes_without_limit_are_noticed(good, monkeypatch):
    monkeypatch.setattr(canary, "Limits", lambda processes: Limits(processes=500))
    problems = canary.check(good)
    assert [problem.code for problem in problems] == ["process-limit"] and "5.14" in problems[0].remedy


REPORT = {
    "achieved": [], "environment": 0, "namespaces": dict.fromkeys(("user", "mnt", "pid", "net", "ipc", "uts"), "other"),
    "seccomp": "2", "capabilities": "0" * 16, "no_new_privs": "1", "uid": 1000, "processes": 18,
}  # fmt: skip


@pytest.mark.parametrize(
    ("change", "code"),
    [
        *[({"achieved": [name]}, name) for name in canary._ESCAPES],
        ({"environment": 9}, "environment"),
        ({"seccomp": "0"}, "seccomp"),
        ({"capabilities": "00000000a80425fb"}, "capabilities"),
        ({"no_new_privs": "0"}, "no-new-privs"),
        ({"uid": 0}, "uid"),
        ({"processes": 40}, "process-limit"),
        ({"namespaces": {**REPORT["namespaces"], "ipc": os.readlink("/proc/self/ns/ipc")}}, "namespaces"),  # noqa: PTH115
    ],
)
def test_each_finding_is_a_problem_with_a_remedy(change, code):
    assert canary.judge(REPORT) == []
    (problem,) = canary.judge({**REPORT, **change})
    assert problem.code == code and problem.detail.endswith(".") and problem.remedy


def elsewhere(built, setup: str) -> list[list[str]]:
    """The canary's problems in a place that ``setup`` has spoilt."""
    python = [sys.executable, "-c", ELSEWHERE, PROJECT, built.path, built.tools_lib, built.base.executable, built.base.prefix]
    words = " ".join(f"'{part}'" for part in python)
    done = subprocess.run([*AS_ADMINISTRATOR, f"{setup}\n{AS_USER} {words}"], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    problems: list[list[str]] = json.loads(done.stdout)
    return problems


def test_elsewhere_is_otherwise_good(good):
    assert elsewhere(good, "true") == []


def test_no_user_namespaces(good):
    ((code, detail, remedy),) = elsewhere(good, "echo 0 > /proc/sys/user/max_user_namespaces")
    assert code == "no-user-namespaces" and "user.max_user_namespaces is 0" in detail
    assert remedy.startswith("sudo sysctl -w user.max_user_namespaces=")


def test_masked_proc_as_in_a_container(good):
    ((code, _detail, remedy),) = elsewhere(good, "mount --bind /dev/null /proc/kallsyms")
    assert code == "masked-proc" and "systempaths=unconfined" in remedy


def test_no_proc_settings_to_read(good):
    ((code, detail, _remedy),) = elsewhere(good, "mount -t tmpfs none /proc/sys/kernel")
    assert code == "no-seccomp" and "no seccomp" in detail


@pytest.mark.parametrize(
    ("said", "settings", "container", "code", "remedy"),
    [
        ("bwrap: setting up uid map: Permission denied", {"kernel/apparmor_restrict_unprivileged_userns": "1"}, False, "no-user-namespaces",
         "apparmor_restrict_unprivileged_userns=0"),
        ("bwrap: loopback: Failed RTM_NEWADDR: Operation not permitted", {"kernel/apparmor_restrict_unprivileged_userns": "1"}, False,
         "no-user-namespaces", "apparmor_restrict_unprivileged_userns=0"),
        ("bwrap: No permissions to create new namespace, likely because", {"kernel/unprivileged_userns_clone": "0"}, False,
         "no-user-namespaces", "unprivileged_userns_clone=1"),
        ("bwrap: Creating new namespace failed: Operation not permitted", {}, True, "no-user-namespaces", "seccomp=unconfined"),
        ("bwrap: Creating new namespace failed: Invalid argument", {}, False, "no-user-namespaces", "CONFIG_USER_NS"),
        ("bwrap: Can't mount proc on /newroot/proc: Operation not permitted", {}, True, "masked-proc", "systempaths=unconfined"),
        ("bwrap: pivot_root: Invalid argument", {}, False, "chroot", "container"),
        ("", {}, False, "jail", "report"),
    ],
)  # fmt: skip
def test_bwraps_words_become_a_remedy(monkeypatch, said, settings, container, code, remedy):
    monkeypatch.setattr(canary, "setting", settings.get)
    monkeypatch.setattr(canary, "in_container", lambda: container)
    problem = canary.diagnose(f"warning\n{said}\n" if said else "", 1)
    assert problem.code == code and remedy in problem.remedy
    assert said in problem.detail


def test_what_is_missing_is_named_before_a_jail_is_tried(built, monkeypatch):
    def none() -> Path:
        raise Fault("no-bwrap", "bubblewrap is needed. Remedy: apt install bubblewrap.")

    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    monkeypatch.setattr(bwrap, "find_bwrap", none)
    monkeypatch.setattr(bwrap, "PRLIMIT", "/nonexistent")
    monkeypatch.setattr(syscalls.platform, "machine", lambda: "riscv64")
    seccomp.filter_bytes.cache_clear()
    try:
        problems = {problem.code: problem.remedy for problem in canary.check(built)}
    finally:
        monkeypatch.undo()
        seccomp.filter_bytes.cache_clear()
    assert set(problems) == {"no-bwrap", "no-prlimit", "architecture"}
    assert problems["no-bwrap"] == "apt install bubblewrap."


def test_root_is_a_problem_by_itself(built, monkeypatch):
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    assert [problem.code for problem in canary.check(built)] == ["root"]


@pytest.mark.parametrize("program", ["exit 0", "echo not json", "echo '{}'", "kill -9 $$"])
def test_a_canary_that_does_not_sing_is_a_problem(good, monkeypatch, program):
    def silent(launch: bwrap.Launch) -> None:
        launch.argv = [shutil.which("sh"), "-c", program]

    weaken(monkeypatch, silent)
    assert len(canary.check(good)) == 1


def test_a_full_disk_is_a_problem(good, monkeypatch):
    def full(*_arguments: object, **_options: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(canary.tempfile, "TemporaryDirectory", full)
    (problem,) = canary.check(good)
    assert "No space left" in problem.detail
