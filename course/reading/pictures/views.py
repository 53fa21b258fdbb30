"""The interactive picture, asked again with other values."""

from __future__ import annotations

import re

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.cache import patch_vary_headers
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from course.reading.pictures.stage import Stage, asked

_IDENT = re.compile(r"[a-z][a-z0-9-]{0,60}")


@require_safe
def strategies(request: HttpRequest) -> HttpResponse:
    """What is played, for a page that has the picture; the whole picture on a page of its own for a browser without scripts."""
    ident = request.GET.get("ident", "")
    whole = "HX-Request" not in request.headers
    context = {
        "drawing": Stage(asked(request.GET.dict())),
        "ident": ident if _IDENT.fullmatch(ident) else "strategies",
        "picture": {"title": _("Deployment strategies, step by step"), "alt": _("Which instances run what at every step of a deployment.")},
        "whole": whole,
    }
    answer = render(request, "pictures/strategies_page.html" if whole else "pictures/strategies_stage.html", context)
    patch_vary_headers(answer, ["HX-Request"])  # else Back shows what was meant for the page that asked
    return answer
