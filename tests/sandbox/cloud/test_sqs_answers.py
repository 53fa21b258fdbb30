"""https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-queue-message-identifiers.html"""

from __future__ import annotations

from cloud_harness import REGION, Cloud


def test_either_address_serves_a_queue(session_cloud: Cloud) -> None:
    sqs = session_cloud.client("sqs")
    assert sqs.create_queue(QueueName="orders")["QueueUrl"].endswith("/111122223333/orders")
    url = f"https://sqs.{REGION}.amazonaws.com/111122223333/orders"
    for queue in (url, f"https://{REGION}.queue.amazonaws.com/111122223333/orders"):
        sqs.send_message(QueueUrl=queue, MessageBody="m")
        assert sqs.receive_message(QueueUrl=queue)["Messages"][0]["Body"] == "m"
