"""What becomes of people whom an OpenID Connect provider sends: learners, whatever they are called there."""

from __future__ import annotations

from typing import Any, NoReturn

from allauth.account.adapter import DefaultAccountAdapter
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from django.contrib import messages
from django.db.models.functions import Lower
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from course.models import Role, User
from course.people import names, welcome


def _back(request: HttpRequest, words: str) -> HttpResponse:
    messages.error(request, words)
    return redirect("sign-in")


class Accounts(DefaultAccountAdapter):  # type: ignore[misc]  # it has no types
    """Of allauth only what follows from a provider is used."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return True

    def respond_user_inactive(self, request: HttpRequest, user: Any) -> HttpResponse:
        return _back(request, _("This account is switched off. Ask your instructor."))

    def add_message(self, *args: Any, **kwargs: Any) -> None:
        """Its messages are not in the site's words."""

    def populate_username(self, request: HttpRequest, user: Any) -> None:
        """What they are called there, where it is free; a drawn name otherwise."""
        wanted = user.username or ""
        if not wanted or User.objects.filter(username__iexact=wanted).exists():
            user.username = names.draw()


class FromProvider(DefaultSocialAccountAdapter):  # type: ignore[misc]
    def pre_social_login(self, request: HttpRequest, sociallogin: Any) -> None:
        """Whoever was imported and has never been here is met by their address, which the provider must have verified. An account in which
        somebody has been is joined with none: an address can be entered by anybody."""
        if sociallogin.is_existing:
            return
        emails = [one.email.lower() for one in sociallogin.email_addresses if one.verified]
        found = [user for user in User.objects.alias(low=Lower("email")).filter(low__in=emails) if welcome.waits(user)]
        if len(found) == 1:
            sociallogin.connect(request, found[0])

    def save_user(self, request: HttpRequest, sociallogin: Any, form: Any = None) -> Any:
        sociallogin.user.role = Role.LEARNER
        return super().save_user(request, sociallogin, form)

    def on_authentication_error(self, request: HttpRequest, provider: Any, **told: Any) -> NoReturn:
        raise ImmediateHttpResponse(_back(request, _("Signing in with %(name)s did not work. Try again.") % {"name": provider.name}))
