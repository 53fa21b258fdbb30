"""A public and a private zone with weighted records, a health check, a delegation set."""

from __future__ import annotations

from frozen.aws import ACCOUNT, Aws, tags

MADE = {"hosted-zone": ["example.com./*", "inner.lab./*"], "resource-record-set": ["*"] * 7, "health-check": ["*"],
        "reusable-delegation-set": ["*"], "query-logging-config": ["*"]}  # fmt: skip
ALTERED = {"hosted-zone": ["*"], "resource-record-set": ["*"]}
REMOVED = {"resource-record-set": ["*"], "health-check": ["*"]}
SHOWN = {"tags": "list_tags_for_resource ResourceTagSet.Tags", "network": "list_hosted_zones_by_vpc HostedZoneSummaries"}


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
    Aws(aws.caller, region="us-east-1")["logs"].create_log_group(logGroupName="/dns")
    route53.create_query_logging_config(
        HostedZoneId=zone_id, CloudWatchLogsLogGroupArn=f"arn:aws:logs:us-east-1:{ACCOUNT}:log-group:/dns:*"
    )
    for kind, name in (("hostedzone", zone_id), ("healthcheck", health)):
        route53.change_tags_for_resource(ResourceType=kind, ResourceId=name, AddTags=tags(k="v"))
        aws.reads.append(("route53", "list_tags_for_resource", {"ResourceType": kind, "ResourceId": name}))


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
