"""A public and a private zone with weighted records, a health check, a delegation set."""

from __future__ import annotations

from frozen.aws import Aws, tags

MADE = {"hosted-zone": ["example.com./*", "inner.lab./*"], "resource-record-set": ["*"] * 7, "health-check": ["*"],
        "reusable-delegation-set": ["*"]}  # fmt: skip
ALTERED = {"hosted-zone": ["*"], "resource-record-set": ["*"]}
REMOVED = {"resource-record-set": ["*"], "health-check": ["*"]}


def populate(aws: Aws) -> None:
    route53, made = aws["route53"], aws.made
    zone = route53.create_hosted_zone(Name="example.com", CallerReference="1", HostedZoneConfig={"Comment": "c", "PrivateZone": False})
    zone_id = zone["HostedZone"]["Id"].rpartition("/")[2]
    inner = {"VPCRegion": aws.region, "VPCId": made["vpc"]}
    route53.create_hosted_zone(Name="inner.lab", CallerReference="2", VPC=inner, HostedZoneConfig={"PrivateZone": True})
    check = {"IPAddress": "192.0.2.1", "Port": 80, "Type": "HTTP", "ResourcePath": "/up"}
    health = route53.create_health_check(CallerReference="3", HealthCheckConfig=check)["HealthCheck"]["Id"]
    made["dns"] = {"zone": zone_id, "health": health}
    for name, weight in (("blue", 9), ("green", 1)):
        change(aws, "CREATE", name, weight)
    target = {"HostedZoneId": "ZWKZPGTI48KDX", "DNSName": "web.ap-northeast-2.elb.amazonaws.com", "EvaluateTargetHealth": False}
    alias = {"Name": "alias.example.com", "Type": "A", "AliasTarget": target}
    route53.change_resource_record_sets(HostedZoneId=zone_id, ChangeBatch={"Changes": [{"Action": "CREATE", "ResourceRecordSet": alias}]})
    route53.create_reusable_delegation_set(CallerReference="4")


def change(aws: Aws, action: str, name: str, weight: int) -> None:
    record = {"Name": "www.example.com", "Type": "A", "TTL": 60, "SetIdentifier": name, "Weight": weight,
              "ResourceRecords": [{"Value": "192.0.2.1"}]}  # fmt: skip
    batch = {"Changes": [{"Action": action, "ResourceRecordSet": record}]}
    aws["route53"].change_resource_record_sets(HostedZoneId=aws.made["dns"]["zone"], ChangeBatch=batch)


def alter(aws: Aws) -> None:
    aws["route53"].change_tags_for_resource(ResourceType="hostedzone", ResourceId=aws.made["dns"]["zone"], AddTags=tags(k="w"))
    change(aws, "UPSERT", "blue", 5)


def remove(aws: Aws) -> None:
    change(aws, "DELETE", "green", 1)
    aws["route53"].delete_health_check(HealthCheckId=aws.made["dns"]["health"])
