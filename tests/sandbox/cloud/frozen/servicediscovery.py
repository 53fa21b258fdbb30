"""Namespaces, services and registered instances."""

from __future__ import annotations

from frozen.aws import Aws, tags

MADE = {"namespace": ["*", "*"], "service": ["*"], "instance": ["*/blue", "*/green"]}
ALTERED = {"service": ["*"], "namespace": ["*"]}
REMOVED = {"instance": ["*/green"]}
SHOWN = {
    "operation": "list_operations Operations",
    "health": "get_instances_health_status Status",
    "tags": "list_tags_for_resource Tags",
    "service attributes": "get_service_attributes ServiceAttributes.Attributes",
}


def populate(aws: Aws) -> None:
    discovery = aws["servicediscovery"]
    discovery.create_http_namespace(Name="shop", Tags=tags(k="v"))
    discovery.create_private_dns_namespace(Name="inner.shop", Vpc=aws.made["vpc"])
    spaces = {one["Name"]: one for one in discovery.list_namespaces()["Namespaces"]}
    service = discovery.create_service(Name="web", NamespaceId=spaces["shop"]["Id"])["Service"]
    for name in ("blue", "green"):
        discovery.register_instance(ServiceId=service["Id"], InstanceId=name, Attributes={"AWS_INSTANCE_IPV4": "192.0.2.1"})
    discovery.update_service_attributes(ServiceId=service["Id"], Attributes={"tier": "front"})
    aws.made["discovery"] = {"space": spaces["shop"]["Arn"], "service": service["Id"]}


def alter(aws: Aws) -> None:
    discovery, made = aws["servicediscovery"], aws.made["discovery"]
    discovery.update_service(Id=made["service"], Service={"Description": "d", "DnsConfig": {"DnsRecords": []}})
    discovery.tag_resource(ResourceARN=made["space"], Tags=tags(k="w"))


def remove(aws: Aws) -> None:
    aws["servicediscovery"].deregister_instance(ServiceId=aws.made["discovery"]["service"], InstanceId="green")
