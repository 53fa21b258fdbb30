"""Which sandboxes an administrator means: filters, as they stand in an address, and what they find."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import timedelta
from functools import partial
from typing import Any

from django import forms
from django.db.models import Exists, F, OuterRef, Prefetch, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from course.people import material
from course.people.models import LEARNER, Cohort, Membership
from labs.models import Attempt
from sandbox.models import Sandbox

MB = 1024 * 1024
SIZES = [("", _("Any")), ("1", _("1 MB or more")), ("10", _("10 MB or more")), ("32", _("32 MB or more"))]
IDLE = [("", _("Any time")), ("-1", _("within a day")), ("1", _("over a day ago")), ("7", _("over a week ago")),
        ("30", _("over a month ago")), ("90", _("over three months ago"))]  # fmt: skip
AGES = [("", _("Any")), ("-1", _("less than a day")), ("1", _("over a day")), ("7", _("over a week")), ("30", _("over a month")),
        ("90", _("over three months"))]  # fmt: skip
STATES = [("", _("Any")), ("locked", _("In use")), ("stuck", _("Locked by who is gone")), ("quota", _("Quota of their own")),
          ("away", _("Deleted, can be brought back"))]  # fmt: skip
SORTS = {
    "used": ("-last_used",), "idle": ("last_used",), "size": ("-size",), "who": ("owner__username", "label"),
    "lab": ("label", "-last_used"), "made": ("created",),
}  # fmt: skip
SORT_WORDS = [("used", _("Last used")), ("idle", _("Longest unused")), ("size", _("Largest")), ("who", _("Learner")), ("lab", _("Lab")),
              ("made", _("Oldest"))]  # fmt: skip


class Filters(forms.Form):
    """What is asked for; every field may be empty."""

    who = forms.CharField(label=_("Name"), max_length=100, required=False, widget=forms.TextInput(attrs={"type": "search"}))
    cohort = forms.ChoiceField(label=_("Cohort"), required=False)
    lab = forms.ChoiceField(label=_("Lab"), required=False)
    size = forms.ChoiceField(label=_("Size"), required=False, choices=SIZES)
    age = forms.ChoiceField(label=_("Age"), required=False, choices=AGES)
    idle = forms.ChoiceField(label=_("Last used"), required=False, choices=IDLE)
    state = forms.ChoiceField(label=_("State"), required=False, choices=STATES)
    sort = forms.ChoiceField(label=_("Sort by"), required=False, choices=SORT_WORDS)

    def __init__(self, data: Mapping[str, Any]) -> None:
        super().__init__(data)
        cohorts = Cohort.objects.order_by("name").values_list("pk", "name")
        self.fields["cohort"].choices = [("", _("All")), *((str(pk), name) for pk, name in cohorts)]  # type: ignore[attr-defined]
        self.fields["lab"].choices = [("", _("All")), *material.titles("labs").items()]  # type: ignore[attr-defined]

    def chosen(self) -> dict[str, str]:
        """What is asked for and makes sense, as strings; the rest as if it had not been asked for."""
        self.is_valid()
        return {name: value for name, value in self.cleaned_data.items() if value}


def sandboxes(chosen: Mapping[str, str]) -> QuerySet[Sandbox]:
    """Learners' sandboxes that these filters (``Filters.chosen``) find, sorted; ``state`` ``any``: deleted ones, too. Forks are their
    instructors' own and are none of them."""
    fork = Attempt.objects.filter(sandbox=OuterRef("pk")).exclude(fork_of=None)
    found = Sandbox.objects.exclude(owner=None).filter(~Exists(fork))
    found = found.annotate(size=F("head__home_bytes") + F("head__cloud_bytes"))
    for name, narrow in _NARROWER.items():
        if name in chosen:
            found = found.filter(narrow(chosen[name]))
    if chosen.get("state") not in {"away", "any"}:
        found = found.filter(put_away=None)
    return found.order_by(*SORTS.get(chosen.get("sort", ""), SORTS["used"]), "pk")


def listed(found: QuerySet[Sandbox]) -> QuerySet[Sandbox]:
    """With what a row of the table shows."""
    attempts = Prefetch("attempts", Attempt.objects.only("pk", "sandbox"))
    return found.select_related("owner", "head").prefetch_related(attempts)


def _of_cohort(pk: str) -> Q:
    return Q(owner__in=Membership.objects.filter(cohort=int(pk), role=LEARNER, left=None).values("user"))


def _named(words: str) -> Q:
    found = Q()
    for word in words.split()[:5]:
        found &= Q(owner__username__icontains=word) | Q(owner__first_name__icontains=word) | Q(owner__last_name__icontains=word)
    return found


def _before(moment: str, days: str) -> Q:
    """Over so many ``days`` ago; within the last day where they are negative."""
    cut = timezone.now() - timedelta(days=abs(int(days)))
    return Q(**{f"{moment}__lt": cut}) if int(days) > 0 else Q(**{f"{moment}__gte": cut})


def _in_state(state: str) -> Q:
    held = ~Q(lock_holder="")
    return {
        "locked": held & Q(lock_until__gte=timezone.now()),
        "stuck": held & Q(lock_until__lt=timezone.now()),
        "quota": Q(most_bytes__isnull=False) | Q(most_files__isnull=False),
        "away": Q(put_away__isnull=False),
        "any": Q(),
    }[state]


_NARROWER: dict[str, Callable[[str], Q]] = {
    "who": _named,
    "cohort": _of_cohort,
    "lab": lambda lab: Q(label=lab),
    "size": lambda megabytes: Q(size__gte=int(megabytes) * MB),
    "age": partial(_before, "created"),
    "idle": partial(_before, "last_used"),
    "state": _in_state,
}
