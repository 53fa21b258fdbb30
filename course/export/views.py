"""HTTP for instructors: exports of a cohort, tokens, and the API's manual."""

from __future__ import annotations

from collections.abc import Iterator

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from course.export import actions, described, rows, sending, writing
from course.export.forms import TokenForm
from course.export.models import ApiToken
from course.export.paging import LIMIT, MOST, MOST_WITH_OUTPUT
from course.export.resources import RESOURCES
from course.people import access, limits, once
from course.people.acts import record
from course.people.models import Cohort
from labs.wording import language

FORMATS = {"csv": (writing.as_csv, "text/csv; charset=utf-8"), "json": (lambda _row, pieces: writing.as_json(pieces), "application/json")}


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
@limits.limited("exports")
def export(request: HttpRequest, pk: int) -> HttpResponseBase:
    """What can be had. Posted (kind, format, output): the file."""
    found = access.cohort(request, pk)
    if request.method != "POST":
        left = found.acts.filter(what="account-deleted").count()
        return render(request, "export/export.html", {"nav": "cohorts", "cohort": found, "kinds": RESOURCES.values(), "left": left})
    resource, form = RESOURCES.get(request.POST.get("kind", "")), request.POST.get("format", "")
    if resource is None or form not in FORMATS:
        raise Http404
    output = resource.output and request.POST.get("output") == "1"
    record("exported", by=access.person(request), target=resource.name, cohort=found, format=form, output=output)
    write, kind = FORMATS[form]
    parts = write(resource.row, resource.all(found, output=output))
    return sending.attachment((part.encode() for part in parts), name=_name(found, resource.name, form), kind=kind)


def _name(cohort: Cohort, kind: str, form: str) -> str:
    return f"{slugify(cohort.name, allow_unicode=True) or cohort.pk}-{kind}-{timezone.localdate():%Y-%m-%d}.{form}"


# --- tokens ----------------------------------------------------------------------------------------------------------------


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
@limits.limited("invitations")
def tokens(request: HttpRequest) -> HttpResponse:
    """One's own; posted: a new one, whose secret the page shows that follows, and no other."""
    access.teacher(request)
    form = TokenForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            made, secret = actions.make_token(owner=access.person(request), **form.cleaned_data)
        except actions.TooMany:
            form.add_error(None, _("%(most)s tokens are the most: revoke one that nothing uses.") % {"most": actions.MOST_TOKENS})
        else:
            once.keep(request, "token", secret=secret, pk=made.pk)
            return redirect("tokens")
    found, shown = access.tokens(request), once.take(request, "token")
    context = {"nav": "cohorts", "form": form, "tokens": found}
    if shown:
        context |= {"secret": shown["secret"], "made": found.filter(pk=shown["pk"]).first()}
    answer = render(request, "export/tokens.html", context, status=422 if form.is_bound else 200)
    answer["Cache-Control"] = "no-store"
    return answer


@login_required
@require_POST
def revoke(request: HttpRequest, pk: int) -> HttpResponse:
    token: ApiToken = access.token(request, pk)
    actions.revoke_token(token=token, by=access.person(request))
    messages.success(request, _("“%(name)s” is revoked: it lets nobody in any more.") % {"name": token.name})
    return redirect("tokens")


# --- the manual ------------------------------------------------------------------------------------------------------------


@login_required
@require_safe
def manual(request: HttpRequest) -> HttpResponse:
    """How the API is used, from what it is made of."""
    access.teacher(request)
    site = request.build_absolute_uri("/").rstrip("/")
    context = {"nav": "cohorts", "parts": list(_parts()), "site": site, "limit": LIMIT, "most": MOST, "most_output": MOST_WITH_OUTPUT}
    return render(request, "export/manual.html", context | {"english": language() == "en"})


def _parts() -> Iterator[dict[str, object]]:
    yield {"name": "cohorts", "path": "/cohorts", "title": _("Cohorts"), "fields": described.fields(rows.CohortRow)}
    for one in RESOURCES.values():
        path = f"/cohorts/{{cohort}}/{one.name}"
        yield {"name": one.name, "path": path, "title": one.words, "fields": described.fields(one.row), "output": one.output}
