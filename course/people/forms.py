"""What is filled in about cohorts."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django import forms
from django.conf import settings
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from course.models import Role, User
from course.people import material
from course.people.models import INSTRUCTOR, Cohort, Membership

_DATE = {"type": "date"}
_MOMENT = "%Y-%m-%dT%H:%M"


class CohortForm(forms.Form):
    """Name and dates."""

    name = forms.CharField(label=_("Name"), max_length=120)
    starts = forms.DateField(label=_("Begins"), required=False, widget=forms.DateInput(attrs=_DATE, format="%Y-%m-%d"))
    ends = forms.DateField(label=_("Ends"), required=False, widget=forms.DateInput(attrs=_DATE, format="%Y-%m-%d"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["name"].error_messages["required"] = _("Enter a name.")
        for name in ("starts", "ends"):
            self.fields[name].error_messages["invalid"] = _("That is no date: year, month, day, as in 2026-03-02.")

    def clean(self) -> None:
        starts, ends = self.cleaned_data.get("starts"), self.cleaned_data.get("ends")
        if starts and ends and ends < starts:
            self.add_error("ends", _("It ends before it begins."))


class MaterialForm(forms.Form):
    """Which labs (or notes) a cohort uses, and in which order: a tick and a number each. Nothing ticked: all, in the course's order.
    The playground is not asked about: it is the console beside every note."""

    def __init__(self, data: Any = None, *, kind: str, chosen: list[str]) -> None:
        super().__init__(data)
        self.kind = kind
        known = {name: title for name, title in material.titles(kind).items() if name != settings.COURSE_PLAYGROUND}
        order = [name for name in chosen if name in known] + [name for name in known if name not in chosen]
        self.items = []
        for place, name in enumerate(order, 1):
            tick = forms.BooleanField(label=known[name], required=False, initial=name in chosen)
            number = forms.IntegerField(min_value=1, max_value=999, initial=place, required=False, label=_("Place"))
            self.fields[f"{kind}-{name}"], self.fields[f"{kind}-{name}-place"] = tick, number
            self.items.append((name, f"{kind}-{name}", f"{kind}-{name}-place"))

    def rows(self) -> list[tuple[Any, Any]]:
        return [(self[tick], self[place]) for _name, tick, place in self.items]

    def chosen(self) -> list[str]:
        """Of a valid one: names in their order; who has no number comes last."""
        ticked = [(self.cleaned_data.get(place) or 1000, name) for name, tick, place in self.items if self.cleaned_data[tick]]
        return [name for _place, name in sorted(ticked, key=lambda one: one[0])]


class DuesForm(forms.Form):
    """A moment for each lab of the cohort, or none."""

    def __init__(self, data: Any = None, *, cohort: Cohort) -> None:
        super().__init__(data)
        have = {due.lab: due.at for due in cohort.dues.all()}
        for name, title in material.of(cohort, "labs").items():
            widget = forms.DateTimeInput(attrs={"type": "datetime-local"}, format=_MOMENT)
            field = forms.DateTimeField(
                label=title, required=False, widget=widget, initial=have.get(name), input_formats=[_MOMENT, "%Y-%m-%d %H:%M"]
            )
            field.error_messages["invalid"] = _("That is no date and time, as in 2026-03-02 18:00.")
            self.fields[f"due-{name}"] = field

    def dues(self) -> dict[str, datetime | None]:
        return {name.removeprefix("due-"): at for name, at in self.cleaned_data.items()}


class InviteForm(forms.Form):
    places = forms.IntegerField(label=_("For how many people"), min_value=1, max_value=500, initial=30)
    days = forms.IntegerField(label=_("For how many days"), min_value=1, max_value=90, initial=14)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, most in (("places", 500), ("days", 90)):
            words = _("A number from 1 to %(most)s.") % {"most": most}
            self.fields[name].error_messages = dict.fromkeys(("required", "invalid", "min_value", "max_value"), words)
            self.fields[name].validators = [*self.fields[name].validators]


class ImportForm(forms.Form):
    file = forms.FileField(label=_("CSV file"), widget=forms.FileInput(attrs={"accept": ".csv,text/csv"}))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["file"].error_messages |= {"required": _("Choose a file."), "empty": _("The file is empty.")}


class ExtraForm(forms.Form):
    percent = forms.TypedChoiceField(
        label=_("How much more"),
        coerce=int,
        choices=[(percent, f"+{percent} %" if percent else _("none")) for percent in (0, 25, 50, 75, 100, 200)],
    )


class InstructorForm(forms.Form):
    """Whom to add as an instructor: those whose account is one, and who are not it in this cohort."""

    user = forms.ModelChoiceField(label=_("Instructor"), queryset=User.objects.none(), empty_label=None)

    def __init__(self, *args: Any, cohort: Cohort, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        here = Membership.objects.filter(cohort=cohort, left=None, role=INSTRUCTOR).values("user")
        found: QuerySet[User] = User.objects.filter(role__in=[Role.INSTRUCTOR, Role.ADMIN], is_active=True).exclude(pk__in=here)
        self.fields["user"].queryset = found.order_by("username")  # type: ignore[attr-defined]


def local_now() -> str:
    return timezone.localtime().strftime(_MOMENT)
