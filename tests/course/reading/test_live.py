"""Which console blocks run here: what a line asks for, and whether all of it is there."""

from pathlib import Path

import pytest

from course.reading import live
from course.reading.model import Try
from sandbox.cloud.operations import Level

BEHAVES = {
    ("s3", "ListBuckets"), ("s3", "ListObjectsV2"), ("s3", "PutBucketVersioning"), ("sts", "GetCallerIdentity"), ("iam", "CreateRole"),
    ("ec2", "DescribeInstances"),
}  # fmt: skip
PROGRAMS = frozenset(
    {"aws", "ls", "cat", "echo", "jq", "for", "do", "done", "if", "then", "fi", "while", "read", "[", "export", "curl", "xargs", "timeout",
     "bash", "grep", "case", "esac", "in", "printf", ":", "}"}
)  # fmt: skip


@pytest.fixture(autouse=True)
def table(monkeypatch):
    """Of the test's own: the real one grows."""
    monkeypatch.setattr(live, "lookup", lambda *call: Level.BEHAVES if call in BEHAVES else Level.REFUSED)
    monkeypatch.setattr(live, "_programs", lambda venv: PROGRAMS)
    live._verdict.cache_clear()
    yield
    live._verdict.cache_clear()


def block(*commands: str, functions: frozenset[str] = frozenset()) -> Try:
    return Try(commands, ("",) * len(commands), "", 0, 1, functions)


@pytest.mark.parametrize(
    "line",
    [
        "aws s3 ls",
        "aws s3 ls s3://b/ --recursive | grep x",
        'aws --region us-east-1 s3api put-bucket-versioning --bucket "$b" --versioning-configuration Status=Enabled',
        "aws s3api --output text list-buckets",
        "id=$(aws sts get-caller-identity --query Account --output text)",
        'echo "$(aws sts get-caller-identity | jq -r .Arn)"',
        "aws s3 ls \\\n  s3://b",
        'cat > trust.json <<\'EOF\'\n{ "not": "a command" }\nnosuch program\nEOF\naws iam create-role --role-name r',
        "for i in 1 2 3; do\n  aws sts get-caller-identity\ndone",
        "if [ -f x ]; then cat x; fi 2> /dev/null",
        "x=1 y=(a b c) z[1]=2; echo $((x + 1)) ${y[0]}",
        "((n++)) || echo $n",
        "case $x in\n  a) echo a ;;\n  *) echo b ;;\nesac",
        "ls | xargs -n 1 -I {} aws s3 ls s3://{}",
        "case $x in a|b) aws s3 ls;; (-h|--help) echo;; [0-9]*) ls;; \"c d\") cat x;; *) echo;; esac | grep x",
        "for i in 1; do case $x in a) case $y in b) ls;; esac;; esac; done",
        "x=$(case $y in a) echo a;; esac); ls",
        "echo 'in case of esac) an error'",
        "hello() { echo hi; }\nhello",
        "hello() ( aws s3 ls; echo hi )\nhello",
        "hello()(\n  ls\n)\nhello",
        "function hello { ls; }\nhello",
        'each() { echo; "$@"\n}\neach aws s3 ls',
        'each() { for i in 1; do "$@" || echo; done; "${@:2}"; "$1" x; }\neach ls',
        "aws help",
        "aws codepipeline help",
        "aws configure set region us-east-1",
        "aws codepipeline create-pipeline --generate-cli-skeleton",
        "aws ec2 wait instance-running --instance-ids i-1",
        "aws s3 presign s3://b/k",
        "./deploy.sh # docker",
        "echo 'docker run' > notes.txt",
    ],
)
def test_live(line):
    assert live.verdict(block(line)).lacking == ()


@pytest.mark.parametrize(
    ("line", "lacking"),
    [
        ("aws codepipeline get-pipeline-state --name x", "codepipeline get-pipeline-state: refused here"),
        ("aws s3 mb s3://x", "s3 CreateBucket: refused here"),
        ("echo $(aws lambda invoke out.json)", "lambda "),
        ("aws s3 ls && aws deploy create-deployment", "codedeploy "),
        ("timeout 5 aws sns publish", "sns "),
        ("bash -c 'aws sns publish'", "sns "),
        ('denied() { "$@"; }\ndenied aws sns publish', "sns "),
        ('twice() ( "$@"; "$@" )\ntwice aws sns publish', "sns "),
        ('twice() { "$@" && "$@"\n}\ntwice docker ps', "docker: "),
        ("hello() ( aws sns publish )", "sns "),
        ("function hello { aws sns publish; }", "sns "),
        ("case $x in a) aws s3 ls;; b|c) aws sns publish;; esac", "sns "),
        ("case $x in a) ls;; esac; aws sns publish", "sns "),
        ("aws nosuch thing", "nosuch thing: refused here"),
        ("aws ec2 wait no-such-thing", "ec2 wait no-such-thing"),
        ("docker build .", "docker: a sandbox has nothing that it could ask"),
        ("sudo ls", "sudo: "),
        ("chef-client -z", "chef-client: a sandbox has no such program"),
        ("ls | puppet apply -", "puppet: a sandbox has no such program"),
        ("hello", "hello: a sandbox has no such program"),
    ],
)
def test_not_live_and_why(line, lacking):
    found = live.verdict(block(line))
    assert not found.live
    assert any(word.startswith(lacking) for word in found.lacking), found.lacking


def test_one_command_that_is_not_there_is_enough():
    assert not live.is_live(block("ls", "docker ps", "cat x"))


def test_a_function_of_an_earlier_block_may_be_called():
    assert live.is_live(block("release 1.1", functions=frozenset({"release"})))


def test_stored_is_not_behaving(monkeypatch):
    monkeypatch.setattr(live, "lookup", lambda *call: Level.STORES)
    assert live.verdict(block("aws s3 ls")).lacking == ("s3 ListBuckets: stores here", "s3 ListObjectsV2: stores here")


def test_the_table_may_change_meanwhile(monkeypatch):
    assert not live.is_live(block("aws sns publish --message x"))
    live._verdict.cache_clear()
    monkeypatch.setattr(live, "lookup", lambda *call: Level.BEHAVES)
    assert live.is_live(block("aws sns publish --message x"))


def test_the_names_are_the_apis():
    assert live.calls(["s3api", "list-objects-v2", "--bucket", "b"]) == [("s3", "ListObjectsV2")]
    assert live.calls(["--profile", "p", "kms", "create-alias", "--alias-name", "alias/a"]) == [("kms", "CreateAlias")]
    assert live.calls(["ec2", "wait", "instance-running"]) == [("ec2", "DescribeInstances")]
    assert live.calls(["s3"]) == []


def test_programs_are_those_that_a_sandbox_has(monkeypatch, settings, tmp_path):
    monkeypatch.undo()
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin" / "aws").write_text("")
    found = live._programs(Path(tmp_path))
    assert {"aws", "cd", "python3", "ls"} <= found
    assert "chef-client" not in found
