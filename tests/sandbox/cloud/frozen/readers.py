"""Every read that can be asked of what a populated account holds, from botocore's models: no list of calls is kept by hand.

A read's required parameters are filled from one call that was made (its parameters and its answer belong together), else from values
of that name anywhere in the service. What moto does not have answers "not simulated here" and is left out.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from functools import cache
from itertools import islice, product
from typing import Any

from botocore import xform_name
from botocore.model import ListShape, OperationModel, Shape, StructureShape
from botocore.session import Session

from sandbox.cloud.operations import changes_state

MOST = 6  # calls of one operation
_SESSION = Session()
_VERB = re.compile(r"^(Create|Put|Register|Request|Import|Start|Add|Run|Allocate|Upload|Update|Publish|Set|Get|List|Describe)")
# Random by nature, or a catalogue of AWS's that no account holds (and takes seconds to spell out).
_NOT_ASKED = re.compile(
    r"^(Generate|Encrypt|ReEncrypt|Sign$|Assume|GetRandomPassword|GetSessionToken|GetFederationToken|GetAuthorizationToken"
    r"|GetShardIterator|GetWebIdentity|DescribeInstanceTypes|DescribeSpotPriceHistory|DescribeAddonVersions|DescribeReservedInstancesOfferings|ValidateTemplate)"
)
Call = tuple[str, str, dict[str, Any]]
Pool = dict[str, list[Any]]


def reads(service: str, calls: list[tuple[str, str, dict[str, Any], dict[str, Any]]], now: int) -> list[Call]:
    """(service, operation, parameters) of every read of ``service`` that the calls made so far allow."""
    model = _model(service)
    contexts = [(params, _harvest(operation, params, answer)) for name, operation, params, answer in calls if name == service]
    contexts.append(({}, _pool([pool for _, pool in contexts])))
    found: list[Call] = []
    for name in model.operation_names:
        if changes_state(service, name) or _NOT_ASKED.match(name):
            continue
        seen = list(islice(_unique(_parameters(model.operation_model(name), contexts, now)), MOST))
        found += [(service, xform_name(name), params) for params in seen]
    return found


@cache
def _model(service: str) -> Any:
    return _SESSION.get_service_model(service)


def _unique(found: Iterator[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    seen = []
    for params in found:
        if params not in seen:
            seen.append(params)
            yield params


def _parameters(operation: OperationModel, contexts: list[tuple[dict[str, Any], Pool]], now: int) -> Iterator[dict[str, Any]]:
    shape = operation.input_shape
    members = shape.members if shape else {}
    required = list(shape.required_members) if shape else []
    noun = _noun(operation.name)
    for given, pool in contexts:
        options = [_values(members[name], name, noun, pool, now) for name in required]
        beside = {name: given[name] for name in members if isinstance(given.get(name), str) and name not in required}
        for values in islice(product(*options), MOST):
            found = dict(zip(required, values, strict=True))
            yield found
            yield found | beside


def _values(shape: Shape, name: str, noun: str, source: Pool, now: int) -> list[Any]:
    if isinstance(shape, StructureShape):
        members = shape.required_members
        options = [_values(shape.members[one], one, noun, source, now)[:1] for one in members]
        return [dict(zip(members, values, strict=True)) for values in product(*options)]
    if isinstance(shape, ListShape):
        inner = _values(shape.member, name, noun, source, now) or _values(shape.member, shape.member.name, noun, source, now)
        return [inner[:3]] if inner else []
    if shape.type_name == "timestamp":
        return [now + (60 if "end" in name.lower() else -3600)]
    if shape.type_name == "boolean":
        return [True]
    if getattr(shape, "enum", None) and name.lower() not in source:
        return list(shape.enum)[:MOST]
    wanted = (_plain(name), noun + _plain(name), _plain(shape.name))
    found = [value for key in wanted for value in source.get(key, [])]
    if not found and _plain(name).endswith("arn"):
        found = source.get("arn", [])
    if shape.type_name in ("integer", "long"):
        return [value for value in found if isinstance(value, int)][:2] or [60]
    return list(dict.fromkeys(value for value in found if isinstance(value, str)))


def _noun(operation: str) -> str:
    return _plain(_VERB.sub("", operation))


def _plain(name: str) -> str:
    """One spelling for FunctionName, functionName, function_names: plurals are singular."""
    name = re.sub(r"[^a-z0-9]", "", name.lower())
    return name[:-3] + "y" if name.endswith("ies") else name.removesuffix("s")


def _harvest(operation: str, params: dict[str, Any], answer: dict[str, Any]) -> Pool:
    pool: Pool = defaultdict(list)
    noun = _noun("".join(part.capitalize() for part in operation.split("_")))
    for tree in (params, answer):
        _gather(tree, noun, pool)
    return pool


def _gather(tree: Any, noun: str, pool: Pool) -> None:
    for key, value in tree.items():
        for item in value if isinstance(value, list) else [value]:
            if isinstance(item, dict):
                _gather(item, _plain(key), pool)
            elif isinstance(item, str | int) and not isinstance(item, bool):
                for name in {_plain(key), noun + _plain(key)}:
                    pool[name].append(item)
                if isinstance(item, str) and item.startswith("arn:"):
                    pool["arn"].append(item)


def _pool(contexts: list[Pool]) -> Pool:
    pool: Pool = defaultdict(list)
    for context in contexts:
        for key, values in context.items():
            pool[key] += [value for value in values if value not in pool[key]]
    return pool
