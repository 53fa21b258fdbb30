"""What is filled in about exports, tokens, and leaving."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from course.models import User

MOST_DAYS = 365
FRESH = timedelta(minutes=15)


class TokenForm(forms.Form):
    """A name to know it by, and for how long it holds."""

    name = forms.CharField(label=_("What it is for"), max_length=80)
    days = forms.IntegerField(label=_("Days that it holds"), min_value=1, max_value=MOST_DAYS, initial=90)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["name"].error_messages["required"] = _("Say what it is for: you will want to know which one to revoke.")
        self.fields["days"].error_messages |= {"max_value": _("A year is the most."), "min_value": _("A day is the least.")}


class LeaveForm(forms.Form):
    """Who asks is to be whose account it is: their password. Whom a provider signs in has none here: that they could sign in just now
    says as much, and their user name that they mean it."""

    password = forms.CharField(
        label=_("Your password"), strip=False, widget=forms.PasswordInput(attrs={"autocomplete": "current-password"})
    )
    name = forms.CharField(label=_("Your user name, to confirm"), widget=forms.TextInput(attrs={"autocomplete": "off"}))

    def __init__(self, data: Any = None, *, user: User) -> None:
        super().__init__(data)
        self.user = user
        del self.fields["name" if user.has_usable_password() else "password"]

    def clean_password(self) -> str:
        password: str = self.cleaned_data["password"]
        if not self.user.check_password(password):
            raise forms.ValidationError(_("That is not your password."))
        return password

    def clean_name(self) -> str:
        name: str = self.cleaned_data["name"].strip()
        if name != self.user.get_username():
            raise forms.ValidationError(_("That is not your user name."))
        if self.user.last_login is None or timezone.now() - self.user.last_login > FRESH:
            raise forms.ValidationError(_("It is a while since you signed in. Sign out, sign in again, and come back."))
        return name
