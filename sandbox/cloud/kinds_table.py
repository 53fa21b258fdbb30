"""Every kind of resource of the course's services, in AWS's words (read by kinds.py). Pure data.

A line: the kind, the path from moto's backend to it (an attribute or key a step; ``*`` every entry, ``**`` every entry of nested
dictionaries), how its name is spelt where that is not its last key, and rules of kinds_rules.py. What a path below another kind's
leads to is not part of that one's fingerprint; a line of the kind ``-`` only says that.
Services are named as the AWS CLI names them, resources as its commands take them.
"""

from __future__ import annotations

KINDS: dict[str, str] = {
    "s3": """
        bucket: buckets.*
        object: buckets.*.keys.* {0}/{1} only=is_object show=versions
        delete-marker: buckets.*.keys.* {0}/{1} only=is_marker show=versions
        multipart-upload: buckets.*.multiparts.* {0}/{it.key_name}/{1} show=parts
    """,
    "kms": """
        key: keys.*
        alias: keys.*.aliases.* more=target_key
        grant: keys.*.grants.*
    """,
    "iam": """
        role: roles.* {it.name}
        user: users.*
        group: groups.*
        policy: managed_policies.* {it.name} only=own_policy
        instance-profile: instance_profiles.*
        access-key: access_keys.* only=has_owner
        login-profile: users.*.password {0}
        ssh-public-key: users.*.ssh_public_keys.* {0}/{it.ssh_public_key_id}
        signing-certificate: users.*.signing_certificates.* {0}/{1}
        -: users.*.access_keys
        account-alias: account_aliases.*
        account-password-policy: account_password_policy account
        saml-provider: saml_providers.*
        open-id-connect-provider: open_id_providers.*
        server-certificate: certificates.* {it.cert_name}
        virtual-mfa-device: virtual_mfa_devices.*
    """,
    "ec2": """
        instance: reservations.*.instances.* {it.id} more=ec2_tags
        security-group: groups.*.* more=ec2_tags given=default_network
        subnet: subnets.*.* more=ec2_tags given=default_network
        vpc: vpcs.* more=ec2_tags given=default_network
        route-table: route_tables.* more=ec2_tags given=default_network
        network-acl: network_acls.* more=ec2_tags given=default_network
        internet-gateway: internet_gateways.* more=ec2_tags
        egress-only-internet-gateway: egress_only_internet_gateways.* more=ec2_tags
        carrier-gateway: carrier_gateways.* more=ec2_tags
        nat-gateway: nat_gateways.* more=ec2_tags
        network-interface: enis.* more=ec2_tags
        address: addresses.* {it.id} more=ec2_tags
        vpc-endpoint: vpc_end_points.* more=ec2_tags
        vpc-endpoint-service-configuration: configurations.* more=ec2_tags
        vpc-peering-connection: vpc_pcxs.* more=ec2_tags
        dhcp-options: dhcp_options_sets.* more=ec2_tags
        managed-prefix-list: managed_prefix_lists.* only=own more=ec2_tags
        flow-log: flow_logs.* more=ec2_tags
        volume: volumes.* more=ec2_tags
        snapshot: snapshots.* only=own more=ec2_tags
        image: amis.* only=own more=ec2_tags
        key-pair: key_pairs.* more=ec2_tags
        launch-template: launch_templates.* {it.name} more=ec2_tags
        iam-instance-profile-association: iam_instance_profile_associations.*
        fleet: fleets.* more=ec2_tags
        spot-instance-request: spot_instance_requests.* more=ec2_tags
        spot-fleet-request: spot_fleet_requests.*
        host: hosts.* more=ec2_tags
        customer-gateway: customer_gateways.* more=ec2_tags
        vpn-gateway: vpn_gateways.* more=ec2_tags
        vpn-connection: vpn_connections.* more=ec2_tags
        transit-gateway: transit_gateways.* more=ec2_tags
        transit-gateway-route-table: transit_gateways_route_tables.* more=ec2_tags
        transit-gateway-attachment: transit_gateway_attachments.* more=ec2_tags
        ebs-encryption-by-default: ebs_encryption_by_default region only=is_on
    """,
    "ssm": """
        parameter: _parameters.* only=not_awss more=ssm_tags
        document: _documents.* more=ssm_tags
        maintenance-window: windows.* more=ssm_tags
        maintenance-window-target: windows.*.targets.* {0}/{1}
        maintenance-window-task: windows.*.tasks.* {0}/{1}
        patch-baseline: baselines.* more=ssm_tags
        service-setting: _service_settings.*
    """,
    "dynamodb": """
        table: tables.* more=table_policy
        item: tables.*.items.** names=item_name show=item
        backup: backups.*
        -: tables.*.stream_shard
    """,
    "sqs": """
        queue: queues.*
        message: queues.*._messages.* {0}/{it.id} show=message
        -: queues.*._pending_messages
        -: queues.*._pending_message_groups
        -: queues.*.deleted_messages
    """,
    "sns": """
        topic: topics.* {it.name}
        -: topics.*.sent_notifications
        subscription: subscriptions.*
        platform-application: applications.*
        platform-endpoint: platform_endpoints.*
    """,
    "events": """
        event-bus: event_buses.* only=not_default
        rule: event_buses.*.rules.* {0}/{1}
        archive: archives.*
        replay: replays.*
        connection: connections.*
        api-destination: destinations.*
        partner-event-source: partner_event_sources.*
    """,
    "logs": """
        log-group: groups.*
        log-stream: groups.*.streams.* {0}/{1}
        metric-filter: filters.metric_filters.* {0[logGroupName]}/{0[filterName]}
        subscription-filter: groups.*.subscription_filters.* {0}/{1}
        destination: destinations.* {it.destination_name}
        resource-policy: resource_policies.*
        query-definition: query_definitions.*
        export-task: export_tasks.*
        delivery-destination: delivery_destinations.*
        delivery-source: delivery_sources.*
        delivery: deliveries.*
    """,
    "cloudwatch": """
        alarm: alarms.*
        dashboard: dashboards.*
        insight-rule: insight_rules.*
        metric: metric_data.* {it.namespace}/{it.name} show=point
    """,
    "apigateway": """
        rest-api: apis.*
        resource: apis.*.resources.* {0}/{it.path_part}
        deployment: apis.*.deployments.* {0}/{1}
        stage: apis.*.stages.* {0}/{1}
        authorizer: apis.*.authorizers.* {0}/{1}
        model: apis.*.models.* {0}/{1}
        request-validator: apis.*.request_validators.* {0}/{1}
        gateway-response: apis.*.gateway_responses.* {0}/{1}
        api-key: keys.*
        usage-plan: usage_plans.*
        usage-plan-key: usage_plan_keys.*.* {0}/{1}
        domain-name: domain_names.*
        base-path-mapping: base_path_mappings.*.* {0}/{1}
        vpc-link: vpc_links.*
    """,
    "apigatewayv2": """
        api: apis.*
        route: apis.*.routes.* {0}/{1}
        route-response: apis.*.routes.*.route_responses.* {0}/{1}/{2}
        integration: apis.*.integrations.* {0}/{1}
        integration-response: apis.*.integrations.*.responses.* {0}/{1}/{2}
        stage: apis.*.stages.* {0}/{1}
        authorizer: apis.*.authorizers.* {0}/{1}
        model: apis.*.models.* {0}/{1}
        vpc-link: vpc_links.*
        domain-name: domain_names.*
        api-mapping: api_mappings.* {it.domain_name}/{0}
    """,
    "lambda": """
        function: _lambdas._functions.*.latest {0}
        version: _lambdas._functions.*.versions.* {0}:{it.version}
        alias: _lambdas._aliases.*.* names=alias_name
        layer-version: _layers._layers.*.layer_versions.* {0}:{1}
        -: _layers._layers.*.layer_versions.*._layer
        event-source-mapping: _event_source_mappings.*
        function-url-config: _lambdas._functions.*.latest.url_config {0}
        function-event-invoke-config: _lambdas._functions.*.latest.event_invoke_config.* {0}
    """,
    "ecs": """
        cluster: clusters.* only=is_active
        -: clusters.*.active_services_count
        -: clusters.*.registered_container_instances_count
        -: clusters.*.running_tasks_count
        -: clusters.*.pending_tasks_count
        task-definition: task_definitions.*.* {0}:{1}
        service: services.* {it.cluster_name}/{it.name} only=is_active
        task-set: services.*.task_sets.* {up[0].cluster_name}/{up[0].name}/{it.id}
        task: tasks.*.* {0}/{it.id}
        container-instance: container_instances.*.* {0}/{1}
        -: container_instances.*.*.running_tasks_count
        -: container_instances.*.*.pending_tasks_count
        -: container_instances.*.*.remaining_resources
        capacity-provider: capacity_providers.*
        account-setting: account_settings.*
    """,
    "ecr": """
        repository: repositories.*
        image: repositories.*.images.* {0}@{it._image_digest}
        registry-policy: registry_policy registry
        replication-configuration: replication_config.rules.* registry
        registry-scanning-configuration: registry_scanning_configuration.rules.* registry
    """,
    "eks": """
        cluster: clusters.*
        -: clusters.*.nodegroup_count
        -: clusters.*.fargate_profile_count
        nodegroup: clusters.*.nodegroups.* {0}/{1}
        fargate-profile: clusters.*.fargate_profiles.* {0}/{1}
    """,
    "elbv2": """
        load-balancer: load_balancers.* {it.name}
        -: load_balancers.*.state
        listener: load_balancers.*.listeners.*
        rule: load_balancers.*.listeners.*._non_default_rules.*
        target-group: target_groups.* {it.name}
    """,
    "elb": """
        load-balancer: load_balancers.*
    """,
    "autoscaling": """
        auto-scaling-group: autoscaling_groups.*
        launch-configuration: launch_configurations.*
        policy: policies.* {it.auto_scaling_group_name}/{it.policy_name}
        lifecycle-hook: lifecycle_hooks.* {it.auto_scaling_group_name}/{it.name}
        scheduled-action: scheduled_actions.* {it.auto_scaling_group_name}/{it.scheduled_action_name}
        warm-pool: autoscaling_groups.*.warm_pool {0}
    """,
    "route53": """
        hosted-zone: zones.* {it.name}/{0} more=zone_tags
        -: zones.*.rr_changes
        resource-record-set: zones.*.rrsets.* names=record_name
        health-check: health_checks.* more=zone_tags
        query-logging-config: query_logging_configs.*
        reusable-delegation-set: delegation_sets.* only=reusable
    """,
    "codecommit": """
        repository: repositories.*
    """,
    "codebuild": """
        project: codebuild_projects.*
        build: build_metadata_history.*.* {1[id]}
    """,
    "codedeploy": """
        application: applications.* more=deploy_tags
        deployment-group: deployment_groups.*.* {0}/{1} more=deploy_tags
        deployment: deployments.*
    """,
    "codepipeline": """
        pipeline: pipelines.*
        pipeline-execution: pipelines.*.executions.* {0}/{1}
    """,
    "cloudformation": """
        stack: stacks.* {it.name}
        change-set: change_sets.* {it.stack_name}/{it.change_set_name}
        stack-set: stacksets.* {it.name}
        -: stacksets.*.stack_instances
        -: stacksets.*.operations
        stack-instance: stacksets.*.instances.stack_instances.* {up[0].name}/{it.account_id}/{it.region_name}
        export: exports.*
    """,
    "stepfunctions": """
        state-machine: state_machines.* {it.name}
        state-machine-version: state_machines.*.versions.* {up[0].name}:{1}
        state-machine-alias: state_machines.*.aliases.* {up[0].name}:{1}
        execution: state_machines.*.executions.* {up[0].name}:{it.name}
        activity: activities.* {it.name}
    """,
    "appmesh": """
        mesh: meshes.*
        virtual-router: meshes.*.virtual_routers.* {0}/{1}
        route: meshes.*.virtual_routers.*.routes.* {0}/{1}/{2}
        virtual-node: meshes.*.virtual_nodes.* {0}/{1}
        virtual-gateway: meshes.*.virtual_gateways.* {0}/{1}
        gateway-route: meshes.*.virtual_gateways.*.gateway_routes.* {0}/{1}/{2}
    """,
    "elasticbeanstalk": """
        application: applications.*
        environment: applications.*.environments.*
    """,
    "secretsmanager": """
        secret: secrets.* {it.name}
    """,
    "acm": """
        certificate: _certificates.*
    """,
    "cloudtrail": """
        trail: trails.*
    """,
    "servicediscovery": """
        namespace: namespaces.*
        service: services.*
        -: services.*.instances_revision
        instance: services.*.instances.* {0}/{it.instance_id}
    """,
    "cloudfront": """
        distribution: distributions.*
        invalidation: invalidations.*.* {0}/{it.id}
        origin-access-control: origin_access_controls.*
        public-key: public_keys.*
        key-group: key_groups.*
        function: functions.*
        key-value-store: key_value_stores.*
    """,
}
