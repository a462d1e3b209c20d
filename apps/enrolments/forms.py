"""The questionnaire as a form: one field a question of the plan's terms, and the first day wished."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from apps.core.display import yuan_text
from apps.core.forms import DateField, KeyedForm
from apps.enrolments.models import PAYER_NAMES, SCHEDULE_NAMES
from apps.enrolments.rules.schedule import Schedule, amounts, choices
from apps.plans.rules import Question, Terms
from apps.plans.words import in_language

YES_NO = [("yes", _("Yes")), ("no", _("No"))]
RESULTS = [("", _("No screening")), ("negative", _("Negative: nothing found")), ("positive", _("Positive"))]
REQUIRED = {"required": _("Please answer this question.")}


class PastDateField(DateField):
    """A day that has been; ``today`` is set by the form."""

    today: date

    def validate(self, value: date | None) -> None:
        super().validate(value)
        if value is not None and value > self.today:
            raise forms.ValidationError(_("This day has not come yet."), code="future")


class ChosenField(forms.ChoiceField):
    """A choice that is made already: the first one counts where nothing was sent."""

    def clean(self, value: Any) -> Any:
        return super().clean(value or self.initial)


def _choices(question: Question, language: str) -> list[tuple[str, str]]:
    return [(choice.value, choice.zh if language.startswith("zh") else choice.en) for choice in question.choices]


def _choice(question: Question, language: str, common: dict[str, Any]) -> forms.Field:
    return forms.ChoiceField(choices=_choices(question, language), widget=forms.RadioSelect, **common)


def _multi(question: Question, language: str, common: dict[str, Any]) -> forms.Field:
    return forms.MultipleChoiceField(
        choices=_choices(question, language), widget=forms.CheckboxSelectMultiple, **common
    )


def _yes_no(question: Question, language: str, common: dict[str, Any]) -> forms.Field:
    return forms.ChoiceField(choices=YES_NO, widget=forms.RadioSelect, **common)


def _number(question: Question, language: str, common: dict[str, Any]) -> forms.Field:
    widget = forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"})
    return forms.DecimalField(max_digits=9, decimal_places=3, widget=widget, **common)


def _codes(question: Question, language: str, common: dict[str, Any]) -> forms.Field:
    return forms.CharField(max_length=200, widget=forms.TextInput(attrs={"autocomplete": "off"}), **common)


def _day(question: Question, language: str, common: dict[str, Any]) -> forms.Field:
    return PastDateField(**common)


def _screening(question: Question, language: str, common: dict[str, Any]) -> forms.Field:
    choices = RESULTS[1:] if question.required else RESULTS
    return forms.ChoiceField(choices=choices, widget=forms.RadioSelect, **common)


FIELDS: Mapping[str, Callable[[Question, str, dict[str, Any]], forms.Field]] = {
    "choice": _choice,
    "multi": _multi,
    "yes_no": _yes_no,
    "number": _number,
    "icd": _codes,
    "date": _day,
    "screening": _screening,
}


def _ways_to_pay(terms: Terms, discount_fen: int) -> dict[str, forms.Field]:
    """The choice of instalments and of who pays, where the terms leave one."""
    schedules = [(name, _schedule_label(Schedule(name), terms, discount_fen)) for name in terms.paying.schedules]
    payers = [(payer.value, PAYER_NAMES[payer]) for payer in choices(terms.paying.payers)]
    fields: dict[str, forms.Field] = {}
    if len(schedules) > 1:
        help_text = _("Each instalment is paid here, after a reminder. Nothing is taken from your account by itself.")
        fields["schedule"] = _one_of(schedules, _("How would you like to pay?"), help_text)
    if len(payers) > 1:
        fields["payer"] = _one_of(payers, _("Who pays your part?"), "")
    return fields


def _one_of(options: Sequence[tuple[str, Any]], label: Any, help_text: Any) -> forms.Field:
    return ChosenField(
        choices=options, label=label, help_text=help_text, widget=forms.RadioSelect, initial=options[0][0]
    )


def _schedule_label(schedule: Schedule, terms: Terms, discount_fen: int) -> str:
    """With the amount, where everybody pays the same but for points."""
    name = str(SCHEDULE_NAMES[schedule])
    if not terms.has_one_price:
        return name
    parts = Counter(amounts(terms.price.amount - discount_fen, schedule))
    said = " + ".join(
        yuan_text(fen) if len(parts) == times == 1 else f"{times} × {yuan_text(fen)}" for fen, times in parts.items()
    )
    return gettext("%(way)s: %(amounts)s") % {"way": name, "amounts": said}


class QuestionnaireForm(KeyedForm):
    """What the plan's terms ask, in the reader's language; ``answers`` gives it back by fact name."""

    start = DateField(
        label=_("First day of the cover"),
        help_text=_("Cover starts when it is paid, or on a later day that you choose."),
    )

    def __init__(
        self,
        *args: Any,
        terms: Terms,
        asked: Sequence[Question],
        language: str,
        today: date,
        discount_fen: int = 0,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.asked = asked
        self.fields["start"].initial = today
        for question in asked:
            common = {
                "label": in_language(question.label, language),
                "help_text": in_language(question.help, language) if question.help else "",
                "required": question.required,
                "error_messages": REQUIRED,
            }
            self.fields[question.fact] = FIELDS[question.kind](question, language, common)
            if question.kind == "screening":
                day = PastDateField(label=_("Day of the screening"), required=False)
                self.fields[f"{question.fact}_date"] = day
        for field in self.fields.values():
            if isinstance(field, PastDateField):
                field.today = today
        self.order_fields([name for name in self.fields if name != "start"])
        self.fields.update(_ways_to_pay(terms, discount_fen))

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        for question in self.asked:
            if question.kind == "screening" and cleaned.get(question.fact):
                day = f"{question.fact}_date"
                if not cleaned.get(day) and day not in self.errors:
                    self.add_error(day, _("Enter the day of the screening."))
        return cleaned

    def way(self) -> dict[str, str]:
        """Schedule and payer, as far as they were chosen."""
        return {name: value for name in ("schedule", "payer") if (value := self.cleaned_data.get(name))}

    def answers(self) -> dict[str, Any]:
        """Answers by fact name, fit for JSON."""
        return {question.fact: self._answer(question) for question in self.asked}

    def _answer(self, question: Question) -> Any:
        value = self.cleaned_data[question.fact]
        if question.kind == "screening":
            day = self.cleaned_data[f"{question.fact}_date"]
            return {"result": value, "date": day.isoformat()} if value else None
        if isinstance(value, date):
            return value.isoformat()
        return str(value) if isinstance(value, Decimal) else value


def typed_text(posted: QueryDict) -> str:
    """What was typed, as the draft keeps it: without the keys of the form."""
    kept = {name: posted.getlist(name) for name in posted if name not in ("csrfmiddlewaretoken", "key")}
    return json.dumps(kept, ensure_ascii=False)


def initial_from(text: str, form_fields: Mapping[str, forms.Field]) -> dict[str, Any]:
    """A draft as the initial values of a form."""
    typed: dict[str, list[str]] = json.loads(text)
    return {
        name: values if isinstance(form_fields.get(name), forms.MultipleChoiceField) else values[-1]
        for name, values in typed.items()
        if name in form_fields and values
    }
