"""Right or not: every kind of question, and what is no answer at all."""

import pytest

from course.reading import judging
from course.reading.model import Choice, Kind, Question

WORDS = {"ko": "x", "en": "x"}
CHOICES = tuple(Choice(WORDS, right, {}) for right in (False, True, True))


def question(kind: Kind, **fields) -> Question:
    return Question("q", kind, WORDS, WORDS, 1, **fields)


SINGLE = question(Kind.SINGLE, choices=tuple(Choice(WORDS, right, {}) for right in (False, True, False)))
MULTIPLE = question(Kind.MULTIPLE, choices=CHOICES)
ORDER = question(Kind.ORDER, items=(WORDS,) * 3)
COMMAND = question(Kind.COMMAND, answers=("aws s3 ls s3://{bucket}/2024/ --recursive --human-readable", "aws s3 ls"))


@pytest.mark.parametrize(
    ("asked", "given", "right"),
    [
        (SINGLE, [1], True), (SINGLE, [0], False), (SINGLE, [1, 2], False), (SINGLE, [], False), (SINGLE, [7], False), (SINGLE, "1", False),
        (MULTIPLE, [1, 2], True), (MULTIPLE, [2, 1], True), (MULTIPLE, [1], False), (MULTIPLE, [0, 1, 2], False),
        (MULTIPLE, [1, 1, 2], False),
        (ORDER, [0, 1, 2], True), (ORDER, [1, 0, 2], False), (ORDER, [0, 1], False), (ORDER, [0, 1, 1], False),
        (COMMAND, "aws s3 ls", True), (COMMAND, "  $ aws s3 ls", True), (COMMAND, "", False), (COMMAND, [1], False),
    ],
)  # fmt: skip
def test_right(asked, given, right):
    assert judging.right(asked, given) is right


@pytest.mark.parametrize(
    ("pattern", "line"),
    [
        ("aws s3 ls s3://{b}/2024/ --recursive", "aws s3 ls --recursive s3://my-bucket/2024/"),
        ("aws s3 rm s3://b/x --recursive", 'aws s3 rm "s3://b/x" --recursive'),
        ("aws kms enable-key --key-id {key} --region us-east-1", "aws --region us-east-1 kms enable-key --key-id=alias/x"),
        ("aws iam get-role --role-name r --query Role.Arn", "aws iam get-role \\\n  --query 'Role.Arn' --role-name r"),
        ("aws x y --policy '{\"a\": [1]}'", "aws x y --policy '{\"a\":[1]}'"),
        ("git commit -m {message}", "git commit -m 'all of it'"),
        ("aws ec2 create-tags --resources a b --tags k=v", "aws ec2 create-tags --tags k=v --resources a b"),
    ],
)
def test_the_same_command_in_other_words(pattern, line):
    assert judging.same_command(pattern, line)


@pytest.mark.parametrize(
    ("pattern", "line"),
    [
        ("aws s3 ls s3://{b}/2024/ --recursive", "aws s3 ls s3:///2024/ --recursive"),
        ("aws s3 ls s3://b --recursive", "aws s3 ls s3://b"),
        ("aws s3 ls s3://b", "aws s3 ls s3://b --recursive"),
        ("aws s3 cp a b", "aws s3 cp b a"),
        ("aws iam get-role --role-name r", "aws iam get-role --role-name s"),
        ("aws iam get-role --role-name r", "aws iam get-role --role-name"),
        ("aws iam get-role --role-name r", "aws iam get-role --role-name r --role-name r"),
        ("echo x", "echo 'x"),
        ("echo {x}", "echo"),
    ],
)
def test_another_command(pattern, line):
    assert not judging.same_command(pattern, line)


def test_a_long_line_is_looked_at_no_further_than_its_beginning():
    assert not judging.same_command("echo {x}", "echo " + "a " * 100_000)
