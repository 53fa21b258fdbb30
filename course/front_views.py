"""The course's own page: for a visitor what this is, for who is signed in where they are."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from course import front
from course.people import plan


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    if request.user.is_authenticated:
        return course(request)
    whole = front.course_map(request.user, plan.of(request.user))
    context = {"nav": "home", "guests": settings.GUESTS and settings.GUEST_HOURS, "map": whole}
    return render(request, "course/front.html", context)


@require_safe
def course(request: HttpRequest) -> HttpResponse:
    """The map: every part with its notes and labs, and how far one is; visitors may read it too."""
    taken = plan.of(request.user)
    return render(request, "course/map.html", {"nav": "course", "map": front.course_map(request.user, taken), "plan": taken})
