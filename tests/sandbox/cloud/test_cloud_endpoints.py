from __future__ import annotations

import pytest

from sandbox.cloud.endpoints import Endpoint, from_host, from_scope


@pytest.mark.parametrize(
    ("host", "expected"),
    [
        ("s3.amazonaws.com", Endpoint("s3", "us-east-1")),
        ("s3.ap-northeast-2.amazonaws.com", Endpoint("s3", "ap-northeast-2")),
        ("s3-us-west-2.amazonaws.com", Endpoint("s3", "us-west-2")),
        ("s3.dualstack.us-west-2.amazonaws.com", Endpoint("s3", "us-west-2")),
        ("ap-northeast-2-tcprod.s3.amazonaws.com", Endpoint("s3", "us-east-1", "ap-northeast-2-tcprod")),
        ("my.dots.s3.ap-northeast-2.amazonaws.com", Endpoint("s3", "ap-northeast-2", "my.dots")),
        ("b.s3-us-west-2.amazonaws.com", Endpoint("s3", "us-west-2", "b")),
        ("b.s3-accelerate.amazonaws.com", Endpoint("s3", "us-east-1", "b")),
        ("1.s3-control.us-east-1.amazonaws.com", Endpoint("s3control", "us-east-1", "1")),
        ("b.s3-website.ap-northeast-2.amazonaws.com", Endpoint("s3-website", "ap-northeast-2", "b")),
        ("sts.amazonaws.com", Endpoint("sts", "us-east-1")),
        ("STS.ap-northeast-2.amazonaws.com.", Endpoint("sts", "ap-northeast-2")),
        ("iam.amazonaws.com", Endpoint("iam", "us-east-1")),
        ("api.ecr.ap-northeast-2.amazonaws.com", Endpoint("ecr", "ap-northeast-2")),
        ("streams.dynamodb.us-east-1.amazonaws.com", Endpoint("dynamodbstreams", "us-east-1")),
        ("monitoring.us-east-1.amazonaws.com", Endpoint("cloudwatch", "us-east-1")),
        ("abc.execute-api.us-east-1.amazonaws.com", Endpoint("execute-api", "us-east-1")),
        ("x.lambda-url.us-east-1.on.aws", Endpoint("lambda-url", "us-east-1")),
        ("1.dkr.ecr.us-east-1.amazonaws.com", Endpoint("ecr-registry", "us-east-1")),
        ("unknownservice.ap-northeast-2.amazonaws.com", Endpoint("unknownservice", "ap-northeast-2")),
        ("tcprods3.amazonaws.com", Endpoint("tcprods3", "us-east-1")),
        ("127.0.0.1", None),
        ("amazonaws.com.evil.example", None),
    ],
)
def test_from_host(host: str, expected: Endpoint | None) -> None:
    assert from_host(host) == expected


def test_from_scope() -> None:
    assert from_scope("AKIA/20260101/ap-northeast-2/monitoring/aws4_request") == Endpoint("cloudwatch", "ap-northeast-2")
    assert from_scope("AKIA") is None
