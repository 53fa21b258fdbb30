"""One thread a request."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse


class InOneThread:
    """The innermost middleware, synchronous: Django then runs all of them so, in the thread that the view runs in.

    Under an asynchronous server it would hand each half of each of them to that thread and take it back, a dozen times a request.
    """

    sync_capable, async_capable = True, False

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self._get_response(request)
