"""An execution of Step Functions that waits when its account is frozen: the thread that would go on is not part of any value.

Started again it would do its tasks twice. So in the frozen account, and there alone, it has failed as AWS says of what it could not go on
with: ``States.Runtime`` (https://docs.aws.amazon.com/step-functions/latest/dg/concepts-error-handling.html), and its history says why.
"""

from __future__ import annotations

import copy
from typing import Any

CLASS = "moto.stepfunctions.parser.backend.execution"
ERROR = "States.Runtime"
CAUSE = "not simulated here: an execution that goes on after the command that it was running beside"


def reduce(execution: Any) -> Any:
    """What ``reducer_override`` returns for an execution, or None for one that is over. Called where moto's interpreter is loaded."""
    from moto.stepfunctions.parser.api import ExecutionStatus  # noqa: PLC0415 - half a second that most accounts never need

    if execution.exec_status != ExecutionStatus.RUNNING:
        return None
    ended = copy.copy(execution)
    ended.exec_status = ExecutionStatus.FAILED
    ended.error, ended.cause = ERROR, CAUSE
    ended.exec_worker = copy.copy(execution.exec_worker)
    ended.exec_worker.env = _ended(execution.exec_worker)
    ended.stop_date = ended.exec_worker.env.event_manager._get_current_timestamp()
    return object.__new__, (type(execution),), vars(ended)


def _ended(worker: Any) -> Any:
    """Its environment anew, quiet, with what has happened so far and its end."""
    from moto.stepfunctions.parser.api import ExecutionFailedEventDetails, HistoryEventType  # noqa: PLC0415

    env = worker._get_evaluation_environment()
    manager, context = env.event_manager, env.event_history_context
    so_far = copy.deepcopy(worker.env.event_manager.get_event_history()) if worker.env is not None else []
    manager._history_event_list.extend(so_far)
    manager._event_id_gen._next_id = context.source_event_id = len(so_far)
    manager._event_id_gen._next_id += 1
    failed = ExecutionFailedEventDetails(error=ERROR, cause=CAUSE)
    details: Any = {"executionFailedEventDetails": failed}
    manager.add_event(context, HistoryEventType.ExecutionFailed, details)
    env.set_error(failed)
    return env
