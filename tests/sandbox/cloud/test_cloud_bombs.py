"""Requests that would make the account's process grow, think for ever or fall: it answers, or its command is refused in words."""

import contextlib
import socket
from collections.abc import Callable
from http.client import HTTPConnection

import pytest
from botocore.auth import S3SigV4Auth, SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from cloud_harness import REGION, Cloud

from labs.wording import words
from sandbox.errors import OverQuota
from tests.sandbox.conftest import Console

pytestmark = pytest.mark.slow
LAUGHS = b'<?xml version="1.0"?><!DOCTYPE l [<!ENTITY a "ha">%s]><Tagging><TagSet><Tag><Key>&z;</Key></Tag></TagSet></Tagging>' % b"".join(
    b'<!ENTITY %c "%s">' % (98 + level, b"&%c;" % (97 + level) * 10) for level in range(25)
)


def signed(cloud: Cloud, service: str, method: str, path: str, body: bytes, headers: dict[str, str]) -> tuple[int, bytes]:
    """A request as a client makes it that does not look at what it sends."""
    url = f"http://{service}.{REGION}.amazonaws.com{path}"
    request = AWSRequest(method, url, headers=headers, data=body)
    who = cloud.identity
    keys = Credentials(who["access_key_id"], who["secret_access_key"], who["session_token"])
    (S3SigV4Auth if service == "s3" else SigV4Auth)(keys, service, REGION).add_auth(request)
    connection = HTTPConnection("127.0.0.1", cloud.port, timeout=60)
    connection.request(method, path, body, {**dict(request.headers.items()), "Host": f"{service}.{REGION}.amazonaws.com"})
    answer = connection.getresponse()
    with contextlib.closing(connection):
        return answer.status, answer.read()


@pytest.mark.parametrize("depth", [1_000, 100_000])
@pytest.mark.parametrize(("service", "target"), [("ssm", "AmazonSSM.PutParameter"), ("dynamodb", "DynamoDB_20120810.PutItem")])
def test_json_nested_deeply(cloud: Cloud, service: str, target: str, depth: int) -> None:
    body = b'{"Name": ' + b"[" * depth + b"]" * depth + b"}"
    status, answer = signed(cloud, service, "POST", "/", body, {"X-Amz-Target": target, "Content-Type": "application/x-amz-json-1.1"})
    assert 400 <= status < 600 and answer
    assert cloud.call("sts", "get_caller_identity")["Account"]


def test_a_billion_laughs(cloud: Cloud) -> None:
    cloud.call("s3", "create_bucket", Bucket="many-laughs", CreateBucketConfiguration={"LocationConstraint": "ap-northeast-2"})
    status, _answer = signed(cloud, "s3", "PUT", "/many-laughs?tagging", LAUGHS, {})
    assert status == 400
    assert cloud.call("sts", "get_caller_identity")["Account"]


def test_headers_without_end(cloud: Cloud) -> None:
    with socket.create_connection(("127.0.0.1", cloud.port), timeout=30) as sock:
        sock.sendall(b"GET / HTTP/1.1\r\nHost: s3.amazonaws.com\r\n")
        try:
            for _ in range(200):
                sock.sendall(b"x: " + b"y" * 60_000 + b"\r\n")
            answer = sock.recv(65536)
        except OSError:
            answer = b""
    assert not answer or b" 431 " in answer
    assert cloud.call("sts", "get_caller_identity")["Account"]


GROW = """
import socket
body = b"x" * (60 << 20)
held = []
for number in range(40):
    sock = socket.create_connection(("10.0.0.80", 80))
    sock.sendall(b"PUT /b/k HTTP/1.1\\r\\nHost: s3.amazonaws.com\\r\\nContent-Length: %d\\r\\n\\r\\n" % ((60 << 20) + 1))
    sock.sendall(body)
    held.append(sock)
print("went off", flush=True)
input()
"""


def test_bodies_that_do_not_end(open_checkout: Callable[..., Console], supervisor: object) -> None:
    console = open_checkout(supervisor)
    (console.folder / "home/grow.py").write_text(GROW)
    with pytest.raises(OverQuota) as refused:
        console.run("python3 ~/grow.py")
    assert refused.value.code == "cloud-memory"


def test_thinking_for_ever(open_checkout: Callable[..., Console], supervisor: object) -> None:
    console = open_checkout(supervisor, limits={"cloud_cpu": 2})
    with pytest.raises(OverQuota) as refused:
        console.run("while :; do curl -s 'https://s3.amazonaws.com/[1-1000]' >/dev/null; done")
    assert refused.value.code == "cloud-cpu"


def test_it_ends_with_words_for_the_learner() -> None:
    for code in ("cloud-memory", "cloud-cpu"):
        assert words(code).startswith("Not kept")
