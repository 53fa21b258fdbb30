"""HTTP for search."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.cache import patch_vary_headers
from django.views.decorators.http import require_safe

from course.models import Role
from course.people import plan
from course.reading import search
from labs.wording import language

_KINDS = {"notes": ("note",), "labs": ("lab",)}
_TRIES = {"ko": ("버킷", "배포 전략", "put-object", "AccessDenied"), "en": ("bucket", "canary", "put-object", "AccessDenied")}


@require_safe
def find(request: HttpRequest) -> HttpResponse:
    """Fields: q, in (notes, labs; else both), whole (1: what one's cohorts do not use, too). To htmx the results alone."""
    query, among = request.GET.get("q", ""), request.GET.get("in", "")
    taken = plan.of(request.user)
    whole = taken.narrow and request.GET.get("whole") == "1"
    mine = {"note": taken.notes.names, "lab": taken.labs.names}
    if getattr(request.user, "role", "") == Role.GUEST:
        mine["lab"] = settings.GUEST_LABS
    within = {kind: None if whole else mine[kind] for kind in _KINDS.get(among, mine)}
    found = search.find(query, language=language(), among=within)
    context = {
        "plan": taken,
        "whole": whole,
        "outside": {one.url for one in found.documents if (names := mine[one.kind]) is not None and one.slug not in names},
        "nav": "search",
        "query": query.strip(),
        "among": among if among in _KINDS else "",
        "found": found,
        "longest": search.LONGEST,
        "tries": _TRIES[language()],
    }
    live = request.headers.get("HX-Target") == "results"
    answer = render(request, "course/found.html" if live else "course/search.html", context)
    patch_vary_headers(answer, ["HX-Target"])
    return answer
