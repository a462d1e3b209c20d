"""The follow-up form of a programme: questions from the catalogue, filled in from the last visit."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, time
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from apps.care.models import FollowUp
from apps.care.programmes import FormField, Programme, said
from apps.core.clock import FUND_ZONE, business_day
from apps.core.forms import DateField, KeyedForm, YuanField


@dataclass(frozen=True, slots=True)
class Section:
    title: str
    is_folded: bool
    fields: list[forms.BoundField]


def _choices(question: FormField) -> list[tuple[str, str]]:
    return [(option.value, said(option.words)) for option in question.options]


def _with_unit(question: FormField) -> str:
    label = said(question.label)
    return f"{label}, {question.unit}" if question.unit and question.kind in {"integer", "decimal"} else label


def _last(question: FormField, last: Mapping[str, Any]) -> str:
    """What was measured last time stands beside the empty field."""
    value = last.get(question.code)
    if value is None or not question.is_measured:
        return ""
    return gettext("Last time: %(value)s") % {"value": value}


def field_of(question: FormField, last: Mapping[str, Any]) -> forms.Field:
    """The form field of a question; every answer may be left out, the rules then call it unknown."""
    common: dict[str, Any] = {
        "label": _with_unit(question),
        "required": False,
        "help_text": _last(question, last),
        "initial": None if question.is_measured else last.get(question.code, question.default),
    }
    if question.kind == "choice":
        return forms.ChoiceField(
            choices=_choices(question), widget=forms.RadioSelect(attrs={"class": "chips"}), **common
        )
    if question.kind == "flags":
        widget = forms.CheckboxSelectMultiple(attrs={"class": "chips"})
        initial = [] if question.group == "now" else common["initial"]
        return forms.MultipleChoiceField(choices=_choices(question), widget=widget, **{**common, "initial": initial})
    limits: dict[str, Any] = {"min_value": question.least, "max_value": question.most}
    if question.kind == "decimal":
        return forms.DecimalField(max_digits=5, decimal_places=1, **limits, **common)
    return forms.IntegerField(widget=forms.NumberInput(attrs={"inputmode": "numeric"}), **limits, **common)


class FollowUpForm(KeyedForm):
    """One visit of one programme for a child of one age."""

    held_on = DateField(label=_("Day of the visit"))
    channel = forms.ChoiceField(
        label=_("How"), choices=FollowUp.Channel.choices, widget=forms.RadioSelect(attrs={"class": "chips"})
    )
    fee = YuanField(label=_("Visit fee in yuan"), required=False, allow_zero=True)
    note = forms.CharField(label=_("Note"), required=False, max_length=4000, widget=forms.Textarea(attrs={"rows": 3}))

    def __init__(
        self, *args: Any, programme: Programme, age: int, last: Mapping[str, Any], now: datetime, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.programme, self.now = programme, now
        self.questions = programme.fields_for(age)
        self.fields["held_on"].initial = business_day(now)
        self.fields["channel"].initial = FollowUp.Channel.CLINIC
        for question in self.questions:
            self.fields[question.code] = field_of(question, last)

    def clean_held_on(self) -> Any:
        held_on = self.cleaned_data["held_on"]
        if held_on > business_day(self.now):
            raise forms.ValidationError(_("The day of the visit cannot be in the future."))
        return held_on

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        flows = [cleaned.get("pef_morning"), cleaned.get("pef_evening")]
        best, highest = cleaned.get("pef_best"), max((flow for flow in flows if flow), default=None)
        if best and highest and highest > best:
            self.add_error("pef_best", _("A peak flow above the personal best: check it, then raise the best."))
        if highest and not best and "pef_best" not in self.errors:
            self.add_error("pef_best", _("Enter the personal best, so that the zone can be worked out."))
        return cleaned

    def sections(self) -> Iterator[Section]:
        """The groups of the form; a folded one is open when something in it needs attention."""
        for group in self.programme.groups:
            fields = [self[question.code] for question in self.questions if question.group == group.code]
            if fields:
                folded = group.is_folded and not any(field.errors for field in fields)
                yield Section(said(group.label), folded, fields)

    def problems(self) -> list[tuple[forms.BoundField, list[Any]]]:
        """Fields with errors, for the summary above the form."""
        return [(field, list(field.errors)) for field in self.visible_fields() if field.errors]

    def answers(self) -> dict[str, Any]:
        """The answers ready for JSON; what was left out is left out."""
        found: dict[str, Any] = {}
        for question in self.questions:
            value = self.cleaned_data.get(question.code)
            if value in (None, "", []):
                continue
            if isinstance(value, Decimal):
                value = float(value)
            found[question.code] = int(value) if isinstance(value, str) and value.isdigit() else value
        return found

    def visit(self) -> dict[str, Any]:
        """The form as ``log_follow_up`` takes it; a visit of an earlier day counts as held at noon."""
        cleaned, held_on = self.cleaned_data, self.cleaned_data["held_on"]
        noon = datetime.combine(held_on, time(12), tzinfo=FUND_ZONE)
        return {
            "answers": self.answers(),
            "key": cleaned["key"],
            "held_at": self.now if held_on == business_day(self.now) else noon,
            "channel": cleaned["channel"],
            "note": cleaned["note"],
            "fee_fen": cleaned["fee"] or 0,
        }


class ChooseDoctorForm(KeyedForm):
    """Yes to one doctor."""
