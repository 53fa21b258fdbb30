"""A cluster with a machine, two revisions of a task definition, a service with a task set, a task, a capacity provider."""

from __future__ import annotations

import json

from frozen.aws import ACCOUNT, REGION, Aws

SERVICE_ARN = f"arn:aws:ecs:{REGION}:{ACCOUNT}:service/main/web"
MADE = {"cluster": ["main", "spare"], "task-definition": ["web:1", "web:2"], "service": ["main/blue", "main/web"], "task": ["main/*"],
        "container-instance": ["main/*"], "capacity-provider": ["own"], "task-set": ["main/blue/*"], "account-setting": ["*"]}  # fmt: skip
ALTERED = {"cluster": ["main"], "service": ["main/web"], "task": ["main/*"]}
REMOVED = {"cluster": ["spare"], "service": ["main/web"], "capacity-provider": ["own"]}


def populate(aws: Aws) -> None:
    ecs, made = aws["ecs"], aws.made
    ecs.put_account_setting(name="containerInsights", value="enabled")
    ecs.create_cluster(clusterName="main", tags=[{"key": "k", "value": "v"}])
    ecs.create_cluster(clusterName="spare")
    web = {"name": "web", "image": "nginx", "cpu": 1, "memory": 64, "essential": True, "portMappings": [{"containerPort": 80}]}
    for _ in range(2):
        ecs.register_task_definition(family="web", containerDefinitions=[web], networkMode="bridge", executionRoleArn=made["role"])
    network = {"awsvpcConfiguration": {"subnets": made["subnets"], "securityGroups": [made["group"]]}}
    ecs.create_service(cluster="main", serviceName="web", taskDefinition="web:1", desiredCount=1, networkConfiguration=network,
                       tags=[{"key": "k", "value": "v"}])  # fmt: skip
    ecs.create_service(cluster="main", serviceName="blue", deploymentController={"type": "EXTERNAL"})
    ecs.create_task_set(cluster="main", service="blue", taskDefinition="web:1")
    document = {"instanceId": made["instances"][0], "accountId": ACCOUNT, "region": REGION}
    ecs.register_container_instance(cluster="main", instanceIdentityDocument=json.dumps(document))
    made["task"] = ecs.run_task(cluster="main", taskDefinition="web:1")["tasks"][0]["taskArn"]
    group = {"autoScalingGroupArn": f"arn:aws:autoscaling:{REGION}:{ACCOUNT}:autoScalingGroup:x:autoScalingGroupName/y"}
    ecs.create_capacity_provider(name="own", autoScalingGroupProvider=group)


def alter(aws: Aws) -> None:
    ecs = aws["ecs"]
    ecs.update_service(cluster="main", service="web", taskDefinition="web:2", desiredCount=2)
    ecs.stop_task(cluster="main", task=aws.made["task"], reason="enough")
    ecs.tag_resource(resourceArn=f"arn:aws:ecs:{REGION}:{ACCOUNT}:cluster/main", tags=[{"key": "k", "value": "w"}])


def remove(aws: Aws) -> None:
    ecs = aws["ecs"]
    ecs.delete_service(cluster="main", service="web", force=True)
    ecs.delete_cluster(cluster="spare")
    ecs.delete_capacity_provider(capacityProvider="own")
