"""A table with indexes, a stream and items, one with a sort key, a backup, a resource policy."""

from __future__ import annotations

from frozen.aws import ACCOUNT, REGION, Aws, policy, tags

MADE = {"table": ["music", "plain"], "item": ["music/artist=a,song=1", "music/artist=a,song=2", "plain/k=x"], "backup": ["arn:*"]}
ALTERED = {"table": ["music"], "item": ["plain/k=x"]}
REMOVED = {"item": ["music/artist=a,song=1"], "backup": ["arn:*"]}
SHOWN = {
    "index": "describe_table Table.GlobalSecondaryIndexes",
    "stream": "describe_table Table.LatestStreamArn",
    "time to live": "describe_time_to_live TimeToLiveDescription.AttributeName",
    "tags": "list_tags_of_resource Tags",
    "resource policy": "get_resource_policy Policy",
    "recovery": "describe_continuous_backups ContinuousBackupsDescription.PointInTimeRecoveryDescription.EarliestRestorableDateTime",
}


def populate(aws: Aws) -> None:
    dynamodb = aws["dynamodb"]
    keys = [{"AttributeName": "artist", "KeyType": "HASH"}, {"AttributeName": "song", "KeyType": "RANGE"}]
    reverse = [{"AttributeName": "song", "KeyType": "HASH"}]
    dynamodb.create_table(
        TableName="music", KeySchema=keys, BillingMode="PAY_PER_REQUEST", Tags=tags(k="v"),
        AttributeDefinitions=[{"AttributeName": name, "AttributeType": "S"} for name in ("artist", "song")],
        GlobalSecondaryIndexes=[{"IndexName": "songs", "KeySchema": reverse, "Projection": {"ProjectionType": "ALL"}}],
        StreamSpecification={"StreamEnabled": True, "StreamViewType": "NEW_AND_OLD_IMAGES"},
    )  # fmt: skip
    key = [{"AttributeName": "k", "KeyType": "HASH"}]
    dynamodb.create_table(
        TableName="plain", KeySchema=key, AttributeDefinitions=[{"AttributeName": "k", "AttributeType": "S"}],
        ProvisionedThroughput={"ReadCapacityUnits": 1, "WriteCapacityUnits": 1},
    )  # fmt: skip
    for song in ("1", "2"):
        dynamodb.put_item(TableName="music", Item={"artist": {"S": "a"}, "song": {"S": song}, "plays": {"N": song}})
    dynamodb.put_item(TableName="plain", Item={"k": {"S": "x"}, "set": {"SS": ["a", "b"]}})
    dynamodb.update_time_to_live(TableName="plain", TimeToLiveSpecification={"Enabled": True, "AttributeName": "ttl"})
    dynamodb.update_continuous_backups(TableName="music", PointInTimeRecoverySpecification={"PointInTimeRecoveryEnabled": True})
    aws.made["backup"] = dynamodb.create_backup(TableName="plain", BackupName="nightly")["BackupDetails"]["BackupArn"]
    allow = {"Effect": "Allow", "Principal": {"AWS": ACCOUNT}, "Action": "dynamodb:GetItem", "Resource": "*"}
    dynamodb.put_resource_policy(ResourceArn=f"arn:aws:dynamodb:{REGION}:{ACCOUNT}:table/plain", Policy=policy(allow))


def alter(aws: Aws) -> None:
    dynamodb = aws["dynamodb"]
    dynamodb.tag_resource(ResourceArn=f"arn:aws:dynamodb:{REGION}:{ACCOUNT}:table/music", Tags=tags(k="w"))
    dynamodb.update_item(
        TableName="plain", Key={"k": {"S": "x"}}, UpdateExpression="SET n = :n", ExpressionAttributeValues={":n": {"N": "1"}}
    )


def remove(aws: Aws) -> None:
    aws["dynamodb"].delete_item(TableName="music", Key={"artist": {"S": "a"}, "song": {"S": "1"}})
    aws["dynamodb"].delete_backup(BackupArn=aws.made["backup"])
