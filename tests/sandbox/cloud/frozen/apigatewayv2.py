"""An HTTP API and a WebSocket API with routes, integrations, a stage, an authorizer, a domain name."""

from __future__ import annotations

from frozen.aws import ACCOUNT, REGION, Aws

MADE = {"api": ["*", "*"], "route": ["*/*"], "integration": ["*/*"], "stage": ["*/$default"], "authorizer": ["*/*"], "model": ["*/*"],
        "vpc-link": ["*"], "domain-name": ["http.example.com"], "api-mapping": ["http.example.com/*"],
        "route-response": ["*/*/*"], "integration-response": ["*/*/*"]}  # fmt: skip
ALTERED = {"api": ["*"], "route": ["*/*"], "vpc-link": ["*"]}
REMOVED = {"model": ["*"], "authorizer": ["*"], "api-mapping": ["*"]}


def populate(aws: Aws) -> None:
    gateway = aws["apigatewayv2"]
    api = gateway.create_api(Name="http", ProtocolType="HTTP", Tags={"k": "v"})["ApiId"]
    socket = gateway.create_api(Name="chat", ProtocolType="WEBSOCKET", RouteSelectionExpression="$request.body.action")["ApiId"]
    whole = gateway.create_integration(ApiId=api, IntegrationType="HTTP_PROXY", IntegrationMethod="GET", IntegrationUri="https://example.com",
                                       PayloadFormatVersion="1.0")["IntegrationId"]  # fmt: skip
    gateway.create_integration_response(ApiId=api, IntegrationId=whole, IntegrationResponseKey="/200/")
    route = gateway.create_route(ApiId=api, RouteKey="GET /", Target=f"integrations/{whole}")["RouteId"]
    gateway.create_route_response(ApiId=api, RouteId=route, RouteResponseKey="$default")
    gateway.create_stage(ApiId=api, StageName="$default", AutoDeploy=True)
    model = gateway.create_model(ApiId=socket, Name="Item", Schema="{}")["ModelId"]
    authorizer = gateway.create_authorizer(
        ApiId=api, Name="who", AuthorizerType="JWT", IdentitySource=["$request.header.Authorization"],
        JwtConfiguration={"Issuer": "https://example.com", "Audience": ["a"]},
    )["AuthorizerId"]  # fmt: skip
    link = gateway.create_vpc_link(Name="inner", SubnetIds=aws.made["subnets"], SecurityGroupIds=[aws.made["group"]])["VpcLinkId"]
    certificate = {"CertificateArn": f"arn:aws:acm:{REGION}:{ACCOUNT}:certificate/c"}
    gateway.create_domain_name(DomainName="http.example.com", DomainNameConfigurations=[certificate])
    mapping = gateway.create_api_mapping(DomainName="http.example.com", ApiId=api, Stage="$default", ApiMappingKey="v1")["ApiMappingId"]
    aws.made["http"] = {
        "api": api,
        "socket": socket,
        "route": route,
        "model": model,
        "authorizer": authorizer,
        "link": link,
        "mapping": mapping,
    }


def alter(aws: Aws) -> None:
    gateway, made = aws["apigatewayv2"], aws.made["http"]
    gateway.update_api(ApiId=made["api"], Description="e")
    gateway.update_route(ApiId=made["api"], RouteId=made["route"], RouteKey="GET /all")
    gateway.tag_resource(ResourceArn=f"arn:aws:apigateway:{REGION}::/vpclinks/{made['link']}", Tags={"k": "w"})


def remove(aws: Aws) -> None:
    gateway, made = aws["apigatewayv2"], aws.made["http"]
    gateway.delete_model(ApiId=made["socket"], ModelId=made["model"])
    gateway.delete_authorizer(ApiId=made["api"], AuthorizerId=made["authorizer"])
    gateway.delete_api_mapping(DomainName="http.example.com", ApiMappingId=made["mapping"])
