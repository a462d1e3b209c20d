"""Forms of the actuary: begin a close; ask what other terms would have paid."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from itertools import groupby
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from apps.actuary.parameter_fields import parameter_field
from apps.actuary.rules.calendar import Span
from apps.core.forms import DateField, KeyedForm, LaidOutForm
from apps.plans.rules.writing import as_written
from apps.plans.words import ParameterWords

CHANGE = "change_"


class StartForm(KeyedForm):
    """Names the period that was read, so that a page left open never closes another one."""

    start = forms.DateField(widget=forms.HiddenInput)
    span = forms.TypedChoiceField(
        choices=[(span.value, span.value) for span in Span], coerce=Span, widget=forms.HiddenInput
    )


class ReopeningForm(KeyedForm):
    reason = forms.CharField(
        label=_("Why must it be opened again?"),
        max_length=200,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("What was wrong, and how it was found. It stays in the books and is read by the council."),
    )


class ScopeForm(forms.Form):
    """Which plan's claims, and of which days."""

    version = forms.TypedChoiceField(label=_("Plan"), coerce=int)
    since = DateField(label=_("From"))
    last_day = DateField(label=_("To, that day included"))

    def __init__(self, *args: Any, versions: Sequence[tuple[int, str]], today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.today = today
        self.fields["version"].choices = versions  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        since, last = cleaned.get("since"), cleaned.get("last_day")
        if since and last and last < since:
            self.add_error("last_day", _("The last day lies before the first one."))
        elif last and last > self.today:
            self.add_error("last_day", _("The last day cannot be in the future."))
        return cleaned

    @property
    def until(self) -> date:
        """The day after the period."""
        last: date = self.cleaned_data["last_day"]
        return last + timedelta(days=1)


class ChangesForm(KeyedForm, LaidOutForm):
    """Every parameter of the plan with its value; those that are typed anew are the question."""

    title = forms.CharField(
        label=_("What do you want to know?"),
        max_length=120,
        help_text=_("A few words for those who read the answer later."),
    )

    def __init__(self, *args: Any, parameters: Sequence[ParameterWords], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.parameters = parameters
        for parameter in parameters:
            self.fields[CHANGE + parameter.name] = parameter_field(parameter)

    @property
    def sections(self) -> list[tuple[str, list[forms.BoundField]]]:
        """The fields by the benefit they belong to."""
        parts = groupby(self.parameters, key=lambda parameter: parameter.section)
        return [(title, [self[CHANGE + parameter.name] for parameter in group]) for title, group in parts]

    def changes(self) -> dict[str, Any]:
        """What was typed anew, as a plan file would say it."""
        typed = {parameter.name: self.cleaned_data[CHANGE + parameter.name] for parameter in self.parameters}
        return {
            parameter.name: typed[parameter.name]
            for parameter in self.parameters
            if typed[parameter.name] != as_written(parameter.kind, parameter.value)
        }
