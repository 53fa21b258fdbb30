"""Sandboxes and versions for administrators: look, reset, delete. What a sandbox holds is never edited here."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import admin, messages
from django.contrib.admin.models import CHANGE, DELETION, LogEntry
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.defaultfilters import filesizeformat
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from sandbox import actions
from sandbox.errors import Busy
from sandbox.models import Sandbox, Version

if TYPE_CHECKING:
    ModelAdmin = admin.ModelAdmin[Any]
else:
    ModelAdmin = admin.ModelAdmin  # generic only for the type checker


class ReadOnly(ModelAdmin):
    """Lists and detail pages without a way to write."""

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(Sandbox)
class SandboxAdmin(ReadOnly):
    list_display = ("owner_name", "label", "size", "last_used", "version", "locked")
    list_display_links = ("owner_name", "label")
    list_filter = ("label", "last_used")
    list_select_related = ("owner", "head")
    search_fields = ("owner__username", "owner__first_name", "owner__last_name", "label")
    fields = ("owner", "label", "size", "version", "start", "created", "last_used", "locked", "instance")
    readonly_fields = ("size", "version", "locked", "instance")
    actions = ("reset_chosen", "delete_chosen")
    change_form_template = "admin/sandbox/sandbox/detail.html"

    @admin.display(description=_("owner"), ordering="owner__username")
    def owner_name(self, sandbox: Sandbox) -> str:
        return str(sandbox.owner or "–")

    @admin.display(description=_("size"), ordering="head__home_bytes")
    def size(self, sandbox: Sandbox) -> str:
        return filesizeformat(sandbox.head.home_bytes + sandbox.head.cloud_bytes)

    @admin.display(description=_("version"), ordering="head__number")
    def version(self, sandbox: Sandbox) -> int:
        return sandbox.head.number

    @admin.display(description=_("EC2 instance"))
    def instance(self, sandbox: Sandbox) -> str:
        return sandbox.instance_id

    @admin.display(description=_("in use"))
    def locked(self, sandbox: Sandbox) -> str:
        held = sandbox.lock_holder and sandbox.lock_until and sandbox.lock_until > timezone.now()
        return str(_("in use")) if held else "–"

    @admin.action(description=_("Reset the chosen sandboxes to their start"))
    def reset_chosen(self, request: HttpRequest, queryset: QuerySet[Sandbox]) -> HttpResponse | None:
        if "confirmed" not in request.POST:
            return self._ask(request, queryset, "reset_chosen")
        done = [sandbox for sandbox in queryset if self._reset(request, sandbox)]
        words = ngettext("%(count)d sandbox was reset.", "%(count)d sandboxes were reset.", len(done))
        self._tell(request, words, len(done))
        return None

    @admin.action(description=_("Delete the chosen sandboxes"))
    def delete_chosen(self, request: HttpRequest, queryset: QuerySet[Sandbox]) -> HttpResponse | None:
        if "confirmed" not in request.POST:
            return self._ask(request, queryset, "delete_chosen")
        done = [sandbox for sandbox in queryset if self._delete(request, sandbox)]
        words = ngettext("%(count)d sandbox was deleted.", "%(count)d sandboxes were deleted.", len(done))
        self._tell(request, words, len(done))
        return None

    def _ask(self, request: HttpRequest, queryset: QuerySet[Sandbox], action: str) -> HttpResponse:
        context = {
            **self.admin_site.each_context(request),
            "title": _("Delete sandboxes") if action == "delete_chosen" else _("Reset sandboxes"),
            "sandboxes": queryset.select_related("owner", "head"),
            "action": action,
            "opts": self.model._meta,
        }
        return TemplateResponse(request, "admin/sandbox/sandbox/confirm.html", context)

    def _reset(self, request: HttpRequest, sandbox: Sandbox) -> bool:
        before = sandbox.head.number
        try:
            actions.reset(sandbox=sandbox, by=request.user)
        except Busy:
            return self._busy(request, sandbox)
        self._log(request, sandbox, CHANGE, f"reset from version {before} to {sandbox.start.number}")
        return True

    def _delete(self, request: HttpRequest, sandbox: Sandbox) -> bool:
        copy = Sandbox.objects.select_related("owner").get(pk=sandbox.pk)  # the log needs its name after it is gone
        try:
            actions.delete(sandbox=sandbox, by=request.user)
        except Busy:
            return self._busy(request, sandbox)
        self._log(request, copy, DELETION, f"deleted at version {copy.head.number}")
        return True

    def _busy(self, request: HttpRequest, sandbox: Sandbox) -> bool:
        words = _("Left alone: %(sandbox)s is running a command. Try again when it has ended.")
        self.message_user(request, words % {"sandbox": sandbox}, messages.WARNING)
        return False

    def _tell(self, request: HttpRequest, words: str, count: int) -> None:
        if count:
            self.message_user(request, words % {"count": count}, messages.SUCCESS)

    def _log(self, request: HttpRequest, sandbox: Sandbox, flag: int, words: str) -> None:
        LogEntry.objects.log_actions(int(request.user.pk or 0), [sandbox], flag, words, single_object=True)


@admin.register(Version)
class VersionAdmin(ReadOnly):
    list_display = ("number", "sandbox", "short_command", "account", "size", "pinned", "created")
    list_filter = ("pinned", "created")
    list_select_related = ("sandbox", "sandbox__owner")
    search_fields = ("command", "account", "sandbox__owner__username")
    date_hierarchy = "created"

    @admin.display(description=_("command"))
    def short_command(self, version: Version) -> str:
        return version.command[:80] or "–"

    @admin.display(description=_("size"))
    def size(self, version: Version) -> str:
        return filesizeformat(version.home_bytes + version.cloud_bytes)
