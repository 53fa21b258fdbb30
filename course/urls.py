"""The site's addresses; the labs' own are in labs.urls."""

from __future__ import annotations

from django.contrib import admin
from django.contrib.auth.views import LoginView, LogoutView
from django.urls import URLPattern, URLResolver, include, path

from course import views
from course.forms import SignInForm
from course.health import healthz

urlpatterns: list[URLPattern | URLResolver] = [
    path("", include("labs.urls")),
    path(
        "sign-in/",
        LoginView.as_view(template_name="registration/sign-in.html", authentication_form=SignInForm, redirect_authenticated_user=True),
        name="sign-in",
    ),
    path("sign-out/", LogoutView.as_view(), name="sign-out"),
    path("language/", include("django.conf.urls.i18n")),
    path("admin/", admin.site.urls),
    path("favicon.ico", views.favicon),
    path("healthz", healthz, name="healthz"),
]
