"""The site's addresses; the labs' own are in labs.urls."""

from __future__ import annotations

from django.contrib import admin
from django.contrib.auth.views import LogoutView
from django.urls import URLPattern, URLResolver, include, path

from course import front_views, guest_views, language, search_views, style_guide, views
from course.health import healthz
from course.reading.pictures import views as pictures_views

urlpatterns: list[URLPattern | URLResolver] = [
    path("", front_views.home, name="home"),
    path("course/", front_views.course, name="course"),
    path("styleguide/", style_guide.style_guide, name="styleguide"),
    path("search/", search_views.find, name="search"),
    path("", include("labs.urls")),
    path("notes/strategies/", pictures_views.strategies, name="strategies"),
    path("notes/", include("course.reading.urls")),
    path("sign-in/", views.SignIn.as_view(), name="sign-in"),
    path("sign-out/", LogoutView.as_view(), name="sign-out"),
    path("guest/", guest_views.enter, name="guest"),
    path("guest/keep/", guest_views.keep, name="keep"),
    path("language/", language.choose, name="set_language"),
    path("admin/", admin.site.urls),
    path("favicon.ico", views.favicon),
    path("healthz", healthz, name="healthz"),
]
