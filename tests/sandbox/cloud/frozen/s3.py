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
SHOWN = {
    "version": "list_object_versions Versions[?!IsLatest]",
    "bucket policy": "get_bucket_policy Policy",
    "bucket tags": "get_bucket_tagging TagSet",
    "object tags": "get_object_tagging TagSet",
    "lifecycle": "get_bucket_lifecycle_configuration Rules",
    "CORS": "get_bucket_cors CORSRules",
    "website": "get_bucket_website IndexDocument",
    "versioning": "get_bucket_versioning Status",
    "encryption": "get_bucket_encryption ServerSideEncryptionConfiguration",
    "notification": "get_bucket_notification_configuration keys(@)",
    "acceleration": "get_bucket_accelerate_configuration Status",
    "public access block": "get_public_access_block PublicAccessBlockConfiguration",
    "ownership": "get_bucket_ownership_controls OwnershipControls",
    "replication": "get_bucket_replication ReplicationConfiguration",
    "inventory": "list_bucket_inventory_configurations InventoryConfigurationList",
    "object lock": "get_object_lock_configuration ObjectLockConfiguration.Rule",
    "legal hold": "get_object_legal_hold LegalHold",
    "retention": "get_object_retention Retention",
    "part": "list_parts Parts",
    "access control list": "get_object_acl Grants",
}


def populate(aws: Aws) -> None:
    s3 = aws["s3"]
    where = {"CreateBucketConfiguration": {"LocationConstraint": REGION}}
    for name in ("versions", "plain", "emptied", "locked"):
        s3.create_bucket(Bucket=f"test-{name}", **where, **({"ObjectLockEnabledForBucket": True} if name == "locked" else {}))
    _versions(s3)
    _configure(s3, aws.made["role"])
    s3.put_object(Bucket="test-plain", Key="큰 파일/ü+.bin", Body=data(bytes(range(256)) * 400), StorageClass="STANDARD_IA")
    s3.put_object(Bucket="test-plain", Key="second", Body=data(b"2"))
    rule = {"DefaultRetention": {"Mode": "GOVERNANCE", "Days": 1}}
    s3.put_object_lock_configuration(Bucket="test-locked", ObjectLockConfiguration={"ObjectLockEnabled": "Enabled", "Rule": rule})
    s3.put_object(Bucket="test-locked", Key="kept", Body=data(b"kept"))
    s3.put_object_legal_hold(Bucket="test-locked", Key="kept", LegalHold={"Status": "ON"})
    s3.put_object_retention(Bucket="test-locked", Key="kept", Retention={"Mode": "GOVERNANCE", "RetainUntilDate": aws.made["now"] + 86400})
    aws.reads += [("s3", f"get_object_{what}", {"Bucket": "test-locked", "Key": "kept"}) for what in ("legal_hold", "retention")]
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


def _configure(s3: object, role: str) -> None:
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
    s3.put_bucket_notification_configuration(**bucket, NotificationConfiguration={"EventBridgeConfiguration": {}})
    s3.put_bucket_accelerate_configuration(**bucket, AccelerateConfiguration={"Status": "Enabled"})
    listed = {"S3BucketDestination": {"Bucket": "arn:aws:s3:::test-versions", "Format": "CSV"}}
    weekly = {
        "Id": "weekly",
        "IsEnabled": True,
        "IncludedObjectVersions": "All",
        "Schedule": {"Frequency": "Weekly"},
        "Destination": listed,
    }
    s3.put_bucket_inventory_configuration(**bucket, Id="weekly", InventoryConfiguration=weekly)
    s3.put_bucket_versioning(Bucket="test-locked", VersioningConfiguration={"Status": "Enabled"})
    copy = {"ID": "all", "Status": "Enabled", "Priority": 1, "Filter": {"Prefix": ""}, "DeleteMarkerReplication": {"Status": "Disabled"},
            "Destination": {"Bucket": "arn:aws:s3:::test-locked"}}  # fmt: skip
    s3.put_bucket_replication(Bucket="test-versions", ReplicationConfiguration={"Role": role, "Rules": [copy]})


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
