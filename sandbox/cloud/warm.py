"""Import and use once, in the zygote, whatever a first request would otherwise wait for. Importing this module sets moto's switches."""

from __future__ import annotations

import gc
import os
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

os.environ |= {
    "MOTO_AMIS_PATH": str(Path(__file__).with_name("images.json")),  # the stock catalogue is 2 MB of every frozen account
    "MOTO_DISABLE_GLOBAL_CORS": "true",
    "MOTO_ENABLE_AMI_VALIDATION": "true",
    "MOTO_ENABLE_KEYPAIR_VALIDATION": "true",
    "MOTO_EC2_ENABLE_INSTANCE_TYPE_VALIDATION": "true",
    "MOTO_S3_DEFAULT_KEY_BUFFER_SIZE": str(64 * 1024 * 1024),  # objects stay in memory: there is no disk to spool to
    "AWS_EC2_METADATA_DISABLED": "true",
    "AWS_CONFIG_FILE": "/nonexistent",
    "AWS_SHARED_CREDENTIALS_FILE": "/nonexistent",
}
for name in ("MOTO_ACCOUNT_ID", "AWS_PROFILE", "AWS_ENDPOINT_URL"):
    os.environ.pop(name, None)

if "moto.settings" in sys.modules:
    raise RuntimeError("moto was imported before its switches were set")

from moto.core.base_backend import BackendDict  # noqa: E402
from moto.core.model_instances import model_data  # noqa: E402
from moto.core.models import DEFAULT_ACCOUNT_ID  # noqa: E402
from moto.ec2.models import EC2Backend  # noqa: E402

from sandbox.cloud import birth, changes, engines, freeze, hooks, inventory, timeline  # noqa: E402, F401
from sandbox.cloud.call import TRAINING_ACCOUNT, Caller  # noqa: E402
from sandbox.cloud.gate import Gate  # noqa: E402
from sandbox.cloud.iam import aws_policies, catalogue  # noqa: E402
from sandbox.errors import CloudError  # noqa: E402

REGION = "ap-northeast-2"
_ACCOUNT = "000000000000"
IDENTITY = {
    "account": _ACCOUNT, "region": REGION, "role_name": birth.ROLE, "instance_id": "i-0", "access_key_id": "ASIAWARM000000000000",
    "secret_access_key": "-", "session_token": "-", "expiration": "2099-01-01T00:00:00Z",
}  # fmt: skip
"""Nobody's: what is done with it is forgotten."""
_FIRST_CALLS: tuple[tuple[str, str, dict[str, Any]], ...] = (
    ("s3", "list_buckets", {}),
    ("s3", "create_bucket", {"Bucket": "warm-bucket", "CreateBucketConfiguration": {"LocationConstraint": REGION}}),
    ("s3", "put_object", {"Bucket": "warm-bucket", "Key": "k", "Body": "x"}),
    ("s3", "get_object", {"Bucket": "warm-bucket", "Key": "k"}),
    ("s3", "list_objects_v2", {"Bucket": "warm-bucket"}),
    ("s3", "head_object", {"Bucket": "warm-bucket", "Key": "none"}),
    ("kms", "create_key", {}),
    ("iam", "list_roles", {}),
    ("sts", "get_caller_identity", {}),
    ("ec2", "describe_vpcs", {}),
    ("ec2", "describe_instances", {}),
    ("ec2", "describe_images", {"Owners": ["amazon"]}),
    ("ssm", "put_parameter", {"Name": "warm", "Value": "x", "Type": "String"}),
    ("ssm", "get_parameter", {"Name": "warm"}),
    ("codepipeline", "list_pipelines", {}),
    ("dynamodb", "list_tables", {}),
    ("codebuild", "list_projects", {}),
)

# First uses of 30 to 250 milliseconds that need not hold up the start: 0.9 seconds and 40 MB together.
_LATER: tuple[tuple[str, str, dict[str, Any]], ...] = (
    ("lambda", "list_functions", {}),
    ("cloudwatch", "list_metrics", {}),
    ("logs", "describe_log_groups", {}),
    ("sqs", "list_queues", {}),
    ("sns", "list_topics", {}),
    ("cloudformation", "list_stacks", {}),
    ("apigateway", "get_rest_apis", {}),
    ("ec2", "run_instances", {"ImageId": "ami-00000000", "MinCount": 1, "MaxCount": 1}),
    ("ecs", "list_clusters", {}),
    ("ecr", "describe_repositories", {}),
    ("stepfunctions", "list_state_machines", {}),
    ("route53", "list_hosted_zones", {}),
    ("autoscaling", "describe_auto_scaling_groups", {}),
    ("elbv2", "describe_load_balancers", {}),
    ("eks", "list_clusters", {}),
    ("apigatewayv2", "get_apis", {}),
    ("appmesh", "list_meshes", {}),
    ("resourcegroupstaggingapi", "get_resources", {}),
)


def warm() -> tuple[Gate, Caller]:
    """A gate and a caller whose account is empty again. Call once, before any fork."""
    hooks.install()
    engines.install()
    aws_policies.shelf()
    catalogue.kinds("s3:GetObject")
    gate = Gate()
    caller = Caller(gate)
    hooks.set_home_account(_ACCOUNT)
    birth.bear(IDENTITY)
    birth.sign_in(IDENTITY)
    for service, operation, params in _FIRST_CALLS:
        try:
            caller.call(service, operation, params, _ACCOUNT, REGION)
        except CloudError:
            continue  # A 404 warms what a 404 needs.
    freeze.freeze()
    inventory.inventory(_ACCOUNT, REGION)
    empty(gate, caller)
    return gate, caller


def later(gate: Gate, caller: Caller) -> Iterator[None]:
    """Warm one more service at each step; between steps the account is empty and a fork may be taken."""
    for service, operation, params in _LATER:
        hooks.set_home_account(_ACCOUNT)
        with suppress(CloudError):
            caller.call(service, operation, params, _ACCOUNT, REGION)
        empty(gate, caller)
        yield


def empty(gate: Gate, caller: Caller) -> None:
    """As if nothing had been done, with everything loaded. The backends that moto's routes were read from stay away too."""
    caller.forget(TRAINING_ACCOUNT, _ACCOUNT)
    BackendDict.reset()
    tracked: Any = model_data
    for classes in tracked.values():
        for kind in classes.values():
            kind.instances_tracked.clear()
    for references in (EC2Backend.vpc_refs, EC2Backend.vpc_pcx_refs, EC2Backend.backend_refs):
        references.clear()
    hooks.set_home_account("")
    timeline.line.thaw(None)
    gate.dirty = gate.touched = False
    instances: list[Any] = BackendDict._instances  # type: ignore[misc]
    if any(DEFAULT_ACCOUNT_ID in group for group in instances):
        raise RuntimeError("moto's default account is not empty")
    gc.collect()
