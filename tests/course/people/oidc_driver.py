"""Signs in by a small OpenID Connect provider, in a process whose settings name one; prints what came of it as JSON.

The provider runs in this process, and says of whoever comes what ``WHO`` holds.
"""

from __future__ import annotations

import json
import os
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

WHO: dict[str, Any] = {}
ASKED: list[dict[str, list[str]]] = []


class Provider(BaseHTTPRequestHandler):
    """Discovery, token and userinfo; the page on which one would enter a password is skipped."""

    def do_GET(self) -> None:
        here = f"http://127.0.0.1:{self.server.server_address[1]}"
        if self.path == "/.well-known/openid-configuration":
            parts = {"authorization": "authorize", "token": "token", "userinfo": "userinfo"}
            self.answer(
                {"issuer": here, "jwks_uri": f"{here}/keys"} | {f"{part}_endpoint": f"{here}/{path}" for part, path in parts.items()}
            )
        elif self.path == "/userinfo":
            self.answer(WHO)

    def do_POST(self) -> None:
        import jwt

        here = f"http://127.0.0.1:{self.server.server_address[1]}"
        fields = parse_qs(self.rfile.read(int(self.headers["Content-Length"])).decode())
        ASKED.append(fields)
        claims = {"iss": here, "aud": "the-site", "iat": int(time.time()), "exp": int(time.time()) + 60, **WHO}
        token = jwt.encode(claims, "k" * 32, algorithm="HS256")
        good = fields["code"] == ["good"]
        self.answer(
            {"access_token": "t", "token_type": "Bearer", "id_token": token} if good else {"error": "invalid_grant"}, 200 if good else 400
        )

    def answer(self, body: dict[str, Any], status: int = 200) -> None:
        data = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, *words: object) -> None:
        pass


def start() -> None:
    """The provider, and the settings that name it."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), Provider)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    os.environ |= {
        "COURSE_OIDC_ISSUER": f"http://127.0.0.1:{server.server_address[1]}",
        "COURSE_OIDC_CLIENT_ID": "the-site",
        "COURSE_OIDC_SECRET": "between-us",
        "COURSE_OIDC_NAME": "Example ID",
        "NO_PROXY": "127.0.0.1",
    }


def come(code: str = "good", then: str = "", **who: Any) -> dict[str, Any]:
    """Follow the sign-in page's button to the provider and back."""
    from django.test import Client

    WHO.clear()
    WHO.update(who)
    client = Client(headers={"accept-language": "en"})
    page = client.get("/sign-in/", {"next": then} if then else {}).content.decode()
    link = page.split('href="/oidc/')[1].split('"')[0].replace("&amp;", "&")
    sent = client.get(f"/oidc/{link}")
    asked = parse_qs(urlsplit(sent["Location"]).query)
    back = client.get("/oidc/course/login/callback/", {"code": code, "state": asked["state"][0]}, follow=True)
    user = back.context["user"]
    found = {
        "at": back.request["PATH_INFO"],
        "status": back.status_code,
        "user": user.pk,
        "says": [str(one) for one in back.context["messages"]],
    }
    if user.is_authenticated:
        found |= {key: getattr(user, key) for key in ("username", "email", "first_name", "role")} | {"password": user.has_usable_password()}
    return found | {
        "button": "Sign in with Example ID" in page,
        "pkce": asked.get("code_challenge_method"),
        "callback": asked["redirect_uri"][0],
    }


def main() -> dict[str, Any]:
    start()
    import django

    django.setup()
    from django.core.management import call_command
    from django.test.utils import setup_test_environment

    from course.models import User

    call_command("migrate", verbosity=0)
    call_command("check", fail_level="WARNING", stdout=sys.stderr)
    setup_test_environment()
    imported = User.objects.create_user("imported", "imported@example.org")
    User.objects.create_user("minji", "minji@example.org", "four-grey-herons")
    User.objects.create_user("boss", "boss@example.org", role="admin")
    answers = {
        "new": come(
            sub="1", preferred_username="hana", email="hana@example.org", given_name="Hana", family_name="Kim", email_verified=True
        ),
        "again": come(sub="1", preferred_username="other", then="/progress/"),
        "taken": come(sub="2", preferred_username="minji", email="minji@example.org", email_verified=True),
        "admin": come(sub="3", preferred_username="BOSS", email="boss@example.org", email_verified=True),
        "unverified": come(sub="4", email="imported@example.org", email_verified=False),
        "imported": come(sub="5", email="Imported@example.org", email_verified=True),
        "wrong": come(code="bad", sub="6"),
    }
    User.objects.filter(pk=answers["new"]["user"]).update(is_active=False)
    answers["off"] = come(sub="1")
    known = {user.username: user.pk for user in User.objects.all()}
    return answers | {"ids": known, "imported_pk": imported.pk, "secrets": sorted({one["client_secret"][0] for one in ASKED})}


if __name__ == "__main__":
    sys.stdout.write(json.dumps(main()))
