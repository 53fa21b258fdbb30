#!/usr/bin/env python3
"""The one entry point: makes what it needs (``.venv``, ``.venv-sandbox``, ``.var``), then runs Django's commands in it.

Nothing outside Python's standard library is imported here, and nothing newer than Python 3.7 is written here, so that an old
Python still gets a sentence instead of a traceback.
"""

import compileall
import contextlib
import fcntl
import hashlib
import os
import re
import secrets
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent
VAR = Path(os.environ.get("COURSE_VAR", str(ROOT / ".var")))
MINIMUM = (3, 11)
SITE, SANDBOX = ROOT / ".venv", ROOT / ".venv-sandbox"
PINS = {SITE: "requirements.txt", SANDBOX: "requirements-sandbox.txt"}
TEST_PINS = "requirements-test.txt"
# These write into the source tree, so they keep the caller's uid. They start no sandbox.
AUTHORING = {"makemigrations", "makemessages"}


class CannotStart(Exception):
    """What is wrong, and what to do about it: the two are printed, nothing else."""

    def __init__(self, problem, remedy):
        super().__init__(problem)
        self.problem, self.remedy = problem, remedy


def check_platform():
    if sys.version_info < MINIMUM:
        raise CannotStart(
            "This needs Python %d.%d or newer; %s is %s." % (*MINIMUM, sys.executable, sys.version.split()[0]),
            "Install a newer Python (Debian 12 and Ubuntu 24.04 have one) and start this with it, e.g. `python3.11 manage.py up`.",
        )
    if not sys.platform.startswith("linux"):
        raise CannotStart(
            "The sandboxes are built on Linux kernel features; this system is %s." % sys.platform,
            "Run `docker compose up` in this folder, or use a Linux machine (WSL 2 is one).",
        )


# --- the two environments -------------------------------------------------------------------------------------------------


def ensure_environments(command):
    """Make or update both environments; costs a few file reads when they are current."""
    with open(__file__) as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # a second manage.py waits for the first one's installation
        for folder, pins in PINS.items():
            wanted = [ROOT / TEST_PINS] if command == "test" and folder == SITE else [ROOT / pins]
            ensure_environment(folder, wanted)


def ensure_environment(folder, pins):
    stamp = folder / "installed"
    marks = [mark_of(path) for path in pins]
    have = stamp.read_text().split() if stamp.exists() and works(folder) else []
    if set(marks) <= set(have):
        return
    if not have:
        make_environment(folder)
    for path in pins:
        install(folder, path)
    # The test pins hold everything that the site's do.
    if pins == [ROOT / TEST_PINS]:
        marks.append(mark_of(ROOT / PINS[SITE]))
    stamp.write_text("\n".join(marks))


def mark_of(pins):
    return hashlib.sha256(pins.read_bytes()).hexdigest()


def runs_in(folder):
    """Whether this Python is that environment's. Either may be a link: an environment can lie on another disk."""
    return Path(sys.prefix).resolve() == folder.resolve()


def works(folder):
    """False also when the system's Python moved to another version under it: its packages are then out of sight."""
    if runs_in(folder):
        return True
    python = folder / "bin" / "python"
    return python.exists() and subprocess.run([str(python), "-c", "import pip"], stderr=subprocess.DEVNULL).returncode == 0


def make_environment(folder):
    say("Making %s" % folder.name)
    remedy = "On Debian or Ubuntu: `apt install python3-venv`. On others, install the package of Python's `venv` and `ensurepip`."
    try:
        import ensurepip  # noqa: F401 - Debian takes it out of a Python without python3-venv
        import venv  # noqa: F401
    except ImportError as error:
        raise CannotStart("This Python (%s) has no %s." % (sys.executable, error.name), remedy) from error
    shutil.rmtree(folder, ignore_errors=True)
    done = subprocess.run([sys.executable, "-m", "venv", str(folder)], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    if done.returncode:
        shutil.rmtree(folder, ignore_errors=True)
        raise CannotStart("%s could not be made:\n%s" % (folder, tail(done.stdout)), explain(done.stdout) or remedy)


def install(folder, pins):
    """pip with hashes, its hundred lines a package folded into a counter."""
    total = sum(1 for line in pins.read_text().splitlines() if "==" in line)
    command = [str(folder / "bin" / "python"), "-m", "pip", "install", "--disable-pip-version-check", "--no-input",
               "--progress-bar", "off", "--require-hashes", "-r", str(pins)]  # fmt: skip
    environment = {key: value for key, value in os.environ.items() if key not in ("PIP_USER", "PIP_REQUIRE_VIRTUALENV", "PYTHONPATH")}
    output, seen, started = [], 0, time.monotonic()
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, env=environment) as pip:
        for line in pip.stdout:
            output.append(line)
            if line.startswith(("Collecting ", "Requirement already")):
                seen += 1
                progress("Fetching into %s: %d of up to %d, %s" % (folder.name, seen, total, line.split()[1].split("==")[0]))
            elif line.startswith("Installing collected"):
                progress("Installing %d packages into %s" % (seen, folder.name))
    if pip.returncode:
        text = "".join(output)
        raise CannotStart("The packages of %s could not be installed:\n%s" % (pins.name, tail(text)), explain(text) or
                          "Correct what pip says above and start again; what is already there is kept.")  # fmt: skip
    progress("%s is ready (%.0f s)\n" % (folder.name, time.monotonic() - started))


def explain(text):
    no_network = "No network: pip could not reach its package index. Connect, or set PIP_INDEX_URL to a mirror you reach."
    known = {
        "No space left": "The disk is full: `df -h %s` shows it. Free 1.5 GB and start again." % ROOT,
        "Name or service not known": no_network,
        "Temporary failure in name resolution": no_network,
        "NewConnectionError": no_network,
        "DO NOT MATCH THE HASHES": "A package differs from the one that was pinned. Don't install it; check the mirror that pip uses.",
        "from versions: none": no_network,
        "ensurepip": "On Debian or Ubuntu: `apt install python3-venv`.",
    }
    return next((remedy for sign, remedy in known.items() if sign in text), None)


def tail(text):
    lines = [line for line in text.splitlines() if line.strip() and not line.startswith(("Collecting", "  "))]
    return "\n".join("  " + line for line in lines[-8:])


def say(text):
    print(text, flush=True)


def progress(text):
    if sys.stdout.isatty():
        print("\r\033[K" + text, end="", flush=True)
    elif text.endswith("\n"):
        print(text, end="", flush=True)


def compile_sources():
    """Once, by who may write here: the site's many processes run as somebody who may not, and each would compile them for itself.
    (Packages were compiled when they were installed.)"""
    for name in ("course", "labs", "sandbox"):
        if os.access(str(ROOT / name), os.W_OK):
            compileall.compile_dir(str(ROOT / name), quiet=2, rx=re.compile("/catalog/"))  # what labs hold is not ours to run


# --- the run-time folder and the process's own uid -------------------------------------------------------------------------


def prepare_var(command):
    """The folder of everything written at run time; tests get one of their own, which is taken away at the end."""
    global VAR
    if command == "test" and "COURSE_VAR" not in os.environ:
        VAR = Path(tempfile.mkdtemp(prefix="course-test-"))
        os.environ["COURSE_VAR"], os.environ["COURSE_VAR_TEMPORARY"] = str(VAR), "1"
    try:
        VAR.mkdir(mode=0o700, parents=True, exist_ok=True)
        key = VAR / "secret_key"
        if not key.exists():
            with open(os.open(str(key), os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
                file.write(secrets.token_urlsafe(50))
    except OSError as error:
        raise CannotStart("%s can't be written: %s." % (VAR, error.strerror), explain(str(error)) or
                          "Give this user that folder, or set COURSE_VAR to one that it may write.") from error  # fmt: skip


def leave_root():
    """Never run a sandbox, or the site, as root: take a uid of its own, that owns the run-time folder and nothing else."""
    if os.geteuid() != 0:
        return
    from sandbox.jail import uid

    try:
        uid.become_unprivileged([ROOT, SITE, SANDBOX, Path(sys.base_prefix)], [VAR])
    except uid.UidError as error:
        raise CannotStart(str(error), getattr(error, "remedy", "Start this as an ordinary user.")) from error


def run(arguments):
    command = arguments[0] if arguments else "help"
    check_platform()
    if command == "doctor":
        return doctor(arguments[1:])
    ensure_environments(command)
    python = SITE / "bin" / "python"
    if not runs_in(SITE):
        os.execv(str(python), [str(python), str(ROOT / "manage.py"), *arguments])
    compile_sources()
    if command not in AUTHORING:
        prepare_var(command)
        leave_root()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "course.settings")
    if command in ("up", "test"):
        os.environ.setdefault("COURSE_LOCAL", "1")
    if command == "test":
        os.environ.setdefault("COURSE_DEMO", "0")  # also for what tests start: nobody waits there for thirty people
        return run_tests(arguments[1:])
    from django.core.management import execute_from_command_line

    execute_from_command_line([sys.argv[0], *arguments])
    return 0


def run_tests(arguments):
    os.chdir(str(ROOT))
    # A folder of this run's own: in the one that pytest shares, runs clear away each other's.
    folder = tempfile.mkdtemp(prefix="course-test-")
    try:
        # Half of it waits, so that two share a machine well; a debugger needs the terminal to itself.
        alone = any(word.startswith(("-n", "--numprocesses", "--pdb")) for word in arguments)
        several = [] if alone else ["-n", "auto", "--maxprocesses", "4"]
        return subprocess.run([sys.executable, "-m", "pytest", "--basetemp", str(Path(folder) / "t"), *several, *arguments]).returncode
    finally:
        take_away(Path(folder))
        if os.environ.get("COURSE_VAR_TEMPORARY") == "1":
            take_away(VAR)


def take_away(folder):
    """Also what a test has nested deeper than shutil can go."""
    from sandbox import folders

    with contextlib.suppress(OSError):
        folders.remove(folder)


def doctor(arguments):
    """Every requirement, found or missing. Runs on a bare Python; with the environment in place it also tries a real jail."""
    from sandbox.jail import requirements

    python = SITE / "bin" / "python"
    if works(SITE) and not runs_in(SITE):
        os.execv(str(python), [str(python), str(ROOT / "manage.py"), "doctor", *arguments])
    return requirements.report(ROOT, inside=runs_in(SITE), become=leave_root_for_doctor)


def leave_root_for_doctor():
    prepare_var("doctor")
    leave_root()
    return VAR


if __name__ == "__main__":
    try:
        sys.exit(run(sys.argv[1:]))
    except CannotStart as error:
        print("\n%s\n→ %s" % (error.problem, error.remedy), file=sys.stderr)
        sys.exit(1)
    except KeyboardInterrupt:
        sys.exit(130)
