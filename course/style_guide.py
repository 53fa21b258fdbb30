"""What pages are made of, for who builds them: every component with its markup, on both grounds. Only where one develops."""

from __future__ import annotations

import re
from pathlib import Path

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils.safestring import SafeString
from django.views.decorators.http import require_safe

_CSS = settings.BASE_DIR / "static" / "css"
_COMPONENTS = settings.BASE_DIR / "templates" / "styleguide"


@require_safe
def style_guide(request: HttpRequest) -> HttpResponse:
    if not settings.DEBUG:
        raise Http404
    tokens = (_CSS / "tokens.css").read_text()
    context = {
        "themes": ("light", "dark"),
        "colours": re.findall(r"--([a-z-]+): (?:light-dark\(#|#)", tokens),
        "sizes": re.findall(r"--t-([a-z]+):", tokens),
        "spaces": re.findall(r"--(s\d):", tokens),
        "icons": re.findall(r"^\.icon-(\w+) ", (_CSS / "icons.css").read_text(), re.MULTILINE),
        "components": [_component(path) for path in sorted(_COMPONENTS.glob("*.html"))],
    }
    return render(request, "course/styleguide.html", context)


def _component(path: Path) -> dict[str, str | SafeString]:
    name = path.stem.partition("-")[2].capitalize()
    return {"name": name, "source": path.read_text().strip(), "html": render_to_string(f"styleguide/{path.name}")}
