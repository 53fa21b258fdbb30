"""The AWS CLI, warm: the program itself, with what its start would load and build already loaded and built.

A call runs the installed script in a process that holds its modules, the models of the course's services and a driver with its command
tables. Whatever the learner's configuration could have changed of that start (plugins, models of their own) makes a driver anew; whatever
could have changed the interpreter's makes the shim start the plain program.
"""

from __future__ import annotations

import atexit
import contextlib
import io
import os
import signal
import sys
import threading
import time
import types
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, NoReturn

from sandbox.jail import join
from sandbox.jail.rootfs import AUTHORITY
from sandbox.tools.rehearsal import answering

SCRIPT = "/opt/sandbox/plain/aws"
PYTHON = b"/opt/sandbox/bin/python3"
# One call each loads a service's model, endpoint rules, paginators and waiters, and what parses its answers.
CALLS = (
    "sts get-caller-identity", "s3api list-buckets --query Buckets", "s3 ls", "s3 ls --output text", "ec2 describe-vpcs --output table",
    "iam list-users", "kms list-keys", "ssm describe-parameters", "cloudformation describe-stacks --output text",
    "codepipeline list-pipelines", "codebuild list-projects", "codecommit list-repositories", "deploy list-applications",
    "lambda list-functions", "apigateway get-rest-apis", "dynamodb list-tables", "ecr describe-repositories", "ecs list-clusters",
    "elasticbeanstalk describe-applications", "cloudwatch list-metrics", "logs describe-log-groups", "events list-rules",
    "stepfunctions list-state-machines", "sqs list-queues", "sns list-topics",
)  # fmt: skip

_data_path = ""


def warm() -> tuple[Callable[[Sequence[bytes], Callable[[int], None]], NoReturn], Callable[[], None]]:
    """What runs one call, and what rehearses one in a child that then ends. Call once; the
    environment is as it was, but for what importing the CLI adds."""
    global _data_path
    import awscli.clidriver  # noqa: PLC0415 - half a second, and only the zygote's interpreter has it

    _data_path = os.environ["AWS_DATA_PATH"]
    fresh = awscli.clidriver.create_clidriver
    loader = fresh().session.get_component("data_loader")
    with _pretended() as url:
        for line in CALLS:
            _rehearse(_driver(fresh, loader), [*line.split(), "--endpoint-url", url])
    driver = _driver(fresh, loader)
    table = driver._get_command_table()
    for line in CALLS:
        command = table[line.split()[0]]
        if hasattr(command, "_get_command_table"):
            command._get_command_table()
    _forget(driver)
    code = compile(Path(SCRIPT).read_bytes(), SCRIPT, "exec")

    def run(arguments: Sequence[bytes], tell: Callable[[int], None]) -> NoReturn:
        os.environ["AWS_DATA_PATH"] = _data_path
        if _is_usual(driver.session):
            awscli.clidriver.create_clidriver = lambda: driver
        _run(code, arguments, tell)

    def rehearse() -> None:
        with _pretended() as url:
            os.environ["AWS_CA_BUNDLE"] = AUTHORITY
            for end in (url, url.replace("http:", "https:")):  # the second for what it builds before it fails
                _rehearse(driver, ["sts", "get-caller-identity", "--endpoint-url", end])
                _forget(driver)

    return run, rehearse


def _is_usual(session: Any) -> bool:
    """Whether the learner's files would have the driver made as it is: no plugins, no models of their own, nothing it fails at."""
    try:
        return not session.full_config.get("plugins") and not Path("~/.aws/models").expanduser().exists()
    except Exception:
        return False


def _driver(fresh: Callable[[], Any], loader: Any) -> Any:
    driver = fresh()
    driver.session.register_component("data_loader", loader)
    return driver


def _forget(driver: Any) -> None:
    """What making it read of an environment that is not the learner's."""
    session = driver.session
    session._config = session._profile = session._profile_map = None


@contextlib.contextmanager
def _pretended() -> Iterator[str]:
    """An environment in which calls succeed: every service, and instance metadata, is one small server of our own."""
    before = dict(os.environ)
    with answering() as url:
        os.environ |= {
            "AWS_EC2_METADATA_SERVICE_ENDPOINT": url,
            "AWS_DEFAULT_REGION": "ap-northeast-2",
            "AWS_MAX_ATTEMPTS": "1",
        }
        try:
            yield url
        finally:
            os.environ.clear()
            os.environ.update(before)


def _rehearse(driver: Any, arguments: list[str]) -> None:
    """For what it loads, not for what it answers."""
    with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()), contextlib.suppress(SystemExit):
        driver.main(arguments)


def _run(code: types.CodeType, arguments: Sequence[bytes], tell: Callable[[int], None]) -> NoReturn:
    time.tzset()
    join.rename(b"aws", [PYTHON, os.fsencode(SCRIPT), *arguments])
    sys.argv = [SCRIPT, *map(os.fsdecode, arguments)]
    _open_streams()
    main = types.ModuleType("__main__")
    main.__dict__.update(__file__=SCRIPT, __builtins__=__builtins__)
    sys.modules["__main__"] = main
    status = 0
    try:
        exec(code, main.__dict__)  # noqa: S102 - the installed script
    except SystemExit as end:
        status = _status(end.code)
    except BaseException as error:
        status = _uncaught(error)
    status = _leave(status)
    if status == -signal.SIGINT:
        signal.signal(signal.SIGINT, signal.SIG_DFL)
        os.kill(os.getpid(), signal.SIGINT)
    tell(status & 0xFF)
    os._exit(status & 0xFF)


def _open_streams() -> None:
    """As an interpreter's start opens them over these descriptors. The encoding is this process's: the shim saw to that."""
    for number, name in enumerate(("stdin", "stdout", "stderr")):
        stream = None
        with contextlib.suppress(OSError):
            stream = _stream(number, name)
        setattr(sys, name, stream)
        setattr(sys, f"__{name}__", stream)


_ERRORS = {"stdin": "surrogateescape", "stdout": "surrogateescape", "stderr": "backslashreplace"}


def _stream(number: int, name: str) -> Any:
    mode = "r" if number == 0 else "w"
    buffered: Any = open(number, mode + "b", closefd=False)  # noqa: SIM115
    buffered.raw.name = f"<{name}>"
    lines = number == 2 or (number == 1 and buffered.isatty())
    newline = None if number == 0 else "\n"
    stream: Any = io.TextIOWrapper(buffered, "utf-8", _ERRORS[name], newline, line_buffering=lines)
    stream.mode = mode
    return stream


def _status(code: object) -> int:
    """Of sys.exit's argument, as the interpreter sees it."""
    if code is None or isinstance(code, int):
        return code or 0
    sys.stderr.write(f"{code}\n")
    return 1


def _uncaught(error: BaseException) -> int:
    trace = error.__traceback__
    error.__traceback__ = trace.tb_next if trace is not None else None  # without our own line
    sys.excepthook(type(error), error, error.__traceback__)
    return -signal.SIGINT if isinstance(error, KeyboardInterrupt) else 1


def _leave(status: int) -> int:
    """As an interpreter ends: threads, exit functions, streams. The rest of its end is only tidying memory."""
    threading._shutdown()  # type: ignore[attr-defined]
    atexit._run_exitfuncs()
    for stream in (sys.stdout, sys.stderr):
        try:
            if stream is not None and not stream.closed:
                stream.flush()
        except Exception as error:
            if stream is sys.stdout:
                with contextlib.suppress(Exception):
                    sys.stderr.write(f"Exception ignored in: {stream!r}\n{type(error).__name__}: {error}\n")
                    sys.stderr.flush()
            status = 120
    return status
