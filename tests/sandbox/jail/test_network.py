"""What a learner's programs reach: metadata, names of AWS, their own ports; and nothing else."""

import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest
from dnslib import QTYPE, RCODE, DNSRecord

from sandbox.errors import Fault
from sandbox.jail import dns, network
from tests.processes import until
from tests.sandbox.conftest import IDENTITY

pytestmark = pytest.mark.slow

OWN = {"localhost": "127.0.0.1", "workstation.example": "10.0.1.23"}


def resolve(name: str, kind: str = "A") -> tuple[int, list[str]]:
    reply = DNSRecord.parse(dns.answer(bytes(DNSRecord.question(name, kind).pack()), OWN))
    return reply.header.rcode, [str(record.rdata) for record in reply.rr]


@pytest.mark.parametrize("name", ["s3.ap-northeast-2.amazonaws.com", "My-Bucket.S3.amazonaws.com.", "x.lambda-url.ap-northeast-2.on.aws"])
def test_names_of_aws_lead_to_the_cloud(name):
    assert resolve(name) == (RCODE.NOERROR, [dns.CLOUD_ADDRESS])


@pytest.mark.parametrize("name", ["example.com", "amazonaws.com.example.com", "xamazonaws.com", "amazonaws.com", "www.amazon.com", "."])
def test_no_other_name_exists(name):
    assert resolve(name) == (RCODE.NXDOMAIN, [])


@pytest.mark.parametrize(
    "name", ["sts.ap-northeast-9.amazonaws.com", "sts.seoul.amazonaws.com", "b.s3.ap-northeast-9.amazonaws.com", "b.s3.seoul.amazonaws.com",
             "s3-ap-northeast-9.amazonaws.com", "1.dkr.ecr.us-east-9.amazonaws.com", "f.lambda-url.us-east-9.on.aws"],
)  # fmt: skip
def test_a_region_that_aws_has_not_has_no_hosts(name):
    assert resolve(name) == (RCODE.NXDOMAIN, [])


@pytest.mark.parametrize(
    "name", ["sts.amazonaws.com", "route53.amazonaws.com", "streams.dynamodb.us-east-1.amazonaws.com", "s3.us-gov-west-1.amazonaws.com",
             "us-east-9.s3.us-east-1.amazonaws.com", "a.b.c.s3.amazonaws.com", "b.s3-website-us-east-1.amazonaws.com",
             "global.health.amazonaws.com", "ap-northeast-2.queue.amazonaws.com", "111122223333.ddb.us-west-2.amazonaws.com",
             "1.dkr.ecr.eu-west-1.amazonaws.com", "lb-1.us-east-1.elb.amazonaws.com", "lb-1.elb.us-east-1.amazonaws.com",
             "ec2-1-2-3-4.ap-northeast-2.compute.amazonaws.com", "s3.dualstack.eu-west-1.amazonaws.com", "sts-fips.us-east-2.amazonaws.com",
             "a1.execute-api.us-east-2.amazonaws.com", "1.s3-control.us-east-1.amazonaws.com"],
)  # fmt: skip
def test_the_hosts_of_the_others_exist(name):
    assert resolve(name) == (RCODE.NOERROR, [dns.CLOUD_ADDRESS])


def test_own_name_and_other_kinds():
    assert resolve("Workstation.example") == (RCODE.NOERROR, ["10.0.1.23"])
    assert resolve("s3.amazonaws.com", "AAAA") == (RCODE.NOERROR, [])
    assert resolve("s3.amazonaws.com", "TXT") == (RCODE.NOERROR, [])
    assert QTYPE.A == 1


LOOP = b"\0\1\1\0\0\1\0\0\0\0\0\0\xc0\x0c\0\1\0\1"  # a name that points at itself


@pytest.mark.parametrize("message", [b"", b"\0", b"\0" * 12, b"\xff" * 12, b"\xc0\x0c" * 30, LOOP, bytes(range(200))])
def test_any_packet_is_survived(message):
    dns.answer(message, OWN)


def test_curl_gets_401_and_then_what_it_asks_for(jail_checkout):
    url = "http://169.254.169.254/latest"
    assert jail_checkout.run(f"curl -s -o /dev/null -w '%{{http_code}}' {url}/meta-data/").output == "401"
    jail_checkout.run(f'TOKEN=`curl -s -X PUT "{url}/api/token" -H "X-aws-ec2-metadata-token-ttl-seconds: 21600"`')
    ran = jail_checkout.run(f'curl -s -H "X-aws-ec2-metadata-token: $TOKEN" {url}/meta-data/placement/region')
    assert ran.output == "ap-northeast-2"


def test_a_token_of_an_earlier_checkout_is_still_good(supervisor, open_checkout):
    url = "http://169.254.169.254/latest"
    first = open_checkout(supervisor)
    first.run(f'TOKEN=$(curl -s -X PUT {url}/api/token -H "X-aws-ec2-metadata-token-ttl-seconds: 60")')
    first.live.close()
    second = open_checkout(supervisor, folder=first.folder)
    assert second.run(f'curl -s -H "X-aws-ec2-metadata-token: $TOKEN" {url}/meta-data/instance-id').output == IDENTITY["instance_id"]


def test_pipelined_broken_and_slow_requests_block_nobody(jail_checkout):
    (jail_checkout.folder / "home/environment/many.py").write_text(
        "import socket\n"
        "held = [socket.create_connection(('169.254.169.254', 80)) for _ in range(100)]\n"
        "for one in held[:50]: one.send(b'GET /latest HTTP/1.1\\r\\nX: ')\n"
        "bad = socket.create_connection(('169.254.169.254', 80)); bad.send(b'\\0\\xff junk\\r\\n\\r\\n'); print(bad.recv(12).decode())\n"
        "big = socket.create_connection(('169.254.169.254', 80)); big.send(b'GET / HTTP/1.1\\r\\nContent-Length: 99999999\\r\\n\\r\\n')\n"
        "print(big.recv(12).decode())\n"
        "udp = socket.socket(type=socket.SOCK_DGRAM); udp.connect(('10.0.0.2', 53)); [udp.send(b'junk') for _ in range(50)]\n"
        "print(socket.gethostbyname('sts.amazonaws.com'))\n"
    )
    ran = jail_checkout.run("python3 many.py; curl -s -o /dev/null -w '%{http_code}\\n' http://169.254.169.254/")
    assert ran.output == "HTTP/1.1 405\nHTTP/1.1 405\n10.0.0.80\n401\n"


def test_names_inside(jail_checkout):
    host = IDENTITY["hostname"]
    script = (
        "import socket, sys\nfor name in sys.argv[1:]:\n"
        "  try: print(socket.gethostbyname(name))\n  except OSError as error: print(type(error).__name__)"
    )
    names = f"localhost {host} {host.partition('.')[0]} b.s3.amazonaws.com example.com"
    ran = jail_checkout.run(f"python3 -c '{script}' {names}; hostname")
    assert ran.output.split() == ["127.0.0.1", "10.0.1.23", "10.0.1.23", "10.0.0.80", "gaierror", host]


def test_names_over_tcp(jail_checkout):
    question = bytes(DNSRecord.question("sqs.ap-northeast-2.amazonaws.com").pack()).hex()
    script = (
        f"import socket; q = bytes.fromhex('{question}'); s = socket.create_connection(('169.254.169.253', 53)); "
        "s.sendall(len(q).to_bytes(2, 'big') + q); print(s.recv(999)[-4:].hex())"
    )
    assert jail_checkout.run(f'python3 -c "{script}"').output == "0a000050\n"


@pytest.mark.parametrize("address", ["93.184.216.34", "8.8.8.8", "10.0.0.1", "192.168.0.1", "172.17.0.1"])
def test_nothing_else_is_reachable(address, jail_checkout):
    ran = jail_checkout.run(f"python3 -c \"import socket; socket.create_connection(('{address}', 80), 5)\" 2>&1 | tail -1")
    assert "Network is unreachable" in ran.output


def test_ports_of_this_machine_are_out_of_reach(jail_checkout):
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        ran = jail_checkout.run(f"python3 -c \"import socket; socket.create_connection(('127.0.0.1', {port}), 5)\" 2>&1 | tail -1")
    assert "refused" in ran.output


def test_two_sandboxes_listen_on_the_same_port(supervisor, open_checkout):
    server = "python3 -u -c \"import socket; s = socket.create_server(('0.0.0.0', 8080)); print('listening'); input()\""
    commands = [open_checkout(supervisor).begin(server) for _ in range(2)]
    for command in commands:
        command.seen("listening")


def test_a_learner_cannot_change_the_network(jail_checkout):
    ran = jail_checkout.run("ip addr add 10.9.9.9/32 dev lo 2>&1 || unshare -n true 2>&1 || echo refused; cat /proc/net/route | wc -l")
    assert ran.output.splitlines()[-1] == "1"
    assert "refused" in ran.output


def test_the_helper_has_given_up_what_it_can(supervisor, open_checkout):
    open_checkout(supervisor)
    helper = supervisor.status()["pids"][-1]
    until(lambda: "Seccomp_filters:\t1" in Path(f"/proc/{helper}/status").read_text())
    status = Path(f"/proc/{helper}/status").read_text()
    assert "CapEff:\t0000000000000000" in status and "NoNewPrivs:\t1" in status
    with pytest.raises(PermissionError):
        Path(f"/proc/{helper}/environ").read_bytes()


def test_a_helper_that_cannot_start_is_a_fault_and_leaves_nothing(tmp_path):
    before = set(Path(f"/proc/self/task/{os.getpid()}/children").read_text().split())
    with pytest.raises(Fault, match="did not come up") as caught:
        network.start({**IDENTITY, "private_ip": "127.0.0.300"}, tmp_path)
    assert caught.value.code == "network"
    assert set(Path(f"/proc/self/task/{os.getpid()}/children").read_text().split()) == before


def test_entering_the_hosts_network_by_mistake_is_refused():
    """The check that keeps a command out of the host's network: the namespaces must be those of the helper."""
    code = (
        "import os\nfrom sandbox.jail import kernel, network\n"
        "kernel.setns = lambda fd, kind: None\n"  # as if the kernel had silently done nothing
        "other = os.open('/proc/self/ns/user', os.O_RDONLY)\n"
        "try:\n  network.enter(other, other)\nexcept OSError as error:\n  print(error)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "not in the sandbox's network\n"


def test_a_mistyped_region_is_what_the_cli_says_of_it(jail_checkout):
    ran = jail_checkout.run("aws --region ap-northeast-9 sts get-caller-identity")
    assert ran.output.strip() == 'Could not connect to the endpoint URL: "https://sts.ap-northeast-9.amazonaws.com/"'
