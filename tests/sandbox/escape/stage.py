"""Sets the targets up, runs the probes in a jail and outside it, and prints both sets of answers as JSON.

A process of its own, for it first leaves root where it is root: what the probes find must be the same from there.
Arguments: a work folder, the learners' virtual environment.
"""

import json
import os
import socket
import subprocess
import sys
import threading
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[2]
sys.path.insert(0, str(ROOT))

from sandbox.jail import bwrap, rootfs, uid  # noqa: E402

MARKER, SECRET = "the-worker-itself", "the-workers-own-password"
VICTIM = """
import signal, sys
heard = signal.sigwait  # the parent reads what was heard
signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGUSR1, signal.SIGURG, signal.SIGTERM})
print("ready", flush=True)
while (number := heard({signal.SIGUSR1, signal.SIGURG, signal.SIGTERM})) != signal.SIGTERM:
    print(signal.Signals(number).name, flush=True)
"""


def answer_forever(listener: socket.socket) -> None:
    """Redis's side of a PING, on every connection, until the listener is closed."""
    while True:
        try:
            connection, _ = listener.accept()
        except OSError:
            return
        with connection:
            connection.recv(64)
            connection.sendall(b"+PONG\r\n")


def listen(work: Path) -> tuple[list[socket.socket], dict[str, object]]:
    both = socket.create_server(("::", 0), family=socket.AF_INET6, dualstack_ipv6=True) if socket.has_dualstack_ipv6() else None
    tcp = both or socket.create_server(("127.0.0.1", 0))
    path, abstract = socket.socket(socket.AF_UNIX), socket.socket(socket.AF_UNIX)
    path.bind(str(work / "redis.sock"))
    abstract.bind(f"\0escape-{os.getpid()}")
    listeners = [tcp, path, abstract]
    for listener in listeners:
        listener.listen(16)
        threading.Thread(target=answer_forever, args=(listener,), daemon=True).start()
    return listeners, {"port": tcp.getsockname()[1], "unix": str(work / "redis.sock"), "abstract": f"escape-{os.getpid()}"}


def folders(work: Path) -> dict[str, object]:
    for name in ("mine/home", "mine/tmp", "mine/state", "neighbour/home", "outside/home", "outside/tmp", "tls"):
        (work / name).mkdir(parents=True)
    (work / "sentinel").write_text("not for learners")
    (work / "neighbour/home/secret").write_text("not for other learners")
    (work / "tls/ca.pem").write_text("-----BEGIN CERTIFICATE-----\n-----END CERTIFICATE-----\n")
    return {"sentinel": str(work / "sentinel"), "neighbour": str(work / "neighbour/home"), "project": str(ROOT)}


def host_only(built: rootfs.Rootfs) -> str:
    ours = {path.name for path in (built.path / "etc").iterdir()}
    return next(str(path) for path in sorted(Path("/etc").iterdir()) if path.name not in ours)


def write(path: Path, targets: dict[str, object]) -> None:
    path.write_text(json.dumps(targets))


def run(argv: list[str], env: dict[str, str], pass_fds: tuple[int, ...], cwd: Path | None = None) -> dict[str, str]:
    done = subprocess.run(argv, env=env, pass_fds=pass_fds, cwd=cwd, capture_output=True, text=True, timeout=60, check=False)
    if done.returncode != 0:
        raise SystemExit(f"status {done.returncode}: {done.stderr}")
    answers: dict[str, str] = json.loads(done.stdout)
    return answers


def inside(work: Path, built: rootfs.Rootfs, targets: dict[str, object]) -> dict[str, str]:
    targets = {**targets, "inside": True, "home": rootfs.HOME, "tmp": "/tmp", "etc": "/etc", "tools": rootfs.TOOLS}
    write(work / "mine/state/targets", targets)
    jail = bwrap.Jail(
        built,
        work / "mine/home",
        work / "mine/tmp",
        "workstation",
        rootfs.learner_environment(),
        state=work / "mine/state",
        binds=[bwrap.Bind(HERE / "probes", "/run/probes")],
        cwd="/run",
    )
    with bwrap.command(jail, ["python3", "-ESB", "-m", "probes", "/run/sandbox/targets"]) as launch:
        return run(launch.argv, launch.env, launch.pass_fds)


def outside(work: Path, built: rootfs.Rootfs, targets: dict[str, object]) -> dict[str, str]:
    own = {"home": str(work / "outside/home"), "tmp": str(work / "outside/tmp"), "etc": str(built.path / "etc")}
    targets = {**targets, **own, "inside": False, "tools": str(built.path / "opt/sandbox")}
    write(work / "outside/targets", targets)
    folder = os.open(work, os.O_RDONLY)
    try:
        return run([sys.executable, "-ESB", "-m", "probes", str(work / "outside/targets")], {"ANYTHING": "1"}, (folder,), HERE)
    finally:
        os.close(folder)


def confront(work: Path, built: rootfs.Rootfs, targets: dict[str, object], victim: subprocess.Popen[str]) -> dict[str, object]:
    """Both sets of answers. Signals are heard in the order in which they came: from inside first."""
    assert victim.stdout is not None and victim.stdout.readline() == "ready\n"
    targets |= {"victim": victim.pid, "marker": MARKER, "secret": SECRET, "host_etc": host_only(built)}
    targets["pid_namespace"] = str(Path("/proc/self/ns/pid").readlink())
    return {"uid": os.getuid(), "inside": inside(work, built, targets), "outside": outside(work, built, targets)}


def main(work: Path, venv: Path) -> None:
    uid.become_unprivileged([ROOT, venv, Path(sys.base_prefix)], [work])
    # As in a worker: what it holds open and what it knows must not be handed down.
    os.set_inheritable(os.open(work, os.O_RDONLY), True)
    targets = folders(work)
    built = rootfs.prepare(work, sandbox_venv=venv, tls_dir=work / "tls", source_root=ROOT)
    listeners, addresses = listen(work)
    argv = [sys.executable, "-Sc", VICTIM, str(ROOT), MARKER]
    with subprocess.Popen(argv, env={**os.environ, "SECRET_KEY": SECRET}, stdout=subprocess.PIPE, text=True) as victim:
        try:
            report = confront(work, built, {**targets, **addresses}, victim)
        finally:
            victim.terminate()
            for listener in listeners:
                listener.close()
        report["heard"] = victim.communicate()[0].split()
    sys.stdout.write(json.dumps(report))


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
