"""The resolver of a sandbox's network: AWS's names lead to the simulated cloud, its own name to itself, nothing else exists.
Nor does a host of a region that AWS has not: that is how a mistyped region shows with every AWS client.

Source: https://docs.aws.amazon.com/vpc/latest/userguide/AmazonDNS-concepts.html
"""

from __future__ import annotations

from dnslib import QTYPE, RCODE, RR, A, DNSError, DNSRecord  # type: ignore[attr-defined,unused-ignore]

from sandbox.cloud import endpoints

CLOUD_ADDRESS = "10.0.0.80"
_SUFFIXES = (".amazonaws.com", ".on.aws")
_TTL = 60
MAX_MESSAGE = 1232


def answer(message: bytes, own: dict[str, str]) -> bytes | None:
    """The reply to one DNS message; ``own`` maps lower-case names to IPv4 addresses. None for what is no question."""
    try:
        query = DNSRecord.parse(message)
        if query.header.qr or not query.questions:
            return None
        reply = query.reply()
        if query.header.opcode or len(query.questions) != 1:
            reply.header.rcode = RCODE.NOTIMP
            return bytes(reply.pack())
        name = str(query.q.qname).rstrip(".").lower()
        address = _address(name, own)
        if address is None:
            reply.header.rcode = RCODE.NXDOMAIN
        elif query.q.qtype in {QTYPE.A, QTYPE.ANY}:
            reply.add_answer(RR(query.q.qname, QTYPE.A, ttl=_TTL, rdata=A(address)))
        return bytes(reply.pack())
    except (DNSError, ValueError, KeyError, IndexError, AttributeError, UnicodeError):
        # What a hostile program can put into a packet is not worth telling apart.
        return None


def is_cloud(name: str) -> bool:
    """Whether a lower-case name leads to the simulated account."""
    return name.endswith(_SUFFIXES) and all(name.split(".")) and endpoints.exists(name)


def _address(name: str, own: dict[str, str]) -> str | None:
    if name in own:
        return own[name]
    return CLOUD_ADDRESS if is_cloud(name) else None
