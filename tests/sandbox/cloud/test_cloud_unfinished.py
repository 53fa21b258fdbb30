"""An execution that waits: in the account that goes on it goes on, in the frozen one it has ended and says why."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from typing import Any

import pytest

from sandbox.cloud import freeze, unfinished

ACCOUNT, REGION = "111122223333", "ap-northeast-2"
WAIT = json.dumps({"StartAt": "W", "States": {"W": {"Type": "Wait", "Seconds": 900, "End": True}}})

pytestmark = pytest.mark.slow


@pytest.fixture
def backend() -> Iterator[Any]:
    from moto.stepfunctions.parser.models import stepfunctions_parser_backends

    held = stepfunctions_parser_backends[ACCOUNT][REGION]
    yield held
    held.reset()


def test_a_waiting_execution(backend: Any) -> None:
    machine = backend.create_state_machine("m", WAIT, f"arn:aws:iam::{ACCOUNT}:role/r", [], False, None, None, None, None, None)
    execution = backend.start_execution(machine.arn, "one", "{}")
    raw = freeze._pickled({"machines": backend.state_machines, "execution": execution}, {})
    found = freeze._Unpickler(io.BytesIO(raw), {}.__getitem__).load()
    thawed = found["execution"]
    assert thawed is found["machines"][0].executions[0]
    described = thawed.to_describe_output()
    assert (described["status"], described["error"], described["cause"]) == ("FAILED", unfinished.ERROR, unfinished.CAUSE)
    assert described["stopDate"]
    history = thawed.to_history_output()["events"]
    assert history[-1]["type"] == "ExecutionFailed"
    assert [event["id"] for event in history] == list(range(1, len(history) + 1))
    assert execution.status == "RUNNING"
    again = freeze._Unpickler(io.BytesIO(freeze._pickled(thawed, {})), {}.__getitem__).load()
    assert again.to_describe_output() == described


def test_both_kinds_of_backends_are_frozen(backend: Any) -> None:
    assert freeze._group("stepfunctions.parser")[ACCOUNT][REGION] is backend
    assert {"stepfunctions.parser"} <= freeze.universe().keys()
