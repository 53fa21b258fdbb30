"""The metadata service's answers, status by status."""

import json

import pytest

from sandbox.jail.metadata import Metadata

IDENTITY = {
    "account": "123456789012", "region": "ap-northeast-2", "instance_id": "i-0123456789abcdef0", "private_ip": "10.0.1.23",
    "hostname": "ip-10-0-1-23.ap-northeast-2.compute.internal", "role_name": "LabWorkstationRole", "access_key_id": "ASIAKEY",
    "secret_access_key": "secret", "session_token": "token", "expiration": "2099-01-01T00:00:00Z", "metadata_key": "ab" * 32,
}  # fmt: skip
TTL = "x-aws-ec2-metadata-token-ttl-seconds"


class Clock:
    now = 1_800_000_000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def service(clock):
    return Metadata(IDENTITY, clock)


def split(response: bytes) -> tuple[int, dict[str, str], str]:
    head, _, body = response.decode().partition("\r\n\r\n")
    status, *lines = head.split("\r\n")
    headers = dict(line.split(": ", 1) for line in lines)
    return int(status.split()[1]), {name.lower(): value for name, value in headers.items()}, body


def new_token(service: Metadata, ttl: str = "21600") -> str:
    status, headers, token = split(service.respond("PUT", "/latest/api/token", {TTL: ttl}))
    assert (status, headers[TTL]) == (200, ttl)
    return token


def get(service: Metadata, path: str, token: str | None = None) -> tuple[int, str]:
    token = token or new_token(service)
    status, _headers, body = split(service.respond("GET", path, {"x-aws-ec2-metadata-token": token}))
    return status, body


def test_every_read_needs_a_token(service):
    for path in ("/", "/latest", "/latest/meta-data/", "/latest/nope", "/latest/dynamic/instance-identity/document"):
        status, headers, body = split(service.respond("GET", path, {}))
        assert status == 401
        assert headers["server"] == "EC2ws"
        assert "<title>401 - Unauthorized</title>" in body
    assert get(service, "/latest/meta-data/instance-id", "AQAEAforged==")[0] == 401


@pytest.mark.parametrize("ttl", [None, "", "0", "-1", "21601", "1.5", "abc", "٣", "99999999999999999999"])
def test_a_token_needs_a_lifetime_of_one_second_to_six_hours(service, ttl):
    headers = {} if ttl is None else {TTL: ttl}
    assert split(service.respond("PUT", "/latest/api/token", headers))[0] == 400


def test_no_token_through_a_proxy(service):
    assert split(service.respond("PUT", "/latest/api/token", {TTL: "60", "x-forwarded-for": "10.0.0.9"}))[0] == 403


def test_a_token_ends_in_time(service, clock):
    token = new_token(service, "60")
    clock.now += 59
    assert get(service, "/latest/meta-data/ami-id", token)[0] == 200
    clock.now += 2
    assert get(service, "/latest/meta-data/ami-id", token)[0] == 401


def test_a_token_is_good_in_the_same_sandbox_later_and_in_no_other(service, clock):
    token = new_token(service)
    assert get(Metadata(IDENTITY, clock), "/latest/meta-data/ami-id", token)[0] == 200
    assert get(Metadata({**IDENTITY, "metadata_key": "cd" * 32}, clock), "/latest/meta-data/ami-id", token)[0] == 401


@pytest.mark.parametrize("position", [0, 5, 20, 40, 60])
def test_no_byte_of_a_token_can_be_changed(service, position):
    token = new_token(service)
    position = min(position, len(token) - 6)
    other = token[:position] + ("B" if token[position] != "B" else "C") + token[position + 1 :]
    assert get(service, "/latest/meta-data/ami-id", other)[0] == 401


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/latest/meta-data/placement/region", "ap-northeast-2"),
        ("/latest/meta-data/placement/availability-zone", "ap-northeast-2a"),
        ("/latest/meta-data/instance-id", "i-0123456789abcdef0"),
        ("/latest/meta-data/local-ipv4", "10.0.1.23"),
        ("/latest/meta-data/local-hostname", "ip-10-0-1-23.ap-northeast-2.compute.internal"),
        ("/latest/meta-data/iam/security-credentials/", "LabWorkstationRole"),
        ("/latest/meta-data/iam/security-credentials", "LabWorkstationRole"),
        ("/latest/meta-data/services/domain", "amazonaws.com"),
        ("/latest/meta-data/iam/", "info\nsecurity-credentials/"),
        ("/latest/", "dynamic/\nmeta-data/"),
        ("/2021-07-15/meta-data/placement/region", "ap-northeast-2"),
        ("/latest/meta-data/tags/instance/Name", "Workstation"),
    ],
)
def test_values_and_listings(service, path, body):
    assert get(service, path) == (200, body)


@pytest.mark.parametrize(
    "path", ["/nope", "/latest/nope", "/latest/meta-data/ami-id/x", "/latest/user-data", "/latest/meta-data/../../etc/passwd", "/%00"]
)
def test_what_is_not_there(service, path):
    status, body = get(service, path)
    assert status == 404
    assert "<h1>404 - Not Found</h1>" in body


def test_the_roles_credentials_as_an_sdk_reads_them(service):
    found = json.loads(get(service, "/latest/meta-data/iam/security-credentials/LabWorkstationRole")[1])
    assert found["Code"] == "Success"
    assert (found["AccessKeyId"], found["SecretAccessKey"], found["Token"]) == ("ASIAKEY", "secret", "token")
    assert found["Expiration"] == "2099-01-01T00:00:00Z"


def test_the_identity_document(service):
    found = json.loads(get(service, "/latest/dynamic/instance-identity/document")[1])
    assert (found["accountId"], found["region"], found["privateIp"]) == ("123456789012", "ap-northeast-2", "10.0.1.23")


def test_head_has_no_body_and_other_methods_are_refused(service):
    token = new_token(service)
    status, headers, body = split(service.respond("HEAD", "/latest/meta-data/ami-id", {"x-aws-ec2-metadata-token": token}))
    assert (status, body, int(headers["content-length"])) == (200, "", 21)
    assert split(service.respond("POST", "/latest/meta-data/", {}))[0] == 405
    assert split(service.respond("PUT", "/latest/meta-data/", {}))[0] == 405
