"""aws from its warm process is aws from its executable: the same words, the same errors, the same status."""

import re
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from sandbox.jail import client
from tests.sandbox.conftest import IDENTITY, Console, make_folder

pytestmark = pytest.mark.slow

# Run in this order in one sandbox: what each leaves behind is there for those after it.
SAME = Path(__file__).with_name("invocations.txt").read_text().splitlines()
# What differs between any two runs: ids that the account makes up, and the time.
PASSING = [
    (r"\bARO[A-Z0-9]{17,}", "ARO…"),
    (r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)?", "(a moment)"),
    (r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}", "(an id)"),
]


def played(console: Console) -> dict[str, tuple[str, str]]:
    """How each line ended and all that it said, both outputs apart: standard error goes through a file."""
    said = {}
    for line in SAME:
        ran = console.run(f'{{ {line}\n}} 2>~/errors; echo "status $?"; cat ~/errors')
        text = ran.output
        for pattern, word in PASSING:
            text = re.sub(pattern, word, text)
        said[line] = (ran.result.reason, text)
    return said


@pytest.fixture(scope="module")
def both(supervisor: client.Supervisor, warm_supervisor: client.Supervisor, tmp_path_factory: pytest.TempPathFactory):
    """Beside each other: the executable alone takes half a minute."""
    served = warm_supervisor.status()["warm"]["aws"]

    def play(name: str, running: client.Supervisor) -> dict:
        folder = make_folder(tmp_path_factory.mktemp(name))
        with running.open(id=name, folder=folder, identity=IDENTITY) as live:
            return played(Console(live, folder))

    with ThreadPoolExecutor() as pool:
        plain, warm = pool.map(play, ("plain", "warm"), (supervisor, warm_supervisor))
    return plain, warm, warm_supervisor.status()["warm"]["aws"] - served


@pytest.mark.slow
@pytest.mark.timeout(600)
@pytest.mark.parametrize("line", SAME)
def test_warm_is_as_plain(both: tuple, line: str) -> None:
    plain, warm, _served = both
    assert warm[line] == plain[line]


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_they_were_warm_and_there_are_sixty(both: tuple) -> None:
    assert len(SAME) == 60
    assert both[2] >= 70  # several lines call it more than once


def test_a_call_is_warm(warm_supervisor: client.Supervisor, warm_checkout: Console) -> None:
    served = warm_supervisor.status()["warm"]["aws"]
    assert '"Account": "123456789012"' in warm_checkout.run("aws sts get-caller-identity").output
    assert warm_supervisor.status()["warm"]["aws"] == served + 1


def test_its_credentials_are_the_roles_from_instance_metadata(warm_checkout: Console) -> None:
    look = "env | grep -c '^AWS_.*KEY'; aws configure list | grep access_key; aws sts get-caller-identity --query Arn"
    keys, listed, arn = warm_checkout.run(look).output.splitlines()
    assert keys == "0"
    assert "iam-role" in listed
    assert ":assumed-role/LabWorkstationRole/i-0123456789abcdef0" in arn


WHERE_PLAIN = [
    "PYTHONWARNINGS=default aws --version", "LANG=C aws --version", "LC_ALL=POSIX aws --version", "env -u LANG aws --version",
    "AWS_DATA_PATH=/nowhere aws --version", "HOME=/tmp aws --version", "LD_PRELOAD= aws --version", "aws --version --debug 2>&1",
    "aws --version <&-", "rm -f /run/sandbox/aws.socket; aws --version",
]  # fmt: skip


@pytest.mark.slow
@pytest.mark.parametrize("line", WHERE_PLAIN)
def test_where_a_start_would_differ_the_executable_starts(warm_supervisor: client.Supervisor, warm_checkout: Console, line: str) -> None:
    served = warm_supervisor.status()["warm"]["aws"]
    ran = warm_checkout.run(line)
    assert "aws-cli/1." in ran.output and ran.status == 0
    assert warm_supervisor.status()["warm"]["aws"] == served


def test_where_it_is_found(warm_checkout: Console) -> None:
    said = warm_checkout.run("which aws; type -t aws; command aws --version | cut -c1-7; echo --version | xargs aws | cut -c1-7").output
    assert said.splitlines() == ["/opt/sandbox/bin/aws", "file", "aws-cli", "aws-cli"]


def test_it_is_interrupted_as_a_program_is(warm_checkout: Console) -> None:
    under = warm_checkout.begin("AWS_EC2_METADATA_DISABLED=true aws configure; echo after=$?")
    under.seen("AWS Access Key ID")
    assert under.waits.wait(30), "it waits for typing, and the supervisor sees it"
    warm_checkout.live.send(b"\x03")
    assert under.ended().status in {0, 130}
    assert "Traceback" not in under.output


def test_it_is_typed_to(warm_checkout: Console) -> None:
    under = warm_checkout.begin("aws configure")
    for prompt, answer in (("Key ID", "AKIATYPED"), ("Secret", "secret"), ("region", "eu-west-1"), ("format", "text")):
        under.seen(prompt)
        warm_checkout.live.send(answer.encode() + b"\n")
    assert under.ended().status == 0
    assert "AKIATYPED" in (warm_checkout.folder / "home/.aws/credentials").read_text()


# It waits for standard input; the shell goes on when the warm process, whose parent is outside the jail, is there.
BUSY = "mkfifo p; exec 9<>p; aws s3 cp - s3://b/k <&9 & pid=$!; until ps -eo ppid,comm | grep -q '^ *0 aws'; do :; done; "
GONE = "while ps -eo ppid,comm | grep -q '^ *0 aws'; do :; done; "
ENDS = {"INT": 0, "TERM": 143, "HUP": 129, "QUIT": 131, "KILL": 137, "USR1": 138}


@pytest.mark.slow
@pytest.mark.parametrize("name", ENDS)
def test_a_signal_to_the_one_ends_the_other(warm_checkout: Console, name: str) -> None:
    """A program in the background of a script ignores INT from its start, as bash has it."""
    if name == "INT":
        said = warm_checkout.run(f"cat >s <<'E'\n{BUSY} kill -INT $pid; kill -0 $pid; echo $?; kill -KILL $pid; {GONE}\nE\nbash s").output
    else:
        said = warm_checkout.run(f"{BUSY} kill -{name} $pid; wait $pid; echo $?; {GONE}").output
    assert str(ENDS[name]) in said.split(), said


def test_what_is_put_in_the_background_ends_with_its_command(warm_checkout: Console) -> None:
    assert warm_checkout.run(BUSY).status == 0
    assert "aws" not in warm_checkout.run("ps -eo comm").output


def test_stopped_and_continued(warm_checkout: Console) -> None:
    state = "$(ps -eo ppid,stat,comm | sed -n 's/^ *0 \\(.\\).* aws/\\1/p')"
    line = f"{BUSY} kill -TSTP $pid; until [ {state} = T ]; do :; done; kill -CONT $pid; until [ {state} = S ]; do :; done; echo both"
    assert warm_checkout.run(line).output.splitlines()[-1] == "both"


def test_stop_ends_it(warm_checkout: Console) -> None:
    under = warm_checkout.begin(BUSY + "echo there; wait")
    under.seen("there")
    warm_checkout.live.kill()
    assert under.ended().reason == "killed"


def test_a_limit_of_the_learners_holds(warm_checkout: Console) -> None:
    line = "aws s3 mb s3://the-limits; head -c 3000 /dev/zero | aws s3 cp - s3://the-limits/k; (ulimit -f 1; aws s3 cp s3://the-limits/k k)"
    assert "File too large" in warm_checkout.run(line).output


def test_its_limits_are_the_jails(supervisor: client.Supervisor, warm_supervisor: client.Supervisor, open_checkout) -> None:
    alias = "printf '[toplevel]\\nlimits = !cat /proc/self/limits; ulimit -a; umask; nice\\n' >~/.aws/cli/alias"
    line = f"mkdir -p ~/.aws/cli; {alias}; umask 027; nice -n 3 aws limits"
    plain, warm = (open_checkout(running).run(line).output for running in (supervisor, warm_supervisor))
    assert "Max processes" in plain and warm == plain


def test_what_it_takes_is_counted(warm_supervisor: client.Supervisor, open_checkout) -> None:
    console = open_checkout(warm_supervisor, limits={"memory": 64 * 1024 * 1024})
    hungry = "printf '[default]\\ncredential_process = python3 -c \"x=bytearray(50<<20);input()\"\\n' >~/.aws/config"
    line = f"mkdir -p ~/.aws; {hungry}; AWS_EC2_METADATA_DISABLED=true aws s3 ls"
    assert console.run(line).result.reason == "memory"


def test_time_it_takes_is_counted(warm_supervisor: client.Supervisor, open_checkout) -> None:
    console = open_checkout(warm_supervisor, limits={"cpu": 1})
    assert console.run("while :; do aws --version; done >/dev/null").result.reason == "cpu"
