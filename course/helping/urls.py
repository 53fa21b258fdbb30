"""The addresses of help: what is under ``attempts/`` is the learner's, the rest who teaches them."""

from __future__ import annotations

from django.urls import URLPattern, path

from course.helping import live, views_learner, views_queue

urlpatterns: list[URLPattern] = [
    path("attempts/<int:pk>/help/", views_learner.ask, name="help-ask"),
    path("attempts/<int:pk>/help/close/", views_learner.close, name="help-close"),
    path("attempts/<int:pk>/help/seen/", views_learner.seen, name="help-seen"),
    path("attempts/<int:pk>/help/commands/<int:command>/decline/", views_learner.decline, name="help-decline"),
    path("help/", views_queue.everywhere, name="help-queue"),
    path("help/stream/", live.stream, name="help-stream"),
    path("help/<int:pk>/", views_queue.one, name="help"),
    path("help/<int:pk>/take/", views_queue.take, name="help-take"),
    path("help/<int:pk>/release/", views_queue.release, name="help-release"),
    path("help/<int:pk>/fork/", views_queue.fork, name="help-fork"),
    path("help/<int:pk>/answer/", views_queue.answer, name="help-answer"),
    path("cohorts/<int:pk>/help/", views_queue.of_cohort, name="cohort-help"),
]
