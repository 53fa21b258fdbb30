"""The site's addresses; the labs' own are in labs.urls."""

from __future__ import annotations

from django.contrib import admin
from django.contrib.auth.views import LogoutView
from django.urls import URLPattern, URLResolver, include, path

from course import front_views, guest_views, language, search_views, style_guide, views
from course.desk.metrics import metrics
from course.health import healthz, readyz
from course.people.signing_in import admin_sign_in
from course.reading.pictures import views as pictures_views

urlpatterns: list[URLPattern | URLResolver] = [
    path("", front_views.home, name="home"),
    path("course/", front_views.course, name="course"),
    path("styleguide/", style_guide.style_guide, name="styleguide"),
    path("search/", search_views.find, name="search"),
    path("", include("labs.urls")),
    path("notes/strategies/", pictures_views.strategies, name="strategies"),
    path("notes/", include("course.reading.urls")),
    path("", include("course.people.urls")),
    path("", include("course.insight.urls")),
    path("", include("course.export.urls")),
    path("", include("course.following.urls")),
    path("", include("course.helping.urls")),
    path("", include("course.board.urls")),
    path("", include("course.desk.urls")),
    path("", include("course.demo.urls")),
    path("sign-out/", LogoutView.as_view(), name="sign-out"),
    path("guest/", guest_views.enter, name="guest"),
    path("guest/keep/", guest_views.keep, name="keep"),
    path("language/", language.choose, name="set_language"),
    path("admin/login/", admin_sign_in, name="admin-sign-in"),
    path("admin/", admin.site.urls),
    path("favicon.ico", views.favicon, name="favicon"),
    path("healthz", healthz, name="healthz"),
    path("readyz", readyz, name="readyz"),
    path("metrics", metrics, name="metrics"),
]
