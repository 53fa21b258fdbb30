"""HTTP for the labs."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render


@login_required
def home(request: HttpRequest) -> HttpResponse:
    return render(request, "labs/catalogue.html", {"nav": "labs", "cards": []})


@login_required
def attempts(request: HttpRequest) -> HttpResponse:
    return render(request, "labs/catalogue.html", {"nav": "attempts", "cards": []})
