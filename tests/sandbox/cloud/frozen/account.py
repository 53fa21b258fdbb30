"""Run as a program, ``account.py FOLDER``: an account's whole life in processes forked from one warm one, each told on in FOLDER.

``first`` fills two accounts and freezes them; ``second`` thaws, looks, alters, removes, freezes; ``third`` thaws that and looks again.
Each writes what every read answered, and the inventory at each point, so that a test may compare what different processes say.
"""

from __future__ import annotations

import gc
import json
import os
import sys
import time
import traceback
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import Any

os.environ["MOTO_ACM_VALIDATION_WAIT"] = "86400"  # a certificate issued by the clock is no difference between two processes

from sandbox.cloud.warm import later, warm  # isort: skip - sets moto's switches, so before anything that imports moto

from moto.core.base_backend import BackendDict

from frozen import ORDER, readers
from frozen.aws import ACCOUNT, ELSEWHERE, OTHER, REGION, Aws
from sandbox.cloud import birth, freeze, gate, hooks, inventory, limits
from sandbox.cloud.operations import Level

WHO = {
    "account": ACCOUNT, "region": REGION, "role_name": birth.ROLE, "instance_id": "i-0123456789abcdef0",
    "access_key_id": "ASIATESTTESTTESTTEST", "secret_access_key": "s", "session_token": "t", "expiration": "2099-01-01T00:00:00Z",
}  # fmt: skip
_COUNTS = ("instances_tracked", "model_data", "_instances", "__annotations__", "__builtins__")


def modules() -> dict[str, ModuleType]:
    """The folder's modules by the service they fill, in the order in which one needs another."""
    return {name.strip("_"): import_module(f"frozen.{name}") for name in ORDER}


def first(folder: Path, aws: Aws) -> dict[str, Any]:
    birth.bear(WHO)
    birth.sign_in(WHO)
    aws.made["now"] = int(time.time())
    told: dict[str, Any] = {"inventory": [_inventory()], "services": {}}
    outside, before = _outside(), told["inventory"][0]
    for name, module in modules().items():
        module.populate(aws)
        told["services"][name] = [before, before := _inventory()]
    _others(aws.caller)
    told["inventory"].append(_inventory())
    _freeze(folder / "one")
    plan = {name: [one for one in aws.reads if one[0] == name] + readers.reads(name, aws.calls, aws.made["now"]) for name in modules()}
    told |= _looked(aws, plan)
    told["outside"] = sorted(name for name, size in _outside().items() if size != outside.get(name, size))
    told["inventory"].append(_inventory())
    plan = {name: [call for call, _ in told["shown"][name]] for name in plan}
    (folder / "left.json").write_text(json.dumps({"made": aws.made, "plan": plan}))
    return told


def second(folder: Path, aws: Aws) -> dict[str, Any]:
    _thaw(folder / "one")
    birth.sign_in(WHO)
    told: dict[str, Any] = {"inventory": [_inventory()], "services": {}, **_look(folder, aws)}
    told["inventory"].append(before := _inventory())
    for name, module in modules().items():
        states = [before]
        for step in (module.alter, module.remove):
            step(aws)
            states.append(_inventory())
        told["services"][name], before = states, states[-1]
    told["inventory"].append(before)
    _freeze(folder / "two")
    told["again"] = _look(folder, aws, every=3)
    return told


def third(folder: Path, aws: Aws) -> dict[str, Any]:
    _thaw(folder / "two")
    return {"inventory": [_inventory()], **_look(folder, aws, every=3)}


def _look(folder: Path, aws: Aws, every: int = 1) -> dict[str, Any]:
    left = json.loads((folder / "left.json").read_text())
    aws.made |= left["made"]
    return _looked(aws, {name: calls[::every] for name, calls in left["plan"].items()})


def _looked(aws: Aws, plan: dict[str, Any]) -> dict[str, Any]:
    start = time.time()
    shown = {name: _ask(aws, calls) for name, calls in plan.items()} | _elsewhere(aws.caller)
    return {"shown": shown, "when": [start, time.time()]}


def _ask(aws: Aws, calls: list[Any]) -> list[Any]:
    """What moto does not have, or breaks at, is asked once and left out; of refusals one an operation is enough."""
    answers, lacking, refused = [], set[str](), set[str]()
    for service, operation, params in calls:
        if operation in lacking:
            continue
        answer = aws.see(service, operation, params)
        if answer.get("error") in ("NotSimulated", "InternalFailure"):
            lacking.add(operation)
        elif "error" not in answer or operation not in refused:
            answers.append(((service, operation, params), answer))
            refused |= {operation} if "error" in answer else set()
    return answers


def _others(caller: Any) -> None:
    """A second account, and a second region of both."""
    Aws(caller, OTHER)["ec2"].describe_vpcs()
    for account in (ACCOUNT, OTHER):
        aws = Aws(caller, account, ELSEWHERE)
        aws["ec2"].create_vpc(CidrBlock="10.8.0.0/16")
        aws["sqs"].create_queue(QueueName=f"of-{account}")
        aws["kms"].create_key(Description=account)
        key = [{"AttributeName": "k", "AttributeType": "S"}]
        schema = [{"AttributeName": "k", "KeyType": "HASH"}]
        aws["dynamodb"].create_table(TableName=account, AttributeDefinitions=key, KeySchema=schema, BillingMode="PAY_PER_REQUEST")
    Aws(caller, OTHER)["s3"].create_bucket(Bucket="test-foreign", CreateBucketConfiguration={"LocationConstraint": REGION})


def _elsewhere(caller: Any) -> dict[str, Any]:
    lists = [("ec2", "describe_vpcs", {}), ("ec2", "describe_subnets", {}), ("sqs", "list_queues", {}), ("kms", "list_keys", {}),
             ("dynamodb", "list_tables", {}), ("s3", "list_buckets", {}), ("iam", "list_roles", {})]  # fmt: skip
    places = [(ACCOUNT, ELSEWHERE), (OTHER, ELSEWHERE), (OTHER, REGION)]
    return {f"{account} {region}": _ask(Aws(caller, account, region), lists) for account, region in places}


def _outside() -> dict[str, int]:
    """How many entries moto's modules and classes hold themselves, beside what every one of them counts for its own reset."""
    holders = [(name, vars(module)) for name, module in sorted(sys.modules.items()) if name.startswith("moto.")]
    holders += [(f"{m}.{n}", vars(one)) for m, names in holders for n, one in sorted(names.items()) if isinstance(one, type)]
    found: dict[int, tuple[str, int]] = {}
    for holder, names in reversed(holders):
        for name, value in names.items():
            if isinstance(value, dict | list | set) and not isinstance(value, BackendDict) and name not in _COUNTS:
                found[id(value)] = (f"{holder}.{name}", len(value))
    return dict(found.values())


def _inventory() -> Any:
    return inventory.inventory(ACCOUNT, REGION)


def _freeze(folder: Path) -> None:
    folder.mkdir()
    root, bodies = freeze.freeze(keep_out=[WHO["access_key_id"]])
    (folder / "root").write_bytes(root)
    for sha, content in bodies.items():
        (folder / sha).write_bytes(content)


def _thaw(folder: Path) -> None:
    freeze.thaw((folder / "root").read_bytes(), lambda sha: (folder / sha).read_bytes())


def main(folder: Path) -> int:
    """Exit status 0, or 1 when a process of the three failed."""
    gate.rules = lambda _service: object()
    gate.lookup = lambda _service, _operation: Level.BEHAVES  # what is refused to learners must be kept all the same
    limits.check = lambda *_: None
    gate_, caller = warm()
    for _ in later(gate_, caller):
        pass
    modules()
    gc.collect()
    gc.freeze()
    gc.disable()  # a third of the processors' time otherwise: millions of objects of moto's that stay
    for step in (first, second, third):
        pid = os.fork()
        if pid == 0:
            os._exit(_run(step, folder, caller))
        if os.waitpid(pid, 0)[1]:
            return 1
    return 0


def _run(step: Callable[[Path, Aws], Any], folder: Path, caller: Any) -> int:
    try:
        hooks.set_home_account(ACCOUNT)
        told = step(folder, Aws(caller))
        (folder / f"{step.__name__}.json").write_text(json.dumps(told))
        sys.stderr.write(f"{step.__name__}: {time.process_time():.1f} s of processor\n")
    except BaseException:
        traceback.print_exc()
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
