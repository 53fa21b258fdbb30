"""The demo cohort's address."""

from __future__ import annotations

from django.urls import URLPattern, path

from course.demo import views

urlpatterns: list[URLPattern] = [path("cohorts/<int:pk>/demo/", views.progress, name="demo-progress")]
