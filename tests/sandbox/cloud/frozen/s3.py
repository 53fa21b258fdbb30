"""Buckets with every kind of configuration, versions, delete markers, an upload in parts, locked objects, one of 100 KB."""

from __future__ import annotations

from frozen.aws import REGION, Aws, data, policy, tags

MADE = {
    "bucket": ["test-emptied", "test-locked", "test-plain", "test-versions"],
    "object": ["test-locked/kept", "test-plain/큰 파일/ü+.bin", "test-plain/second", "test-versions/dir/file"],
    "delete-marker": ["test-versions/gone"],
    "multipart-upload": ["test-plain/parts/*"],
}
ALTERED = {"bucket": ["test-plain"], "object": ["test-plain/second", "test-versions/dir/file"]}
REMOVED = {"bucket": ["test-emptied"], "object": ["test-plain/second"], "multipart-upload": ["test-plain/parts/*"]}


def populate(aws: Aws) -> None:
    s3 = aws["s3"]
    where = {"CreateBucketConfiguration": {"LocationConstraint": REGION}}
    for name in ("versions", "plain", "emptied", "locked"):
        s3.create_bucket(Bucket=f"test-{name}", **where, **({"ObjectLockEnabledForBucket": True} if name == "locked" else {}))
    _versions(s3)
    _configure(s3)
    s3.put_object(Bucket="test-plain", Key="큰 파일/ü+.bin", Body=data(bytes(range(256)) * 400), StorageClass="STANDARD_IA")
    s3.put_object(Bucket="test-plain", Key="second", Body=data(b"2"))
    s3.put_object(Bucket="test-locked", Key="kept", Body=data(b"kept"))
    s3.put_object_legal_hold(Bucket="test-locked", Key="kept", LegalHold={"Status": "ON"})
    upload = s3.create_multipart_upload(Bucket="test-plain", Key="parts", Metadata={"m": "1"})["UploadId"]
    s3.upload_part(Bucket="test-plain", Key="parts", UploadId=upload, PartNumber=1, Body=data(b"p" * (5 << 20)))
    aws.made["upload"] = upload


def _versions(s3: object) -> None:
    s3.put_bucket_versioning(Bucket="test-versions", VersioningConfiguration={"Status": "Enabled"})
    for content in (b"first", b"second" * 2000, b"third"):
        s3.put_object(Bucket="test-versions", Key="dir/file", Body=data(content), Metadata={"who": "me"}, ContentType="text/plain")
    s3.put_object(Bucket="test-versions", Key="gone", Body=data(b"gone"))
    s3.delete_object(Bucket="test-versions", Key="gone")
    s3.put_object_tagging(Bucket="test-versions", Key="dir/file", Tagging={"TagSet": tags(k="v")})


def _configure(s3: object) -> None:
    bucket = {"Bucket": "test-plain"}
    s3.put_bucket_tagging(**bucket, Tagging={"TagSet": tags(team="lab")})
    s3.delete_public_access_block(**bucket)
    read = {"Effect": "Allow", "Principal": "*", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::test-plain/*"}
    s3.put_bucket_policy(**bucket, Policy=policy(read))
    rule = {"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "AES256"}, "BucketKeyEnabled": True}
    s3.put_bucket_encryption(**bucket, ServerSideEncryptionConfiguration={"Rules": [rule]})
    expire = {"ID": "r", "Filter": {"Prefix": "x"}, "Status": "Enabled", "Expiration": {"Days": 3}}
    s3.put_bucket_lifecycle_configuration(**bucket, LifecycleConfiguration={"Rules": [expire]})
    s3.put_bucket_cors(**bucket, CORSConfiguration={"CORSRules": [{"AllowedMethods": ["GET"], "AllowedOrigins": ["*"]}]})
    s3.put_bucket_website(**bucket, WebsiteConfiguration={"IndexDocument": {"Suffix": "index.html"}})


def alter(aws: Aws) -> None:
    s3 = aws["s3"]
    s3.put_object(Bucket="test-versions", Key="dir/file", Body=data(b"fourth"))
    s3.put_object_tagging(Bucket="test-plain", Key="second", Tagging={"TagSet": tags(k="w")})
    s3.put_bucket_tagging(Bucket="test-plain", Tagging={"TagSet": tags(team="other")})


def remove(aws: Aws) -> None:
    s3 = aws["s3"]
    s3.delete_object(Bucket="test-plain", Key="second")
    s3.delete_bucket(Bucket="test-emptied")
    s3.abort_multipart_upload(Bucket="test-plain", Key="parts", UploadId=aws.made["upload"])
