"""Signing in, and a guest's becoming a learner."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib.auth.forms import AuthenticationForm, PasswordChangeForm, SetPasswordForm
from django.contrib.auth.password_validation import validate_password
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from course.models import Role, User


class SignInForm(AuthenticationForm):
    """Django's own, with errors in plain words and tied to their fields for screen readers."""

    error_messages = {
        "invalid_login": _("This name and password do not go together. Capital letters matter in both."),
        "inactive": _("This name and password do not go together. Capital letters matter in both."),
    }

    def clean_username(self) -> str:
        """Of an e-mail address the name of the one account that has it."""
        name: str = self.cleaned_data["username"]
        if "@" not in name or User.objects.filter(username=name).exists():
            return name
        found = User.objects.alias(low=Lower("email")).filter(low=name.lower()).exclude(role=Role.GUEST).values_list("username", flat=True)
        return found[0] if len(found) == 1 else name

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["username"].label = _("User name or e-mail")
        self.fields["password"].label = _("Password")
        self.fields["username"].error_messages["required"] = _("Enter your user name.")
        self.fields["password"].error_messages["required"] = _("Enter your password.")
        self.fields["username"].widget.attrs.update(autocapitalize="none", spellcheck="false")


_GOOD_PASSWORD = _("At least 8 characters; none of the common passwords, and not like your name.")


class NewPasswordForm(SetPasswordForm[User] if TYPE_CHECKING else SetPasswordForm):  # type: ignore[misc]  # generic for the type checker alone
    """Django's own, with one sentence of help instead of its list."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["new_password1"].label, self.fields["new_password2"].label = _("New password"), _("New password once more")
        self.fields["new_password1"].help_text, self.fields["new_password2"].help_text = _GOOD_PASSWORD, ""
        self.fields["new_password1"].error_messages["required"] = _("Enter a password.")
        self.fields["new_password2"].error_messages["required"] = _("Enter the password once more.")


class OtherPasswordForm(NewPasswordForm, PasswordChangeForm):
    """For who knows the old one."""

    field_order = ("old_password", "new_password1", "new_password2")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["old_password"].label = _("Password until now")
        self.fields["old_password"].error_messages["required"] = _("Enter your password.")


class AccountForm(forms.Form):
    """What a new account needs, under the user name that was drawn for it (``course.people.names``). It makes none itself.

    ``called``: whether the person is to say what they are called, as in a cohort.
    """

    username = forms.CharField(label=_("User name"), required=False, help_text=_("Drawn for you: you sign in with it, or your e-mail."))
    first_name = forms.CharField(label=_("Your name"), max_length=150, required=False)
    email = forms.EmailField(label=_("E-mail"), required=False, help_text=_("If you like: for a day when your password is forgotten."))
    password1 = forms.CharField(label=_("Password"), strip=False, widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}))
    password2 = forms.CharField(
        label=_("Password once more"), strip=False, widget=forms.PasswordInput(attrs={"autocomplete": "new-password"})
    )

    def __init__(self, *args: Any, name: str, called: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.name = name
        # Browsers remember it beside the password, so it is a field; what is sent in it does not count.
        self.fields["username"].widget.attrs.update(readonly=True, autocomplete="username")
        self.initial["username"] = name
        first = self.fields["first_name"]
        first.required, first.help_text = called, _("As your instructors see it.") if called else _("As it is shown to you, if you like.")
        first.error_messages["required"] = _("Enter what you are called.")
        first.widget.attrs.update(autocomplete="name", autofocus=True)
        self.fields["email"].widget.attrs["autocomplete"] = "email"
        self.fields["email"].error_messages["invalid"] = _("That is no e-mail address.")
        self.fields["password1"].help_text = _GOOD_PASSWORD
        self.fields["password1"].error_messages["required"] = _("Enter a password.")
        self.fields["password2"].error_messages["required"] = _("Enter the password once more.")

    def clean_username(self) -> str:
        return self.name

    def clean(self) -> None:
        first, again = self.cleaned_data.get("password1"), self.cleaned_data.get("password2")
        if first and again and first != again:
            self.add_error("password2", _("The two passwords differ."))
        elif first and again:
            person = User(username=self.name, first_name=self.cleaned_data.get("first_name", ""), email=self.cleaned_data.get("email", ""))
            try:
                validate_password(first, person)
            except forms.ValidationError as error:
                self.add_error("password1", error)

    @property
    def given(self) -> dict[str, str]:
        """Of a valid one: name, first_name, email, password."""
        data = self.cleaned_data
        return {"name": self.name, "first_name": data["first_name"], "email": data["email"], "password": data["password1"]}
