"""Every host that a client asks for a service of the course: it has a certificate, and is known for what it is."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import botocore
import pytest
from botocore.session import Session

from sandbox.cloud import tls
from sandbox.cloud.endpoints import from_host
from sandbox.cloud.operations import services

AWS = json.loads((Path(botocore.__file__).parent / "data/endpoints.json").read_text())["partitions"][0]
SAME_HOST = {"apigatewayv2": "apigateway"}  # told apart by the path
MODELS = Session()


def hosts(prefix: str) -> Iterator[str]:
    """As botocore makes them, with the names that clients older than its rules prefer (``ap-northeast-2.queue.amazonaws.com``)."""
    found = AWS["services"].get(prefix, {})
    usual = {**AWS["defaults"], **found.get("defaults", {})}
    for region, special in found.get("endpoints", {region: {} for region in tls.REGIONS}).items():
        told: dict[str, Any] = {**usual, **special}
        if region in tls.REGIONS or region == "aws-global":
            for name in {"hostname", "sslCommonName"} & told.keys():
                yield told[name].format(service=prefix, region=region, dnsSuffix=AWS["dnsSuffix"])


@pytest.mark.parametrize("service", services())
def test_a_services_hosts(service: str) -> None:
    named = [re.compile(re.escape(name).replace(r"\*", "[^.]+")) for name in tls.names()]
    asked = set(hosts(MODELS.get_service_data(service)["metadata"]["endpointPrefix"]))
    assert asked
    assert [host for host in asked if not any(name.fullmatch(host) for name in named)] == []
    assert {getattr(from_host(host), "service", None) for host in asked} == {SAME_HOST.get(service, service)}
