"""What the warm process did to warm itself is in nobody's account."""

from __future__ import annotations

from collections.abc import Callable

from cloud_harness import Cloud


def test_accounts_are_empty_while_and_after_the_zygote_warms_on(clouds: Callable[..., Cloud]) -> None:
    for cloud in (clouds(), clouds()):
        for service, operation, kind in (
            ("sqs", "list_queues", "QueueUrls"),
            ("lambda", "list_functions", "Functions"),
            ("cloudformation", "list_stacks", "StackSummaries"),
            ("apigateway", "get_rest_apis", "items"),
            ("route53", "list_hosted_zones", "HostedZones"),
            ("s3", "list_buckets", "Buckets"),
        ):
            assert cloud.call(service, operation).get(kind, []) == []
        (role,) = [one["RoleName"] for one in cloud.call("iam", "list_roles")["Roles"]]
        assert role == cloud.identity["role_name"]
