"""Sandboxes and versions for administrators: look, undo, redo, rewind, reset, delete. What a sandbox holds is never edited here."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Any

from django.contrib import admin, messages
from django.contrib.admin.models import CHANGE, DELETION, LogEntry
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.defaultfilters import filesizeformat
from django.template.response import TemplateResponse
from django.urls import path
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from sandbox import actions
from sandbox.errors import Busy, LearnerError
from sandbox.history import History
from sandbox.models import Sandbox, Version

if TYPE_CHECKING:
    ModelAdmin = admin.ModelAdmin[Any]
else:
    ModelAdmin = admin.ModelAdmin  # generic only for the type checker


REFUSALS = {
    "nothing-to-undo": _("There is nothing to undo yet."),
    "nothing-to-redo": _("There is nothing to do again."),
    "version-gone": _("That is too long ago: it is no longer kept."),
}
QUESTIONS = {
    "undo_chosen": (
        _("Undo in sandboxes"),
        _("In each of these sandboxes the last command, or the last reset, is undone: files, shell, AWS account. It can be done again."),
        _("Yes, undo"),
    ),
    "redo_chosen": (
        _("Redo in sandboxes"),
        _("In each of these sandboxes the command that was undone last is done again: files, shell, AWS account. Nothing is run."),
        _("Yes, redo"),
    ),
    "reset_chosen": (
        _("Reset sandboxes"),
        _("These sandboxes go back to the start of their lab: files, shell, AWS account. Undo, here or by the learner, brings all back."),
        _("Yes, reset"),
    ),
    "delete_chosen": (
        _("Delete sandboxes"),
        _(
            "These sandboxes and everything in them will be deleted: files, shell, AWS account. This cannot be undone. "
            "A learner who opens the lab again gets a new one."
        ),
        _("Yes, delete"),
    ),
}
"""For each action: title, what will happen, the button."""


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
    actions = ("undo_chosen", "redo_chosen", "reset_chosen", "delete_chosen")
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

    @admin.action(description=_("Undo the last command of the chosen sandboxes"))
    def undo_chosen(self, request: HttpRequest, queryset: QuerySet[Sandbox]) -> HttpResponse | None:
        if "confirmed" not in request.POST:
            return self._ask(request, queryset, "undo_chosen")
        done = [sandbox for sandbox in queryset if self._move(request, sandbox, "undo", actions.undo)]
        words = ngettext("%(count)d sandbox went back by a command.", "%(count)d sandboxes went back by a command.", len(done))
        return self._tell(request, words, len(done))

    @admin.action(description=_("Redo what was undone in the chosen sandboxes"))
    def redo_chosen(self, request: HttpRequest, queryset: QuerySet[Sandbox]) -> HttpResponse | None:
        if "confirmed" not in request.POST:
            return self._ask(request, queryset, "redo_chosen")
        done = [sandbox for sandbox in queryset if self._move(request, sandbox, "redo", actions.redo)]
        words = ngettext("%(count)d sandbox went forward by a command.", "%(count)d sandboxes went forward by a command.", len(done))
        return self._tell(request, words, len(done))

    @admin.action(description=_("Reset the chosen sandboxes to their start"))
    def reset_chosen(self, request: HttpRequest, queryset: QuerySet[Sandbox]) -> HttpResponse | None:
        if "confirmed" not in request.POST:
            return self._ask(request, queryset, "reset_chosen")
        done = [sandbox for sandbox in queryset if self._move(request, sandbox, "reset", actions.reset)]
        words = ngettext("%(count)d sandbox was reset.", "%(count)d sandboxes were reset.", len(done))
        return self._tell(request, words, len(done))

    @admin.action(description=_("Delete the chosen sandboxes"))
    def delete_chosen(self, request: HttpRequest, queryset: QuerySet[Sandbox]) -> HttpResponse | None:
        if "confirmed" not in request.POST:
            return self._ask(request, queryset, "delete_chosen")
        done = [sandbox for sandbox in queryset if self._delete(request, sandbox)]
        words = ngettext("%(count)d sandbox was deleted.", "%(count)d sandboxes were deleted.", len(done))
        return self._tell(request, words, len(done))

    def _ask(self, request: HttpRequest, queryset: QuerySet[Sandbox], action: str) -> HttpResponse:
        title, words, yes = QUESTIONS[action]
        context = {
            **self.admin_site.each_context(request),
            "title": title,
            "words": words,
            "yes": yes,
            "sandboxes": queryset.select_related("owner", "head"),
            "action": action,
            "opts": self.model._meta,
        }
        return TemplateResponse(request, "admin/sandbox/sandbox/confirm.html", context)

    # --- one sandbox's versions ------------------------------------------------------------------------------------------------

    def get_urls(self) -> list[Any]:
        own = path("<uuid:pk>/versions/", self.admin_site.admin_view(self.versions), name="sandbox_sandbox_versions")
        return [own, *super().get_urls()]

    def versions(self, request: HttpRequest, pk: Any) -> HttpResponse:
        """Every version that is kept, the newest first, and the way to each. POST, field to: rewind to that one."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        sandbox = get_object_or_404(Sandbox.objects.select_related("owner", "head", "start"), pk=pk)
        if request.method == "POST":
            to = request.POST.get("to", "")
            key = int(to) if to.isascii() and to.isdecimal() and len(to) < 16 else None
            if self._move(request, sandbox, "rewind", partial(actions.rewind, to=key)):
                self.message_user(request, _("The sandbox stands at version %(version)s.") % {"version": sandbox.head}, messages.SUCCESS)
            return redirect("admin:sandbox_sandbox_versions", pk)
        context = {
            **self.admin_site.each_context(request),
            "title": _("Versions of %(sandbox)s") % {"sandbox": sandbox},
            "sandbox": sandbox,
            "rows": _version_rows(sandbox),
            "opts": self.model._meta,
        }
        return TemplateResponse(request, "admin/sandbox/sandbox/versions.html", context)

    # --- acting ----------------------------------------------------------------------------------------------------------------

    def _move(self, request: HttpRequest, sandbox: Sandbox, name: str, act: Callable[..., Version]) -> bool:
        before = sandbox.head
        try:
            act(sandbox=sandbox, by=request.user)
        except Busy:
            return self._busy(request, sandbox)
        except LearnerError as error:
            self.message_user(request, f"{sandbox}: {REFUSALS.get(error.code, error.code)}", messages.WARNING)
            return False
        self._log(request, sandbox, CHANGE, f"{name} from version {before} to {sandbox.head}")
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

    def _tell(self, request: HttpRequest, words: str, count: int) -> HttpResponse | None:
        if count:
            self.message_user(request, words % {"count": count}, messages.SUCCESS)
        return None

    def _log(self, request: HttpRequest, sandbox: Sandbox, flag: int, words: str) -> None:
        LogEntry.objects.log_actions(int(request.user.pk or 0), [sandbox], flag, words, single_object=True)


def _version_rows(sandbox: Sandbox) -> list[dict[str, Any]]:
    """One dict a version: version, state ("" on the way to the head, else a word), counts of what it changed."""
    history = History(sandbox)
    line = set(history.line(sandbox.head_id))
    versions = Version.objects.filter(pk__in=history.nodes).order_by("-pk")
    return [
        {
            "version": version,
            "head": version.pk == sandbox.head_id,
            "undone": version.pk not in line,
            "reset": history.nodes[version.pk].left is not None,
            "files": len(version.changes.get("files", ())),
            "cloud": version.changes.get("cloud", ()),
        }
        for version in versions
    ]


@admin.register(Version)
class VersionAdmin(ReadOnly):
    list_display = ("number", "sandbox", "short_command", "account", "size", "pinned", "created")
    list_filter = ("pinned", "created")
    list_select_related = ("sandbox", "sandbox__owner")
    search_fields = ("command", "account", "sandbox__owner__username")
    date_hierarchy = "created"

    @admin.display(description=_("command"))
    def short_command(self, version: Version) -> str:
        return version.made_by[:80] or "–"

    @admin.display(description=_("size"))
    def size(self, version: Version) -> str:
        return filesizeformat(version.home_bytes + version.cloud_bytes)
