"""An account frozen long ago: it must thaw still, or say that it cannot. A change of what is frozen therefore changes SCHEMA.

Made anew, after moto, cryptography, Python or SCHEMA changed: ``PYTHONPATH=. python tests/sandbox/cloud/test_cloud_golden.py``.
"""

from __future__ import annotations

import json
import sys
import tempfile
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path

from cloud_harness import REGION, Cloud, Zygote

GOLDEN = Path(__file__).with_name("golden.root")
SECRET = Path(__file__).with_name("golden.secret")


def test_golden(clouds: Callable[..., Cloud]) -> None:
    root = GOLDEN.read_bytes()
    tag = json.loads(root.split(b"\n", 2)[1])
    here = {
        "python": f"{sys.version_info.major}.{sys.version_info.minor}",
        "moto": version("moto"),
        "cryptography": version("cryptography"),
    }
    old = clouds(root)
    if {name: tag[name] for name in here} != here:
        assert old.started.header["code"] == "cloud-state-version"
        return
    assert old.started.kind == "ready", old.started.header
    s3 = old.client("s3")
    assert [bucket["Name"] for bucket in s3.list_buckets()["Buckets"]] == ["golden-bucket"]
    versions = s3.list_object_versions(Bucket="golden-bucket")["Versions"]
    bodies = [s3.get_object(Bucket="golden-bucket", Key="k", VersionId=one["VersionId"])["Body"].read() for one in versions]
    assert bodies == [b"new", b"old"]
    assert old.client("kms").decrypt(CiphertextBlob=SECRET.read_bytes())["Plaintext"] == b"golden"
    assert old.client("ssm").get_parameter(Name="/golden")["Parameter"]["Value"] == "yes"
    assert old.client("sts").get_caller_identity()["Account"] == "111122223333"


def make() -> None:
    from sandbox.cloud import tls

    with tempfile.TemporaryDirectory() as folder:
        zygote = Zygote(tls.ensure(folder))
        cloud = Cloud(zygote)
        s3, kms = cloud.client("s3"), cloud.client("kms")
        s3.create_bucket(Bucket="golden-bucket", CreateBucketConfiguration={"LocationConstraint": REGION})
        s3.put_bucket_versioning(Bucket="golden-bucket", VersioningConfiguration={"Status": "Enabled"})
        for body in (b"old", b"new"):
            s3.put_object(Bucket="golden-bucket", Key="k", Body=body)
        key = kms.create_key()["KeyMetadata"]["KeyId"]
        SECRET.write_bytes(kms.encrypt(KeyId=key, Plaintext=b"golden")["CiphertextBlob"])
        cloud.client("ssm").put_parameter(Name="/golden", Value="yes", Type="String")
        GOLDEN.write_bytes(cloud.freeze().payload)
        cloud.close()
        zygote.close()


if __name__ == "__main__":
    make()
