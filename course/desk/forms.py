"""What an act wants to be told."""

from __future__ import annotations

from typing import Any

from django import forms
from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

MB = 1024 * 1024
MOST_MB, MOST_FILES = 1024, 100_000


class NoOptions(forms.Form):
    """Nothing."""

    def options(self) -> dict[str, Any]:
        return {}


class RewindForm(NoOptions):
    """A moment, in the site's time."""

    to = forms.DateTimeField(label=_("Moment"), widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["to"].error_messages |= {"required": _("Say which moment."), "invalid": _("That is no moment.")}
        self.fields["to"].help_text = _("In the time of %(zone)s.") % {"zone": settings.TIME_ZONE}

    def clean_to(self) -> Any:
        to = self.cleaned_data["to"]
        if to > timezone.now():
            raise forms.ValidationError(_("That moment is still to come."))
        return to

    def options(self) -> dict[str, Any]:
        return {"to": self.cleaned_data["to"].isoformat()}


class QuotaForm(NoOptions):
    """How much; empty: the course's own."""

    megabytes = forms.IntegerField(label=_("Megabytes"), min_value=1, max_value=MOST_MB, required=False)
    entries = forms.IntegerField(label=_("Files and folders"), min_value=10, max_value=MOST_FILES, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        usual = _("Empty: %(usual)s, as everybody has.")
        self.fields["megabytes"].help_text = usual % {"usual": settings.SANDBOX_HOME_BYTES // MB}
        self.fields["entries"].help_text = usual % {"usual": f"{settings.SANDBOX_HOME_FILES:,}"}

    def options(self) -> dict[str, Any]:
        megabytes = self.cleaned_data["megabytes"]
        return {"bytes": megabytes * MB if megabytes else None, "files": self.cleaned_data["entries"]}


OF = {"rewind": RewindForm, "quota": QuotaForm}
