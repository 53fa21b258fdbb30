"""A mesh with a router, routes, nodes and gateways."""

from __future__ import annotations

from frozen.aws import Aws

MADE = {"mesh": ["shop"], "virtual-router": ["shop/main"], "route": ["shop/main/split"], "virtual-node": ["shop/blue", "shop/green"],
        "virtual-gateway": ["shop/edge"], "gateway-route": ["shop/edge/in"]}  # fmt: skip
ALTERED = {"mesh": ["shop"], "route": ["shop/main/split"]}
REMOVED = {"virtual-node": ["shop/green"], "gateway-route": ["shop/edge/in"]}
MESH = {"meshName": "shop"}


def populate(aws: Aws) -> None:
    mesh = aws["appmesh"]
    tag = [{"key": "k", "value": "v"}]
    aws.made["mesh"] = mesh.create_mesh(**MESH, spec={"egressFilter": {"type": "DROP_ALL"}}, tags=tag)["mesh"]["metadata"]["arn"]
    port = [{"portMapping": {"port": 80, "protocol": "http"}}]
    mesh.create_virtual_router(**MESH, virtualRouterName="main", spec={"listeners": port})
    for name in ("blue", "green"):
        found = {"dns": {"hostname": f"{name}.lab"}}
        mesh.create_virtual_node(**MESH, virtualNodeName=name, spec={"listeners": port, "serviceDiscovery": found})
    mesh.create_route(**MESH, virtualRouterName="main", routeName="split", spec=_split(9))
    mesh.create_virtual_gateway(**MESH, virtualGatewayName="edge", spec={"listeners": port})
    target = {"target": {"virtualService": {"virtualServiceName": "shop.lab"}}}
    into = {"httpRoute": {"match": {"prefix": "/"}, "action": target}}
    mesh.create_gateway_route(**MESH, virtualGatewayName="edge", gatewayRouteName="in", spec=into)


def _split(weight: int) -> dict[str, object]:
    targets = [{"virtualNode": "blue", "weight": weight}, {"virtualNode": "green", "weight": 10 - weight}]
    return {"httpRoute": {"match": {"prefix": "/"}, "action": {"weightedTargets": targets}}}


def alter(aws: Aws) -> None:
    mesh = aws["appmesh"]
    mesh.tag_resource(resourceArn=aws.made["mesh"], tags=[{"key": "k", "value": "w"}])
    mesh.update_route(**MESH, virtualRouterName="main", routeName="split", spec=_split(5))


def remove(aws: Aws) -> None:
    mesh = aws["appmesh"]
    mesh.delete_virtual_node(**MESH, virtualNodeName="green")
    mesh.delete_gateway_route(**MESH, virtualGatewayName="edge", gatewayRouteName="in")
