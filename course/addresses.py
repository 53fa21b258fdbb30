"""Where a visitor comes from, as far as that can be believed."""

from __future__ import annotations

import ipaddress

from django.conf import settings
from django.http import HttpRequest
from django.utils.crypto import salted_hmac


def network_of(request: HttpRequest) -> str:
    """The visitor's IPv4 address, or IPv6 /64, which is what one household has; "" where it is unknown (a unix socket).

    Each of the ``PROXIES`` configured appends whom it heard from to X-Forwarded-For, so theirs are the last so many. What stands before
    them anybody may have written, and without proxies all of it.
    """
    told = [part.strip() for part in request.headers.get("X-Forwarded-For", "").split(",")]
    if settings.PROXIES and len(told) >= settings.PROXIES:
        return _network(told[-settings.PROXIES])
    return _network(request.META.get("REMOTE_ADDR") or "")


def _network(text: str) -> str:
    if text.startswith("["):
        text = text[1:].partition("]")[0]
    elif text.count(":") == 1:  # some proxies add the port
        text = text.partition(":")[0]
    try:
        address = ipaddress.ip_address(text)
    except ValueError:
        return ""
    if isinstance(address, ipaddress.IPv6Address):
        if address.ipv4_mapped is None:
            return str(ipaddress.ip_network((int(address), 64), strict=False))
        address = address.ipv4_mapped
    return str(address)


def pseudonym(network: str) -> str:
    """The same for the same network in this installation, and leading back to none."""
    return salted_hmac("course.addresses", network, algorithm="sha256").hexdigest()[:32]
