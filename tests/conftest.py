"""What holds for every test."""

from __future__ import annotations

from collections import Counter

import pytest
from django.utils import translation

from tests import postgres

ORDER = {"up": 0, "journeys": 2}


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The longest files first, so that of several processes none is left with them at the end. Journeys last: Playwright keeps an event
    loop running in this thread, in which no asynchronous test could have its own."""
    sizes = Counter(item.path for item in items)
    items.sort(key=lambda item: (next((ORDER[part] for part in item.path.parts if part in ORDER), 1), -sizes[item.path]))


@pytest.fixture(autouse=True)
def no_language() -> None:
    """A request leaves its language active in this thread: the next test does not speak it."""
    translation.deactivate()


@pytest.fixture(scope="session")
def django_db_keepdb(request: pytest.FixtureRequest) -> bool:
    """PostgreSQL drops no database that somebody is connected to, as threads of a pool are until they end. The whole cluster goes."""
    return postgres.wanted() or request.config.getoption("reuse_db")
