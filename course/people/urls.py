"""The addresses of cohorts, invitations and passwords."""

from __future__ import annotations

from django.conf import settings
from django.urls import URLPattern, URLResolver, include, path

from course.people import signing_in, views, views_join, views_people

urlpatterns: list[URLPattern | URLResolver] = [
    path("sign-in/", signing_in.SignIn.as_view(), name="sign-in"),
    path("password/", signing_in.ChangePassword.as_view(), name="password"),
    path("password/forgotten/", signing_in.forgotten, name="password-forgotten"),
    path("password/set/<uidb64>/<token>/", signing_in.SetPassword.as_view(), name="password-set"),
    path("join/", views_join.join, name="join"),
    path("join/<str:secret>/", views_join.follow, name="invitation"),
    path("cohorts/", views.cohorts, name="cohorts"),
    path("cohorts/new/", views.new, name="cohort-new"),
    path("cohorts/<int:pk>/", views.cohort, name="cohort"),
    path("cohorts/<int:pk>/change/", views.change, name="cohort-change"),
    path("cohorts/<int:pk>/archive/", views.archive, name="cohort-archive"),
    path("cohorts/<int:pk>/reopen/", views.reopen, name="cohort-reopen"),
    path("cohorts/<int:pk>/dues/", views.dues, name="cohort-dues"),
    path("cohorts/<int:pk>/invite/", views_people.invite, name="cohort-invite"),
    path("cohorts/<int:pk>/invitations/<int:number>/withdraw/", views_people.withdraw, name="invitation-withdraw"),
    path("cohorts/<int:pk>/import/", views_people.import_people, name="cohort-import"),
    path("cohorts/<int:pk>/instructors/", views_people.add_instructor, name="cohort-instructor"),
    path("cohorts/<int:pk>/people/<int:member>/", views_people.member, name="member"),
    path("cohorts/<int:pk>/people/<int:member>/remove/", views_people.remove, name="member-remove"),
    path("cohorts/<int:pk>/people/<int:member>/back/", views_people.take_back, name="member-back"),
    path("cohorts/<int:pk>/people/<int:member>/extra/", views_people.extra, name="member-extra"),
    path("cohorts/<int:pk>/people/<int:member>/role/", views_people.role, name="member-role"),
    path("cohorts/<int:pk>/people/<int:member>/link/", views_people.link, name="member-link"),
]
if settings.OIDC:
    urlpatterns.append(path("", include("allauth.socialaccount.providers.openid_connect.urls")))
