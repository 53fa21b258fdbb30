"""A group of a launch configuration with machines, a policy, a hook, a schedule, a warm pool."""

from __future__ import annotations

from frozen.aws import Aws

MADE = {"auto-scaling-group": ["fleet"], "launch-configuration": ["small", "spare"], "policy": ["fleet/up"],
        "lifecycle-hook": ["fleet/hook"],
        "scheduled-action": ["fleet/night"], "warm-pool": ["fleet"]}  # fmt: skip
ALTERED = {"auto-scaling-group": ["fleet"], "policy": ["fleet/up"]}
REMOVED = {"launch-configuration": ["spare"], "policy": ["fleet/up"], "lifecycle-hook": ["fleet/hook"], "warm-pool": ["fleet"]}


def populate(aws: Aws) -> None:
    scaling, made = aws["autoscaling"], aws.made
    for name in ("small", "spare"):
        scaling.create_launch_configuration(LaunchConfigurationName=name, ImageId=made["image"], InstanceType="t3.micro")
    scaling.create_auto_scaling_group(
        AutoScalingGroupName="fleet", LaunchConfigurationName="small", MinSize=1, MaxSize=3, DesiredCapacity=2,
        VPCZoneIdentifier=",".join(made["subnets"]), Tags=[{"Key": "k", "Value": "v", "PropagateAtLaunch": True}],
    )  # fmt: skip
    _policy(aws, 1)
    scaling.put_lifecycle_hook(
        AutoScalingGroupName="fleet", LifecycleHookName="hook", LifecycleTransition="autoscaling:EC2_INSTANCE_LAUNCHING"
    )
    scaling.put_scheduled_update_group_action(
        AutoScalingGroupName="fleet", ScheduledActionName="night", Recurrence="0 20 * * *", MinSize=0, MaxSize=1, DesiredCapacity=0
    )
    scaling.put_warm_pool(AutoScalingGroupName="fleet", MinSize=0)


def _policy(aws: Aws, step: int) -> None:
    aws["autoscaling"].put_scaling_policy(
        AutoScalingGroupName="fleet", PolicyName="up", AdjustmentType="ChangeInCapacity", ScalingAdjustment=step, Cooldown=60
    )


def alter(aws: Aws) -> None:
    tag = {"ResourceId": "fleet", "ResourceType": "auto-scaling-group", "Key": "k", "Value": "w", "PropagateAtLaunch": True}
    aws["autoscaling"].create_or_update_tags(Tags=[tag])
    _policy(aws, 2)


def remove(aws: Aws) -> None:
    scaling = aws["autoscaling"]
    scaling.delete_launch_configuration(LaunchConfigurationName="spare")
    scaling.delete_policy(AutoScalingGroupName="fleet", PolicyName="up")
    scaling.delete_lifecycle_hook(AutoScalingGroupName="fleet", LifecycleHookName="hook")
    scaling.delete_warm_pool(AutoScalingGroupName="fleet")
