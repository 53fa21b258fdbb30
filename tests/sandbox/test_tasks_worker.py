"""A worker takes no work on a machine where a jail leaks."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
from celery.signals import worker_init

from sandbox import runtime, tasks


def found(monkeypatch: pytest.MonkeyPatch, *problems: dict[str, str]) -> None:
    monkeypatch.setattr(runtime, "supervisor", lambda: SimpleNamespace(problems=list(problems)))


def test_a_leak_ends_it_with_the_remedy(monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture) -> None:
    found(monkeypatch, {"code": "connect", "detail": "A jail connected to a port of this machine.", "remedy": "Report it."})
    with pytest.raises(SystemExit):
        worker_init.send(sender=None)
    assert "A jail connected to a port of this machine. -> Report it." in caplog.text


def test_a_good_machine_goes_on(monkeypatch: pytest.MonkeyPatch) -> None:
    found(monkeypatch)
    tasks.refuse_an_unsafe_machine()
