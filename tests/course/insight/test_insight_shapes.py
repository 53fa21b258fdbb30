"""An error's shape: the same for everybody's own names, other for another error."""

from __future__ import annotations

import pytest

from course.insight.shapes import MOST_LETTERS, error_line, shape


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (
            "An error occurred (NoSuchBucket) when calling the ListObjectsV2 operation: The specified bucket does not exist: minji-7",
            "An error occurred (NoSuchBucket) when calling the ListObjectsV2 operation: The specified bucket does not exist: jisoo-42",
        ),
        ("User: arn:aws:iam::111122223333:user/minji is not authorized", "User: arn:aws:iam::999988887777:user/a/b is not authorized"),
        ("bash: line 1: awss: command not found", "bash: line 3: sl: command not found"),
        ("cat: /home/ec2-user/a.txt: No such file or directory", "cat: ./b/c.txt: No such file or directory"),
        ("Parameter validation failed: Unknown parameter 'Buckt'", "Parameter validation failed: Unknown parameter \"Nmae\""),
        ("Instance i-0abc123def4567890 is gone", "Instance i-0fff23def45678901 is gone"),
        ("commit 4f3a2b1c9 has no parent", "commit 00aa11bb2 has no parent"),
        ("pipeline 3f2504e0-4f89-11d3-9a0c-0305e82c3301 failed", "pipeline 6fa459ea-ee8a-3ca4-894e-db77e160355e failed"),
        ("curl: (7) Failed to connect to https://a.example.com/x", "curl: (7) Failed to connect to http://127.0.0.1:8080/"),
        ("key AKIAIOSFODNN7EXAMPLE is invalid", "key AKIA44QH8DHBEXAMPLE2 is invalid"),
        ("too   many\tspaces 12", "too many spaces 99"),
    ],
)  # fmt: skip
def test_the_same_error_has_one_shape(one: str, other: str) -> None:
    assert shape(one) == shape(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("An error occurred (NoSuchBucket) when calling the X operation", "An error occurred (AccessDenied) when calling the X operation"),
        ("bash: awss: command not found", "bash: x: Permission denied"),
        ("It isn't there, and it can't be", "It is there, and it can be"),
    ],
)
def test_another_error_has_another(one: str, other: str) -> None:
    assert shape(one) != shape(other)


@pytest.mark.parametrize("own", ["minji-7", "111122223333", "/home/ec2-user/a.txt", "i-0abc123def4567890", "arn:aws:s3:::minji"])
def test_what_is_somebodys_own_is_left_open(own: str) -> None:
    assert own not in shape(f"error: {own} is not right")


def test_a_shape_is_short() -> None:
    found = shape("word " * 200)
    assert len(found) == MOST_LETTERS
    assert found.endswith("…")


@pytest.mark.parametrize(
    ("output", "line"),
    [
        ("", ""),
        ("\n\n  \n", ""),
        ("Creating…\nAn error occurred (X) when calling\nmore\n", "An error occurred (X) when calling"),
        ("something\nelse\n", "something"),
        (
            'Traceback (most recent call last):\n  File "a.py", line 1, in <module>\n    boom()\nKeyError: 7\nbye\n',
            "KeyError: 7",
        ),
        ("Traceback (most recent call last):\n  cut", "cut"),
    ],
)
def test_the_line_that_tells(output: str, line: str) -> None:
    assert error_line(output) == line


def test_it_takes_no_longer_for_a_hostile_line() -> None:
    """Nothing in the patterns goes back and forth: two minutes would be the test's limit."""
    for piece in ("a-", "'", "/a", "0-", "arn:aws", "…", "\"a", "1.", "A1"):
        shape(piece * 100_000)
        error_line((piece * 1000 + "\n") * 4)
