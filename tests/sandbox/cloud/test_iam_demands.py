"""What a request needs: the actions and resources of the service authorization reference, derived from what botocore sends."""

from __future__ import annotations

from functools import cache
from typing import Any

import pytest
from botocore import UNSIGNED
from botocore.awsrequest import AWSResponse
from botocore.config import Config
from botocore.session import Session
from moto.core.request import Request

from sandbox.cloud.call import _environ
from sandbox.cloud.endpoints import from_host
from sandbox.cloud.iam import catalogue, demands
from sandbox.cloud.iam.arguments import Call
from sandbox.cloud.operation import identify
from sandbox.cloud.operations import Level, lookup, services

ACCOUNT, REGION = "111122223333", "ap-northeast-2"
HERE = f"{REGION}:{ACCOUNT}"
ROLE = f"arn:aws:iam::{ACCOUNT}:role/R"
BOB = f"arn:aws:iam::{ACCOUNT}:user/bob"
KEY = {"id": {"S": "1"}}
PIPELINE = {"name": "p", "roleArn": ROLE, "stages": []}


@cache
def session() -> Session:
    made = Session()
    made.set_credentials("AKIAINTERNAL00000000", "none")
    return made


@cache
def client(service: str) -> Any:
    config = Config(signature_version=UNSIGNED, parameter_validation=False, retries={"total_max_attempts": 1})
    return session().create_client(service, region_name=REGION, config=config)


def asked(service: str, operation: str, params: dict[str, Any]) -> list[tuple[str, list[str]]]:
    sent: list[Any] = []

    def capture(request: Any, **_: Any) -> AWSResponse:
        sent.append(request)
        return AWSResponse(request.url, 500, {}, None)  # type: ignore[arg-type]

    made = client(service)
    made.meta.events.register_first("before-send", capture)
    with pytest.raises(Exception):  # noqa: B017 - there is no answer
        getattr(made, operation)(**params)
    made.meta.events.unregister("before-send", capture)
    environ = _environ(sent[0])
    body = environ["wsgi.input"].read()
    environ["wsgi.input"].seek(0)
    request = Request(environ)
    endpoint = from_host(environ["HTTP_HOST"])
    assert endpoint is not None
    call = Call(identify(endpoint, request, body), request, body, REGION, ACCOUNT, BOB)
    return [(demand.action, demand.resources()) for demand in demands.of(call)]


ROWS: list[tuple[str, str, dict[str, Any], list[tuple[str, list[str]]]]] = [
    ("sts", "get_caller_identity", {}, []),
    ("iam", "list_users", {}, [("iam:ListUsers", [f"arn:aws:iam::{ACCOUNT}:user/"])]),
    ("iam", "create_user", {"UserName": "ann", "Path": "/team/"}, [("iam:CreateUser", [f"arn:aws:iam::{ACCOUNT}:user/team/ann"])]),
    ("iam", "create_access_key", {}, [("iam:CreateAccessKey", [BOB])]),
    ("iam", "attach_role_policy", {"RoleName": "R", "PolicyArn": "arn:aws:iam::aws:policy/X"}, [("iam:AttachRolePolicy", [ROLE])]),
    ("iam", "get_policy", {"PolicyArn": "arn:aws:iam::aws:policy/X"}, [("iam:GetPolicy", ["arn:aws:iam::aws:policy/X"])]),
    ("iam", "add_user_to_group", {"GroupName": "g", "UserName": "u"}, [("iam:AddUserToGroup", [f"arn:aws:iam::{ACCOUNT}:group/g"])]),
    ("ec2", "describe_instances", {}, [("ec2:DescribeInstances", ["*"])]),
    ("ec2", "create_vpc", {"CidrBlock": "10.0.0.0/16"}, [("ec2:CreateVpc", [f"arn:aws:ec2:{HERE}:vpc/*"])]),
    ("ec2", "terminate_instances", {"InstanceIds": ["i-1", "i-2"]},
     [("ec2:TerminateInstances", [f"arn:aws:ec2:{HERE}:instance/i-1", f"arn:aws:ec2:{HERE}:instance/i-2"])]),
    ("ec2", "create_tags", {"Resources": ["vpc-1"], "Tags": []}, [("ec2:CreateTags", [f"arn:aws:ec2:{HERE}:vpc/vpc-1"])]),
    ("ec2", "authorize_security_group_ingress", {"GroupId": "sg-1"},
     [("ec2:AuthorizeSecurityGroupIngress", [f"arn:aws:ec2:{HERE}:security-group/sg-1"])]),
    ("dynamodb", "get_item", {"TableName": "t", "Key": KEY}, [("dynamodb:GetItem", [f"arn:aws:dynamodb:{HERE}:table/t"])]),
    ("dynamodb", "query", {"TableName": "t", "IndexName": "i"}, [("dynamodb:Query", [f"arn:aws:dynamodb:{HERE}:table/t/index/i"])]),
    ("dynamodb", "batch_get_item", {"RequestItems": {"a": {}, "b": {}}},
     [("dynamodb:BatchGetItem", [f"arn:aws:dynamodb:{HERE}:table/a", f"arn:aws:dynamodb:{HERE}:table/b"])]),
    ("dynamodb", "execute_statement", {"Statement": "SELECT * FROM t"}, [("dynamodb:PartiQLSelect", ["*"])]),
    ("dynamodb", "execute_statement", {"Statement": "\n delete FROM t WHERE id = '1'"}, [("dynamodb:PartiQLDelete", ["*"])]),
    ("dynamodb", "batch_execute_statement", {"Statements": [{"Statement": "SELECT * FROM t"}, {"Statement": "INSERT INTO t VALUE {}"}]},
     [("dynamodb:PartiQLSelect", ["*"]), ("dynamodb:PartiQLInsert", ["*"])]),
    ("sqs", "send_message", {"QueueUrl": f"https://sqs.{REGION}.amazonaws.com/{ACCOUNT}/q", "MessageBody": "x"},
     [("sqs:SendMessage", [f"arn:aws:sqs:{HERE}:q"])]),
    ("sqs", "list_queues", {}, [("sqs:ListQueues", ["*"])]),
    ("sns", "publish", {"TopicArn": f"arn:aws:sns:{HERE}:t", "Message": "x"}, [("sns:Publish", [f"arn:aws:sns:{HERE}:t"])]),
    ("ssm", "get_parameter", {"Name": "/a/b"}, [("ssm:GetParameter", [f"arn:aws:ssm:{HERE}:parameter/a/b"])]),
    ("ssm", "get_parameters", {"Names": ["a", "b"]},
     [("ssm:GetParameters", [f"arn:aws:ssm:{HERE}:parameter/a", f"arn:aws:ssm:{HERE}:parameter/b"])]),
    ("ssm", "get_parameters_by_path", {"Path": "/a"}, [("ssm:GetParametersByPath", [f"arn:aws:ssm:{HERE}:parameter/a"])]),
    ("secretsmanager", "get_secret_value", {"SecretId": "s"},
     [("secretsmanager:GetSecretValue", [f"arn:aws:secretsmanager:{HERE}:secret:s"])]),
    ("secretsmanager", "create_secret", {"Name": "s"}, [("secretsmanager:CreateSecret", [f"arn:aws:secretsmanager:{HERE}:secret:s"])]),
    ("kms", "encrypt", {"KeyId": "k", "Plaintext": b"x"}, [("kms:Encrypt", [f"arn:aws:kms:{HERE}:key/k"])]),
    ("kms", "create_alias", {"AliasName": "alias/a", "TargetKeyId": "k"},
     [("kms:CreateAlias", [f"arn:aws:kms:{HERE}:alias/a", f"arn:aws:kms:{HERE}:key/k"])]),
    ("kms", "create_key", {}, [("kms:CreateKey", ["*"])]),
    ("lambda", "invoke", {"FunctionName": "f"}, [("lambda:InvokeFunction", [f"arn:aws:lambda:{HERE}:function:f"])]),
    ("lambda", "create_function", {"FunctionName": "f", "Role": ROLE, "Code": {}},
     [("lambda:CreateFunction", [f"arn:aws:lambda:{HERE}:function:f"]), ("iam:PassRole", [ROLE])]),
    ("lambda", "update_function_code", {"FunctionName": f"arn:aws:lambda:{HERE}:function:f"},
     [("lambda:UpdateFunctionCode", [f"arn:aws:lambda:{HERE}:function:f"])]),
    ("codepipeline", "create_pipeline", {"pipeline": PIPELINE},
     [("codepipeline:CreatePipeline", [f"arn:aws:codepipeline:{HERE}:p"]), ("iam:PassRole", [ROLE])]),
    ("codepipeline", "get_pipeline", {"name": "p"}, [("codepipeline:GetPipeline", [f"arn:aws:codepipeline:{HERE}:p"])]),
    ("codebuild", "start_build", {"projectName": "p"}, [("codebuild:StartBuild", [f"arn:aws:codebuild:{HERE}:project/p"])]),
    ("codebuild", "create_project", {"name": "p", "serviceRole": ROLE},
     [("codebuild:CreateProject", [f"arn:aws:codebuild:{HERE}:project/p"]), ("iam:PassRole", [ROLE])]),
    ("codedeploy", "create_deployment_group", {"applicationName": "a", "deploymentGroupName": "g", "serviceRoleArn": ROLE},
     [("codedeploy:CreateDeploymentGroup", [f"arn:aws:codedeploy:{HERE}:deploymentgroup:a/g"]), ("iam:PassRole", [ROLE])]),
    ("codecommit", "get_repository", {"repositoryName": "r"}, [("codecommit:GetRepository", [f"arn:aws:codecommit:{HERE}:r"])]),
    ("cloudformation", "describe_stacks", {"StackName": "s"},
     [("cloudformation:DescribeStacks", [f"arn:aws:cloudformation:{HERE}:stack/s/*"])]),
    ("cloudformation", "create_stack", {"StackName": "s", "RoleARN": ROLE},
     [("cloudformation:CreateStack", [f"arn:aws:cloudformation:{HERE}:stack/s/*"]), ("iam:PassRole", [ROLE])]),
    ("stepfunctions", "start_execution", {"stateMachineArn": f"arn:aws:states:{HERE}:stateMachine:m"},
     [("states:StartExecution", [f"arn:aws:states:{HERE}:stateMachine:m"])]),
    ("events", "put_rule", {"Name": "r"}, [("events:PutRule", [f"arn:aws:events:{HERE}:rule/r"])]),
    ("ecs", "update_service", {"cluster": "c", "service": "s"}, [("ecs:UpdateService", [f"arn:aws:ecs:{HERE}:service/c/s"])]),
    ("ecs", "create_cluster", {"clusterName": "c"}, [("ecs:CreateCluster", [f"arn:aws:ecs:{HERE}:cluster/c"])]),
    ("ecr", "describe_repositories", {"repositoryNames": ["r"]}, [("ecr:DescribeRepositories", [f"arn:aws:ecr:{HERE}:repository/r"])]),
    ("ecr", "get_authorization_token", {}, [("ecr:GetAuthorizationToken", ["*"])]),
    ("eks", "describe_cluster", {"name": "c"}, [("eks:DescribeCluster", [f"arn:aws:eks:{HERE}:cluster/c"])]),
    ("logs", "put_log_events", {"logGroupName": "/g", "logStreamName": "s", "logEvents": []},
     [("logs:PutLogEvents", [f"arn:aws:logs:{HERE}:log-group:/g:log-stream:s"])]),
    ("cloudwatch", "put_metric_data", {"Namespace": "N", "MetricData": []}, [("cloudwatch:PutMetricData", ["*"])]),
    ("cloudwatch", "put_metric_alarm", {"AlarmName": "a"}, [("cloudwatch:PutMetricAlarm", [f"arn:aws:cloudwatch:{HERE}:alarm:a"])]),
    ("route53", "get_hosted_zone", {"Id": "Z1"}, [("route53:GetHostedZone", ["arn:aws:route53:::hostedzone/Z1"])]),
    ("apigateway", "get_rest_apis", {}, [("apigateway:GET", [f"arn:aws:apigateway:{REGION}::/restapis"])]),
    ("elbv2", "describe_load_balancers", {}, [("elasticloadbalancing:DescribeLoadBalancers", ["*"])]),
    ("resourcegroupstaggingapi", "get_resources", {}, [("tag:GetResources", ["*"])]),
]  # fmt: skip


@pytest.mark.parametrize(("service", "operation", "params", "expected"), ROWS, ids=[f"{row[0]}-{row[1]}" for row in ROWS])
def test_demands(service: str, operation: str, params: dict[str, Any], expected: list[tuple[str, list[str]]]) -> None:
    assert asked(service, operation, params) == expected


# Operations that need no action of their own name, and those whose service has verbs of HTTP for actions.
_ELSEWHERE = {"apigateway", "apigatewayv2", "resourcegroupstaggingapi", "sts"}


@pytest.mark.parametrize("service", [name for name in services() if name not in _ELSEWHERE])
def test_every_action_is_one_of_awss(service: str) -> None:
    operations = [name for name in session().get_service_model(service).operation_names if lookup(service, name) is not Level.REFUSED]
    known = catalogue._reference()[catalogue.prefix(service)]["Actions"]
    unknown = [name for name in operations if catalogue.action(service, name).partition(":")[2].lower() not in known]
    assert unknown in ([], ["TransactWriteItems"])  # which needs the actions of what it writes
