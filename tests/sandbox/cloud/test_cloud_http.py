"""The wire as real clients use it: curl, wget, aws, boto3, and clients that mean ill."""

from __future__ import annotations

import json
import os
import shutil
import socket
import ssl
import subprocess
import urllib.request
from collections.abc import Callable
from pathlib import Path

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError
from cloud_harness import DEADLINE, REGION, ROOT, Cloud

pytestmark = pytest.mark.slow

WHERE = {"CreateBucketConfiguration": {"LocationConstraint": REGION}}
AWS = ROOT / ".venv-sandbox/bin/aws"


@pytest.fixture
def public(cloud: Cloud) -> Cloud:
    """The training account's bucket as a lab's seeds make it."""
    cloud.call("s3", "create_bucket", account="training", Bucket=f"{REGION}-tcprod", **WHERE)
    cloud.call("s3", "delete_public_access_block", account="training", Bucket=f"{REGION}-tcprod")
    statement = {"Effect": "Allow", "Principal": "*", "Action": "s3:GetObject", "Resource": f"arn:aws:s3:::{REGION}-tcprod/*"}
    policy = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    cloud.call("s3", "put_bucket_policy", account="training", Bucket=f"{REGION}-tcprod", Policy=policy)
    cloud.call("s3", "put_object", account="training", Bucket=f"{REGION}-tcprod", Key="courses/demo.zip", Body="zip")
    return cloud


@pytest.mark.parametrize(
    "url",
    [
        f"https://{REGION}-tcprod.s3.amazonaws.com/courses/demo.zip",
        f"https://{REGION}-tcprod.s3.{REGION}.amazonaws.com/courses/demo.zip",
        f"https://s3.{REGION}.amazonaws.com/{REGION}-tcprod/courses/demo.zip",
        f"https://s3.amazonaws.com/{REGION}-tcprod/courses/demo.zip",
        f"http://{REGION}-tcprod.s3.amazonaws.com/courses/demo.zip",
    ],
)
def test_curl_reads_a_public_object(public: Cloud, url: str) -> None:
    done = public.curl("-f", url)
    assert (done.returncode, done.stdout) == (0, "zip"), done.stderr


def test_wget_trusts_the_certificate(public: Cloud, tmp_path: Path) -> None:
    """wget (GnuTLS on Debian) has no way to lead a name elsewhere: a proxy of three lines does."""
    proxy = socket.create_server(("127.0.0.1", 0))
    url = f"https://{REGION}-tcprod.s3.amazonaws.com/courses/demo.zip"
    environment = {"PATH": os.environ["PATH"], "https_proxy": f"http://127.0.0.1:{proxy.getsockname()[1]}"}
    argv = ["wget", "-q", "-t", "1", "--ca-certificate", str(public.zygote.tls / "ca.pem"), url, "-P", str(tmp_path)]
    with subprocess.Popen(argv, env=environment, stderr=subprocess.PIPE, text=True) as wget:
        tunnel(proxy, public.tls_port)
        _, errors = wget.communicate(timeout=DEADLINE)
    assert wget.returncode == 0, errors
    assert (tmp_path / "demo.zip").read_text() == "zip"


def tunnel(proxy: socket.socket, port: int) -> None:
    """Serve one CONNECT and copy both ways until both ends are done."""
    import selectors

    with proxy:
        proxy.settimeout(DEADLINE)
        client, _ = proxy.accept()
    with client, socket.create_connection(("127.0.0.1", port), DEADLINE) as server, selectors.DefaultSelector() as waiting:
        client.recv(65536)
        client.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
        for one in (client, server):
            waiting.register(one, selectors.EVENT_READ)
        while ready := waiting.select(DEADLINE):
            for key, _ in ready:
                data = key.fileobj.recv(65536)  # type: ignore[union-attr]
                if not data:
                    return
                (server if key.fileobj is client else client).sendall(data)


def test_python_trusts_the_certificate(public: Cloud) -> None:
    with socket.create_connection(("127.0.0.1", public.tls_port), DEADLINE) as raw:
        context = public.context()
        with context.wrap_socket(raw, server_hostname=f"kms.{REGION}.amazonaws.com") as secure:
            assert secure.version() in ("TLSv1.2", "TLSv1.3")
    with socket.create_connection(("127.0.0.1", public.tls_port), DEADLINE) as raw, pytest.raises(ssl.SSLCertVerificationError):
        context.wrap_socket(raw, server_hostname="example.com")


def test_curl_without_credentials_sees_nothing_private(cloud: Cloud) -> None:
    cloud.call("s3", "create_bucket", Bucket="private-bucket", **WHERE)
    cloud.call("s3", "put_object", Bucket="private-bucket", Key="k", Body="secret")
    for url in ("https://private-bucket.s3.amazonaws.com/k", "https://private-bucket.s3.amazonaws.com/", "https://s3.amazonaws.com/"):
        done = cloud.curl("-w", "%{http_code}", url)
        assert done.stdout.endswith("403") and "<Code>AccessDenied</Code>" in done.stdout and "secret" not in done.stdout
    missing = cloud.curl("-w", "%{http_code}", "https://no-such-bucket-here.s3.amazonaws.com/k")
    assert missing.stdout.endswith("404") and "<Code>NoSuchBucket</Code>" in missing.stdout


def test_unknown_service(cloud: Cloud) -> None:
    done = cloud.curl("-w", "%{http_code}", f"https://unknownservice.{REGION}.amazonaws.com")
    assert done.stdout == '{"message": "not simulated here: the service unknownservice"}400'
    done = cloud.curl("-H", "X-Amz-Target: Unknown.Do", "-d", "{}", f"https://unknownservice.{REGION}.amazonaws.com")
    assert json.loads(done.stdout)["__type"] == "NotSimulated"
    done = cloud.curl(f"https://abc.execute-api.{REGION}.amazonaws.com/prod")
    assert "not simulated here: the service execute-api" in done.stdout


def test_unsigned_elsewhere(cloud: Cloud) -> None:
    done = cloud.curl("-w", "%{http_code}", "-d", "Action=GetCallerIdentity&Version=2011-06-15", "https://sts.amazonaws.com/")
    assert "<Code>MissingAuthenticationToken</Code>" in done.stdout and done.stdout.endswith("403")
    done = cloud.curl("-X", "POST", "-H", "X-Amz-Target: TrentService.ListKeys", "-d", "{}", f"https://kms.{REGION}.amazonaws.com/")
    assert json.loads(done.stdout)["__type"] == "MissingAuthenticationTokenException"


def test_cbor_errors_are_cbor(cloud: Cloud) -> None:
    arguments = ["-X", "POST", "-H", "smithy-protocol: rpc-v2-cbor", "-D", "-", "--output", "-"]
    done = subprocess.run(
        [
            "curl",
            "-sS",
            "--cacert",
            str(cloud.zygote.tls / "ca.pem"),
            "--connect-to",
            f"::127.0.0.1:{cloud.tls_port}",
            *arguments,
            f"https://monitoring.{REGION}.amazonaws.com/service/GraniteServiceVersion20100801/operation/ListMetrics",
        ],
        capture_output=True,
        timeout=DEADLINE,
        check=True,
    )
    head, _, body = done.stdout.partition(b"\r\n\r\n")
    assert b"400" in head.split(b"\r\n")[0] and b"smithy-protocol: rpc-v2-cbor" in head
    assert body.startswith(b"\xa2") and b"NotSimulated" in body


def test_clients_cannot_name_an_account(public: Cloud) -> None:
    done = public.curl("-H", "x-moto-account-id: 698244000366", f"https://{REGION}-tcprod.s3.amazonaws.com/")
    assert "<Code>AccessDenied</Code>" in done.stdout
    public.client("iam").create_user(UserName="mine")
    sts = public.client("sts")
    sts.meta.events.register("before-send", lambda request, **_: request.headers.update({"x-moto-account-id": "698244000366"}))
    assert sts.get_caller_identity()["Account"] == "111122223333"


@pytest.mark.parametrize("path", ["/moto-api/reset", "/moto-api/data.json", "/moto-api/", "/moto-api/seed?a=1"])
def test_moto_has_no_back_door(public: Cloud, path: str) -> None:
    for host in ("s3.amazonaws.com", f"ec2.{REGION}.amazonaws.com", "moto-api.amazonaws.com", "motoapi.amazonaws.com"):
        done = public.curl("-X", "POST", "-w", "%{http_code}", f"https://{host}{path}")
        assert done.stdout[-3:] in {"400", "403", "404", "405"}, done.stdout
    assert public.curl("-f", f"https://{REGION}-tcprod.s3.amazonaws.com/courses/demo.zip").stdout == "zip"


@pytest.mark.parametrize("version", ["s3v4", "s3"])
@pytest.mark.parametrize("style", ["virtual", "path"])
def test_presigned(cloud: Cloud, version: str, style: str) -> None:
    """Both versions of the query signature, as ``aws s3 presign`` makes them."""
    cloud.call("s3", "create_bucket", Bucket="signed-bucket", **WHERE)
    cloud.call("s3", "put_object", Bucket="signed-bucket", Key="a b/ü+.txt", Body="secret")
    who = cloud.identity
    signer = boto3.client(
        "s3",
        region_name=REGION,
        aws_access_key_id=who["access_key_id"],
        aws_secret_access_key=who["secret_access_key"],
        aws_session_token=who["session_token"],
        config=Config(signature_version=version, s3={"addressing_style": style}),
    )
    get = signer.generate_presigned_url("get_object", Params={"Bucket": "signed-bucket", "Key": "a b/ü+.txt"}, ExpiresIn=600)
    assert cloud.curl("-f", get).stdout == "secret"
    put = signer.generate_presigned_url("put_object", Params={"Bucket": "signed-bucket", "Key": "up"}, ExpiresIn=600)
    assert cloud.curl("-f", "-X", "PUT", "-d", "sent", "-H", "Content-Type:", put).returncode == 0
    assert cloud.client("s3").get_object(Bucket="signed-bucket", Key="up")["Body"].read() == b"sent"
    over = signer.generate_presigned_url("get_object", Params={"Bucket": "signed-bucket", "Key": "up"}, ExpiresIn=-5)
    assert "Request has expired" in cloud.curl(over).stdout


def test_keep_alive_and_continue(cloud: Cloud) -> None:
    cloud.call("s3", "create_bucket", Bucket="alive-bucket", **WHERE)
    urls = [f"https://alive-bucket.s3.{REGION}.amazonaws.com/{n}" for n in range(3)]
    done = cloud.curl("-w", "%{num_connects} ", "-o", "/dev/null", urls[0], "-o", "/dev/null", urls[1], "-o", "/dev/null", urls[2])
    assert done.stdout.split() == ["1", "0", "0"]
    done = cloud.curl("-v", "-X", "PUT", "-H", "Expect: 100-continue", "-d", "x" * 100, urls[0])
    assert done.stderr.count("HTTP/1.1 100 Continue") == 1
    with socket.create_connection(("127.0.0.1", cloud.port), DEADLINE) as patient:
        patient.sendall(b"PUT /k HTTP/1.1\r\nHost: b.s3.amazonaws.com\r\nContent-Length: 1\r\nExpect: 100-continue\r\n\r\n")
        assert patient.recv(200) == b"HTTP/1.1 100 Continue\r\n\r\n"  # before the body is sent
        patient.sendall(b"x")
        assert patient.recv(12) == b"HTTP/1.1 404"


def test_chunked_upload_and_head(cloud: Cloud) -> None:
    cloud.call("s3", "create_bucket", Bucket="chunk-bucket", **WHERE)
    cloud.call("s3", "put_object", Bucket="chunk-bucket", Key="k", Body="x" * 70_000)
    head = cloud.client("s3").head_object(Bucket="chunk-bucket", Key="k")
    assert head["ContentLength"] == 70_000
    done = cloud.curl("-X", "POST", "-H", "Transfer-Encoding: chunked", "-d", "Action=GetCallerIdentity", "https://sts.amazonaws.com/")
    assert "MissingAuthenticationToken" in done.stdout


def test_a_range(cloud: Cloud) -> None:
    cloud.call("s3", "create_bucket", Bucket="range-bucket", **WHERE)
    cloud.call("s3", "put_object", Bucket="range-bucket", Key="k", Body="0123456789")
    answer = cloud.client("s3").get_object(Bucket="range-bucket", Key="k", Range="bytes=2-4")
    assert (answer["Body"].read(), answer["ContentRange"]) == (b"234", "bytes 2-4/10")


@pytest.mark.parametrize("rubbish", [b"\x16\x03\x01rubbish", b"GET / HTTP/1.1\r\nContent-Length: -1\r\n\r\n", b"\x00" * 70_000, b""])
def test_rubbish_and_silence_hold_nobody_up(cloud: Cloud, rubbish: bytes) -> None:
    held = [socket.create_connection(("127.0.0.1", port), DEADLINE) for port in (cloud.tls_port, cloud.port)]
    for one in held:
        one.sendall(rubbish)
    assert cloud.curl("-o", "/dev/null", "-w", "%{http_code}", "https://s3.amazonaws.com/").stdout == "403"
    assert cloud.client("sts").get_caller_identity()["Account"]
    for one in held:
        one.close()


def test_too_large_a_body(cloud: Cloud) -> None:
    with socket.create_connection(("127.0.0.1", cloud.port), DEADLINE) as raw:
        raw.sendall(b"PUT /b/k HTTP/1.1\r\nHost: s3.amazonaws.com\r\nContent-Length: 99999999999\r\n\r\n")
        assert b" 413 " in raw.recv(200).split(b"\r\n")[0] + b" "


def test_metadata_keeps_its_spelling(cloud: Cloud) -> None:
    cloud.call("s3", "create_bucket", Bucket="meta-bucket", **WHERE)
    client = cloud.client("s3")
    client.put_object(Bucket="meta-bucket", Key="k", Body=b"", Metadata={"my_key": "1", "my-key2": "2"})
    assert client.head_object(Bucket="meta-bucket", Key="k")["Metadata"] == {"my_key": "1", "my-key2": "2"}


def test_the_real_aws(public: Cloud, tmp_path: Path) -> None:
    """The seed's own commands, through the plain port (a host name needs the sandbox's resolver)."""
    if not AWS.exists():
        pytest.skip("no .venv-sandbox with the aws command")
    who = public.identity
    environment = {
        "PATH": os.environ["PATH"],
        "HOME": str(tmp_path),
        "AWS_ACCESS_KEY_ID": who["access_key_id"],
        "AWS_SECRET_ACCESS_KEY": who["secret_access_key"],
        "AWS_SESSION_TOKEN": who["session_token"],
        "AWS_DEFAULT_REGION": REGION,
        "AWS_ENDPOINT_URL": f"http://127.0.0.1:{public.port}",
        "AWS_MAX_ATTEMPTS": "1",
    }

    def aws(*arguments: str) -> str:
        done = subprocess.run([str(AWS), *arguments], env=environment, capture_output=True, text=True, timeout=DEADLINE, check=False)
        assert done.returncode == 0, done.stderr
        return done.stdout.strip()

    assert aws("sts", "get-caller-identity", "--query", "Account", "--output", "text") == "111122223333"
    aws("s3", "mb", "s3://my-applicationsourcebucket-1")
    bucket = aws("s3api", "list-buckets", "--output", "text", "--query", "Buckets[?contains(Name,`applicationsourcebucket`)].Name")
    assert bucket == "my-applicationsourcebucket-1"
    (tmp_path / "big.bin").write_bytes(os.urandom(9 << 20))  # over 8 MB aws sends parts
    aws("s3", "cp", str(tmp_path / "big.bin"), f"s3://{bucket}/big.bin")
    aws("s3", "cp", f"s3://{bucket}/big.bin", str(tmp_path / "back.bin"))
    assert (tmp_path / "back.bin").read_bytes() == (tmp_path / "big.bin").read_bytes()
    aws("s3", "cp", f"s3://{REGION}-tcprod/courses/demo.zip", f"s3://{bucket}/HeartBeat-App.zip")
    assert "HeartBeat-App.zip" in aws("s3", "ls", f"s3://{bucket}")
    refused = subprocess.run(
        [str(AWS), "codebuild", "start-build", "--project-name", "p"], env=environment, capture_output=True, text=True, check=False
    )
    assert "(NotSimulated)" in refused.stderr and "not simulated here: codebuild StartBuild" in refused.stderr


def test_tools_are_there() -> None:
    assert shutil.which("curl") and shutil.which("wget")


def test_urllib(public: Cloud, clouds: Callable[..., Cloud]) -> None:
    request = urllib.request.Request(
        f"http://127.0.0.1:{public.port}/courses/demo.zip", headers={"Host": f"{REGION}-tcprod.s3.amazonaws.com"}
    )
    with urllib.request.urlopen(request, timeout=DEADLINE) as answer:
        assert answer.read() == b"zip"


def test_broken_xml_is_said_in_s3s_words(cloud: Cloud) -> None:
    cloud.call("s3", "create_bucket", Bucket="crash-bucket", **WHERE)
    client = cloud.client("s3")
    with pytest.raises(ClientError) as caught:
        client.put_bucket_cors(Bucket="crash-bucket", CORSConfiguration={"CORSRules": []})
    assert caught.value.response["Error"]["Code"] == "MalformedXML"


def test_more_callers_than_places(cloud: Cloud) -> None:
    """Those who say nothing hold places; whoever comes later waits for one and is served."""
    held = [socket.create_connection(("127.0.0.1", cloud.port), DEADLINE) for _ in range(140)]
    waiting = socket.create_connection(("127.0.0.1", cloud.port), DEADLINE)
    waiting.sendall(b"GET / HTTP/1.1\r\nHost: s3.amazonaws.com\r\nConnection: close\r\n\r\n")
    threads = Path(f"/proc/{cloud.pid}/status").read_text().split("Threads:")[1].split()[0]
    assert int(threads) <= 128 + 3  # the callers' and its own
    for one in held:
        one.close()
    waiting.settimeout(DEADLINE)
    assert waiting.recv(12) == b"HTTP/1.1 403"
    waiting.close()
