"""What a jail may use: per process by rlimits set inside it, in total by a poller that reads /proc.

RLIMIT_NPROC is set inside because a process counts against its user in its own user namespace (Linux 5.14 and later).
128 rather than 64: threads count too, ``aws s3 sync`` alone holds about 20, and a learner may have three of them.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Self

from sandbox.jail import hidden

MIB = 1024 * 1024
POLL_SECONDS, MIN_POLL_SECONDS = 0.15, 0.02
_BYTES_PER_SECOND = 3 * 1024 * MIB * min(os.cpu_count() or 1, 8)
_PAGE = os.sysconf("SC_PAGE_SIZE")
_TICK = os.sysconf("SC_CLK_TCK")
_COUNTED = (b"RssAnon:", b"RssShmem:", b"VmPTE:", b"VmSwap:")


@dataclass(frozen=True, slots=True)
class Limits:
    """Seconds of wall clock and of CPU (all processes together), bytes of memory (all together), processes and
    threads, bytes of one file, open files of one process and of all together, sockets of the sandbox's network, bytes and
    entries of its folders; bytes of memory and seconds of CPU of its simulated account."""

    wall: int = 600
    cpu: int = 120
    memory: int = 1024 * MIB
    processes: int = 128
    file_bytes: int = 64 * MIB
    open_files: int = 512
    descriptors: int = 2048
    sockets: int = 1024
    disk: int = 512 * MIB
    entries: int = 50_000
    cloud_memory: int = 640 * MIB  # with the zygote's pages that it shares, about 200 MB
    cloud_cpu: int = 90

    def of_account(self) -> Limits:
        """What the process that carries the simulated account may use."""
        return Limits(memory=self.cloud_memory, cpu=self.cloud_cpu)

    @classmethod
    def parse(cls, values: dict[str, object]) -> Self:
        """From a frame's ``limits``; what is absent keeps its default. Raises ValueError."""
        known = {name: int(str(values[name])) for name in cls.__slots__ if name in values}
        if bad := [name for name, value in known.items() if value <= 0]:
            raise ValueError(f"limits must be positive: {', '.join(bad)}")
        return cls(**known)

    def meminfo(self) -> bytes:
        """What /proc/meminfo says of a machine of this memory, all of it free: what sizes itself by that is not to take the host's."""
        sizes = {"MemTotal": self.memory, "MemFree": self.memory, "MemAvailable": self.memory}
        sizes |= dict.fromkeys(("Buffers", "Cached", "SwapCached", "SwapTotal", "SwapFree", "Shmem", "SReclaimable"), 0)
        return "".join(f"{name + ':':<16}{size // 1024:8d} kB\n" for name, size in sizes.items()).encode()

    def prlimit(self) -> list[str]:
        """Arguments of prlimit(1). Address space is wide, for runtimes reserve far more than they use;
        RLIMIT_DATA is what holds one process, the poller what holds all."""
        return [
            f"--nproc={self.processes}",
            f"--fsize={self.file_bytes}",
            f"--cpu={self.cpu}:{self.cpu + 5}",
            f"--data={self.memory}",
            f"--as={16 * self.memory}",
            f"--nofile={self.open_files}",
            "--core=0",
            "--memlock=65536",
            "--sigpending=1024",
            "--msgqueue=0",
            "--rtprio=0",
            "--nice=0",
        ]


@dataclass(frozen=True, slots=True)
class Sample:
    """One reading: bytes of memory, seconds of CPU, number of processes, of threads and of descriptors."""

    memory: int
    cpu: float
    processes: int
    threads: int
    descriptors: int = 0


def _children(pid: int) -> list[int]:
    """A child hangs on the thread that forked it, so every thread is asked."""
    found: list[int] = []
    try:
        threads = os.listdir(f"/proc/{pid}/task")  # noqa: PTH208 - read every 50 ms
    except OSError:
        return found
    for thread in threads:
        try:
            found += map(int, _read(f"/proc/{pid}/task/{thread}/children").split())
        except OSError:
            continue
    return found


def _read(path: str) -> bytes:
    fd = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        return os.read(fd, 65536)
    finally:
        os.close(fd)


def _stat(pid: int) -> list[bytes]:
    """The fields of /proc/PID/stat from the third on; the second, the name, may hold anything."""
    return _read(f"/proc/{pid}/stat").rpartition(b") ")[2].split()


def _descriptors(pid: int) -> int:
    """Linux 6.2 and later say the number as the folder's size; before, the folder has none and is listed."""
    folder = f"/proc/{pid}/fd"
    try:
        return os.stat(folder).st_size or len(os.listdir(folder))  # noqa: PTH116, PTH208
    except OSError:
        return 0


def _status_memory(pid: int) -> int:
    """Anonymous and shared memory, swap and page tables; program text and other page cache belongs to nobody."""
    return sum(int(line.split()[1]) * 1024 for line in _read(f"/proc/{pid}/status").splitlines() if line.startswith(_COUNTED))


def _proportional_memory(pid: int) -> int:
    """The same with shared pages divided among those who share them: dearer by far (it walks every page)."""
    return sum(
        int(line.split()[1]) * 1024
        for line in _read(f"/proc/{pid}/smaps_rollup").splitlines()
        if line.startswith((b"Pss_Anon:", b"Pss_Shmem:", b"SwapPss:"))
    )


@dataclass(slots=True)
class Usage:
    """Reads what a jail uses, from the *host's* pid of its pid 1: orphans move to it, so its tree is the whole jail, save for
    ``also``: host pids of those that were born elsewhere and moved in (warm tools), whose trees are counted as well, last; ``spent`` the
    seconds of CPU of those of them that have left.

    ``sample()`` costs about 45 microseconds a process. Once the pid 1 is gone it reads all zeros.
    """

    pid: int
    also: Callable[[], Iterable[int]] = tuple
    spent: Callable[[], float] = float
    _started: bytes = b""
    _alive: dict[int, tuple[bytes, float]] = field(default_factory=dict)
    _gone: float = 0.0
    _looks: hidden.Looks = field(default_factory=hidden.Looks)
    _memory: int = 0
    _took: float = 0.0
    _guests: set[int] = field(default_factory=set)

    def __post_init__(self) -> None:
        self._started = self._start_time()

    def _start_time(self) -> bytes:
        """Nothing for a zombie: the kernel lets a pid 1 become one only when all of its namespace are gone."""
        try:
            stat = _stat(self.pid)
        except OSError:
            return b""
        return b"" if stat[0] in (b"Z", b"X") else stat[19]

    def pids(self) -> list[int]:
        """Host pids of the jail's processes, pid 1 first; empty once it is gone, also when its number is used again."""
        if not self._started or self._start_time() != self._started:
            return []
        found = list[int]()
        for first in ([self.pid], list(self.also())):
            found += first
            waiting = list(first)
            while waiting:
                children = _children(waiting.pop())
                found += children
                waiting += children
        return found

    def sample(self) -> Sample:
        memory = processes = threads = descriptors = 0
        reaped = 0.0
        seen: dict[int, tuple[bytes, float]] = {}
        for pid in self.pids():
            try:
                stat = _stat(pid)
                memory += _status_memory(pid)
            except (OSError, ValueError):
                continue
            processes += 1
            threads += int(stat[17])
            descriptors += _descriptors(pid)
            seen[pid] = (stat[19], (int(stat[11]) + int(stat[12])) / _TICK)
            reaped += (int(stat[13]) + int(stat[14])) / _TICK
        self._memory = memory
        return Sample(memory, self._cpu(seen, reaped), processes, threads, descriptors)

    def _cpu(self, seen: dict[int, tuple[bytes, float]], reaped: float) -> float:
        """A parent that ignores SIGCHLD inherits no times, so what was last seen of the vanished is kept as well; but those of
        guests are told when they leave."""
        vanished = [(pid, cpu) for pid, (start, cpu) in self._alive.items() if pid not in seen or seen[pid][0] != start]
        self._gone += sum(cpu for pid, cpu in vanished if pid not in self._guests)
        self._alive, self._guests = seen, set(self.also())
        return sum(cpu for _start, cpu in seen.values()) + max(self._gone, reaped) + self.spent()

    def memory_in_full(self) -> int:
        """Bytes with shared pages counted once: ask it before killing, for a fork shares its parent's pages."""
        total = 0
        for pid in self.pids():
            try:
                total += _proportional_memory(pid)
            except (OSError, ValueError):
                try:
                    total += _status_memory(pid)
                except (OSError, ValueError):
                    continue
        self._memory = total
        return total

    def over(self, limits: Limits) -> str | None:
        """``memory``, ``cpu``, ``files``, ``disk`` or None: which limit of the whole jail is passed at this moment."""
        begun = time.monotonic()
        try:
            return self._over(limits)
        finally:
            self._took = time.monotonic() - begun

    def _over(self, limits: Limits) -> str | None:
        sample = self.sample()
        if sample.cpu > limits.cpu:
            return "cpu"
        if sample.memory > limits.memory and self.memory_in_full() > limits.memory:
            return "memory"
        if sample.descriptors > limits.descriptors or hidden.sockets(self.pid) > limits.sockets:
            return "files"
        return self._over_unseen(limits, sample)

    def _over_unseen(self, limits: Limits, sample: Sample) -> str | None:
        if hidden.shm_entries(self.pid) > hidden.MAX_SHM_ENTRIES:
            return "files"
        unseen = self._looks.at(list(self._alive), limits.file_bytes)
        if unseen.zero:
            return "memory"
        if sample.memory + unseen.memory > limits.memory and self.memory_in_full() + unseen.memory > limits.memory:
            return "memory"
        return "disk" if unseen.disk > limits.disk else None

    def pause(self, limits: Limits) -> float:
        """Seconds until it should be asked again: the less there is left, the sooner, so that what is taken between two
        looks stays small. A processor hands out 3 GB a second at most, and few machines more than eight times that. Asking itself
        takes at most a fifth of the time."""
        left = max(0, limits.memory - self._memory)
        return max(4 * self._took, min(POLL_SECONDS, max(MIN_POLL_SECONDS, left / _BYTES_PER_SECOND)))
