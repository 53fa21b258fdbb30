"""Several terminals of one live checkout, and several threads that ask it at once."""

import threading

import pytest

from sandbox.errors import Fault
from tests.sandbox.conftest import Under

pytestmark = pytest.mark.slow
SERVER = "python3 -u -c \"import socket; s = socket.create_server(('127.0.0.1', 8080)); print('up'); s.accept()[0].send(b'hello')\""
CLIENT = "python3 -c \"import socket; print(socket.create_connection(('127.0.0.1', 8080)).recv(9))\""


def run(terminal, line: str) -> str:
    chunks: list[bytes] = []
    terminal.run(line, chunks.append)
    return b"".join(chunks).decode().replace("\r\n", "\n")


def test_two_terminals_share_network_and_files(jail_checkout):
    server = jail_checkout.begin(SERVER)
    server.seen("up")
    second = jail_checkout.live.terminal(2)
    assert run(second, f"{CLIENT}; touch f") == "b'hello'\n"
    assert server.ended().status == 0
    assert jail_checkout.run("ls").output == "f\n"


def test_each_has_a_shell_of_its_own(jail_checkout):
    first, second = jail_checkout.live, jail_checkout.live.terminal(2)
    run(first, "x=1; cd /tmp")
    run(second, "x=2; cd ~")
    assert (run(first, "echo $x $PWD"), run(second, "echo $x $PWD")) == ("1 /tmp\n", "2 /home/ec2-user\n")


def test_typing_and_stopping_reach_their_own(jail_checkout):
    second = jail_checkout.live.terminal(2)
    mine, other = jail_checkout.begin("read x; echo mine $x"), Under(second, "read x; echo other $x")
    assert mine.waits.wait(20) and other.waits.wait(20)
    second.send(b"2\n")
    other.ended()
    assert other.output == "2\r\nother 2\r\n"
    jail_checkout.live.interrupt()
    assert (mine.ended().reason, mine.output) == ("stopped", "^C\r\n")


def test_a_flood_that_nobody_reads_holds_nobody_else_up(jail_checkout):
    """Its writer is stuck for good until the other terminal and the account have answered."""
    done, stuck = threading.Event(), threading.Event()

    def write(data: bytes) -> None:
        stuck.set()
        assert done.wait(20)

    flood = threading.Thread(target=jail_checkout.live.run, args=("yes | head -c 3000000", write))
    flood.start()
    assert stuck.wait(20)
    second = jail_checkout.live.terminal(2)
    assert [run(second, f"echo {number}") for number in range(3)] == ["0\n", "1\n", "2\n"]
    assert jail_checkout.live.call("s3", "list_buckets")["Buckets"] == []
    done.set()
    flood.join(20)
    assert not flood.is_alive()


def test_answers_go_to_who_asked(jail_checkout):
    live = jail_checkout.live
    wrong: list[object] = []

    def ask(name: str) -> None:
        live.call("ssm", "put_parameter", {"Name": name, "Value": name, "Type": "String"})
        if (found := live.call("ssm", "get_parameter", {"Name": name})["Parameter"]["Value"]) != name:
            wrong.append(found)

    threads = [threading.Thread(target=ask, args=(f"/p{number}",)) for number in range(12)]
    for thread in threads:
        thread.start()
    assert run(live.terminal(2), "echo on") == "on\n"
    for thread in threads:
        thread.join(20)
    assert wrong == []
    assert len(live.call("ssm", "describe_parameters")["Parameters"]) >= 10


def test_the_end_reaches_everybody(jail_checkout):
    one, two = jail_checkout.begin("echo on; sleep 100"), Under(jail_checkout.live.terminal(2), "echo on; sleep 100")
    one.seen("on")
    two.seen("on")
    jail_checkout.live.abort()
    for each in (one, two):
        with pytest.raises(Fault):
            each.ended()
    with pytest.raises(Fault):
        jail_checkout.live.call("s3", "list_buckets")
