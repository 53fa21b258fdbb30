"""The zygote with a service more: a parameter ``/phases/…`` goes from pending by running to done, ten seconds a phase.

``python timed_zygote.py FD``. ``/phases/…/broken`` breaks in its second phase.
"""

from __future__ import annotations

import sys
from typing import Any

from sandbox.cloud import warm, zygote  # noqa: F401  isort: skip - sets moto's switches, so before anything that imports moto

from moto.ssm.models import SimpleSystemManagerBackend, ssm_backends

from sandbox.cloud import ssm_secrets, timeline

SECONDS = 10.0
FOLLOWING = {"pending": "running", "running": "done"}
_put = ssm_secrets._put_parameter


def failed(context: timeline.Context, data: dict[str, Any], error: Exception) -> None:
    _parameter(data).value = f"failed: {error}"


def _parameter(data: dict[str, Any]) -> Any:
    return ssm_backends[data["account"]][data["region"]]._parameters[data["name"]][-1]


@timeline.handler("test.phase", failed=failed)
def next_phase(context: timeline.Context, data: dict[str, Any]) -> None:
    parameter = _parameter(data)
    if data["name"].endswith("/broken") and parameter.value == "running":
        raise ValueError("out of order")
    parameter.value = FOLLOWING[parameter.value]
    if parameter.value in FOLLOWING:
        context.schedule(SECONDS, "test.phase", data)
    else:
        # As a client would: through the gate, in the middle of an event.
        context.call("ssm", "put_parameter", {"Name": f"{data['name']}/ended", "Value": str(context.now), "Type": "String"})


def put(self: SimpleSystemManagerBackend, *arguments: Any, **named: Any) -> Any:
    made = _put(self, *arguments, **named)
    name = named.get("name") or arguments[0]
    if name.startswith("/phases/") and not name.endswith("/ended"):
        timeline.schedule(SECONDS, "test.phase", {"account": self.account_id, "region": self.region_name, "name": name})
    return made


ssm_secrets._put_parameter = put  # beneath ours, which takes its place when the account is warmed

if __name__ == "__main__":
    sys.exit(zygote.main(int(sys.argv[1])))
