"""The labs' addresses. What is under ``attempts/`` belongs to one learner; instructors and administrators may read it."""

from __future__ import annotations

from django.urls import URLPattern, path

from labs import clock_views, console_views, help_views, moves, preview_views, progress, screen_views, stream, views, watch

urlpatterns: list[URLPattern] = [
    path("", views.home, name="home"),
    path("labs/<slug:name>/", views.lab, name="lab"),
    path("labs/<slug:name>/start/", views.start, name="start"),
    path("progress/", progress.progress, name="progress"),
    path("attempts/", watch.attempts, name="attempts"),
    path("attempts/<int:pk>/", views.page, name="page"),
    path("attempts/<int:pk>/stream/", stream.stream, name="stream"),
    path("attempts/<int:pk>/commands/", views.commands, name="commands"),
    path("attempts/<int:pk>/input/", views.type_in, name="input"),
    path("attempts/<int:pk>/size/", screen_views.size, name="size"),
    path("attempts/<int:pk>/complete/", console_views.complete, name="complete"),
    path("attempts/<int:pk>/stop/", views.stop, name="stop"),
    path("attempts/<int:pk>/skip/", clock_views.skip, name="skip"),
    path("attempts/<int:pk>/preview/<int:port>/", preview_views.port, name="preview"),
    path("attempts/<int:pk>/open/", preview_views.url, name="preview-url"),
    path("attempts/<int:pk>/undo/", moves.undo, name="undo"),
    path("attempts/<int:pk>/redo/", moves.redo, name="redo"),
    path("attempts/<int:pk>/rewind/", moves.rewind, name="rewind"),
    path("attempts/<int:pk>/reset/", moves.reset, name="reset"),
    path("attempts/<int:pk>/reset/ask/", moves.ask, name="ask-reset"),
    path("attempts/<int:pk>/reset-step/", moves.reset_step, name="reset-step"),
    path("attempts/<int:pk>/reset-step/ask/", moves.ask, {"step": True}, name="ask-reset-step"),
    path("attempts/<int:pk>/commands/<int:command>/output/", console_views.output, name="output"),
    path("attempts/<int:pk>/commands/<int:command>/changes/", moves.changes, name="changes"),
    path("attempts/<int:pk>/steps/<slug:step>/check/", views.check, name="check"),
    path("attempts/<int:pk>/steps/<slug:step>/hint/", views.hint, name="hint"),
    path("attempts/<int:pk>/steps/<slug:step>/solution/", views.solution, name="solution"),
    path("attempts/<int:pk>/steps/<slug:step>/solution/ask/", help_views.ask_solution, name="ask-solution"),
]
