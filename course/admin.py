"""People for administrators. The site is called by the course's name."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import admin
from django.contrib.auth.admin import UserAdmin as BaseUserAdmin
from django.contrib.auth.models import Group
from django.utils.translation import gettext_lazy as _

from course.models import User

admin.site.site_header = admin.site.site_title = _("DevOps Engineering on AWS")
admin.site.index_title = _("Administration")
admin.site.unregister(Group)  # a role says what one may do; groups would be a second, unused answer


if TYPE_CHECKING:
    UserAdminBase = BaseUserAdmin[User]
else:
    UserAdminBase = BaseUserAdmin  # generic only for the type checker


@admin.register(User)
class UserAdmin(UserAdminBase):
    list_display = ("username", "first_name", "last_name", "role", "is_active", "last_login")
    list_filter = ("role", "is_active")
    fieldsets = (
        (None, {"fields": ("username", "password")}),
        (_("Person"), {"fields": ("first_name", "last_name", "email")}),
        (_("May"), {"fields": ("role", "is_active")}),
        (_("When"), {"fields": ("last_login", "date_joined")}),
    )
    add_fieldsets = ((None, {"classes": ("wide",), "fields": ("username", "role", "usable_password", "password1", "password2")}),)
    filter_horizontal = ()
    readonly_fields = ("last_login", "date_joined")
