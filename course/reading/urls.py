"""The notes' addresses: everybody may read, and what is kept is a signed-in reader's own."""

from __future__ import annotations

from django.urls import URLPattern, path

from course.reading import views

urlpatterns: list[URLPattern] = [
    path("<slug:slug>/", views.note, name="note"),
    path("<slug:slug>/read/", views.read, name="read"),
    path("<slug:slug>/bookmark/", views.bookmark, name="bookmark"),
    path("<slug:slug>/console/", views.console, name="note-console"),
    path("<slug:slug>/questions/<slug:question>/", views.answer, name="answer"),
]
