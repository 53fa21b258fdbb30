"""Queues, standard and FIFO, with a dead-letter queue, messages, one in flight, a policy and tags."""

from __future__ import annotations

import json

from frozen.aws import ACCOUNT, REGION, Aws

MADE = {"queue": ["dead", "ordered.fifo", "work"], "message": ["work/*", "work/*", "ordered.fifo/*"]}
ALTERED = {"queue": ["work"]}
REMOVED = {"queue": ["ordered.fifo"], "message": ["work/*", "ordered.fifo/*"]}
SHOWN = {
    "attributes": "get_queue_attributes Attributes.VisibilityTimeout",
    "policy": "get_queue_attributes Attributes.Policy",
    "dead-letter source": "list_dead_letter_source_queues queueUrls",
    "tags": "list_queue_tags Tags",
    "messages in flight": "get_queue_attributes Attributes.ApproximateNumberOfMessagesNotVisible",
}


def populate(aws: Aws) -> None:
    sqs, made = aws["sqs"], aws.made
    sqs.create_queue(QueueName="dead")
    made["queue"] = arn = f"arn:aws:sqs:{REGION}:{ACCOUNT}:work"
    redrive = json.dumps({"deadLetterTargetArn": arn.replace("work", "dead"), "maxReceiveCount": 3})
    work = sqs.create_queue(QueueName="work", Attributes={"RedrivePolicy": redrive, "VisibilityTimeout": "900"}, tags={"k": "v"})
    ordered = sqs.create_queue(QueueName="ordered.fifo", Attributes={"FifoQueue": "true"})
    made["work"], made["ordered"] = work["QueueUrl"], ordered["QueueUrl"]
    for text in ("first", "second"):
        attribute = {"n": {"DataType": "Number", "StringValue": "1"}}
        sqs.send_message(QueueUrl=made["work"], MessageBody=text, MessageAttributes=attribute)
    sqs.send_message(QueueUrl=made["ordered"], MessageBody="one", MessageGroupId="g", MessageDeduplicationId="d")
    aws.reads.append(("sqs", "get_queue_attributes", {"QueueUrl": made["work"], "AttributeNames": ["All"]}))
    made["receipt"] = sqs.receive_message(QueueUrl=made["work"])["Messages"][0]["ReceiptHandle"]
    sqs.add_permission(QueueUrl=made["work"], Label="l", AWSAccountIds=[ACCOUNT], Actions=["SendMessage"])


def alter(aws: Aws) -> None:
    sqs = aws["sqs"]
    sqs.set_queue_attributes(QueueUrl=aws.made["work"], Attributes={"DelaySeconds": "5"})
    sqs.tag_queue(QueueUrl=aws.made["work"], Tags={"k": "w"})


def remove(aws: Aws) -> None:
    sqs = aws["sqs"]
    sqs.delete_message(QueueUrl=aws.made["work"], ReceiptHandle=aws.made["receipt"])
    sqs.delete_queue(QueueUrl=aws.made["ordered"])
