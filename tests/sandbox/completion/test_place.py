"""The commands that are written in a text of bash."""

import pytest

from sandbox.completion.place import commands


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("ls -l 'a b'", [["ls", "-l", "a b"]]),
        ("a | b && c; d &", [["a"], ["b"], ["c"], ["d"]]),
        ("x=1 y=$(date +%s) run it > out.txt 2>&1", [["date", "+%s"], ["run", "it"]]),
        (
            'echo "$(aws sts get-caller-identity | jq .)"',
            [["aws", "sts", "get-caller-identity"], ["jq", "."], ["echo", "$(aws sts get-caller-identity | jq .)"]],
        ),
        ("echo `pwd`", [["pwd"], ["echo", "`pwd`"]]),
        ("if true; then ls; else pwd; fi # docker", [["true"], ["ls"], ["pwd"], ["fi"]]),
        ("time xargs -n 1 aws s3 rm", [["-n", "1", "aws", "s3", "rm"]]),
        ("diff <(sort a) <(sort b)", [["diff"], ["sort", "a"], ["sort", "b"]]),
        ("case $x in a) ls;; (b|c) pwd;; esac; cat", [["case", "", "in"], ["ls"], ["pwd"], ["esac"], ["cat"]]),
        (
            "case x in\n  a)\n    ls ;;\n  *) case y in z) pwd;; esac ;;\nesac",
            [["case", "x", "in"], ["ls"], ["case", "y", "in"], ["pwd"], ["esac"], ["esac"]],
        ),
        ("$(case x in a) ls;; esac) b", [["case", "x", "in"], ["ls"], ["esac"], ["$(case x in a) ls;; esac)", "b"]]),
        ("x=1", []),
        ("", []),
    ],
)
def test_every_command_with_its_words(text, found):
    assert commands(text) == found
