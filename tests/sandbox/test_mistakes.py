"""The most frequent mistakes with S3 and KMS, made with the real ``aws`` in a jail: what it prints is what it prints at AWS.

Words: those that services were recorded with (LocalStack's snapshots of AWS) where there are any, else as
https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html and
https://docs.aws.amazon.com/kms/latest/developerguide/key-state.html have them. The CLI's own frame is its source's.
"""

from __future__ import annotations

from typing import Any

import pytest

pytestmark = pytest.mark.slow
SETUP = r"""
exec 2>&1; shopt -s expand_aliases; export AWS_DEFAULT_REGION=ap-northeast-2; echo hello > f
aws s3 mb s3://cli-mistakes > /dev/null; aws s3 cp f s3://cli-mistakes/f > /dev/null
key=$(aws kms create-key --query KeyMetadata.KeyId --output text); aws kms create-alias --alias-name alias/cli --target-key-id "$key"
blob=$(aws kms encrypt --key-id "$key" --plaintext fileb://f --encryption-context a=b --query CiphertextBlob --output text)
base64 -d <<< "$blob" > blob
"""
CREATE, OWN = "when calling the CreateBucket operation: ", "arn:aws:kms:ap-northeast-2:"
MISTAKES = {
    "aws s3 mb s3://Bad_Name": f"make_bucket failed: s3://Bad_Name An error occurred (InvalidBucketName) {CREATE}"
    "The specified bucket is not valid.",
    "aws s3 mb s3://my-bucket": f"make_bucket failed: s3://my-bucket An error occurred (BucketAlreadyExists) {CREATE}"
    "The requested bucket name is not available. The bucket namespace is shared by all users of the system. "
    "Please select a different name and try again.",
    "aws s3 mb s3://cli-mistakes": f"make_bucket failed: s3://cli-mistakes An error occurred (BucketAlreadyOwnedByYou) {CREATE}"
    "Your previous request to create the named bucket succeeded and you already own it.",
    "aws s3api create-bucket --bucket cli-nowhere": f"An error occurred (IllegalLocationConstraintException) {CREATE}"
    "The unspecified location constraint is incompatible for the region specific endpoint this request was sent to.",
    "aws s3 rb s3://cli-mistakes": "remove_bucket failed: s3://cli-mistakes An error occurred (BucketNotEmpty) when calling the "
    "DeleteBucket operation: The bucket you tried to delete is not empty",
    "aws s3 ls s3://cli-was-never-made": "An error occurred (NoSuchBucket) when calling the ListObjectsV2 operation: "
    "The specified bucket does not exist",
    "aws s3 cp s3://cli-mistakes/none .": "fatal error: An error occurred (404) when calling the HeadObject operation: "
    'Key "none" does not exist',
    "aws s3api get-object --bucket cli-mistakes --key none out": "An error occurred (NoSuchKey) when calling the GetObject operation: "
    "The specified key does not exist.",
    "aws s3api put-bucket-versioning --bucket cli-mistakes --versioning-configuration Status=On": "An error occurred (MalformedXML) when "
    "calling the PutBucketVersioning operation: The XML you provided was not well-formed or did not validate against our published schema",
    "aws s3 cp --no-progress f s3://cli-mistakes/acl --acl public-read": "upload failed: ./f to s3://cli-mistakes/acl An error occurred "
    "(AccessControlListNotSupported) when calling the PutObject operation: The bucket does not allow ACLs",
    "aws s3 cp --no-progress f s3://cli-mistakes/g --sse aws:kms --sse-kms-key-id alias/none": "upload failed: ./f "
    "to s3://cli-mistakes/g An error occurred "
    f"(KMS.NotFoundException) when calling the PutObject operation: Alias {OWN}ACCOUNT:alias/none is not found.",
    "aws kms disable-key --key-id $key; aws s3 cp --no-progress f s3://cli-mistakes/g --sse aws:kms --sse-kms-key-id $key": "upload "
    "failed: ./f to s3://cli-mistakes/g An error occurred (KMS.DisabledException) when calling the PutObject operation: "
    f"{OWN}ACCOUNT:key/KEY is disabled.",
    "aws kms enable-key --key-id $key; aws kms decrypt --ciphertext-blob fileb://blob": "An error occurred (InvalidCiphertextException) "
    "when calling the Decrypt operation: ",
    "aws kms schedule-key-deletion --key-id $key --pending-window-in-days 3": "An error occurred (ValidationException) when calling the "
    "ScheduleKeyDeletion operation: 1 validation error detected: Value '3' at 'pendingWindowInDays' failed to satisfy constraint: "
    "Member must have value greater than or equal to 7",
    "aws kms create-alias --alias-name alias/cli --target-key-id $key": "An error occurred (AlreadyExistsException) when calling the "
    f"CreateAlias operation: An alias with the name {OWN}ACCOUNT:alias/cli already exists",
    "aws kms create-alias --alias-name cli --target-key-id $key": "An error occurred (ValidationException) when calling the CreateAlias "
    'operation: Alias must start with the prefix "alias/". Please see https://docs.aws.amazon.com/kms/latest/developerguide/kms-alias.html',
}  # fmt: skip


def test_what_the_cli_says(jail_checkout: Any) -> None:
    facts = "echo '@@'; aws sts get-caller-identity --query Account --output text; echo $key"
    lines = [f"echo '@@'; {line}" for line in MISTAKES]
    ran = jail_checkout.run("\n".join([SETUP, facts, *lines]))
    account_and_key, *said = ran.output.replace("\r", "").split("@@\n")[1:]
    account, key = account_and_key.split()
    words = [part.strip("\n").replace(account, "ACCOUNT").replace(key, "KEY") for part in said]
    assert dict(zip(MISTAKES, words, strict=True)) == {line: text.strip("\n") for line, text in MISTAKES.items()}
