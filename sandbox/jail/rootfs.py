"""What a jail sees of a file system besides the learner's own folders: the host's /usr read-only (but for programs that can do nothing
there, see programs.py), an /etc of our own, and the learner's Python tools under /opt/sandbox.

``prepare()`` builds ``<state_dir>/rootfs/<digest>/{etc,opt,programs}`` once per set of inputs: a new folder is made beside it
and renamed into place, so that workers starting at the same time agree and a jail never sees half of one.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import shutil
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from sandbox.errors import Fault
from sandbox.jail import programs, syscalls

HOME = "/home/ec2-user"
USER = "ec2-user"
UID = GID = 1000
TOOLS = "/opt/sandbox"
PATH = f"{TOOLS}/bin:/usr/local/bin:/usr/bin:/bin"
AUTHORITY = "/etc/ssl/certs/sandbox-ca.pem"
BUNDLE = "/etc/ssl/certs/ca-certificates.crt"
RESOLVER = "169.254.169.253"

_LAYOUT = b"4"  # part of the digest: raise it when the text of this module changes what is built
_HOST_BUNDLES = (BUNDLE, "/etc/pki/tls/certs/ca-bundle.crt", "/etc/ssl/ca-bundle.pem", "/etc/ssl/cert.pem")
_TOP_LEVEL = ("bin", "sbin", "lib", "lib32", "lib64", "libx32")
_KEEP_SECONDS = 86400
# Tools that a warm process may stand in for (sandbox/tools/): on PATH is a shim, which starts the program itself where that is better.
SHIMMED = ("aws",)
_SHIM = Path(__file__).parent.parent / "tools" / "shim.pl"
_PERL = Path("/usr/bin/perl")

_ETC = {
    "passwd": f"root:x:0:0:root:/root:/bin/bash\n{USER}:x:{UID}:{GID}:EC2 Default User:{HOME}:/bin/bash\n"
    "nobody:x:65534:65534:nobody:/nonexistent:/usr/sbin/nologin\n",
    "group": f"root:x:0:\n{USER}:x:{GID}:\nnogroup:x:65534:\n",
    "resolv.conf": f"nameserver {RESOLVER}\noptions timeout:2 attempts:1\n",
    "nsswitch.conf": "passwd: files\ngroup: files\nhosts: files dns\nservices: files\nprotocols: files\nnetworks: files\n",
    "hosts": "127.0.0.1 localhost\n::1 localhost\n",
    "host.conf": "multi on\n",
    "os-release": 'NAME="Workstation"\nID=workstation\nPRETTY_NAME="Course workstation"\n',
    "shells": "/bin/sh\n/bin/bash\n",
    "inputrc": "set meta-flag on\nset input-meta on\nset convert-meta off\nset output-meta on\nset enable-bracketed-paste off\n",
    "profile": f"export PATH={PATH}\n",
    "bash.bashrc": "",
    "timezone": "Etc/UTC\n",
    "mtab": "",
}
# Taken from the host as they are, where it has them: nothing of it names users, machines or networks.
_FROM_HOST = ("ld.so.cache", "services", "protocols", "mime.types", "ssl/openssl.cnf", "wgetrc", "magic", "groff", "manpath.config")
# Other systems' names for the bundle, so that a host of that kind finds it in its /usr's compiled-in place.
_BUNDLE_LINKS = ("ssl/cert.pem", "ssl/ca-bundle.pem", "pki/tls/certs/ca-bundle.crt", "pki/tls/cert.pem",
                 "pki/ca-trust/extracted/pem/tls-ca-bundle.pem")  # fmt: skip


@dataclass(frozen=True, slots=True)
class Base:
    """The interpreter behind a virtual environment: ``executable`` and the ``prefix`` it is installed under."""

    executable: Path
    prefix: Path

    @property
    def outside_usr(self) -> bool:
        return not self.prefix.is_relative_to("/usr")


@dataclass(frozen=True, slots=True)
class Rootfs:
    path: Path
    tools_lib: Path
    source_root: Path
    base: Base

    def arguments(self) -> list[str]:
        """bwrap's options for /usr, /etc and the learner's tools; the caller adds home, /tmp, /proc and /dev."""
        options = usr_arguments() + programs.arguments(self.path / "programs")
        options += ["--ro-bind", str(self.path / "etc"), "/etc"]
        if Path("/etc/alternatives").is_dir():
            options += ["--ro-bind", "/etc/alternatives", "/etc/alternatives"]
        options += ["--ro-bind", str(self.path / "opt/sandbox"), TOOLS, "--ro-bind", str(self.tools_lib), f"{TOOLS}/lib"]
        return options + base_arguments(self.base)


def usr_arguments() -> list[str]:
    """/usr, and /bin, /lib and so on as the host has them: links into /usr, or folders of their own."""
    options = ["--ro-bind", "/usr", "/usr"]
    for name in _TOP_LEVEL:
        path = Path("/", name)
        if path.is_symlink():
            options += ["--symlink", str(path.readlink()), str(path)]
        elif path.is_dir():
            options += ["--ro-bind", str(path), str(path)]
    return options


def base_arguments(base: Base) -> list[str]:
    """A Python outside /usr (pyenv, uv) is seen at its own path, for its library's run path names that."""
    return ["--ro-bind", str(base.prefix), str(base.prefix)] if base.outside_usr else []


def base_python(venv: Path) -> Base:
    """The interpreter of a virtual environment. Raises Fault ``python``."""
    python = venv / "bin/python3"
    try:
        executable = python.resolve(strict=True)
    except OSError as error:
        raise Fault(
            "python", f"{python} leads to no interpreter ({error.strerror}). Remove {venv} and start again: it is made anew."
        ) from error
    return Base(executable, executable.parent.parent)


def learner_environment(region: str = "ap-northeast-2") -> dict[str, str]:
    """The environment of a learner's shell: no secret, nothing of the host.

    The region is AWS_DEFAULT_REGION, which ``--region``, AWS_REGION in newer tools and a profile named on the command
    line still override. The three bundle variables name the authority alone: nothing else can be reached, and reading
    the host's hundred-odd certificates costs each ``aws`` about 28 ms.
    """
    return {
        "HOME": HOME,
        "USER": USER,
        "LOGNAME": USER,
        "SHELL": "/bin/bash",
        "PATH": PATH,
        "LANG": "C.UTF-8",
        "TERM": "xterm-256color",
        "TZ": "UTC",
        "PAGER": "cat",
        "MANPAGER": "cat",
        "GIT_PAGER": "cat",
        "AWS_PAGER": "",
        "GIT_CONFIG_NOSYSTEM": "1",
        "AWS_DEFAULT_REGION": region,
        "AWS_CA_BUNDLE": AUTHORITY,
        "SSL_CERT_FILE": AUTHORITY,
        "REQUESTS_CA_BUNDLE": AUTHORITY,
        "CURL_CA_BUNDLE": AUTHORITY,
        "SAM_CLI_TELEMETRY": "0",
    }


def prepare(state_dir: Path, *, sandbox_venv: Path, tls_dir: Path, source_root: Path) -> Rootfs:
    """Build what is missing and say where it is; some 2 ms when nothing is. Raises Fault ``tls``, ``python``, ``rootfs``."""
    base = base_python(sandbox_venv)
    lib = _library(sandbox_venv)
    authority = _authority(tls_dir)
    parent = state_dir / "rootfs"
    wanted = parent / _digest(sandbox_venv, base, authority)
    try:
        if not wanted.is_dir():
            _build(wanted, sandbox_venv, base, authority)
        os.utime(wanted)
        _prune(parent, keep=wanted)
    except OSError as error:
        raise Fault("rootfs", f"The jails' /etc cannot be built under {parent}: {error}. Free disk space, or correct its owner.") from error
    return Rootfs(wanted, lib, source_root, base)


def _library(venv: Path) -> Path:
    lib = venv / "lib"
    if not any(lib.glob("python3.*/site-packages")):
        raise Fault("python", f"{lib} holds no packages. Remove {venv} and start again: it is made anew.")
    return lib.resolve()


def _authority(tls_dir: Path) -> bytes:
    try:
        return (tls_dir / "ca.pem").read_bytes()
    except OSError as error:
        raise Fault("tls", f"{tls_dir / 'ca.pem'} cannot be read: {error.strerror}.") from error


def host_bundle() -> Path | None:
    return next((path for name in _HOST_BUNDLES if (path := Path(name)).is_file()), None)


def _digest(venv: Path, base: Base, authority: bytes) -> str:
    """Of everything that goes into a build; files of the host by size and time."""
    seen = hashlib.sha256(_LAYOUT)
    shim = _SHIM.read_bytes() if can_shim() else b""
    for part in (authority, os.fsencode(venv), os.fsencode(base.executable), repr(sorted(_ETC.items())).encode(), shim,
                 programs.inputs().encode()):  # fmt: skip
        seen.update(len(part).to_bytes(4, "big") + part)
    files = [Path("/etc", name) for name in _FROM_HOST] + sorted((venv / "bin").iterdir())
    for path in [*files, *filter(None, [host_bundle()])]:
        if path.is_file():
            about = path.stat()
            seen.update(f"{path}\0{about.st_size}\0{about.st_mtime_ns}\0".encode())
    return seen.hexdigest()[:24]


def _build(wanted: Path, venv: Path, base: Base, authority: bytes) -> None:
    wanted.parent.mkdir(parents=True, exist_ok=True)
    draft = Path(tempfile.mkdtemp(prefix=".draft-", dir=wanted.parent))
    try:
        draft.chmod(0o755)
        _build_etc(draft / "etc", authority)
        _build_tools(draft / "opt/sandbox", venv, base)
        programs.build(draft / "programs")
        _open_up(draft)
        try:
            draft.rename(wanted)
        except OSError:
            # Another worker was faster; its folder has the same name because it has the same content.
            if not wanted.is_dir():
                raise
    finally:
        shutil.rmtree(draft, ignore_errors=True)


def _open_up(folder: Path) -> None:
    """Modes as on any machine, whatever the umask was."""
    for path in folder.rglob("*"):
        if not path.is_symlink():
            path.chmod(0o755 if path.is_dir() or path.stat().st_mode & 0o100 else 0o644)


def _build_etc(etc: Path, authority: bytes) -> None:
    for folder in ("ssl/certs", "alternatives", "pki/tls/certs", "pki/ca-trust/extracted/pem"):
        (etc / folder).mkdir(parents=True)
    for name, text in _ETC.items():
        (etc / name).write_text(text)
    for name in _FROM_HOST:
        _copy(Path("/etc", name), etc / name)
    (etc / "localtime").symlink_to("/usr/share/zoneinfo/Etc/UTC")
    bundle = host_bundle()
    (etc / AUTHORITY.removeprefix("/etc/")).write_bytes(authority)
    (etc / BUNDLE.removeprefix("/etc/")).write_bytes((bundle.read_bytes() if bundle else b"") + b"\n" + authority)
    for name in _BUNDLE_LINKS:
        (etc / name).symlink_to(BUNDLE)


def _copy(source: Path, target: Path) -> None:
    if source.is_file():
        shutil.copyfile(source, target)
    elif source.is_dir():
        shutil.copytree(source, target)


def _build_tools(tools: Path, venv: Path, base: Base) -> None:
    """bin/ with scripts that start this place's Python; lib/ is an empty folder to mount the real one on."""
    (tools / "bin").mkdir(parents=True)
    (tools / "lib").mkdir()
    (tools / "pyvenv.cfg").write_text(f"home = {base.executable.parent}\ninclude-system-site-packages = false\n")
    for name in ("python3", "python", base.executable.name):
        if not (tools / "bin" / name).is_symlink():
            (tools / "bin" / name).symlink_to(base.executable)
    for source in sorted((venv / "bin").iterdir()):
        if not source.is_symlink() and source.is_file() and not source.name.lower().startswith("activate"):
            _copy_script(source, tools / "bin" / source.name)
    if can_shim():
        (tools / "plain").mkdir()
        for name in SHIMMED:
            _put_shim(tools, name)


def can_shim() -> bool:
    """Whether the host has what the shims are written in; without, the programs themselves are on PATH."""
    return _PERL.exists()


def _put_shim(tools: Path, name: str) -> None:
    program = tools / "bin" / name
    if program.exists():
        program.rename(tools / "plain" / name)
        text = _SHIM.read_text().replace("@TOOL@", name).replace("@SENDMSG@", str(syscalls.of_machine().number("sendmsg")))
        program.write_text(text)
        program.chmod(0o755)


def _copy_script(source: Path, target: Path) -> None:
    """With this place's interpreter, for both ways an installer writes one (a long path goes through /bin/sh)."""
    content = source.read_bytes()
    lines = content.split(b"\n", 3)
    shebang = f"#!{TOOLS}/bin/python3".encode()
    if lines[0].startswith(b"#!") and b"python" in lines[0]:
        content = b"\n".join([shebang, *lines[1:]])
    elif len(lines) == 4 and lines[0] == b"#!/bin/sh" and lines[1].startswith(b"'''exec'"):
        content = shebang + b"\n" + lines[3]
    target.write_bytes(content)
    target.chmod(0o755 if source.stat().st_mode & 0o111 else 0o644)


def _prune(parent: Path, keep: Path) -> None:
    """Folders of a day ago: jails that began with one may still run, so today's stay."""
    for folder in parent.iterdir():
        with contextlib.suppress(FileNotFoundError):  # another worker's draft that has just been renamed or dropped
            if folder != keep and time.time() - folder.stat().st_mtime > _KEEP_SECONDS:
                shutil.rmtree(folder, ignore_errors=True)
