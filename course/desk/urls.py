"""The addresses of the administrators' desk."""

from __future__ import annotations

from django.urls import URLPattern, path

from course.desk import views, views_work

urlpatterns: list[URLPattern] = [
    path("desk/", views.desk, name="desk"),
    path("desk/act/", views.act, name="desk-act"),
    path("desk/jobs/", views.all_jobs, name="desk-jobs"),
    path("desk/jobs/<int:pk>/", views.job, name="desk-job"),
    path("desk/jobs/<int:pk>/stop/", views.stop, name="desk-job-stop"),
    path("desk/jobs/<int:pk>/undo/", views.undo, name="desk-job-undo"),
    path("desk/work/", views_work.work, name="desk-work"),
    path("desk/work/<int:pk>/stop/", views_work.stop, name="desk-stop"),
    path("desk/acts/", views_work.record, name="desk-acts"),
]
