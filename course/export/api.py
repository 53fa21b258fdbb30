"""The API's answers: who asks, what of it they may see, and a page at a time. Reads only; never a session, never a cookie."""

from __future__ import annotations

import base64
import binascii
import json
import re
from collections.abc import Callable
from datetime import datetime
from functools import wraps
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.cache import patch_vary_headers
from django.utils.crypto import salted_hmac
from django.utils.dateparse import parse_datetime
from django.utils.http import quote_etag
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt

from course.export import described, openapi, rows
from course.export.models import ApiToken
from course.export.paging import LIMIT, MOST, MOST_WITH_OUTPUT
from course.export.resources import RESOURCES, cohort_row, counted
from course.people import access, limits

_BEARER = re.compile(r"bearer +([\w.~+/-]{1,200}=*)", re.IGNORECASE)
View = Callable[..., HttpResponse]


class Refused(Exception):
    """Why there is no answer, in words."""

    def __init__(self, status: int, code: str, message: str, **headers: str) -> None:
        super().__init__(code)
        self.status, self.row, self.headers = status, rows.ErrorRow(code, message), headers


def _answers(view: Callable[..., Any]) -> View:
    """What ``view`` returns as JSON with an ETag, or why not; for who has a token that is good, as often as they may."""

    @csrf_exempt
    @wraps(view)
    def guarded(request: HttpRequest, **names: Any) -> HttpResponse:
        try:
            _reads(request)
            return _said(request, view(request, _token(request), **names))
        except Refused as refused:
            answer = HttpResponse(_json(described.plain(refused.row)), status=refused.status, content_type="application/json")
            for name, value in refused.headers.items():
                answer[name.replace("_", "-")] = value
        except Http404:
            answer = _not_found()
        answer["Cache-Control"] = "no-store"
        return answer

    return guarded


def _reads(request: HttpRequest) -> None:
    if request.method not in {"GET", "HEAD"}:
        raise Refused(405, "method-not-allowed", _("This API is only read: ask with GET."), Allow="GET, HEAD")


def _not_found() -> HttpResponse:
    row = rows.ErrorRow("not-found", _("There is nothing at this address that this token may see."))
    return HttpResponse(_json(described.plain(row)), status=404, content_type="application/json")


def _token(request: HttpRequest) -> ApiToken:
    """Raises Refused. A token whose owner teaches no more is still theirs: it shows what they may see, which is nothing."""
    network = limits.network_of(request)
    match = _BEARER.fullmatch(request.headers.get("Authorization", "").strip())
    token = ApiToken.objects.of_secret(match[1]) if match else None
    if token is None or not token.owner.is_active:
        if seconds := limits.take("api", network=network):
            raise _too_often(seconds)
        raise Refused(
            401, "unauthorized", _("Send a token that is valid: “Authorization: Bearer …”."), WWW_Authenticate='Bearer realm="course"'
        )
    if seconds := limits.take("api", person=f"token {token.pk}", network=network):
        raise _too_often(seconds)
    token.used()
    return token


def _too_often(seconds: int) -> Refused:
    message = _("That was too often. Go on in %(seconds)s s.") % {"seconds": seconds}
    return Refused(429, "too-often", message, Retry_After=str(seconds))


def _said(request: HttpRequest, found: Any) -> HttpResponse:
    body = _json(found)
    etag = quote_etag(salted_hmac("course.export.api", body, algorithm="sha256").hexdigest()[:32])
    answer = HttpResponse(body, content_type="application/json")
    if etag in [one.strip().removeprefix("W/") for one in request.headers.get("If-None-Match", "").split(",")]:
        answer = HttpResponse(status=304)
    answer["ETag"] = etag
    answer["Cache-Control"] = "private, no-cache"
    patch_vary_headers(answer, ["Authorization"])
    return answer


def _json(found: Any) -> str:
    return json.dumps(found, ensure_ascii=False, separators=(",", ":"))


# --- the addresses ---------------------------------------------------------------------------------------------------------


@_answers
def cohorts(request: HttpRequest, token: ApiToken) -> Any:
    """Those that the token's owner runs now."""
    found = counted(access.taught(token.owner)).filter(pk__gt=_cursor(request))
    if since := _since(request):
        found = found.filter(made__gte=since)
    many = _limit(request, MOST)
    return _page([*found.order_by("pk")[: many + 1]], many, cohort_row)


@_answers
def resource(request: HttpRequest, token: ApiToken, *, pk: int, name: str) -> Any:
    """Rows of one cohort."""
    one = RESOURCES.get(name)
    cohort = access.taught(token.owner).filter(pk=pk).first()
    if one is None or cohort is None:
        raise Http404
    output = one.output and _flag(request, "output")
    many = _limit(request, MOST_WITH_OUTPUT if output else MOST)
    found = one.page(cohort, after=_cursor(request), many=many + 1, since=_since(request), output=output)
    return _page(found, many, lambda row: one.told(row, output=output))


@_answers
def nothing(request: HttpRequest, token: ApiToken, **_names: Any) -> Any:
    """Any other address under the API's."""
    raise Http404


@csrf_exempt
def schema(request: HttpRequest) -> HttpResponse:
    """For everybody: it says nothing of anybody."""
    if request.method not in {"GET", "HEAD"}:
        return HttpResponse(status=405, headers={"Allow": "GET, HEAD"})
    answer = _said(request, openapi.document(request.build_absolute_uri("/").rstrip("/")))
    answer["Access-Control-Allow-Origin"] = "*"
    return answer


# --- what is asked ---------------------------------------------------------------------------------------------------------


def _page(found: list[Any], many: int, make: Callable[[Any], Any]) -> dict[str, Any]:
    """``found``: one more than are told, where there are more."""
    following = _of_key(found[many - 1].pk) if len(found) > many else None
    return {"items": [described.plain(make(one)) for one in found[:many]], "next": following}


def _of_key(key: int) -> str:
    return base64.urlsafe_b64encode(f"after {key}".encode()).decode().rstrip("=")


def _cursor(request: HttpRequest) -> int:
    given = request.GET.get("cursor", "")
    if not given:
        return 0
    try:
        word, _space, key = base64.urlsafe_b64decode(given + "=" * (-len(given) % 4)).decode("ascii").partition(" ")
        if word == "after" and key.isdecimal() and len(key) < 19:
            return int(key)
    except (binascii.Error, ValueError):
        pass
    raise _unfit("cursor", _("Leave it out, or send what the page before gave as “next”."))


def _limit(request: HttpRequest, most: int) -> int:
    given = request.GET.get("limit", str(min(LIMIT, most)))
    if not (given.isascii() and given.isdecimal() and len(given) < 6 and 1 <= int(given) <= most):
        raise _unfit("limit", _("A number from 1 to %(most)s.") % {"most": most})
    return int(given)


def _since(request: HttpRequest) -> datetime | None:
    given = request.GET.get("since", "")
    if not given:
        return None
    try:
        found = parse_datetime(given.replace(" ", "+"))  # what a plus in an address becomes
    except ValueError:
        found = None
    if found is None or timezone.is_naive(found):
        raise _unfit("since", _("A moment with its offset, as 2026-03-02T09:00:00Z."))
    return found


def _flag(request: HttpRequest, name: str) -> bool:
    given = request.GET.get(name, "")
    if given not in {"", "0", "1", "false", "true"}:
        raise _unfit(name, _("1, or nothing."))
    return given in {"1", "true"}


def _unfit(name: str, words: str) -> Refused:
    return Refused(400, "bad-parameter", f"{name}: {words}")

