"""Run as a program: ``populate DIR`` fills an account, freezes it and prints all it shows; ``look DIR`` thaws it and prints the same.

Every read is printed as JSON, one key a call, so that the test compares what two processes say of one account.
"""

from __future__ import annotations

import base64
import io
import json
import sys
import zipfile
from pathlib import Path
from typing import Any

from sandbox.cloud.warm import warm  # isort: skip - sets moto's switches, so before anything that imports moto

from sandbox.cloud import birth, freeze, gate, hooks, inventory
from sandbox.cloud.operations import Level
from sandbox.errors import CloudError

REGION, ACCOUNT = "ap-northeast-2", "111122223333"
WHO = {
    "account": ACCOUNT,
    "region": REGION,
    "role_name": birth.ROLE,
    "instance_id": "i-0123456789abcdef0",
    "access_key_id": "ASIATESTTESTTESTTEST",
    "secret_access_key": "s",
    "session_token": "t",
    "expiration": "2099-01-01T00:00:00Z",
}
gate.lookup = lambda _service, _operation: Level.BEHAVES  # what is refused to learners must be kept all the same


class Account:
    def __init__(self, caller: Any) -> None:
        self.caller = caller
        self.seen: dict[str, Any] = {}

    def do(self, service: str, operation: str, **params: Any) -> Any:
        return self.caller.call(service, operation, params, params.pop("account", ACCOUNT), params.pop("region", REGION))

    def see(self, service: str, operation: str, **params: Any) -> Any:
        try:
            value = self.do(service, operation, **params)
        except CloudError as error:
            value = {"error": error.code, "message": error.message}
        self.seen[f"{service} {operation} {json.dumps(params, sort_keys=True)}"] = value
        return value


def body(data: bytes) -> dict[str, str]:
    return {"$bytes": base64.b64encode(data).decode()}


def fill_s3(a: Account) -> dict[str, Any]:
    where = {"CreateBucketConfiguration": {"LocationConstraint": REGION}}
    for name in ("versions", "plain", "emptied", "locked"):
        a.do("s3", "create_bucket", Bucket=f"test-{name}", **where, **({"ObjectLockEnabledForBucket": True} if name == "locked" else {}))
    a.do("s3", "put_bucket_versioning", Bucket="test-versions", VersioningConfiguration={"Status": "Enabled"})
    for content in (b"first", b"second" * 2000, b"third"):
        a.do(
            "s3", "put_object", Bucket="test-versions", Key="dir/file", Body=body(content), Metadata={"who": "me"}, ContentType="text/plain"
        )
    a.do("s3", "put_object", Bucket="test-versions", Key="gone", Body=body(b"gone"))
    a.do("s3", "delete_object", Bucket="test-versions", Key="gone")
    a.do("s3", "put_object_tagging", Bucket="test-versions", Key="dir/file", Tagging={"TagSet": [{"Key": "k", "Value": "v"}]})
    a.do("s3", "put_bucket_tagging", Bucket="test-plain", Tagging={"TagSet": [{"Key": "team", "Value": "lab"}]})
    a.do("s3", "put_object", Bucket="test-plain", Key="큰 파일/ü+.bin", Body=body(bytes(range(256)) * 400), StorageClass="STANDARD_IA")
    a.do("s3", "delete_public_access_block", Bucket="test-plain")
    statement = {"Effect": "Allow", "Principal": "*", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::test-plain/*"}
    a.do("s3", "put_bucket_policy", Bucket="test-plain", Policy=json.dumps({"Version": "2012-10-17", "Statement": [statement]}))
    a.do(
        "s3",
        "put_bucket_encryption",
        Bucket="test-plain",
        ServerSideEncryptionConfiguration={"Rules": [{"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "aws:kms"}}]},
    )
    a.do(
        "s3",
        "put_bucket_lifecycle_configuration",
        Bucket="test-plain",
        LifecycleConfiguration={"Rules": [{"ID": "r", "Filter": {"Prefix": "x"}, "Status": "Enabled", "Expiration": {"Days": 3}}]},
    )
    a.do(
        "s3",
        "put_bucket_cors",
        Bucket="test-plain",
        CORSConfiguration={"CORSRules": [{"AllowedMethods": ["GET"], "AllowedOrigins": ["*"]}]},
    )
    a.do("s3", "put_bucket_website", Bucket="test-plain", WebsiteConfiguration={"IndexDocument": {"Suffix": "index.html"}})
    queue = a.do("sqs", "create_queue", QueueName="events")["QueueUrl"]
    arn = a.do("sqs", "get_queue_attributes", QueueUrl=queue, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    let_in = {"Effect": "Allow", "Principal": {"Service": "s3.amazonaws.com"}, "Action": "sqs:SendMessage", "Resource": arn}
    a.do("sqs", "set_queue_attributes", QueueUrl=queue, Attributes={"Policy": json.dumps({"Statement": [let_in]})})
    a.do(
        "s3",
        "put_bucket_notification_configuration",
        Bucket="test-plain",
        NotificationConfiguration={
            "QueueConfigurations": [
                {
                    "Id": "n",
                    "QueueArn": arn,
                    "Events": ["s3:ObjectCreated:*"],
                    "Filter": {"Key": {"FilterRules": [{"Name": "prefix", "Value": "in/"}]}},
                }
            ]
        },
    )
    upload = a.do("s3", "create_multipart_upload", Bucket="test-plain", Key="parts", Metadata={"m": "1"})["UploadId"]
    a.do("s3", "upload_part", Bucket="test-plain", Key="parts", UploadId=upload, PartNumber=1, Body=body(b"p" * (5 << 20)))
    return {"upload": upload, "queue": queue}


def look_s3(a: Account, kept: dict[str, Any]) -> None:
    a.see("s3", "list_buckets")
    for name in ("test-versions", "test-plain", "test-emptied", "test-locked"):
        for what in (
            "versioning",
            "tagging",
            "policy",
            "policy_status",
            "encryption",
            "lifecycle_configuration",
            "cors",
            "website",
            "notification_configuration",
            "acl",
            "ownership_controls",
            "location",
            "logging",
        ):
            a.see("s3", f"get_bucket_{what}", Bucket=name)
        for operation in (
            "get_public_access_block",
            "list_object_versions",
            "list_objects_v2",
            "list_multipart_uploads",
            "head_bucket",
            "get_object_lock_configuration",
        ):
            a.see("s3", operation, Bucket=name)
    for version in a.see("s3", "list_object_versions", Bucket="test-versions")["Versions"]:
        a.see("s3", "get_object", Bucket="test-versions", Key=version["Key"], VersionId=version["VersionId"])
    a.see("s3", "get_object", Bucket="test-versions", Key="gone")
    a.see("s3", "get_object_tagging", Bucket="test-versions", Key="dir/file")
    a.see("s3", "get_object", Bucket="test-plain", Key="큰 파일/ü+.bin")
    a.see("s3", "list_parts", Bucket="test-plain", Key="parts", UploadId=kept["upload"])
    a.see("sqs", "get_queue_attributes", QueueUrl=kept["queue"], AttributeNames=["QueueArn"])


def fill_kms(a: Account) -> dict[str, Any]:
    keys = [
        a.do("kms", "create_key", Description=f"key {n}", Tags=[{"TagKey": "n", "TagValue": str(n)}])["KeyMetadata"]["KeyId"]
        for n in range(3)
    ]
    signing = a.do("kms", "create_key", KeyUsage="SIGN_VERIFY", KeySpec="RSA_2048")["KeyMetadata"]["KeyId"]
    curve = a.do("kms", "create_key", KeyUsage="SIGN_VERIFY", KeySpec="ECC_NIST_P256")["KeyMetadata"]["KeyId"]
    a.do("kms", "create_alias", AliasName="alias/lab", TargetKeyId=keys[0])
    secret = a.do("kms", "encrypt", KeyId="alias/lab", Plaintext=body(b"hello"))["CiphertextBlob"]
    other = a.do("kms", "encrypt", KeyId=keys[1], Plaintext=body(b"sleeping"))["CiphertextBlob"]
    managed = a.do("kms", "encrypt", KeyId="alias/aws/s3", Plaintext=body(b"managed"))["CiphertextBlob"]
    a.do("kms", "enable_key_rotation", KeyId=keys[0])
    a.do("kms", "disable_key", KeyId=keys[1])
    a.do("kms", "schedule_key_deletion", KeyId=keys[2], PendingWindowInDays=7)
    a.do("kms", "create_grant", KeyId=keys[0], GranteePrincipal=f"arn:aws:iam::{ACCOUNT}:role/{birth.ROLE}", Operations=["Decrypt"])
    a.do("kms", "put_key_policy", KeyId=keys[0], PolicyName="default", Policy=json.dumps({"Version": "2012-10-17", "Statement": []}))
    made = {}
    for key, algorithm in ((signing, "RSASSA_PSS_SHA_256"), (curve, "ECDSA_SHA_256")):
        made[algorithm] = [key, a.do("kms", "sign", KeyId=key, Message=body(b"text"), SigningAlgorithm=algorithm)["Signature"]]
    return {"keys": [*keys, signing, curve], "secret": secret, "other": other, "managed": managed, "signed": made}


def look_kms(a: Account, kept: dict[str, Any]) -> None:
    a.see("kms", "list_keys")
    a.see("kms", "list_aliases")
    for key in kept["keys"]:
        for operation in ("describe_key", "get_key_rotation_status", "list_resource_tags", "list_grants", "list_aliases", "get_public_key"):
            a.see("kms", operation, KeyId=key)
        a.see("kms", "get_key_policy", KeyId=key, PolicyName="default")
    for name in ("secret", "other", "managed"):
        a.see("kms", "decrypt", CiphertextBlob=kept[name])
    for algorithm, (key, signature) in kept["signed"].items():
        a.see("kms", "verify", KeyId=key, Message=body(b"text"), Signature=signature, SigningAlgorithm=algorithm)


def fill_iam(a: Account) -> dict[str, Any]:
    trust = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": {"AWS": ACCOUNT}, "Action": "sts:AssumeRole"}]}
    document = json.dumps({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "s3:*", "Resource": "*"}]})
    a.do("iam", "create_role", RoleName="Deployer", AssumeRolePolicyDocument=json.dumps(trust), Tags=[{"Key": "k", "Value": "v"}])
    a.do("iam", "put_role_policy", RoleName="Deployer", PolicyName="inline", PolicyDocument=document)
    arn = a.do("iam", "create_policy", PolicyName="Managed", PolicyDocument=document)["Policy"]["Arn"]
    a.do("iam", "create_policy_version", PolicyArn=arn, PolicyDocument=document, SetAsDefault=True)
    a.do("iam", "attach_role_policy", RoleName="Deployer", PolicyArn=arn)
    a.do("iam", "create_user", UserName="ann")
    key = a.do("iam", "create_access_key", UserName="ann")["AccessKey"]
    a.do("iam", "create_group", GroupName="devs")
    a.do("iam", "add_user_to_group", GroupName="devs", UserName="ann")
    a.do("iam", "attach_group_policy", GroupName="devs", PolicyArn=arn)
    a.do("iam", "create_instance_profile", InstanceProfileName="web")
    a.do("iam", "add_role_to_instance_profile", InstanceProfileName="web", RoleName="Deployer")
    a.do("iam", "create_account_alias", AccountAlias="lab-account")
    session = a.do("sts", "assume_role", RoleArn=f"arn:aws:iam::{ACCOUNT}:role/Deployer", RoleSessionName="s1")
    return {"policy": arn, "key": key["AccessKeyId"], "session": session}


def look_iam(a: Account, kept: dict[str, Any]) -> None:
    for operation in (
        "list_roles",
        "list_users",
        "list_groups",
        "list_instance_profiles",
        "list_account_aliases",
        "get_account_summary",
        "get_account_authorization_details",
    ):
        a.see("iam", operation)
    a.see("iam", "get_role", RoleName="Deployer")
    a.see("iam", "get_role", RoleName=birth.ROLE)
    a.see("iam", "get_role_policy", RoleName=birth.ROLE, PolicyName="LabWorkstation")
    a.see("iam", "get_role_policy", RoleName="Deployer", PolicyName="inline")
    a.see("iam", "list_attached_role_policies", RoleName="Deployer")
    a.see("iam", "list_policy_versions", PolicyArn=kept["policy"])
    a.see("iam", "get_policy_version", PolicyArn=kept["policy"], VersionId="v2")
    a.see("iam", "list_groups_for_user", UserName="ann")
    a.see("iam", "list_access_keys", UserName="ann")
    a.see("iam", "get_group", GroupName="devs")
    a.see("iam", "get_instance_profile", InstanceProfileName="web")


def fill_ec2(a: Account) -> dict[str, Any]:
    vpc = a.do("ec2", "create_vpc", CidrBlock="10.9.0.0/16")["Vpc"]["VpcId"]
    subnet = a.do("ec2", "create_subnet", VpcId=vpc, CidrBlock="10.9.1.0/24", AvailabilityZone=f"{REGION}a")["Subnet"]["SubnetId"]
    gateway = a.do("ec2", "create_internet_gateway")["InternetGateway"]["InternetGatewayId"]
    a.do("ec2", "attach_internet_gateway", InternetGatewayId=gateway, VpcId=vpc)
    table = a.do("ec2", "create_route_table", VpcId=vpc)["RouteTable"]["RouteTableId"]
    a.do("ec2", "create_route", RouteTableId=table, DestinationCidrBlock="0.0.0.0/0", GatewayId=gateway)
    a.do("ec2", "associate_route_table", RouteTableId=table, SubnetId=subnet)
    group = a.do("ec2", "create_security_group", GroupName="web", Description="web", VpcId=vpc)["GroupId"]
    a.do(
        "ec2",
        "authorize_security_group_ingress",
        GroupId=group,
        IpPermissions=[{"IpProtocol": "tcp", "FromPort": 80, "ToPort": 80, "IpRanges": [{"CidrIp": "0.0.0.0/0"}]}],
    )
    a.do("ec2", "create_key_pair", KeyName="lab")
    image = a.do("ec2", "describe_images", Filters=[{"Name": "name", "Values": ["Windows_Server-2022-English-Full-Base*"]}])["Images"][0][
        "ImageId"
    ]
    specification = [{"ResourceType": "instance", "Tags": [{"Key": "Name", "Value": "Heartbeat"}]}]
    ids = [
        i["InstanceId"]
        for i in a.do(
            "ec2",
            "run_instances",
            ImageId=image,
            MinCount=2,
            MaxCount=2,
            InstanceType="t3.micro",
            SubnetId=subnet,
            SecurityGroupIds=[group],
            TagSpecifications=specification,
        )["Instances"]
    ]
    a.do("ec2", "stop_instances", InstanceIds=ids[1:])
    volume = a.do("ec2", "create_volume", AvailabilityZone=f"{REGION}a", Size=8)["VolumeId"]
    a.do("ec2", "attach_volume", VolumeId=volume, InstanceId=ids[0], Device="/dev/sdf")
    a.do("ec2", "create_snapshot", VolumeId=volume, Description="backup")
    a.do("ec2", "create_image", InstanceId=ids[0], Name="golden")
    address = a.do("ec2", "allocate_address", Domain="vpc")["AllocationId"]
    a.do("ec2", "associate_address", AllocationId=address, InstanceId=ids[0])
    a.do("ec2", "create_launch_template", LaunchTemplateName="fleet", LaunchTemplateData={"ImageId": image, "InstanceType": "t3.micro"})
    a.do("ec2", "create_vpc", CidrBlock="10.8.0.0/16", region="us-west-2")
    return {"vpc": vpc, "ids": ids}


def look_ec2(a: Account, kept: dict[str, Any]) -> None:
    for what in (
        "vpcs",
        "subnets",
        "internet_gateways",
        "route_tables",
        "security_groups",
        "security_group_rules",
        "key_pairs",
        "instances",
        "instance_status",
        "volumes",
        "addresses",
        "launch_templates",
        "network_interfaces",
        "network_acls",
        "tags",
        "dhcp_options",
        "iam_instance_profile_associations",
    ):
        a.see("ec2", f"describe_{what}")
    for what in ("snapshots", "images"):
        a.see("ec2", f"describe_{what}", **({"OwnerIds": ["self"]} if what == "snapshots" else {"Owners": ["self", "amazon"]}))
    a.see("ec2", "describe_instance_attribute", InstanceId=kept["ids"][0], Attribute="userData")
    a.see("ec2", "describe_vpc_attribute", VpcId=kept["vpc"], Attribute="enableDnsSupport")


def fill_ssm(a: Account) -> dict[str, Any]:
    for value in ("1", "2", "3"):
        a.do("ssm", "put_parameter", Name="/app/count", Value=value, Type="String", Overwrite=value != "1")
    a.do("ssm", "put_parameter", Name="/app/secret", Value="p4ss", Type="SecureString")
    a.do("ssm", "put_parameter", Name="/app/list", Value="a,b", Type="StringList", Tags=[{"Key": "k", "Value": "v"}], Description="letters")
    a.do("ssm", "label_parameter_version", Name="/app/count", ParameterVersion=2, Labels=["stable"])
    a.do(
        "ssm",
        "create_document",
        Name="Hello",
        DocumentType="Command",
        DocumentFormat="JSON",
        Content=json.dumps({"schemaVersion": "2.2", "description": "d", "parameters": {}, "mainSteps": []}),
    )
    return {}


def look_ssm(a: Account, _: dict[str, Any]) -> None:
    a.see("ssm", "describe_parameters")
    a.see("ssm", "get_parameters_by_path", Path="/app", Recursive=True, WithDecryption=True)
    a.see("ssm", "get_parameters_by_path", Path="/app", Recursive=True)
    a.see("ssm", "get_parameter_history", Name="/app/count")
    a.see("ssm", "get_parameter", Name="/app/count:1")
    a.see("ssm", "get_parameter", Name="/app/count:stable")
    a.see("ssm", "get_parameter", Name="/app/none")
    a.see("ssm", "get_parameter", Name="/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-x86_64")
    a.see("ssm", "list_tags_for_resource", ResourceType="Parameter", ResourceId="/app/list")
    a.see("ssm", "describe_document", Name="Hello")
    a.see("ssm", "get_document", Name="Hello")


def fill_codepipeline(a: Account) -> dict[str, Any]:
    trust = {
        "Version": "2012-10-17",
        "Statement": [{"Effect": "Allow", "Principal": {"Service": "codepipeline.amazonaws.com"}, "Action": "sts:AssumeRole"}],
    }
    role = a.do("iam", "create_role", RoleName="Pipes", AssumeRolePolicyDocument=json.dumps(trust))["Role"]["Arn"]
    a.do("s3", "create_bucket", Bucket="test-artifacts", CreateBucketConfiguration={"LocationConstraint": REGION})

    def action(name: str, category: str, provider: str, **configuration: str) -> dict[str, Any]:
        kind = {"category": category, "owner": "AWS", "provider": provider, "version": "1"}
        edge = {"outputArtifacts": [{"name": "app"}]} if category == "Source" else {"inputArtifacts": [{"name": "app"}]}
        return {"name": name, "actionTypeId": kind, "configuration": configuration, **edge}

    def pipeline(name: str) -> dict[str, Any]:
        stages = [
            {"name": "Source", "actions": [action("S3", "Source", "S3", S3Bucket="b", S3ObjectKey="k.zip")]},
            {"name": "Deploy", "actions": [action("Deploy", "Deploy", "CodeDeploy", ApplicationName="a", DeploymentGroupName="g")]},
        ]
        return {
            "name": name,
            "roleArn": role,
            "artifactStore": {"type": "S3", "location": "test-artifacts"},
            "stages": stages,
            "version": 1,
        }

    for name in ("one", "two"):
        a.do("codepipeline", "create_pipeline", pipeline=pipeline(name), tags=[{"key": "k", "value": name}])
    a.do("codepipeline", "update_pipeline", pipeline=pipeline("two"))
    return {}


def look_codepipeline(a: Account, _: dict[str, Any]) -> None:
    a.see("codepipeline", "list_pipelines")
    for name in ("one", "two", "three"):
        a.see("codepipeline", "get_pipeline", name=name)
        a.see("codepipeline", "list_pipeline_executions", pipelineName=name)
        a.see("codepipeline", "list_tags_for_resource", resourceArn=f"arn:aws:codepipeline:{REGION}:{ACCOUNT}:{name}")


def fill_others(a: Account) -> dict[str, Any]:
    """What other services keep comes along in the same pickle."""
    schema = {
        "KeySchema": [{"AttributeName": "k", "KeyType": "HASH"}],
        "AttributeDefinitions": [{"AttributeName": "k", "AttributeType": "S"}],
        "BillingMode": "PAY_PER_REQUEST",
    }
    a.do("dynamodb", "create_table", TableName="t", **schema)
    a.do("dynamodb", "put_item", TableName="t", Item={"k": {"S": "a"}, "n": {"N": "1"}})
    queue = a.do("sqs", "create_queue", QueueName="q")["QueueUrl"]
    a.do("sqs", "send_message", QueueUrl=queue, MessageBody="hi")
    a.do("secretsmanager", "create_secret", Name="s", SecretString="x")
    a.do("logs", "create_log_group", logGroupName="/app")
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as file:
        file.writestr("app.py", "def handler(event, context): return 1\n" * 2000)
    role = a.do("iam", "create_role", RoleName="Fn", AssumeRolePolicyDocument='{"Version":"2012-10-17","Statement":[]}')["Role"]["Arn"]
    a.do(
        "lambda",
        "create_function",
        FunctionName="f",
        Runtime="python3.12",
        Role=role,
        Handler="app.handler",
        Code={"ZipFile": body(archive.getvalue())},
    )
    a.do("acm", "request_certificate", DomainName="example.com")
    return {"queue": queue}


def look_others(a: Account, kept: dict[str, Any]) -> None:
    a.see("dynamodb", "scan", TableName="t")
    a.see("dynamodb", "describe_table", TableName="t")
    a.see("sqs", "get_queue_attributes", QueueUrl=kept["queue"], AttributeNames=["ApproximateNumberOfMessages"])
    a.see("secretsmanager", "get_secret_value", SecretId="s")
    a.see("logs", "describe_log_groups")
    a.see("lambda", "get_function", FunctionName="f")
    a.see("acm", "list_certificates")


SERVICES = ("s3", "kms", "iam", "ec2", "ssm", "codepipeline", "others")


def main(what: str, folder: Path) -> None:
    gate.rules = lambda _service: object()
    _, caller = warm()
    hooks.set_home_account(ACCOUNT)
    account, kept = Account(caller), {}
    if what == "populate":
        birth.bear(WHO)
        birth.sign_in(WHO)
        kept = {name: globals()[f"fill_{name}"](account) for name in SERVICES}
        root, bodies = freeze.freeze(keep_out=WHO["access_key_id"])
        (folder / "root").write_bytes(root)
        for sha, content in bodies.items():
            (folder / sha).write_bytes(content)
        (folder / "kept").write_text(json.dumps(kept))
    else:
        freeze.thaw((folder / "root").read_bytes(), lambda sha: (folder / sha).read_bytes())
        kept = json.loads((folder / "kept").read_text())
    shown = {}
    for name in SERVICES:
        account.seen = {}
        globals()[f"look_{name}"](account, kept[name])
        shown[name] = account.seen
    print(json.dumps({"shown": shown, "inventory": inventory.inventory(ACCOUNT, REGION), "kept": kept}))  # noqa: T201


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]))
