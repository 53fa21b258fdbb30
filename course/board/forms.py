"""What an instructor says to a cohort."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from labs import wording
from labs.lab.model import Lab, words

LONGEST = 2000


class Broadcast(forms.Form):
    text = forms.CharField(
        label=_("What you want to say"),
        max_length=LONGEST,
        widget=forms.Textarea(attrs={"rows": 5}),
        help_text=_("A few sentences. Markdown: **bold**, `code`, [links](https://…)."),
    )
    lab = forms.ChoiceField(label=_("Where it is shown"), required=False)
    until = forms.DateTimeField(
        label=_("Until when (may be empty)"),
        required=False,
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
    )

    def __init__(self, labs: list[Lab], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        everywhere = [("", _("Course map, notes and every lab"))]
        lab = self.fields["lab"]
        assert isinstance(lab, forms.ChoiceField)  # noqa: S101
        lab.choices = everywhere + [(one.name, words(one.title, wording.language())) for one in labs]

    def clean_until(self) -> datetime | None:
        until: datetime | None = self.cleaned_data["until"]
        if until is not None and until <= timezone.now():
            raise forms.ValidationError(_("This moment is over already."))
        return until
