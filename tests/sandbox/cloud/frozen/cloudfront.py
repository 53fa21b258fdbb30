"""A distribution with an invalidation, access controls, keys, a function."""

from __future__ import annotations

from frozen.aws import Aws, tags

KEY = (
    "-----BEGIN PUBLIC KEY-----\nMFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEyFyz4f8wQl0h2y8bO1k0i8Ck5w0a\n"
    "7U3q6mJb1V8cGm0y2XhLkq0N1Vq3p2o1s5t7u9w0x2y4z6A8B0C2D4E6FQ==\n-----END PUBLIC KEY-----\n"
)
MADE = {"distribution": ["*"], "invalidation": ["*/*"], "origin-access-control": ["*"], "public-key": ["*"], "key-group": ["*"],
        "key-value-store": ["flags"]}  # fmt: skip
ALTERED = {"distribution": ["*"]}
REMOVED = {"origin-access-control": ["*"]}


def populate(aws: Aws) -> None:
    front = aws["cloudfront"]
    origin = {"Id": "s3", "DomainName": "test-plain.s3.amazonaws.com", "S3OriginConfig": {"OriginAccessIdentity": ""}}
    cache = {"TargetOriginId": "s3", "ViewerProtocolPolicy": "allow-all", "MinTTL": 0,
             "ForwardedValues": {"QueryString": False, "Cookies": {"Forward": "none"}}}  # fmt: skip
    config = {
        "CallerReference": "1",
        "Origins": {"Quantity": 1, "Items": [origin]},
        "DefaultCacheBehavior": cache,
        "Comment": "c",
        "Enabled": True,
    }
    made = front.create_distribution(DistributionConfig=config)["Distribution"]
    front.create_invalidation(
        DistributionId=made["Id"], InvalidationBatch={"Paths": {"Quantity": 1, "Items": ["/*"]}, "CallerReference": "2"}
    )
    signing = {"Name": "oac", "SigningProtocol": "sigv4", "SigningBehavior": "always", "OriginAccessControlOriginType": "s3"}
    control = front.create_origin_access_control(OriginAccessControlConfig=signing)["OriginAccessControl"]["Id"]
    key = front.create_public_key(PublicKeyConfig={"CallerReference": "3", "Name": "k", "EncodedKey": KEY})["PublicKey"]["Id"]
    front.create_key_group(KeyGroupConfig={"Name": "g", "Items": [key]})
    front.create_key_value_store(Name="flags")
    aws.made["cdn"] = {"arn": made["ARN"], "control": control}


def alter(aws: Aws) -> None:
    aws["cloudfront"].tag_resource(Resource=aws.made["cdn"]["arn"], Tags={"Items": tags(k="w")})


def remove(aws: Aws) -> None:
    aws["cloudfront"].delete_origin_access_control(Id=aws.made["cdn"]["control"])
