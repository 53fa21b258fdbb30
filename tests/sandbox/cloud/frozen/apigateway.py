"""A REST API with methods, deployed to a stage, a usage plan with a key, a model, a validator, a domain name."""

from __future__ import annotations

from frozen.aws import ACCOUNT, REGION, Aws

MADE = {
    "rest-api": ["*"], "resource": ["*/", "*/items"], "deployment": ["*/*"], "stage": ["*/prod"], "api-key": ["*"], "usage-plan": ["*"],
    "usage-plan-key": ["*/*"], "authorizer": ["*/*"], "model": ["*/Item"], "request-validator": ["*/*"], "domain-name": ["api.example.com"],
    "base-path-mapping": ["api.example.com/v1"], "vpc-link": ["*"], "gateway-response": ["*/DEFAULT_4XX"],
}  # fmt: skip
ALTERED = {"rest-api": ["*"], "resource": ["*/items"], "stage": ["*/prod"]}
REMOVED = {"api-key": ["*"], "usage-plan-key": ["*/*"], "model": ["*/Item"], "gateway-response": ["*"]}


def populate(aws: Aws) -> None:
    gateway = aws["apigateway"]
    api = gateway.create_rest_api(name="shop", description="d", tags={"k": "v"})["id"]
    root = gateway.get_resources(restApiId=api)["items"][0]["id"]
    items = gateway.create_resource(restApiId=api, parentId=root, pathPart="items")["id"]
    method = {"restApiId": api, "resourceId": items, "httpMethod": "GET"}
    gateway.put_method(**method, authorizationType="NONE", apiKeyRequired=True)
    gateway.put_method_response(**method, statusCode="200")
    gateway.put_integration(**method, type="HTTP", integrationHttpMethod="GET", uri="https://example.com")
    gateway.put_integration_response(**method, statusCode="200", selectionPattern="")
    gateway.create_model(restApiId=api, name="Item", contentType="application/json", schema="{}")
    gateway.create_request_validator(restApiId=api, name="body", validateRequestBody=True)
    pool = f"arn:aws:cognito-idp:{REGION}:{ACCOUNT}:userpool/p"
    gateway.create_authorizer(
        restApiId=api, name="who", type="COGNITO_USER_POOLS", providerARNs=[pool], identitySource="method.request.header.A"
    )
    gateway.put_gateway_response(restApiId=api, responseType="DEFAULT_4XX", statusCode="418")
    deployment = gateway.create_deployment(restApiId=api, description="first")["id"]
    gateway.create_stage(restApiId=api, stageName="prod", deploymentId=deployment, variables={"v": "1"})
    key = gateway.create_api_key(name="partner", enabled=True)["id"]
    plan = gateway.create_usage_plan(name="basic", apiStages=[{"apiId": api, "stage": "prod"}], throttle={"rateLimit": 5, "burstLimit": 9})[
        "id"
    ]
    gateway.create_usage_plan_key(usagePlanId=plan, keyId=key, keyType="API_KEY")
    gateway.create_domain_name(domainName="api.example.com", certificateName="c")
    gateway.create_base_path_mapping(domainName="api.example.com", basePath="v1", restApiId=api, stage="prod")
    gateway.create_vpc_link(name="inner", targetArns=["arn:aws:elasticloadbalancing:x"])
    aws.made["rest"] = {"api": api, "items": items, "key": key, "plan": plan}


def alter(aws: Aws) -> None:
    gateway, made = aws["apigateway"], aws.made["rest"]
    replace = {"op": "replace", "path": "/description", "value": "e"}
    gateway.update_rest_api(restApiId=made["api"], patchOperations=[replace])
    gateway.put_method(restApiId=made["api"], resourceId=made["items"], httpMethod="POST", authorizationType="AWS_IAM")
    gateway.update_stage(restApiId=made["api"], stageName="prod", patchOperations=[{"op": "replace", "path": "/variables/v", "value": "2"}])


def remove(aws: Aws) -> None:
    gateway, made = aws["apigateway"], aws.made["rest"]
    gateway.delete_usage_plan_key(usagePlanId=made["plan"], keyId=made["key"])
    gateway.delete_api_key(apiKey=made["key"])
    gateway.delete_model(restApiId=made["api"], modelName="Item")
    gateway.delete_gateway_response(restApiId=made["api"], responseType="DEFAULT_4XX")
