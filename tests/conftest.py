"""What holds for every test."""

from __future__ import annotations

import pytest


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Journeys come last: Playwright keeps an event loop running in this thread, in which no asynchronous test could have its own."""
    items.sort(key=lambda item: "journeys" in item.path.parts)
