"""A supervisor that holds aws warm, and one that does not."""

import dataclasses
from collections.abc import Iterator

import pytest

from sandbox.jail import client
from tests.processes import until


@pytest.fixture(scope="session")
def warm_supervisor(jail_config: client.Config) -> Iterator[client.Supervisor]:
    running = client.Supervisor(dataclasses.replace(jail_config, warm=("aws",)))
    assert running.start() == []
    until(lambda: "aws" in running.status()["warm"], 120)
    yield running
    running.close()


@pytest.fixture
def warm_checkout(warm_supervisor: client.Supervisor, open_checkout):
    return open_checkout(warm_supervisor)
