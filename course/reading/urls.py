"""The notes' addresses: everybody may read, and what is kept is a signed-in reader's own."""

from __future__ import annotations

from django.urls import URLPattern, path

from course.reading import views

urlpatterns: list[URLPattern] = [
    path("<slug:slug>/", views.note, name="note"),
]
