"""What belongs to no app."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib.auth.views import LoginView
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.templatetags.static import static
from django.views.decorators.http import require_safe

from course.forms import SignInForm


class SignIn(LoginView):
    template_name = "registration/sign-in.html"
    authentication_form = SignInForm
    redirect_authenticated_user = True

    def get_context_data(self, **given: Any) -> dict[str, Any]:
        return super().get_context_data(**given) | {"nav": "sign-in", "guests": settings.GUESTS and settings.GUEST_HOURS}


@require_safe
def favicon(request: HttpRequest) -> HttpResponse:
    """For pages that do not name an icon of their own, as Django's admin."""
    return redirect(static("icon.svg"))
