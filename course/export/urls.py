"""The addresses of exports, the API, tokens, and everybody's own data."""

from __future__ import annotations

from django.urls import path

from course.export import api, views, views_own

urlpatterns = [
    path("cohorts/<int:pk>/export/", views.export, name="export"),
    path("tokens/", views.tokens, name="tokens"),
    path("tokens/<int:pk>/revoke/", views.revoke, name="token-revoke"),
    path("api/", views.manual, name="api-manual"),
    path("api/v1/openapi.json", api.schema, name="api-schema"),
    path("api/v1/cohorts", api.cohorts, name="api-cohorts"),
    path("api/v1/cohorts/<int:pk>/<slug:name>", api.resource, name="api-resource"),
    path("api/v1/", api.nothing, name="api-root"),
    path("api/v1/<path:rest>", api.nothing, name="api-nothing"),
    path("data/", views_own.data, name="data"),
    path("data/download/", views_own.download, name="data-download"),
    path("data/leave/", views_own.leave, name="leave"),
    path("data/stay/", views_own.stay, name="stay"),
]
