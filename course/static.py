"""Static files: names that change with what is in them, and an answer that an asynchronous server can send."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from whitenoise.middleware import WhiteNoiseMiddleware
from whitenoise.storage import CompressedManifestStaticFilesStorage


class HashedFiles(CompressedManifestStaticFilesStorage):  # type: ignore[misc]
    """Our modules import each other by their hashed names too: all may be cached for ever. (A package's own may import what it has not.)"""

    patterns = (
        *CompressedManifestStaticFilesStorage.patterns,
        ("js/*.js", CompressedManifestStaticFilesStorage._js_module_import_aggregation_patterns[1]),
    )


class StaticFiles(WhiteNoiseMiddleware):  # type: ignore[misc]
    """WhiteNoise answers with a file, which Django would read into memory for an ASGI server, and warn of it. Ours are small."""

    @staticmethod
    def serve(static_file: Any, request: HttpRequest) -> HttpResponse:
        found = static_file.get_response(request.method, request.META)
        answer = HttpResponse(b"", status=int(found.status))
        if found.file is not None:
            with found.file:
                answer.content = found.file.read()
        del answer["Content-Type"]
        for name, value in found.headers:
            answer[name] = value
        return answer
