"""Sign-in by an OpenID Connect provider, where an installation names one. Imported by the settings: nothing of Django's is there yet."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.core.exceptions import ImproperlyConfigured

APPS = ["allauth", "allauth.account", "allauth.socialaccount", "allauth.socialaccount.providers.openid_connect"]
MIDDLEWARE = ["allauth.account.middleware.AccountMiddleware"]
PROVIDER_ID = "course"  # part of the address to which the provider leads back


def provider(environment: Mapping[str, str]) -> dict[str, Any] | None:
    """As allauth is told of it; None where there is none. Raises ImproperlyConfigured for one that is half told."""
    issuer, client, secret = (environment.get(f"COURSE_OIDC_{part}", "") for part in ("ISSUER", "CLIENT_ID", "SECRET"))
    if not issuer and not client and not secret:
        return None
    if not issuer or not client or not secret:
        raise ImproperlyConfigured("Of COURSE_OIDC_ISSUER, COURSE_OIDC_CLIENT_ID and COURSE_OIDC_SECRET all are needed, or none.")
    return {
        "provider_id": PROVIDER_ID,
        "name": environment.get("COURSE_OIDC_NAME") or "OpenID Connect",
        "client_id": client,
        "secret": secret,
        "settings": {"server_url": issuer.rstrip("/"), "oauth_pkce_enabled": True},
    }
