"""What a learner's program may try to use up, run as ``bombs.py NAME COUNT`` in a jail, and outside with a small count as control.

Each says ``went off`` when it has managed all of COUNT. Unlike a probe it is stopped by the supervisor, or by a limit of the
sandbox's network, so it needs a whole checkout around it.
"""
# ruff: noqa: PTH101, PTH102, PTH108

import array
import ctypes
import mmap
import os
import signal
import socket
import sys
import time
from collections.abc import Callable

MIB = 1 << 20
BOMBS: dict[str, Callable[[int], object]] = {}
held: list[object] = []


def bomb(attack: Callable[[int], object]) -> Callable[[int], object]:
    BOMBS[attack.__name__.replace("_", "-")] = attack
    return attack


def in_each(count: int, attack: Callable[[], object]) -> None:
    """``count`` processes that do the same and stay; returns when all have done it."""
    read_end, write_end = os.pipe()
    for _ in range(count):
        if os.fork() == 0:
            try:
                attack()
            except OSError as error:
                sys.stdout.write(f"{error}\n")
                sys.stdout.flush()
                os.kill(0, signal.SIGKILL)
            os.write(write_end, b"x")
            signal.pause()
    done = 0
    while done < count:
        done += len(os.read(read_end, count))


def touch(memory: mmap.mmap) -> mmap.mmap:
    for at in range(0, len(memory), 4096):
        memory[at] = 1
    return memory


# --- memory ---


@bomb
def eight_processes(count: int) -> None:
    """MB each."""
    in_each(8, lambda: held.append(touch(mmap.mmap(-1, count * MIB, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS))))


@bomb
def pages_of_a_shared_zero(count: int) -> None:
    """Hundreds of MB, in no page table."""
    zero = os.open("/dev/zero", os.O_RDWR)
    for _ in range(count):
        memory = touch(mmap.mmap(zero, MIB))
        memory.madvise(mmap.MADV_DONTNEED)
        held.append(memory)


@bomb
def areas_of_address_space(count: int) -> None:
    """In thousands, for each of 40 processes."""
    libc = ctypes.CDLL(None)
    libc.mmap.restype, libc.mmap.argtypes = ctypes.c_void_p, [ctypes.c_void_p, ctypes.c_size_t, *[ctypes.c_int] * 3, ctypes.c_long]
    libc.mprotect.argtypes = [ctypes.c_void_p, ctypes.c_size_t, ctypes.c_int]
    start = libc.mmap(None, count * 1000 * 4096, mmap.PROT_READ, mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS, -1, 0)
    for page in range(0, count * 1000, 2):
        libc.mprotect(start + page * 4096, 4096, 0)
    in_each(40, lambda: None)


@bomb
def entries_of_shared_memory(count: int) -> None:
    for number in range(count):
        os.close(os.open(f"/dev/shm/bomb-{os.getpid()}-{number}", os.O_CREAT | os.O_WRONLY, 0o600))
    for number in range(count):
        os.unlink(f"/dev/shm/bomb-{os.getpid()}-{number}")


# --- sockets and descriptors ---


def fill(sock: socket.socket) -> None:
    sock.setblocking(False)
    try:
        while True:
            sock.send(bytes(65536))
    except BlockingIOError:
        pass


def pairs(count: int) -> None:
    for _ in range(count):
        for end in (pair := socket.socketpair()):
            fill(end)
        held.append(pair)


@bomb
def unix_sockets(count: int) -> None:
    """Full ones, in each of 10 processes."""
    in_each(10, lambda: pairs(count))


@bomb
def connections_never_accepted(count: int) -> None:
    """By a hundred; their makers have closed them."""
    for _ in range(count):
        held.append(listener := socket.create_server(("127.0.0.1", 0), backlog=100))
        for _ in range(100):
            with socket.create_connection(listener.getsockname(), timeout=5) as client:
                fill(client)


@bomb
def sockets_in_flight(count: int) -> None:
    """Full ones that wait inside others, and have no number in any process; in each of 10 processes."""

    def send_some() -> None:
        carrier, other = socket.socketpair()
        held.extend((carrier, other))
        for _ in range(count):
            for end in (pair := socket.socketpair()):
                fill(end)
            rights = array.array("i", [end.fileno() for end in pair])
            carrier.sendmsg([b"x"], [(socket.SOL_SOCKET, socket.SCM_RIGHTS, rights)])
            for end in pair:
                end.close()

    in_each(10, send_some)


@bomb
def pipes(count: int) -> None:
    """In each of 20 processes."""
    in_each(20, lambda: held.extend(os.pipe() for _ in range(count)))


@bomb
def inotify_instances(count: int) -> None:
    libc = ctypes.CDLL(None, use_errno=True)
    for _ in range(count):
        if libc.inotify_init1(0) < 0:
            raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))


# --- disk: in the folder it is started in ---


def large(fd: int) -> int:
    zeros = bytes(4 * MIB)
    for _ in range(15):
        os.write(fd, zeros)
    return fd


@bomb
def deleted_files_held_open(count: int) -> None:
    """60 MB each."""
    for _ in range(count):
        held.append(large(os.open("bomb", os.O_CREAT | os.O_RDWR, 0o600)))
        os.unlink("bomb")


@bomb
def deleted_files_mapped(count: int) -> None:
    for _ in range(count):
        fd = large(os.open("bomb", os.O_CREAT | os.O_RDWR, 0o600))
        os.unlink("bomb")
        held.append(mmap.mmap(fd, 4096))
        os.close(fd)


@bomb
def files_in_a_closed_folder(count: int) -> None:
    os.mkdir("closed")
    files = [os.open(f"closed/{number}", os.O_CREAT | os.O_RDWR, 0o600) for number in range(count)]
    os.chmod("closed", 0)
    for fd in files:
        os.close(large(fd))


@bomb
def a_deep_tree(count: int) -> None:
    for _ in range(count):
        os.mkdir("d" * 20)
        os.chdir("d" * 20)


@bomb
def small_files(count: int) -> None:
    """By a thousand."""
    for folder in range(count):
        os.mkdir(f"f{folder}")
        for number in range(1000):
            os.close(os.open(f"f{folder}/{number}", os.O_CREAT | os.O_WRONLY, 0o600))


# --- processes ---


@bomb
def zombies(count: int) -> None:
    for _ in range(count):
        if os.fork() == 0:
            os._exit(0)


@bomb
def signals_to_the_first_process(count: int) -> None:
    """In thousands; nothing comes of it: it ends, and the jail with it, when it is told to."""
    for _ in range(count * 1000):
        for number in (signal.SIGTERM, signal.SIGUSR1, signal.SIGCHLD, signal.SIGKILL, signal.SIGSTOP):
            os.kill(1, number)


if __name__ == "__main__":
    BOMBS[sys.argv[1]](int(sys.argv[2]))
    sys.stdout.write("went off\n")
    sys.stdout.flush()
    if len(sys.argv) > 3:
        time.sleep(60)
    os.kill(0, signal.SIGKILL)
