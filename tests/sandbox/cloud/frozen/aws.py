"""The account as an administrator's client sees it: ``aws["s3"].create_bucket(Bucket=…)``, every call and every answer remembered."""

from __future__ import annotations

import base64
import io
import json
import zipfile
from typing import Any

from moto.moto_api._internal import mock_random

from sandbox.errors import CloudError

REGION, ACCOUNT, OTHER, ELSEWHERE = "ap-northeast-2", "111122223333", "698244000366", "us-west-2"


class Aws:
    """``made`` keeps what one service's module leaves for the next (a subnet, a role); ``calls`` what was sent and answered;
    ``reads`` what is to be compared beside the calls that follow from these."""

    def __init__(self, caller: Any, account: str = ACCOUNT, region: str = REGION) -> None:
        self.caller, self.account, self.region = caller, account, region
        self.made: dict[str, Any] = {}
        self.reads: list[tuple[str, str, dict[str, Any]]] = []
        self.calls: list[tuple[str, str, dict[str, Any], dict[str, Any]]] = []

    def __getitem__(self, service: str) -> Client:
        return Client(self, service)

    def call(self, service: str, operation: str, params: dict[str, Any]) -> Any:
        answer = self.caller.call(service, operation, params, self.account, self.region)
        self.calls.append((service, operation, params, answer))
        return answer

    def see(self, service: str, operation: str, params: dict[str, Any]) -> Any:
        """The answer of a read; a refusal is an answer too. What moto makes up at random it makes up alike in every process."""
        mock_random.seed(operation)
        try:
            return self.caller.call(service, operation, params, self.account, self.region)
        except CloudError as error:
            return {"error": error.code, "message": error.message}


class Client:
    def __init__(self, aws: Aws, service: str) -> None:
        self._aws, self._service = aws, service

    def __getattr__(self, operation: str) -> Any:
        return lambda **params: self._aws.call(self._service, operation, params)


def data(content: bytes) -> dict[str, str]:
    return {"$bytes": base64.b64encode(content).decode()}


def archive(text: str) -> dict[str, str]:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as file:
        file.writestr("app.py", text)
    return data(buffer.getvalue())


def policy(*statements: dict[str, Any]) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})


def trust(service: str) -> str:
    return policy({"Effect": "Allow", "Principal": {"Service": f"{service}.amazonaws.com"}, "Action": "sts:AssumeRole"})


def tags(**named: str) -> list[dict[str, str]]:
    return [{"Key": key, "Value": value} for key, value in named.items()]
