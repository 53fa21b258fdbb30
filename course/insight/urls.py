"""The address of what is hard."""

from __future__ import annotations

from django.urls import path

from course.insight import views

urlpatterns = [path("cohorts/<int:pk>/hard/", views.hard, name="hard")]
