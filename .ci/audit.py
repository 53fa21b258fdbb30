"""What can be said of the dependencies without a network: that what is installed is what was pinned, and nothing else.

Every requirement is pinned to one version with SHA-256 hashes, pip installs nothing that differs (--require-hashes), what is installed is
that version, requires nothing that is missing, and no package is there that no pin names. Whether a version has become known to be
unsafe, or was yanked, is not said here: no list of such versions comes with a package, and one kept in this repository would be out of
date the day after. Where there is a network, `pip-audit --require-hashes -r requirements.txt` asks for it.
"""

import re
import subprocess
import sys
from importlib.metadata import distributions
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PIN = re.compile(r"^([A-Za-z0-9._-]+)(?:\[[^\]]*\])?==([^\s;\\]+)\s*(?:;([^\\]*))?")
OWN = {"pip", "setuptools", "wheel"}


def name_of(text: str) -> str:
    return re.sub(r"[-_.]+", "-", text).lower()


def pins(path: Path) -> dict[str, set[str]]:
    """Name -> versions: one for each Python, where it takes several. Raises ValueError for a line that is no pin with hashes."""
    found: dict[str, set[str]] = {}
    text = re.sub(r"\\\n\s*", " ", path.read_text())
    for line in text.splitlines():
        if not line.strip() or line.lstrip().startswith(("#", "--index-url", "--only-binary", "--no-binary")):
            continue
        match = PIN.match(line)
        if match is None or not re.search(r"--hash=sha256:[0-9a-f]{64}", line):
            raise ValueError(f"{path.name}: not pinned with a hash: {line[:80]}")
        found.setdefault(name_of(match[1]), set()).add(match[2])
    return found


def installed(environment: Path) -> dict[str, str]:
    paths = [str(path) for path in environment.glob("lib/python3*/site-packages")]
    return {name_of(one.metadata["Name"]): one.version for one in distributions(path=paths)}


def problems(environment: Path, *files: str) -> list[str]:
    """Of one environment; ``files``: any of them may have brought what is in it."""
    found: list[str] = []
    wanted: dict[str, set[str]] = {}
    for file in files:
        for name, versions in pins(ROOT / file).items():
            wanted.setdefault(name, set()).update(versions)
    for name, version in sorted(installed(environment).items()):
        if name in OWN:
            continue
        if name not in wanted:
            found.append(f"{environment.name}: {name} {version} is installed, and pinned nowhere")
        elif version not in wanted[name]:
            found.append(f"{environment.name}: {name} {version} is installed, pinned is {', '.join(sorted(wanted[name]))}")
    check = subprocess.run([environment / "bin" / "python", "-m", "pip", "check"], capture_output=True, text=True, check=False)
    if check.returncode:
        found += [f"{environment.name}: {line}" for line in check.stdout.splitlines()]
    return found


def main() -> int:
    found = problems(ROOT / ".venv", "requirements.txt", "requirements-test.txt")
    found += problems(ROOT / ".venv-sandbox", "requirements-sandbox.txt")
    for line in found:
        print(line, file=sys.stderr)  # noqa: T201
    print(f"Dependencies: {len(found)} problems. (Known vulnerabilities were not looked up: that needs a network.)")  # noqa: T201
    return bool(found)


if __name__ == "__main__":
    sys.exit(main())
