"""Which language a page is in: the one that its user chose, wherever they sign in; a visitor's cookie; else the browser's."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils import translation
from django.utils.deprecation import MiddlewareMixin
from django.views.decorators.http import require_POST
from django.views.i18n import set_language

from course.models import User


class OfTheUser(MiddlewareMixin):
    """After LocaleMiddleware, which knows cookie and browser, and AuthenticationMiddleware."""

    def process_request(self, request: HttpRequest) -> None:
        if chosen := getattr(request.user, "language", ""):
            translation.activate(chosen)
            request.LANGUAGE_CODE = chosen


@require_POST
def choose(request: HttpRequest) -> HttpResponse:
    """Fields: language, next. Django's own, which sets the cookie; and kept with who is signed in."""
    answer: HttpResponse = set_language(request)
    chosen = request.POST.get("language", "")
    if request.user.is_authenticated and chosen in dict(settings.LANGUAGES):
        User.objects.filter(pk=request.user.pk).update(language=chosen)
    return answer
