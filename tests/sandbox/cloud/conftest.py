from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from cloud_harness import Cloud, Zygote

from sandbox.cloud import tls


@pytest.fixture(scope="session")
def zygote(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Zygote]:
    folder: Path = tls.ensure(tmp_path_factory.mktemp("tls"))
    running = Zygote(folder)
    yield running
    running.close()


@pytest.fixture
def clouds(zygote: Zygote) -> Iterator[Callable[..., Cloud]]:
    """Makes cloud processes, and ends them."""
    made: list[Cloud] = []

    def make(*args: object, **named: object) -> Cloud:
        made.append(Cloud(zygote, *args, **named))  # type: ignore[arg-type]
        return made[-1]

    yield make
    for one in made:
        one.close()


@pytest.fixture
def cloud(clouds: Callable[..., Cloud]) -> Cloud:
    return clouds()


@pytest.fixture(scope="module")
def session_cloud(zygote: Zygote) -> Iterator[Cloud]:
    """One process for tests that change nothing of each other's."""
    shared = Cloud(zygote)
    yield shared
    shared.close()
