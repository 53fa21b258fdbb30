"""Whether the kernel bounds a worker's memory, told from files as it writes them."""

from pathlib import Path

import pytest

from sandbox.jail import cgroup, requirements


@pytest.fixture
def groups(tmp_path: Path) -> tuple[Path, Path]:
    folder = tmp_path / "cgroup/course.slice/worker.scope"
    folder.mkdir(parents=True)
    (tmp_path / "self").write_text("4:memory:/of-version-one\n0::/course.slice/worker.scope\n")
    return tmp_path / "cgroup", tmp_path / "self"


def test_nothing_bounds_it(groups: tuple[Path, Path]) -> None:
    assert cgroup.memory(*groups) is None
    (groups[0] / "course.slice/worker.scope/memory.max").write_text("max\n")
    assert cgroup.memory(*groups) is None


def test_the_smallest_of_all_above_counts(groups: tuple[Path, Path]) -> None:
    (groups[0] / "course.slice/worker.scope/memory.max").write_text("9000000000\n")
    assert cgroup.memory(*groups) == 9000000000
    (groups[0] / "course.slice/memory.max").write_text("8000000000\n")
    assert cgroup.memory(*groups) == 8000000000


def test_no_groups_of_version_two(tmp_path: Path) -> None:
    (tmp_path / "self").write_text("4:memory:/of-version-one\n")
    assert cgroup.memory(tmp_path, tmp_path / "self") is None
    assert cgroup.memory(tmp_path, tmp_path / "missing") is None


@pytest.mark.parametrize(("limit", "says"), [(8 << 30, "8192 MB"), (None, "the machine's memory")])
def test_doctor_says_which_is_in_force(monkeypatch: pytest.MonkeyPatch, limit: int | None, says: str) -> None:
    monkeypatch.setattr(cgroup, "memory", lambda: limit)
    found = next(one for one in requirements.host() if one.name == "total memory")
    assert (found.found, found.needed) == (limit is not None, False)
    assert says in found.detail
