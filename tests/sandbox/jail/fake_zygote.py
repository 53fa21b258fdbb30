"""Speaks the zygote's part of the conversation: an account whose whole state is one number."""

import array
import json
import os
import signal
import socket
import struct
import sys


def receive(sock):
    head, fds = b"", array.array("i")
    while len(head) < 4:
        data, ancillary, _flags, _address = sock.recvmsg(4 - len(head), 1024)
        if not data:
            os._exit(0)
        head += data
        for _level, _kind, value in ancillary:
            fds.frombytes(value)
    (length,) = struct.unpack("!I", head)
    header = json.loads(sock.recv(length, socket.MSG_WAITALL))
    payload = sock.recv(header["size"], socket.MSG_WAITALL) if "size" in header else b""
    return header, payload, list(fds)


def send(sock, header, payload=b""):
    text = json.dumps({**header, "size": len(payload)} if payload else header).encode()
    sock.sendall(struct.pack("!I", len(text)) + text + payload)


def account(sock):
    header, _payload, fds = receive(sock)
    number, dirty, known = 0, False, []
    if header["has_root"]:
        root = json.loads(os.read(fds[0], 65536))
        number, known = root["number"], root["bodies"]
        for sha in known:
            send(sock, {"kind": "body", "sha": sha})
            answer, _payload, bodies = receive(sock)
            if not bodies:
                send(sock, {"kind": "fault", "code": "cloud-start", "detail": f"{answer['sha']} is missing"})
                os._exit(1)
    send(sock, {"kind": "ready"})
    while True:
        header, _payload, fds = receive(sock)
        answer = {"kind": "result", "id": header.get("id")}
        if header["kind"] == "freeze":
            import hashlib

            body = f"body {number}".encode()
            sha = hashlib.sha256(body).hexdigest()
            if dirty:
                send(sock, {"kind": "new-body", "sha": sha}, body)
                known = [sha]
            state = json.dumps({"number": number, "bodies": known}).encode() if dirty else b""
            frozen = {"kind": "frozen", "id": header["id"], "touched": True, "dirty": dirty, "root_size": len(state)}
            send(sock, {**frozen, "bodies": known, "inventory": {"number": number}}, state)
            dirty = False
        elif header["operation"] == "add":
            number, dirty = number + header["params"]["number"], True
            send(sock, {**answer, "value": number})
        elif header["operation"] == "fail":
            send(sock, {**answer, "kind": "cloud-error", "code": "NoSuchBucket", "message": "The specified bucket does not exist"})
        elif header["operation"] == "die":
            os._exit(1)
        elif header["operation"] == "lie":
            send(sock, {"kind": "new-body", "sha": "0" * 64}, b"not that")
        elif header["operation"] == "hang":
            signal.pause()


control = socket.socket(fileno=int(sys.argv[1]))
signal.signal(signal.SIGCHLD, signal.SIG_IGN)
receive(control)
send(control, {"kind": "ready"})
while True:
    header, _payload, fds = receive(control)
    if os.fork() == 0:
        control.close()
        account(socket.socket(fileno=fds[0]))
    for fd in fds:
        os.close(fd)
