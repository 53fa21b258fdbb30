"""The AWS CLI's own completer, held warm: ``python aws_words.py``, run by the learner tools' Python, which alone has the CLI.

One JSON object a line: ``{"words": ["aws", "s3", …], "current": "l"}`` is answered ``{"words": [...]}``. It has an empty environment and no
files of a learner's; after the start, connecting anywhere and starting a program are refused to it. It ends with its input, or idle.
"""

from __future__ import annotations

import json
import select
import sys
from typing import Any

IDLE_SECONDS = 1800.0
# Their models take a quarter of a second to load, so they are there before anybody asks.
COMMON = ("s3", "s3api", "ec2", "iam", "kms", "sts", "lambda", "cloudformation", "codepipeline", "codebuild", "codecommit", "deploy",
          "logs", "cloudwatch", "ecs", "ecr", "dynamodb", "ssm", "sns", "sqs", "events", "stepfunctions", "apigateway")  # fmt: skip
_FORBIDDEN = ("socket.connect", "socket.bind", "socket.getaddrinfo", "socket.gethostbyname", "socket.sendto", "subprocess.Popen", "os.exec",
              "os.posix_spawn", "os.system", "os.fork")  # fmt: skip


def refuse(event: str, _arguments: object) -> None:
    """An audit hook: https://docs.python.org/3/library/audit_events.html."""
    if event in _FORBIDDEN:
        raise PermissionError(event)


def suggestions(completer: Any, words: list[str], current: str) -> list[str]:
    """What may follow ``words`` and begins with ``current``."""
    line = " ".join("_".join(word.split()) or "_" for word in words)
    if words[-1].startswith("--") and not current.startswith("-"):
        return _values(completer, words[-1], current)
    # Of a word that is whole the completer says what follows it, so it is asked about all but its last character.
    asked = current if current.startswith("-") and len(current) < 3 else current[:-1]
    found = completer.complete(f"{line} {''.join(asked.split())}" if asked else f"{line} ")
    return sorted({word for word in found if word.startswith(current)})


def _values(completer: Any, option: str, current: str) -> list[str]:
    regions = completer.driver.session.get_available_regions
    found = regions("ec2") if option == "--region" else completer.complete(f"aws {option}")
    return [word for word in found if word.startswith(current) and not word.startswith("--")]


def _tell(words: list[str]) -> None:
    sys.stdout.write(json.dumps({"words": words}) + "\n")
    sys.stdout.flush()


def main() -> None:
    from awscli.completer import Completer  # noqa: PLC0415 - most of a second

    completer = Completer()
    sys.addaudithook(refuse)
    _tell([])
    ahead = list(COMMON)
    while True:
        if not select.select([sys.stdin], [], [], 0 if ahead else IDLE_SECONDS)[0]:
            if not ahead:
                return
            completer.complete(f"aws {ahead.pop(0)} ")
            continue
        # Lines come one at a time, each after the answer to the one before: nothing is left in the reader's buffer.
        line = sys.stdin.readline()
        if not line:
            return
        try:
            asked = json.loads(line)
            words = suggestions(completer, asked["words"], asked["current"])
        except Exception:  # what the CLI's completer stumbles over is no suggestion
            words = []
        _tell(words)


if __name__ == "__main__":
    main()
