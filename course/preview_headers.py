"""What of a request's and an answer's headers passes between a learner's browser and what their program, or account, serves.

Sources: https://www.rfc-editor.org/rfc/rfc9110#section-7.6.1 (headers of one connection),
https://www.w3.org/TR/CSP3/#directive-sandbox, https://fetch.spec.whatwg.org/#http-cors-protocol.
"""

from __future__ import annotations

from collections.abc import Iterable
from urllib.parse import quote, urlsplit

from django.urls import reverse

from labs.previews import Preview, Target, parse

Headers = list[tuple[str, str]]

_HOP = {"connection", "keep-alive", "proxy-connection", "proxy-authenticate", "proxy-authorization", "te", "trailer", "transfer-encoding",
        "upgrade", "http2-settings"}  # fmt: skip
_NOT_IN = _HOP | {"host", "cookie", "cookie2", "referer", "origin", "expect", "forwarded", "via", "x-real-ip"}
_NOT_IN_PREFIX = ("sec-", "x-forwarded-", "access-control-request-")
_NOT_OUT = _HOP | {
    # The site's cookies are nobody else's to set, and what would outlast the address is not to be begun.
    "set-cookie", "set-cookie2", "clear-site-data", "strict-transport-security", "public-key-pins", "expect-ct", "alt-svc", "nel",
    "report-to", "reporting-endpoints", "service-worker-allowed", "origin-agent-cluster", "set-login",
    # Orders to the proxy before us: to send a file of the server's, for one.
    "x-sendfile", "x-lighttpd-send-file", "x-litespeed-location", "x-reproxy-url", "x-reproxy-file", "surrogate-control",
    "cdn-cache-control",
    # Said by us below, or by the server.
    "content-length", "date", "cache-control", "expires", "pragma", "x-frame-options", "referrer-policy", "permissions-policy",
    "feature-policy", "x-content-type-options",
    "cross-origin-resource-policy", "cross-origin-opener-policy", "cross-origin-embedder-policy", "content-security-policy-report-only",
}  # fmt: skip
_NOT_OUT_PREFIX = ("x-accel-",)
_SANDBOX = "sandbox allow-scripts allow-forms allow-popups allow-modals allow-downloads"
_OURS = [
    # What a browser, or something on the way, kept would be shown when the program has ended, or the address.
    ("Cache-Control", "no-store"),
    ("X-Content-Type-Options", "nosniff"),
    ("Referrer-Policy", "no-referrer"),
    ("X-Robots-Tag", "noindex"),
    ("Permissions-Policy", "camera=(), display-capture=(), geolocation=(), microphone=(), payment=(), usb=()"),
    # A page without an origin is of another origin than its own pictures, too: a stricter word would keep them from it.
    ("Cross-Origin-Resource-Policy", "cross-origin"),
]


def inward(headers: Iterable[tuple[str, str]], target: Target) -> Headers:
    """What the program sees of a browser's request. Its page has no origin (``outward``), where in a learner's own browser it had one."""
    kept, given = [], list(headers)
    hop = _named(given)
    for name, value in given:
        if name not in _NOT_IN and name not in hop and not name.startswith(_NOT_IN_PREFIX):
            kept.append((name, value))
        elif name == "origin" and target.port:
            kept.append((name, f"http://{target.own}" if value == "null" else value))
    return kept


def outward(headers: Iterable[tuple[str, str]], preview: Preview, *, null_origin: bool) -> Headers:
    """What the browser sees of a program's answer. ``null_origin``: a page without an origin asks, which is what we made the program's
    own pages; it may read what its address, which it knows, leads to."""
    given = [(name.lower(), value) for name, value in headers]
    hop = _named(given)
    kept = [(name, value) for name, value in given if name not in _NOT_OUT and name not in hop and not name.startswith(_NOT_OUT_PREFIX)]
    if null_origin:
        kept = [(name, value) for name, value in kept if not name.startswith("access-control-")]
        kept += [("access-control-allow-origin", "*"), ("access-control-expose-headers", "*")]
    kept = [(name, _location(value, preview) if name == "location" else value) for name, value in kept]
    return [*kept, *ours(preview.site)]


def ours(site: str) -> Headers:
    """What every answer on a preview's host name says: no origin, so no cookies, no storage and no way to the course's pages."""
    return [*_OURS, ("Content-Security-Policy", f"{_SANDBOX}; frame-ancestors {site}")]


def preflight(asked: dict[str, str]) -> Headers:
    """The answer to a browser that asks whether a page of the program may send a request to its own program."""
    return [
        ("Access-Control-Allow-Origin", "*"),
        ("Access-Control-Allow-Methods", asked.get("access-control-request-method", "*")),
        ("Access-Control-Allow-Headers", asked.get("access-control-request-headers", "*")),
    ]


def _named(headers: Headers) -> set[str]:
    """Headers that ``Connection`` says are of the connection alone."""
    return {word.strip().lower() for name, value in headers if name == "connection" for word in value.split(",")}


def _location(value: str, preview: Preview) -> str:
    """Where a redirect leads on to: within the same program as a path; to another port, or the account, by the course's own page, which
    knows whether the learner may. Anything else as it is."""
    target = preview.target
    try:
        parts = urlsplit(value)
        host, port = (parts.hostname or "").lower(), parts.port or {"https": 443, "http": 80}.get(parts.scheme, 0)
    except ValueError:
        return value
    if not parts.netloc:
        return value
    query = f"?{parts.query}" if parts.query else ""
    if (target.port and _is_own(host) and port == target.port) or (target.host and host == target.host):
        return "/" + parts.path.lstrip("/") + query
    if _is_own(host) and parts.scheme in {"http", "https"}:
        return preview.site + reverse("preview", args=[preview.attempt, port])
    if parse(value) is not None:
        return f"{preview.site}{reverse('preview-url', args=[preview.attempt])}?url={quote(value, safe='')}"
    return value


def _is_own(host: str) -> bool:
    return host in {"localhost", "0.0.0.0", "::1"} or host.startswith("127.")  # noqa: S104 - where a redirect says it is, not where we bind
