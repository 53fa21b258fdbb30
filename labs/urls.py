"""The labs' addresses."""

from __future__ import annotations

from django.urls import URLPattern, path

from labs import views

urlpatterns: list[URLPattern] = [
    path("", views.home, name="home"),
    path("attempts/", views.attempts, name="attempts"),
]
