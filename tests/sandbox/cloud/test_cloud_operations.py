"""The table is total, names nothing that does not exist, and what it refuses is refused in each protocol's own words."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest
from botocore.exceptions import ClientError
from cloud_harness import ROOT, Cloud
from moto.core.utils import get_service_model
from smoke import STORIES
from test_cloud_required import filled

from sandbox.cloud.operations import Level, changes_state, lookup, parse, rules, services, summary
from sandbox.errors import CloudError

pytestmark = pytest.mark.slow

MUST_REFUSE = [
    ("codebuild", "StartBuild"),
    ("codepipeline", "StartPipelineExecution"),
    ("codepipeline", "CreatePipeline"),
    ("codedeploy", "CreateDeployment"),
    ("ssm", "SendCommand"),
    ("ecs", "CreateCluster"),
    ("ecs", "CreateService"),
    ("eks", "CreateCluster"),
    ("lambda", "Invoke"),
    ("cloudformation", "CreateStack"),
    ("stepfunctions", "StartExecution"),
    ("codedeploy", "CreateDeploymentGroup"),
    ("cloudformation", "ValidateTemplate"),
    ("autoscaling", "CreateLaunchConfiguration"),
    ("acm", "RequestCertificate"),
    ("cloudtrail", "CreateTrail"),
    ("elasticbeanstalk", "CreateEnvironment"),
    ("ec2", "CreateFleet"),
    ("ec2", "GetPasswordData"),
    ("cloudwatch", "PutMetricAlarm"),
    ("sts", "AssumeRoleWithSAML"),
]
COURSE = [
    "s3",
    "kms",
    "iam",
    "sts",
    "ec2",
    "ssm",
    "secretsmanager",
    "dynamodb",
    "sqs",
    "sns",
    "events",
    "cloudwatch",
    "logs",
    "lambda",
    "apigateway",
    "apigatewayv2",
    "cloudformation",
    "serverlessrepo",
    "stepfunctions",
    "codecommit",
    "codebuild",
    "codedeploy",
    "codepipeline",
    "codeartifact",
    "ecr",
    "ecs",
    "eks",
    "appmesh",
    "elasticbeanstalk",
    "elbv2",
    "autoscaling",
    "route53",
    "health",
    "cloudtrail",
    "servicediscovery",
    "acm",
    "budgets",
]


def operations(service: str) -> list[str]:
    """botocore's, and the few that moto adds because botocore never sends them (S3's form upload)."""
    return list(get_service_model(service).operation_names)


@pytest.mark.parametrize("service", services())
def test_every_operation_has_a_level_and_every_line_an_operation(service: str) -> None:
    names = operations(service)
    assert all(isinstance(lookup(service, name), Level) for name in names)
    found = rules(service)
    assert found is not None
    assert [name for name in found if name not in names] == []


def test_the_course_is_covered() -> None:
    assert set(COURSE) <= set(services())


@pytest.mark.parametrize("service", STORIES)
def test_what_behaves_succeeds(cloud: Cloud, service: str) -> None:
    kept: dict[str, Any] = {}
    for name, params in STORIES[service]:
        assert lookup(service, name) is Level.BEHAVES, name
        kept[name] = cloud.call(service, name, **(params(kept) if callable(params) else params))


@pytest.mark.parametrize(("service", "operation"), MUST_REFUSE)
def test_what_would_be_pretended_is_refused(service: str, operation: str) -> None:
    assert operation in operations(service)
    assert lookup(service, operation) is Level.REFUSED


def test_unnamed_is_refused() -> None:
    assert lookup("glue", "CreateJob") is Level.REFUSED
    assert lookup("s3", "NoSuchOperation") is Level.REFUSED


def test_lines_are_read_strictly() -> None:
    assert parse("behaves: PutObject\n stores: GetObject") == {"PutObject": Level.BEHAVES, "GetObject": Level.STORES}
    for text, words in (("behaves: A\nstores: A", "twice"), ("perhaps: A", "perhaps"), ("behaves: Get*", "no operation")):
        with pytest.raises(ValueError, match=words):
            parse(text)


def test_the_page_says_what_the_table_says() -> None:
    page = (ROOT / "sandbox" / "cloud" / "README.md").read_text()
    assert "\n".join(summary()) in page, "python -m sandbox.cloud.operations prints what belongs between the marks"


# Their least request has a filter of no such name, which moto says it lacks.
_FILTERED = {("ec2", "DescribeSubnets"), ("ec2", "DescribeVpcs"), ("ec2", "DescribeVolumeStatus")}


def framed(value: Any) -> Any:
    """As a frame carries it."""
    if isinstance(value, dict):
        return {name: framed(item) for name, item in value.items()}
    if isinstance(value, list):
        return [framed(item) for item in value]
    if isinstance(value, datetime):
        return value.isoformat()
    return {"$bytes": b64encode(value).decode()} if isinstance(value, bytes) else value


@pytest.mark.parametrize("service", services())
def test_the_least_request_is_answered(session_cloud: Cloud, service: str) -> None:
    """With an answer or with an error of AWS's: what the table does not refuse neither is lacking nor falls over."""
    from botocore.loaders import Loader

    sent = Loader().load_service_model(service, "service-2")["operations"]
    found = {}
    for name in sorted(rules(service) or {}):
        if name not in sent or (service, name) in _FILTERED:
            continue
        shape = get_service_model(service).operation_model(name).input_shape
        try:
            session_cloud.call(service, name, **(framed(filled(shape)) if shape is not None else {}))
        except CloudError as error:
            if error.code in ("InternalFailure", "NotSimulated"):
                found[name] = f"{error.code}: {error.message}"
    assert found == _NARROWED.get(service, {})


_NARROWED: dict[str, dict[str, str]] = {}


@pytest.mark.parametrize(
    ("service", "operation", "changes"),
    [
        ("s3", "PutObject", True),
        ("s3", "GetObject", False),
        ("s3", "HeadBucket", False),
        ("sts", "GetCallerIdentity", False),
        ("sts", "AssumeRole", True),
        ("kms", "Encrypt", False),
        ("kms", "CreateKey", True),
        ("kms", "EnableKey", True),
        ("sqs", "ReceiveMessage", True),
        ("ec2", "RunInstances", True),
    ],
)
def test_changes_state(service: str, operation: str, changes: bool) -> None:
    assert changes_state(service, operation) is changes


REFUSED_CALLS = [
    ("codebuild", "start_build", {"projectName": "x"}),  # json
    ("ecs", "create_cluster", {}),  # json
    ("lambda", "invoke", {"FunctionName": "f"}),  # rest-json
    ("eks", "create_cluster", {"name": "c", "roleArn": "r", "resourcesVpcConfig": {}}),  # rest-json
    ("s3", "put_bucket_replication", {"Bucket": "b", "ReplicationConfiguration": {"Role": "r", "Rules": []}}),  # rest-xml
    ("route53", "create_health_check", {"CallerReference": "c", "HealthCheckConfig": {"Type": "TCP"}}),  # rest-xml
    ("cloudformation", "create_stack", {"StackName": "s"}),  # query
    ("ec2", "create_fleet", {"LaunchTemplateConfigs": [], "TargetCapacitySpecification": {"TotalTargetCapacity": 1}}),  # ec2
    ("glue", "get_jobs", {}),  # a service that is not built at all
    ("efs", "describe_file_systems", {}),
    ("redshift", "describe_clusters", {}),
]


@pytest.mark.parametrize(("service", "operation", "params"), REFUSED_CALLS)
def test_refused_as_the_client_understands_it(session_cloud: Cloud, service: str, operation: str, params: dict[str, object]) -> None:
    with pytest.raises(ClientError) as caught:
        getattr(session_cloud.client(service), operation)(**params)
    error = caught.value.response
    assert error["Error"]["Code"] == "NotSimulated"
    assert error["Error"]["Message"].startswith("not simulated here: ")
    assert error["ResponseMetadata"]["HTTPStatusCode"] == 400
    assert error["ResponseMetadata"]["RetryAttempts"] == 0


def test_refused_calls_change_nothing(clouds: Callable[..., Cloud]) -> None:
    first = clouds()
    root = first.freeze().payload
    second = clouds(root, who=first.identity)
    with pytest.raises(ClientError):
        second.client("codebuild").start_build(projectName="x")
    assert second.freeze().header["dirty"] is False


SAMPLES = [
    ("s3", "ListBuckets", {}),
    ("s3", "GetObject", {"Bucket": "b", "Key": "a/b c+ü"}),
    ("s3", "PutBucketTagging", {"Bucket": "b", "Tagging": {"TagSet": []}}),
    ("s3", "ListObjectsV2", {"Bucket": "b"}),
    ("s3", "UploadPart", {"Bucket": "b", "Key": "k", "UploadId": "u", "PartNumber": 1}),
    ("s3", "CopyObject", {"Bucket": "b", "Key": "k", "CopySource": "x/y"}),
    ("s3", "DeleteObjects", {"Bucket": "b", "Delete": {"Objects": [{"Key": "k"}]}}),
    ("s3", "CompleteMultipartUpload", {"Bucket": "b", "Key": "k", "UploadId": "u"}),
    ("s3", "GetBucketLocation", {"Bucket": "b"}),
    ("kms", "ListKeys", {}),
    ("iam", "ListRoles", {}),
    ("ec2", "DescribeVpcs", {}),
    ("lambda", "ListFunctions", {}),
    ("route53", "ListHostedZones", {}),
    ("cloudwatch", "ListMetrics", {}),
    ("apigateway", "GetRestApis", {}),
    ("dynamodbstreams", "ListStreams", {}),
    ("sqs", "ListQueues", {}),
]


@pytest.mark.parametrize(("service", "operation", "params"), SAMPLES)
def test_requests_are_recognised(service: str, operation: str, params: dict[str, object]) -> None:
    """What botocore sends for an operation is found to be that operation, whichever way it names the bucket."""
    import boto3
    from botocore.awsrequest import AWSResponse
    from botocore.config import Config
    from moto.core.request import Request

    from sandbox.cloud.endpoints import from_host
    from sandbox.cloud.gate import _to_path_style
    from sandbox.cloud.operation import identify

    seen = []

    def keep(request: object, **_: object) -> AWSResponse:
        sent = Request.from_primitives(request.method, request.url, request.headers, request.body)  # type: ignore[attr-defined]
        endpoint = from_host(sent.host)
        assert endpoint is not None
        if endpoint.service == "s3":
            _to_path_style(sent.environ, endpoint)
            sent = Request(sent.environ)
        seen.append(identify(endpoint, sent, sent.get_data()))
        return AWSResponse(request.url, 500, {}, None)  # type: ignore[attr-defined]

    for style in ("path", "virtual"):
        config = Config(s3={"addressing_style": style}, retries={"total_max_attempts": 1})
        keys = {"aws_access_key_id": "AKIA", "aws_secret_access_key": "s"}
        client = boto3.client(service, region_name="ap-northeast-2", config=config, **keys)  # type: ignore[call-overload]
        client.meta.events.register_first("before-send", keep)
        with pytest.raises(Exception):  # noqa: B017 - the answer is none
            client._make_api_call(operation, params)
    assert [(one.service, one.name) for one in seen] == [(service, operation)] * 2
