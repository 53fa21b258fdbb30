"""From the course's own pages to the previews' host names: a learner opens a port of their program, or a URL of their account.

Only the learner to whom the attempt belongs: what their program shows is nobody else's, an instructor's least of all.
"""

from __future__ import annotations

from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.translation import get_language
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from labs import access, previews, views
from labs.models import Attempt
from labs.previews import Preview, Target
from sandbox.errors import LearnerError


@never_cache
@login_required
@require_safe
def port(request: HttpRequest, pk: int, port: int) -> HttpResponse:
    """What the learner's program serves on ``port``."""
    attempt = access.own_attempt(request, pk)
    if not 0 < port < 65536:
        raise Http404
    return _lead(request, attempt, Target(port=port), "/")


@never_cache
@login_required
@require_safe
def url(request: HttpRequest, pk: int) -> HttpResponse:
    """A URL of the learner's simulated account, as AWS writes it. Field: url."""
    attempt = access.own_attempt(request, pk)
    found = previews.parse(request.GET.get("url", ""))
    if found is None:
        raise Http404
    return _lead(request, attempt, *found)


def _lead(request: HttpRequest, attempt: Attempt, target: Target, path: str) -> HttpResponse:
    """To its host name. One that a learner's program leads on to may have been made from a path of anything: it is a path there, too."""
    if attempt.sandbox_id is None:
        return views.refusal(request, attempt, LearnerError("preparing"))
    site = f"{request.scheme}://{request.get_host()}"
    try:
        label = previews.mint(Preview(attempt.pk, str(attempt.sandbox_id), target, site, get_language() or "en"))
    except LearnerError as error:
        return views.refusal(request, attempt, error)
    _, colon, number = request.get_host().rpartition(":")
    own = f":{number}" if colon and number.isdecimal() else ""
    return HttpResponseRedirect(f"{request.scheme}://{label}.{settings.PREVIEW_HOST}{own}{path}")
