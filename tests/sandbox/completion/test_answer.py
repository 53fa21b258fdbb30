"""Tab: what a line may become, from a version in the store."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings

from sandbox.completion import answer, aws, aws_words
from sandbox.completion.place import place
from sandbox.completion.quotes import quoted, unquote
from sandbox.models import Version
from sandbox.store import blobs, tree
from sandbox.store.storage import BlobStorage
from sandbox.store.working import Snapshot

STATE = b"""#state 1 0
builtin cd -- '/home/ec2-user/environment' || __sandbox_lost=1
deploy ()\x20
{
    echo hi
}
greet-all ()\x20
{
    :
}

#variables
declare -x PATH="/opt/sandbox/bin:/usr/bin:/home/ec2-user/bin"
declare -x HOME="/home/ec2-user"
declare -- BUCKET="my-bucket"
declare -ai BUILDS=([0]="1")
declare -- WHERE="/home/ec2-user/environment/src"

#end of variables
alias ll='ls -l'
#complete
"""


def entry(kind: str, mode: int = 0o644, data: str = "") -> tree.Entry:
    return tree.Entry(kind, mode, 0, 0, data)


@pytest.fixture
def version(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Version:
    storage = BlobStorage(location=tmp_path)
    monkeypatch.setattr(blobs, "storage", lambda: storage)
    config = b'[default]\nregion=x\n[profile lab-admin]\n[profile "two words"]\n[sso-session no]\n'
    home = {
        "environment": entry("d"),
        "environment/src": entry("d"),
        "environment/src/app.py": entry("f"),
        "environment/read me.txt": entry("f"),
        "environment/it's.txt": entry("f"),
        "environment/report-1.json": entry("f"),
        "environment/report-2.json": entry("f"),
        "environment/.hidden": entry("f"),
        "environment/link": entry("l", data="src"),
        "environment/loop": entry("l", data="loop"),
        "environment/out": entry("l", data="/etc"),
        "environment/한글.txt": entry("f"),
        "bin": entry("d"),
        "bin/mytool": entry("f", 0o755),
        ".aws": entry("d"),
        ".aws/config": tree.Entry("f", 0o600, 0, len(config), blobs.put(config)),
    }
    manifest = Snapshot({"home": home, "tmp": {"scratch.txt": entry("f")}}).save()
    return Version(account="1" * 12, manifest=manifest, shell=blobs.put(STATE))


def nothing(_words: list[str], _current: str) -> list[str]:
    return []


def texts(version: Version, line: str, ask: answer.Ask = nothing) -> list[str]:
    """What the line becomes by each suggestion."""
    found = answer.answer(version, line, venv=settings.SANDBOX_PYTHON, ask=ask)
    return [line[: found.start] + item.text + item.after for item in found.items] if found else []


@pytest.mark.parametrize(
    ("line", "becomes"),
    [
        ("cat rep", ["cat report-1.json ", "cat report-2.json "]),
        ("cat read", ["cat read\\ me.txt "]),
        ("cat read\\ m", ["cat read\\ me.txt "]),
        ('cat "read', ['cat "read me.txt" ']),
        ("cat 'read", ["cat 'read me.txt' "]),
        ("cat it", ["cat it\\'s.txt "]),
        ("cat 'it", ["cat 'it'\\''s.txt' "]),
        ("cat 한", ["cat 한글.txt "]),
        ("cat .h", ["cat .hidden "]),
        ("cat ~/environment/src/", ["cat ~/environment/src/app.py "]),
        ("cat link/a", ["cat link/app.py "]),
        ("cat loop/", []),
        ("cat out/", []),
        ("cat $WHERE/a", ["cat $WHERE/app.py "]),
        ("cat /tmp/s", ["cat /tmp/scratch.txt "]),
        ("cat ../b", ["cat ../bin/"]),
        ("cat ..", ["cat ../"]),
        ("ls ~", ["ls ~/"]),
        ("cd s", ["cd src/"]),
        ("cd rep", []),
        ("echo x > rep", ["echo x > report-1.json ", "echo x > report-2.json "]),
        ("echo x 2>>src/", ["echo x 2>>src/app.py "]),
        ("grep x report-1.json | cat src/", ["grep x report-1.json | cat src/app.py "]),
        ("echo $(cat src/", ["echo $(cat src/app.py "]),
        ('echo "now $(cat src/', ['echo "now $(cat src/app.py ']),
        ("aws s3api put-object --body file://src/", ["aws s3api put-object --body file://src/app.py "]),
        ("aws x --body=fileb://rep", ["aws x --body=fileb://report-1.json ", "aws x --body=fileb://report-2.json "]),
        ("aws --profile l", ["aws --profile lab-admin "]),
        ("aws --profile two", ["aws --profile two\\ words "]),
        ("dep", ["deploy "]),
        ("greet", ["greet-all "]),
        ("myt", ["mytool "]),
        ("ll ; dep", ["ll ; deploy "]),
        ("FOO=1 dep", ["FOO=1 deploy "]),
        ("if dep", ["if deploy "]),
        ("true && dep", ["true && deploy "]),
        ("echo $BUC", ["echo $BUCKET"]),
        ('echo "${BUC', ['echo "${BUCKET}']),
        ("echo '$BUC", []),
        ("unset BUI", ["unset BUILDS "]),
        ("~/bin/m", ["~/bin/mytool "]),
        ("cat rep # rep", []),
        ("cat s3://buc", []),
    ],
)
def test_what_a_line_becomes(version: Version, line: str, becomes: list[str]) -> None:
    assert texts(version, line) == becomes


def test_files_hidden_by_a_dot_are_offered_to_who_types_one(version: Version) -> None:
    shown = texts(version, "cat ")
    assert "cat .hidden " not in shown
    assert "cat src/" in shown


def test_programs_of_the_workstation_are_found_and_no_other_folder_of_this_machine(version: Version) -> None:
    assert "aws " in texts(version, "aw")
    assert {"ll "} <= set(texts(version, "ll")), "an alias"
    assert "grep " in texts(version, "gre")
    assert "ls /usr/bin/" in texts(version, "ls /usr/b")
    for line in ("ls /root/", "ls /boot/", "ls /usr/../root/", f"ls {tempfile_folder()}/"):
        assert texts(version, line) == []


def tempfile_folder() -> str:
    return str(Path(__file__).parent)


def test_each_terminal_completes_in_its_own_folder_with_its_own_variables(version: Version) -> None:
    version.second_shell = blobs.put(STATE.replace(b"/environment' ||", b"/environment/src' ||").replace(b"BUCKET", b"TOPIC"))
    for second, file, variable in ((False, "cat report-", "BUCKET"), (True, "cat app.py", "TOPIC")):
        found = answer.answer(version, "cat ", second=second, venv=settings.SANDBOX_PYTHON, ask=nothing)
        assert found and any(f"cat {item.text}".startswith(file) for item in found.items)
        named = answer.answer(version, f"echo ${variable[:3]}", second=second, venv=settings.SANDBOX_PYTHON, ask=nothing)
        assert named and named.items[0].text == f"${variable}"
    version.second_shell = ""
    new = answer.answer(version, "cat rep", second=True, venv=settings.SANDBOX_PYTHON, ask=nothing)
    assert new and new.total == 2


def test_the_common_beginning_does_not_end_within_an_escape(version: Version) -> None:
    found = answer.answer(version, "cat rep", venv=settings.SANDBOX_PYTHON, ask=nothing)
    assert found is not None
    assert (found.common, found.total) == ("report-", 2)
    assert answer._common(["a\\ b", "a\\$c"]) == "a"


@pytest.mark.parametrize(
    "text", ["plain.txt", "two words", "it's", 'a"b', "$x", "~tilde", "-dash", "new\nline", "back\\slash", "a*b?", "한 글"]
)
@pytest.mark.parametrize("quote", ["", "'", '"'])
def test_what_is_quoted_reads_as_it_was(text: str, quote: str) -> None:
    if "\n" in text and not quote:
        return  # $'…', which is bash's to read
    written = quote + quoted(text, quote) + quote
    assert unquote(written, {}) == text
    found = place(f"cat {written} ")
    assert found is not None
    assert found.words == ["cat", text]


@pytest.fixture(scope="module")
def words() -> Iterator[aws.Words]:
    found = aws.Words(settings.SANDBOX_PYTHON / "bin/python3")
    deadline = time.monotonic() + 60
    while not found.ask(["aws"], "s3"):
        assert time.monotonic() < deadline, "the completer never answered"
    yield found
    found.close()


def test_aws_words_are_the_clis_own(words: aws.Words, version: Version) -> None:
    assert {"s3", "s3api", "s3control"} <= set(words.ask(["aws"], "s3"))
    assert words.ask(["aws", "s3api"], "create-bucket")[:1] == ["create-bucket"]
    assert "--bucket" in words.ask(["aws", "s3api", "create-bucket"], "--b")
    assert words.ask(["aws", "s3api", "create-bucket"], "--bucket")[0] == "--bucket"
    assert words.ask(["aws", "--output"], "") == ["json", "text", "table"]
    assert words.ask(["aws", "--region"], "ap-northeast-2") == ["ap-northeast-2"]
    assert words.ask(["aws", "s3"], "c") == ["cp"]
    assert words.ask(["aws", "nosuch thing\n{}"], "x") == []
    assert texts(version, "aws s3api head-b", words.ask) == ["aws s3api head-bucket "]
    assert texts(version, "aws s3 cp rep", words.ask) == ["aws s3 cp report-1.json ", "aws s3 cp report-2.json "]


def test_the_completer_is_started_anew_when_it_died(words: aws.Words) -> None:
    assert words._process is not None
    words._process.kill()
    words._process.wait()
    deadline = time.monotonic() + 60
    while not words.ask(["aws", "s3"], "sy"):
        assert time.monotonic() < deadline, "the completer never came back"


def test_without_a_cli_there_are_no_words() -> None:
    assert aws.Words(Path("/nonexistent/python3")).ask(["aws"], "s") == []
    other = aws.Words(Path(sys.executable))  # an interpreter without the CLI
    assert other.ask(["aws"], "s") == []
    other.close()


@pytest.mark.parametrize("event", ["socket.connect", "socket.getaddrinfo", "subprocess.Popen", "os.exec"])
def test_the_completer_may_not_connect_or_start_anything(event: str) -> None:
    with pytest.raises(PermissionError):
        aws_words.refuse(event, ())
    aws_words.refuse("open", ())
