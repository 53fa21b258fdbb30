"""Names of buckets: what one may be, who has it, and where it may be made.

Sources: https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html,
https://docs.aws.amazon.com/AmazonS3/latest/API/API_CreateBucket.html, https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html
"""

from __future__ import annotations

import ipaddress
import re

from moto.ec2.models.availability_zones_and_regions import RegionsAndZonesBackend
from moto.s3.models import s3_backends

from sandbox.cloud.endpoints import DEFAULT_REGION
from sandbox.cloud.faults import AwsError, not_simulated
from sandbox.cloud.s3.asked import Asked, malformed

_NAME = re.compile(r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]")
_PREFIXES = ("xn--", "sthree-", "amzn-s3-demo-")
_SUFFIXES = ("-s3alias", "--ol-s3", ".mrap", "--x-s3", "--table-s3")
# One namespace for all of AWS's customers: whoever thinks of these comes years too late. Which names really are taken nobody can list, so
# this is the rule here: one short word of small letters alone, and what tutorials call their buckets.
_WORD = re.compile(r"[a-z]{3,8}")
_TUTORIALS = (
    "aws-bucket aws-test bucket1 bucket123 demo-bucket development devops-bucket downloads example-bucket examplebucket first-bucket "
    "hello-world helloworld my-app my-backup my-bucket my-data my-first-bucket my-s3-bucket my-test-bucket my-website mytestbucket "
    "production s3-bucket s3bucket sample-bucket test-bucket test-bucket-1 test1 test123 testbucket "
)
_USUAL = frozenset(_TUTORIALS.split())
_REGIONS = frozenset(region.name for region in RegionsAndZonesBackend.regions)


def valid_name(name: str) -> bool:
    """AWS's rules for general purpose buckets."""
    return (
        _NAME.fullmatch(name) is not None and ".." not in name and not _is_address(name)
        and not name.startswith(_PREFIXES) and not name.endswith(_SUFFIXES)
    )  # fmt: skip


def strangers(name: str) -> bool:
    """Whether somebody at AWS has a bucket of this name, unless it is here."""
    return _WORD.fullmatch(name) is not None or name in _USUAL


def check(asked: Asked) -> None:
    """Raises AwsError for a bucket that may not be made, and for any look at one that strangers have."""
    if asked.operation != "CreateBucket":
        if asked.bucket is None and strangers(asked.name):
            raise AwsError("AccessDenied", "Access Denied", 403)
        if asked.operation == "DeleteBucket" and asked.bucket is not None and asked.bucket.keys:
            more = ". You must delete all versions in the bucket." if asked.bucket.versioning_status else ""
            raise AwsError("BucketNotEmpty", "The bucket you tried to delete is not empty" + more, 409, {"BucketName": asked.name})
        return
    if asked.header("X-Amz-Bucket-Namespace") not in ("", "global"):
        raise not_simulated("buckets in the namespace of an account")
    if not valid_name(asked.name):
        raise AwsError("InvalidBucketName", "The specified bucket is not valid.", details={"BucketName": asked.name})
    _check_place(asked)
    _check_taken(asked)


def _check_place(asked: Asked) -> None:
    wanted = _constraint(asked)
    if asked.region == DEFAULT_REGION:
        if wanted is not None and wanted != "EU" and (wanted not in _REGIONS or wanted == DEFAULT_REGION):
            text = "The specified location-constraint is not valid"
            raise AwsError("InvalidLocationConstraint", text, details={"LocationConstraint": wanted})
    elif wanted != asked.region and (asked.region, wanted) != ("eu-west-1", "EU"):
        text = f"The {wanted or 'unspecified'} location constraint is incompatible for the region specific endpoint "
        raise AwsError("IllegalLocationConstraintException", text + "this request was sent to.")


def _constraint(asked: Asked) -> str | None:
    if not asked.body.strip():
        return None
    found = asked.document.get("LocationConstraint")
    if found is not None and not isinstance(found, str):
        raise malformed()
    return found


def _check_taken(asked: Asked) -> None:
    where = s3_backends.bucket_accounts.get(asked.name)
    if where is None and not strangers(asked.name):
        return
    if asked.bucket is not None and where and where[1] == asked.account:
        if asked.region == DEFAULT_REGION == asked.bucket.region_name:
            return  # There alone, and for the sake of programs long gone, making one's own bucket again succeeds.
        text = "Your previous request to create the named bucket succeeded and you already own it."
        raise AwsError("BucketAlreadyOwnedByYou", text, 409, {"BucketName": asked.name})
    text = (
        "The requested bucket name is not available. The bucket namespace is shared by all users of the system. "
        "Please select a different name and try again."
    )
    raise AwsError("BucketAlreadyExists", text, 409, {"BucketName": asked.name})


def _is_address(name: str) -> bool:
    try:
        ipaddress.IPv4Address(name)
    except ValueError:
        return False
    return True
