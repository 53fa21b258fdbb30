"""HTTP for search."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.cache import patch_vary_headers
from django.views.decorators.http import require_safe

from course.reading import search
from labs.wording import language

_KINDS = {"notes": "note", "labs": "lab"}
_TRIES = {"ko": ("버킷", "배포 전략", "put-object", "AccessDenied"), "en": ("bucket", "canary", "put-object", "AccessDenied")}


@require_safe
def find(request: HttpRequest) -> HttpResponse:
    """Fields: q, in (notes, labs; else both). To htmx the results alone."""
    query, among = request.GET.get("q", ""), request.GET.get("in", "")
    guest = getattr(request.user, "role", "") == "guest"
    found = search.find(query, language=language(), kind=_KINDS.get(among, ""), guest=guest)
    context = {
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
