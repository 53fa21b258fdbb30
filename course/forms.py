"""Signing in, and a guest's becoming a learner."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib.auth.forms import AuthenticationForm
from django.contrib.auth.password_validation import validate_password
from django.utils.translation import gettext_lazy as _

from course.models import User


class SignInForm(AuthenticationForm):
    """Django's own, with errors in plain words and tied to their fields for screen readers."""

    error_messages = {
        "invalid_login": _("This name and password do not go together. Capital letters matter in both."),
        "inactive": _("This account is switched off. Ask your instructor."),
    }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["username"].label = _("User name")
        self.fields["password"].label = _("Password")
        self.fields["username"].error_messages["required"] = _("Enter your user name.")
        self.fields["password"].error_messages["required"] = _("Enter your password.")
        self.fields["username"].widget.attrs.update(autocapitalize="none", spellcheck="false")


if TYPE_CHECKING:
    UserForm = forms.ModelForm[User]
else:
    UserForm = forms.ModelForm  # generic only for the type checker


class KeepForm(UserForm):
    """A name and a password for ``instance``, a guest. It does not save: ``course.guests.keep`` does."""

    TAKEN = _("Somebody has this name already. Choose another.")

    password1 = forms.CharField(label=_("Password"), strip=False, widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}))
    password2 = forms.CharField(
        label=_("Password once more"), strip=False, widget=forms.PasswordInput(attrs={"autocomplete": "new-password"})
    )

    class Meta:
        model = User
        fields = ("username",)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        name = self.fields["username"]
        name.label, name.help_text = _("User name"), _("Letters, digits and @ . + - _ only. You sign in with it.")
        name.widget.attrs.update(autocomplete="username", autocapitalize="none", spellcheck="false", autofocus=True)
        name.error_messages |= {"required": _("Enter a name."), "invalid": _("A name has letters, digits and @ . + - _ only.")}
        self.initial["username"] = ""  # not the guest's
        self.fields["password1"].help_text = _("At least 8 characters; none of the common passwords, and not like your name.")
        self.fields["password1"].error_messages["required"] = _("Enter a password.")
        self.fields["password2"].error_messages["required"] = _("Enter the password once more.")

    def clean_username(self) -> str:
        name: str = self.cleaned_data["username"]
        if User.objects.exclude(pk=self.instance.pk).filter(username__iexact=name).exists():
            raise forms.ValidationError(self.TAKEN)
        return name

    def clean(self) -> None:
        first, again = self.cleaned_data.get("password1"), self.cleaned_data.get("password2")
        if first and again and first != again:
            self.add_error("password2", _("The two passwords differ."))
        elif first and again:
            try:
                validate_password(first, User(username=self.cleaned_data.get("username", "")))
            except forms.ValidationError as error:
                self.add_error("password1", error)

    def validate_unique(self) -> None:
        """clean_username has looked, whatever the case of the letters."""
