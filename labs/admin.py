"""Attempts and commands for administrators, to read."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from labs.models import Attempt, Command, StepProgress
from sandbox.admin import ReadOnly

if TYPE_CHECKING:
    TabularInline = admin.TabularInline[StepProgress, Attempt]
else:
    TabularInline = admin.TabularInline  # generic only for the type checker


class StepInline(TabularInline):
    model = StepProgress
    fields = ("step_id", "state", "outcome", "tries", "hints_shown", "solution_shown", "points", "passed_at")
    readonly_fields = fields
    can_delete = False
    extra = 0

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(Attempt)
class AttemptAdmin(ReadOnly):
    list_display = ("user", "lab", "passed", "points_got", "step", "started", "completed", "last_seen")
    list_filter = ("lab", "completed", "last_seen")
    list_select_related = ("user",)
    search_fields = ("user__username", "user__first_name", "user__last_name", "lab")
    inlines = (StepInline,)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Attempt]:
        return super().get_queryset(request).prefetch_related("steps")

    @admin.display(description=_("steps"))
    def passed(self, attempt: Attempt) -> str:
        steps = attempt.steps.all()
        return f"{sum(step.passed for step in steps)}/{len(steps)}"

    @admin.display(description=_("points"))
    def points_got(self, attempt: Attempt) -> int:
        return attempt.points


@admin.register(Command)
class CommandAdmin(ReadOnly):
    list_display = ("number", "learner", "lab", "short_line", "state", "exit_status", "duration_ms", "queued")
    list_display_links = ("number", "short_line")
    list_filter = ("state", "attempt__lab", "queued")
    list_select_related = ("attempt", "attempt__user")
    search_fields = ("line", "attempt__user__username")
    fields = (
        "attempt", "number", "line", "state", "exit_status", "reason", "text", "message", "cwd_before", "cwd_after", "version", "changes",
        "queued", "claimed", "ended", "first_output_ms", "duration_ms",
    )  # fmt: skip
    readonly_fields = ("text",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Command]:
        commands = super().get_queryset(request)
        listing = request.resolver_match is not None and request.resolver_match.url_name == "labs_command_changelist"
        return commands.defer("output") if listing else commands

    @admin.display(description=_("learner"), ordering="attempt__user__username")
    def learner(self, command: Command) -> str:
        return str(command.attempt.user)

    @admin.display(description=_("lab"), ordering="attempt__lab")
    def lab(self, command: Command) -> str:
        return command.attempt.lab

    @admin.display(description=_("command"), ordering="line")
    def short_line(self, command: Command) -> str:
        return command.line[:80]

    @admin.display(description=_("output"))
    def text(self, command: Command) -> str:
        return bytes(command.output).decode(errors="replace")[:20_000]
