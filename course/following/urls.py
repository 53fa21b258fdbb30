"""The addresses of one learner's work, for who teaches them."""

from __future__ import annotations

from django.urls import URLPattern, path

from course.following import views

_LEARNER = "cohorts/<int:pk>/learners/<int:user>/"
_ATTEMPT = f"{_LEARNER}<int:attempt>/"

urlpatterns: list[URLPattern] = [
    path(_LEARNER, views.person, name="learner"),
    path(_ATTEMPT, views.attempt, name="learner-attempt"),
    path(f"{_ATTEMPT}commands/<int:number>/", views.output, name="command-output"),
    path(f"{_ATTEMPT}replay/", views.replay_at, name="replay-at"),
    path(f"{_ATTEMPT}replay/<int:number>/", views.replay, name="replay"),
    path(f"{_ATTEMPT}replay/<int:number>/fork/", views.fork, name="fork"),
    path("forks/<int:pk>/close/", views.close, name="fork-close"),
]
