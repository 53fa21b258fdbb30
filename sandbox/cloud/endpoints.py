"""From a host name to the service behind it. Pure; the names are those of https://docs.aws.amazon.com/general/latest/gr/aws-service-information.html"""

from __future__ import annotations

import re
from dataclasses import dataclass

from sandbox.cloud.regions import REGIONS

DEFAULT_REGION = "us-east-1"
_REGION = r"(?:[a-z]{2}(?:-[a-z]+)+-\d)"

# The first label of a host where it differs from botocore's service name.
PREFIXES = {
    "monitoring": "cloudwatch", "states": "stepfunctions", "sync-states": "stepfunctions", "tagging": "resourcegroupstaggingapi",
    "elasticloadbalancing": "elbv2", "email": "ses", "sso": "sso", "oidc": "sso-oidc", "streams.dynamodb": "dynamodbstreams",
    "api.ecr": "ecr", "data.iot": "iot-data", "execute-api": "execute-api", "elasticmapreduce": "emr",
    "queue": "sqs", "global.health": "health", "model.lex.v2": "lexv2-models",
}  # fmt: skip
SIGNING = {**PREFIXES, "eventbridge": "events"}

_S3 = re.compile(
    rf"^(?:(?P<bucket>.+)\.)?s3(?P<kind>-control|-accesspoint|-website|-accelerate|-outposts|express-[a-z0-9-]+|)?"
    rf"(?:-fips)?(?:\.dualstack)?(?:[.-](?P<region>{_REGION}))?\.amazonaws\.com$"
)
_APART = re.compile(rf"^.+\.(?P<what>execute-api|dkr\.ecr|elb|lambda-url)\.(?P<region>{_REGION})\.(?:amazonaws\.com|on\.aws)$")
_REGIONAL = re.compile(rf"^(?P<prefix>.+?)(?:-fips)?(?:\.dualstack)?\.(?P<region>{_REGION})\.(?:amazonaws\.com|api\.aws)$")
_REGION_FIRST = re.compile(rf"^(?P<region>{_REGION})\.(?P<prefix>[a-z0-9.-]+)\.amazonaws\.com$")
_GLOBAL = re.compile(r"^(?P<prefix>.+?)(?:-fips)?\.amazonaws\.com$")


@dataclass(frozen=True, slots=True)
class Endpoint:
    """``service`` is botocore's name where there is one, else the host's own word; ``bucket`` only for virtual-hosted S3."""

    service: str
    region: str
    bucket: str | None = None


def is_aws(host: str) -> bool:
    return host.endswith((".amazonaws.com", ".on.aws", ".api.aws"))


def exists(host: str) -> bool:
    """Whether AWS has such a host at all, as far as its region says: ``sts.ap-northeast-9.amazonaws.com`` is none."""
    endpoint = from_host(host)
    if endpoint is None or endpoint.region not in REGIONS:
        return False
    # A word more than a global service has, and it is no region: sts.seoul.
    return "." not in endpoint.service or not REGIONS.isdisjoint(host.lower().split("."))


def from_host(host: str) -> Endpoint | None:
    """The endpoint a host name (without port) names; None when it is not a name of AWS's."""
    host = host.lower().rstrip(".")
    if not is_aws(host):
        return None
    if found := _S3.match(host):
        kind = found["kind"]
        service = "s3" if kind in ("", None, "-accelerate") else "s3" + kind
        return Endpoint(service.replace("-", "", 1) if kind == "-control" else service, found["region"] or DEFAULT_REGION, found["bucket"])
    if found := _APART.match(host):
        return Endpoint({"dkr.ecr": "ecr-registry"}.get(found["what"], found["what"]), found["region"])
    if found := _REGIONAL.match(host) or _REGION_FIRST.match(host):
        return Endpoint(_service(found["prefix"]), found["region"])
    found = _GLOBAL.match(host)
    return Endpoint(_service(found["prefix"]), DEFAULT_REGION) if found else Endpoint(host.split(".")[0], DEFAULT_REGION)


def from_scope(scope: str) -> Endpoint | None:
    """The endpoint of a credential scope (``KEY/20240101/region/service/aws4_request``), for a host that is not a name of AWS's."""
    parts = scope.split("/")
    return Endpoint(SIGNING.get(parts[3], parts[3]), parts[2]) if len(parts) == 5 else None


def _service(prefix: str) -> str:
    return PREFIXES.get(prefix, prefix)
