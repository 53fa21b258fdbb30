"""https://docs.aws.amazon.com/systems-manager/latest/userguide/secure-string-parameter-kms-encryption.html"""

from __future__ import annotations

import base64
from typing import Any

import pytest
from cloud_harness import REGION, Cloud
from refusals import refusal


@pytest.fixture(scope="module")
def ssm(session_cloud: Cloud) -> Any:
    return session_cloud.client("ssm")


def read(ssm: Any, name: str, *, decrypt: bool) -> str:
    value: str = ssm.get_parameter(Name=name, WithDecryption=decrypt)["Parameter"]["Value"]
    return value


def test_without_decryption_it_is_a_ciphertext_of_kms(session_cloud: Cloud, ssm: Any) -> None:
    ssm.put_parameter(Name="/shop/password", Value="s3cr3t", Type="SecureString")
    hidden = read(ssm, "/shop/password", decrypt=False)
    assert "s3cr3t" not in hidden
    assert b"s3cr3t" not in base64.b64decode(hidden, validate=True)
    assert read(ssm, "/shop/password", decrypt=False) == hidden
    assert read(ssm, "/shop/password", decrypt=True) == "s3cr3t"
    assert ssm.get_parameters(Names=["/shop/password"])["Parameters"][0]["Value"] == hidden
    assert ssm.get_parameters_by_path(Path="/shop", WithDecryption=True)["Parameters"][0]["Value"] == "s3cr3t"
    assert ssm.get_parameter_history(Name="/shop/password", WithDecryption=True)["Parameters"][0]["Value"] == "s3cr3t"
    assert ssm.get_parameter_history(Name="/shop/password")["Parameters"][0]["KeyId"] == "alias/aws/ssm"
    aliases = [one["AliasName"] for one in session_cloud.client("kms").list_aliases()["Aliases"]]
    assert "alias/aws/ssm" in aliases


def test_the_key_is_used(session_cloud: Cloud, ssm: Any) -> None:
    kms = session_cloud.client("kms")
    key = kms.create_key()["KeyMetadata"]
    kms.create_alias(AliasName="alias/shop", TargetKeyId=key["KeyId"])
    ssm.put_parameter(Name="token", Value="t", Type="SecureString", KeyId="alias/shop")
    ssm.put_parameter(Name="token", Value="u", Type="SecureString", KeyId="alias/shop", Overwrite=True)
    assert read(ssm, "token", decrypt=True) == "u"
    kms.disable_key(KeyId=key["KeyId"])
    status, code, words, _ = refusal(ssm.get_parameter, Name="token", WithDecryption=True)
    assert (status, code) == (400, "InvalidKeyId")
    assert words.startswith(f"{key['Arn']} is disabled. (Service: AWSKMS; Status Code: 400; Error Code: DisabledException;")
    assert read(ssm, "token", decrypt=False)
    kms.enable_key(KeyId=key["KeyId"])
    assert read(ssm, "token", decrypt=True) == "u"


def test_a_key_that_is_not_there(ssm: Any) -> None:
    status, code, words, _ = refusal(ssm.put_parameter, Name="no", Value="v", Type="SecureString", KeyId="alias/nobody")
    assert (status, code) == (400, "InvalidKeyId")
    assert f"Alias arn:aws:kms:{REGION}:111122223333:alias/nobody is not found." in words
    assert refusal(ssm.get_parameter, Name="no")[1:3] == ("ParameterNotFound", "")


def test_plain_ones_are_as_they_were(ssm: Any) -> None:
    ssm.put_parameter(Name="plain", Value="p", Type="String")
    assert read(ssm, "plain", decrypt=False) == read(ssm, "plain", decrypt=True) == "p"
