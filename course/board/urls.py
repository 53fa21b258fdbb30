"""The board's addresses."""

from __future__ import annotations

from django.urls import URLPattern, path

from course.board import stream, views

urlpatterns: list[URLPattern] = [
    path("cohorts/<int:pk>/board/", views.board, name="board"),
    path("cohorts/<int:pk>/board/stream/", stream.stream, name="board-stream"),
    path("cohorts/<int:pk>/board/stream/<slug:lab>/", stream.stream, name="board-stream-lab"),
    path("cohorts/<int:pk>/board/alarms/<int:alarm>/dismiss/", views.dismiss, name="alarm-dismiss"),
    path("cohorts/<int:pk>/board/alarms/<int:alarm>/back/", views.bring_back, name="alarm-back"),
    path("cohorts/<int:pk>/notices/", views.broadcasts, name="board-notices"),
    path("cohorts/<int:pk>/notices/<int:notice>/withdraw/", views.withdraw, name="notice-withdraw"),
    path("notices/<int:pk>/seen/", views.put_away, name="notice-seen"),
]
