"""What of the host's programs a learner finds on PATH: those that can do something in a sandbox, as on a machine that has no others.

``folders()`` are laid over the host's own: links to the same programs (kept under /opt/host) but for what a sandbox lacks, so that
``docker`` is "command not found" and not a program that asks for a daemon. Of /usr/local/bin, which whoever keeps the machine fills
as they like, only what the course names is seen.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

HOST = "/opt/host"
_LOCAL = "/usr/local/bin"
_FOLDERS = (_LOCAL, "/usr/bin", "/bin")

# They ask a daemon, a cluster or another machine; or need to be root, or what the jail's filter refuses.
_LACKING = """
    docker dockerd docker-compose containerd ctr nerdctl podman podman-compose buildah runc crictl
    kubectl eksctl helm minikube kind k3s k9s
    systemctl journalctl loginctl hostnamectl timedatectl localectl networkctl resolvectl machinectl busctl bootctl service crontab at batch
    sudo su sg doas pkexec login newgrp passwd gpasswd chsh chfn chage
    apt apt-get apt-cache apt-cdrom apt-config apt-key apt-mark apt-add-repository add-apt-repository aptitude dpkg snap flatpak
    yum dnf microdnf rpm zypper pacman apk brew
    mount umount fusermount fusermount3 nsenter unshare bwrap chroot dmesg
    strace ltrace gdb gdbtui gdbserver gcore perf bpftrace
    ssh scp sftp ssh-copy-id telnet ftp ping ping4 ping6 traceroute tracepath mtr tcpdump
    gcloud gsutil bq az
"""
ABSENT = frozenset(_LACKING.split())
_ABSENT_PREFIXES = ("systemd-", "docker-")


@dataclass(frozen=True, slots=True)
class Program:
    """A program of the host that learners use, and the package it is in where that is not its name."""

    name: str
    why: str
    package: str = ""
    needed: bool = True


PROGRAMS = (
    Program("bash", "the shell of every command"),
    Program("ls", "the learners' everyday programs", "coreutils"),
    Program("prlimit", "sets the limits inside a jail", "util-linux"),
    Program("curl", "the labs fetch instance metadata with it"),
    Program("wget", "the labs download their bundles with it"),
    Program("jq", "the labs read JSON with it"),
    Program("zip", "the labs pack bundles with it"),
    Program("unzip", "the labs unpack bundles with it"),
    Program("git", "the labs commit to CodeCommit with it"),
    Program("awk", "learners' scripts use it", "gawk"),
    Program("sed", "learners' scripts use it"),
    Program("grep", "learners' scripts use it"),
    Program("find", "learners' scripts use it", "findutils"),
    Program("tar", "learners unpack archives with it"),
    Program("groff", "`aws … help` shows its pages with it", needed=False),
    Program("perl", "`aws` starts warm through it, else half a second later", needed=False),
    Program("less", "learners page through files with it", needed=False),
    Program("vi", "learners edit files in the console with it", "vim", needed=False),
    Program("nano", "learners edit files in the console with it", needed=False),
    Program("top", "learners look at what runs with it", "procps", needed=False),
)


def is_absent(name: str) -> bool:
    return name in ABSENT or name.startswith(_ABSENT_PREFIXES)


def is_seen(folder: str, name: str) -> bool:
    """Whether what the host has in ``folder`` is there in a jail."""
    if folder == _LOCAL:
        return name in _NAMED or name.startswith("python")
    return folder not in _FOLDERS or not is_absent(name)


def folders() -> Iterator[Path]:
    """Those of the host that are covered. On most systems /bin is a link to one of them."""
    return (path for path in map(Path, _FOLDERS) if path.is_dir() and not path.is_symlink())


def inputs() -> str:
    """Changes when what ``build`` would build does."""
    return repr([sorted(ABSENT), _ABSENT_PREFIXES, sorted(_NAMED), *((str(path), path.stat().st_mtime_ns) for path in folders())])


def build(root: Path) -> None:
    """Under ``root`` a folder for each, by the same name."""
    for folder in folders():
        cover = root / str(folder).lstrip("/")
        cover.mkdir(parents=True)
        with os.scandir(folder) as entries:
            for entry in entries:
                if is_seen(str(folder), entry.name):
                    # A link of the host's leads where it led, from the same place.
                    (cover / entry.name).symlink_to(Path(entry.path).readlink() if entry.is_symlink() else f"{HOST}{entry.path}")


def arguments(root: Path) -> list[str]:
    """bwrap's options, after those that bind the host's folders themselves."""
    tops = sorted({"/" + str(folder).split("/")[1] for folder in folders()})
    options = [part for top in tops for part in ("--ro-bind", top, HOST + top)]
    return options + [part for folder in folders() for part in ("--ro-bind", str(root / str(folder).lstrip("/")), str(folder))]


_NAMED = frozenset(program.name for program in PROGRAMS)
