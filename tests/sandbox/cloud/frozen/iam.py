"""Users and what they hold, roles, policies and their versions, providers."""

from __future__ import annotations

from frozen.aws import ACCOUNT, Aws, policy, tags, trust

READ = policy({"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*"})
CERTIFICATE = "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----"
KEY = "ssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAABAQC lab"
MADE = {
    "role": ["Deployer", "Service"], "user": ["ann", "bob"], "group": ["devs"], "policy": ["Managed"], "instance-profile": ["web"],
    "access-key": ["AKIA*", "AKIA*"], "account-alias": ["lab-account"], "login-profile": ["ann"], "account-password-policy": ["*"],
    "saml-provider": ["corp"], "open-id-connect-provider": ["*idp.example.com"], "server-certificate": ["site"],
    "ssh-public-key": ["ann/*"], "virtual-mfa-device": ["*:mfa/phone"],
}  # fmt: skip
ALTERED = {"role": ["Deployer"], "user": ["ann"], "group": ["devs"], "policy": ["Managed"], "access-key": ["AKIA*"],
           "account-password-policy": ["*"]}  # fmt: skip
REMOVED = {"user": ["bob"], "access-key": ["AKIA*"], "account-alias": ["lab-account"], "login-profile": ["ann"], "saml-provider": ["corp"]}


def populate(aws: Aws) -> None:
    iam = aws["iam"]
    role = iam.create_role(RoleName="Deployer", AssumeRolePolicyDocument=trust("ec2"), Tags=tags(k="v"))["Role"]["Arn"]
    iam.put_role_policy(RoleName="Deployer", PolicyName="inline", PolicyDocument=READ)
    aws.made["role"] = iam.create_role(RoleName="Service", AssumeRolePolicyDocument=trust("lambda"), Path="/service/")["Role"]["Arn"]
    aws.made["deployer"] = role
    arn = iam.create_policy(PolicyName="Managed", PolicyDocument=READ)["Policy"]["Arn"]
    iam.create_policy_version(PolicyArn=arn, PolicyDocument=READ, SetAsDefault=True)
    iam.attach_role_policy(RoleName="Deployer", PolicyArn=arn)
    iam.create_group(GroupName="devs")
    iam.attach_group_policy(GroupName="devs", PolicyArn=arn)
    iam.put_group_policy(GroupName="devs", PolicyName="inline", PolicyDocument=READ)
    for name in ("ann", "bob"):
        iam.create_user(UserName=name, Tags=tags(team="a"))
        iam.put_user_policy(UserName=name, PolicyName="inline", PolicyDocument=READ)
        aws.made[f"key of {name}"] = iam.create_access_key(UserName=name)["AccessKey"]["AccessKeyId"]
    iam.add_user_to_group(GroupName="devs", UserName="ann")
    iam.create_instance_profile(InstanceProfileName="web")
    iam.add_role_to_instance_profile(InstanceProfileName="web", RoleName="Deployer")
    iam.create_account_alias(AccountAlias="lab-account")
    iam.create_login_profile(UserName="ann", Password="Correct-horse-1")
    iam.update_account_password_policy(MinimumPasswordLength=12)
    iam.create_saml_provider(Name="corp", SAMLMetadataDocument="m" * 1024)
    iam.create_open_id_connect_provider(Url="https://idp.example.com", ThumbprintList=["a" * 40], ClientIDList=["lab"])
    iam.upload_server_certificate(ServerCertificateName="site", CertificateBody=CERTIFICATE, PrivateKey="k")
    iam.upload_ssh_public_key(UserName="ann", SSHPublicKeyBody=KEY)
    iam.create_virtual_mfa_device(VirtualMFADeviceName="phone")


def alter(aws: Aws) -> None:
    iam = aws["iam"]
    iam.update_role(RoleName="Deployer", Description="another")
    iam.tag_user(UserName="ann", Tags=tags(team="b"))
    iam.put_group_policy(GroupName="devs", PolicyName="second", PolicyDocument=READ)
    iam.create_policy_version(PolicyArn=f"arn:aws:iam::{ACCOUNT}:policy/Managed", PolicyDocument=READ)
    iam.update_access_key(UserName="ann", AccessKeyId=aws.made["key of ann"], Status="Inactive")
    iam.update_account_password_policy(MinimumPasswordLength=14)


def remove(aws: Aws) -> None:
    iam = aws["iam"]
    iam.delete_access_key(UserName="bob", AccessKeyId=aws.made["key of bob"])
    iam.delete_user_policy(UserName="bob", PolicyName="inline")
    iam.delete_user(UserName="bob")
    iam.delete_account_alias(AccountAlias="lab-account")
    iam.delete_login_profile(UserName="ann")
    iam.delete_saml_provider(SAMLProviderArn=f"arn:aws:iam::{ACCOUNT}:saml-provider/corp")
