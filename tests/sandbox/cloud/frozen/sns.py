"""Topics, standard and FIFO, subscriptions with filters, a platform application and its endpoint."""

from __future__ import annotations

from frozen.aws import ACCOUNT, REGION, Aws, tags

TOPIC = f"arn:aws:sns:{REGION}:{ACCOUNT}:news"
MADE = {"topic": ["news", "ordered.fifo"], "subscription": ["*:news:*", "*:news:*"], "platform-application": ["*:app/GCM/phone"],
        "platform-endpoint": ["*:endpoint/GCM/phone/*"]}  # fmt: skip
ALTERED = {"topic": ["news"], "subscription": ["*:news:*"]}
REMOVED = {"topic": ["ordered.fifo"], "subscription": ["*:news:*"], "platform-endpoint": ["*"]}
SHOWN = {
    "tags": "list_tags_for_resource Tags",
    "text message settings": "get_sms_attributes attributes",
    "topic policy": "get_topic_attributes Attributes.Policy",
    "filter": "get_subscription_attributes Attributes.FilterPolicy",
    "application's credential": "get_platform_application_attributes Attributes",
    "endpoint's token": "get_endpoint_attributes Attributes.Token",
}


def populate(aws: Aws) -> None:
    sns, made = aws["sns"], aws.made
    sns.create_topic(Name="news", Tags=tags(k="v"), Attributes={"DisplayName": "News"})
    sns.create_topic(Name="ordered.fifo", Attributes={"FifoTopic": "true", "ContentBasedDeduplication": "true"})
    queue = {"TopicArn": TOPIC, "Protocol": "sqs", "Endpoint": made["queue"]}
    made["subscription"] = sns.subscribe(**queue, Attributes={"FilterPolicy": '{"kind": ["a"]}'})["SubscriptionArn"]
    dead = {**queue, "Endpoint": made["queue"].replace("work", "dead")}
    made["spare"] = sns.subscribe(**dead)["SubscriptionArn"]
    sns.publish(TopicArn=TOPIC, Message="hello", MessageAttributes={"kind": {"DataType": "String", "StringValue": "a"}})
    sns.add_permission(TopicArn=TOPIC, Label="l", AWSAccountId=[ACCOUNT], ActionName=["Publish"])
    phone = sns.create_platform_application(Name="phone", Platform="GCM", Attributes={"PlatformCredential": "p"})["PlatformApplicationArn"]
    made["endpoint"] = sns.create_platform_endpoint(PlatformApplicationArn=phone, Token="t")["EndpointArn"]
    aws.reads.append(("sns", "get_platform_application_attributes", {"PlatformApplicationArn": phone}))
    aws.reads.append(("sns", "get_endpoint_attributes", {"EndpointArn": made["endpoint"]}))
    sns.set_sms_attributes(attributes={"DefaultSMSType": "Transactional"})


def alter(aws: Aws) -> None:
    sns = aws["sns"]
    sns.tag_resource(ResourceArn=TOPIC, Tags=tags(k="w"))
    sns.set_subscription_attributes(SubscriptionArn=aws.made["subscription"], AttributeName="RawMessageDelivery", AttributeValue="true")


def remove(aws: Aws) -> None:
    sns = aws["sns"]
    sns.delete_topic(TopicArn=TOPIC.replace("news", "ordered.fifo"))
    sns.unsubscribe(SubscriptionArn=aws.made["spare"])
    sns.delete_endpoint(EndpointArn=aws.made["endpoint"])
