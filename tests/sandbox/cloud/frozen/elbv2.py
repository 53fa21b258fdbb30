"""Load balancers of both kinds, listeners with rules, target groups with targets."""

from __future__ import annotations

from frozen.aws import Aws, tags

MADE = {"load-balancer": ["inner", "web"], "target-group": ["blue", "green", "spare"], "listener": ["*"], "rule": ["*"]}
ALTERED = {"load-balancer": ["web"], "target-group": ["blue"], "rule": ["*"], "listener": ["*"]}
REMOVED = {"load-balancer": ["inner"], "target-group": ["spare"], "rule": ["*"]}
SHOWN = {
    "target": "describe_target_health TargetHealthDescriptions",
    "tags": "describe_tags TagDescriptions[].Tags[]",
    "load balancer's attributes": "describe_load_balancer_attributes Attributes",
    "target group's attributes": "describe_target_group_attributes Attributes[?Value=='7']",
}


def populate(aws: Aws) -> None:
    elb, made = aws["elbv2"], aws.made
    network = {"Subnets": made["subnets"]}
    web = elb.create_load_balancer(Name="web", **network, SecurityGroups=[made["group"]], Tags=tags(k="v"))["LoadBalancers"][0]
    inner = elb.create_load_balancer(Name="inner", **network, Type="network", Scheme="internal")["LoadBalancers"][0]
    usual = {"Protocol": "HTTP", "Port": 80, "VpcId": made["vpc"], "HealthCheckPath": "/up"}
    groups = {name: elb.create_target_group(Name=name, **usual)["TargetGroups"][0]["TargetGroupArn"] for name in ("blue", "green", "spare")}
    elb.register_targets(TargetGroupArn=groups["blue"], Targets=[{"Id": made["instances"][0], "Port": 80}])
    weights = [{"TargetGroupArn": groups["blue"], "Weight": 9}, {"TargetGroupArn": groups["green"], "Weight": 1}]
    forward = [{"Type": "forward", "ForwardConfig": {"TargetGroups": weights}}]
    listener = elb.create_listener(LoadBalancerArn=web["LoadBalancerArn"], Protocol="HTTP", Port=80, DefaultActions=forward)["Listeners"][
        0
    ]["ListenerArn"]
    path = [{"Field": "path-pattern", "Values": ["/green/*"]}]
    actions = [{"Type": "forward", "TargetGroupArn": groups["green"]}]
    rule = elb.create_rule(ListenerArn=listener, Priority=1, Conditions=path, Actions=actions)["Rules"][0]["RuleArn"]
    slow = {"Key": "deregistration_delay.timeout_seconds", "Value": "7"}
    elb.modify_target_group_attributes(TargetGroupArn=groups["blue"], Attributes=[slow])
    made["elb"] = {"web": web["LoadBalancerArn"], "inner": inner["LoadBalancerArn"], **groups, "listener": listener, "rule": rule}


def alter(aws: Aws) -> None:
    elb, made = aws["elbv2"], aws.made["elb"]
    idle = {"Key": "idle_timeout.timeout_seconds", "Value": "30"}
    elb.modify_load_balancer_attributes(LoadBalancerArn=made["web"], Attributes=[idle])
    elb.register_targets(TargetGroupArn=made["blue"], Targets=[{"Id": aws.made["instances"][1]}])
    elb.add_tags(ResourceArns=[made["listener"]], Tags=tags(k="w"))
    elb.modify_rule(RuleArn=made["rule"], Conditions=[{"Field": "path-pattern", "Values": ["/new/*"]}])


def remove(aws: Aws) -> None:
    elb, made = aws["elbv2"], aws.made["elb"]
    elb.delete_rule(RuleArn=made["rule"])
    elb.delete_load_balancer(LoadBalancerArn=made["inner"])
    elb.delete_target_group(TargetGroupArn=made["spare"])
