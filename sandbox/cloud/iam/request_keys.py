"""The condition keys that come from what a request says, service by service.

Source: the "Condition keys" of each service in https://docs.aws.amazon.com/service-authorization/latest/reference/reference.html
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from moto.ec2.models import ec2_backends
from moto.iam.models import iam_backends

from sandbox.cloud.iam import identities
from sandbox.cloud.iam.arguments import Call
from sandbox.cloud.iam.context import Value, of_request, tags

_FORM_TAG = re.compile(r"^(?:Tags\.member|Tag|TagSpecification\.\d+\.Tag)\.(\d+)\.(Key|Value)$")


def of_call(call: Call) -> dict[str, Value]:
    found = of_request(call.request, call.region)
    asked = _request_tags(call)
    if asked:
        found |= tags("aws:RequestTag", asked) | {"aws:tagkeys": tuple(asked)}
    service = _SERVICES.get(call.operation.service)
    return found | (service(call) if service else {})


def of_resource(arn: str) -> dict[str, Value]:
    """``aws:ResourceTag/…`` of users, roles and what EC2 makes; other resources show no tags to policies here."""
    parts = arn.split(":", 5)
    if len(parts) != 6 or parts[2] not in ("iam", "ec2"):
        return {}
    kind, _, name = parts[5].partition("/")
    if parts[2] == "ec2" and parts[4] in ec2_backends:
        found = ec2_backends[parts[4]][parts[3]].describe_tags({"resource-id": [name]})
        pairs: Any = [{"Key": tag["key"], "Value": tag["value"]} for tag in found]
    elif parts[2] == "iam" and parts[4] in iam_backends and kind in ("user", "role"):
        entity = identities.find(arn)
        pairs = entity.tags if entity is not None else ()
    else:
        return {}
    vendor = "iam" if parts[2] == "iam" else "ec2"
    return tags("aws:ResourceTag", pairs) | tags(f"{vendor}:ResourceTag", pairs)


def _request_tags(call: Call) -> dict[str, str]:
    said = call.said.get("Tags", call.said.get("tags"))
    if isinstance(said, Mapping):
        return {str(key): str(value) for key, value in said.items()}
    if isinstance(said, list):
        pairs = ({name.lower(): value for name, value in one.items()} for one in said if isinstance(one, dict))
        return {str(pair.get("key", pair.get("tagkey", ""))): str(pair.get("value", pair.get("tagvalue", ""))) for pair in pairs}
    numbered: dict[str, dict[str, str]] = {}
    for name, value in call.form:
        if match := _FORM_TAG.match(name):
            numbered.setdefault(name.rpartition(".")[0], {})[match[2]] = value
    return {pair["Key"]: pair.get("Value", "") for pair in numbered.values() if "Key" in pair}


def _kms(call: Call) -> dict[str, Value]:
    found: dict[str, Value] = {"kms:calleraccount": call.account}
    given = call.said.get("EncryptionContext")
    if isinstance(given, dict):
        found |= encryption_context({str(key): str(value) for key, value in given.items()})
    for parameter, key in (("KeySpec", "kms:keyspec"), ("KeyUsage", "kms:keyusage"), ("EncryptionAlgorithm", "kms:encryptionalgorithm")):
        if value := call.first(parameter):
            found[key] = value
    if call.first("KeyId").startswith("alias/"):
        found["kms:requestalias"] = call.first("KeyId")
    if "GrantIsForAWSResource" in call.said:
        found["kms:grantisforawsresource"] = str(call.said["GrantIsForAWSResource"]).lower()
    return found


def encryption_context(pairs: Mapping[str, str]) -> dict[str, Value]:
    found: dict[str, Value] = {f"kms:encryptioncontext:{key.lower()}": value for key, value in pairs.items()}
    return found | ({"kms:encryptioncontextkeys": tuple(pairs)} if pairs else {})


def _iam(call: Call) -> dict[str, Value]:
    names = (("PolicyArn", "iam:policyarn"), ("PermissionsBoundary", "iam:permissionsboundary"), ("AWSServiceName", "iam:awsservicename"))
    return {key: value for name, key in names if (value := call.first(name))}


def _ec2(call: Call) -> dict[str, Value]:
    found: dict[str, Value] = {"ec2:region": call.region}
    for name, key in (("InstanceType", "ec2:instancetype"), ("Tenancy", "ec2:tenancy"), ("VolumeType", "ec2:volumetype")):
        if value := call.first(name):
            found[key] = value
    return found


def _secretsmanager(call: Call) -> dict[str, Value]:
    names = (("SecretId", "secretsmanager:secretid"), ("Name", "secretsmanager:name"), ("VersionStage", "secretsmanager:versionstage"))
    return {key: value for name, key in names if (value := call.first(name))}


_SERVICES = {"kms": _kms, "iam": _iam, "ec2": _ec2, "secretsmanager": _secretsmanager}
