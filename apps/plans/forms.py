"""Forms about terms: draft and publish them, and make up a bill to see what a plan would pay."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from apps.core.forms import KeyedForm, YuanField
from apps.plans.calculator import Attempt, usual_bill, years_that_differ
from apps.plans.rules import Benefit, Terms
from apps.plans.rules.benefits import GRADES
from apps.plans.rules.scalars import yuan
from apps.plans.rules.stacking import Stack
from apps.plans.rules.terms import ALLOWANCE, REIMBURSEMENT
from apps.plans.words import in_language

MOST_TEXT = 200_000
"""Characters of a terms file; the longest of the catalogue has a twentieth."""


class StartForm(KeyedForm):
    """Begin a draft once, however often it is sent."""


class RevisionForm(forms.Form):
    """Names what was read, so that nothing else is published."""

    revision = forms.IntegerField(min_value=1, widget=forms.HiddenInput)


class DraftForm(RevisionForm):
    """The text of a draft, saved whatever it says."""

    text = forms.CharField(
        label=_("Terms"),
        max_length=MOST_TEXT,
        strip=False,
        widget=forms.Textarea(attrs={"rows": 28, "spellcheck": "false", "class": "code", "wrap": "off"}),
    )
    floor = forms.ChoiceField(
        label=_("Must meet a regulator's floor"),
        required=False,
        help_text=_("Then it can only be published when no figure is below it."),
    )

    def __init__(self, *args: Any, floors: Sequence[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["floor"].choices = [("", _("None")), *floors]  # type: ignore[attr-defined]

    def clean_text(self) -> str:
        text: str = self.cleaned_data["text"]
        return text.replace("\r\n", "\n")


_SWAPS_ALL = {
    "hx-target": "#calculator",
    "hx-swap": "outerHTML",
    "hx-trigger": "change consume",
    "hx-include": "closest form",
}
"""Another benefit asks for other things, so the whole calculator comes anew."""


class CalculatorForm(forms.Form):
    """A bill, stay or event to make up: only what makes a difference for the benefit chosen is asked."""

    what = forms.ChoiceField(label=_("What for?"))
    bill = YuanField(label=_("The bill"))
    others = YuanField(
        label=_("Of this others paid"), required=False, allow_zero=True, help_text=_("Basic insurance, for example.")
    )
    nights = forms.IntegerField(label=_("Nights in hospital"), min_value=1, max_value=366)
    grade = forms.TypedChoiceField(
        label=_("Grade of disability"), coerce=int, choices=[(grade, grade) for grade in range(1, GRADES + 1)]
    )
    year = forms.TypedChoiceField(label=_("Unbroken year in the plan"), coerce=int)
    instead = forms.ChoiceField(label=_("What holds for you?"), required=False)
    raised = forms.MultipleChoiceField(
        label=_("Does this hold for you?"), required=False, widget=forms.CheckboxSelectMultiple
    )

    def __init__(self, given: Mapping[str, Any], *, terms: Terms, language: str) -> None:
        codes = [benefit.code for benefit in terms.benefits]
        self.benefit = terms.benefit(given["what"] if given.get("what") in codes else codes[0])
        usual = {"what": self.benefit.code, "bill": yuan(usual_bill(terms, self.benefit)), "nights": 5}
        typed = {**usual, "grade": 1, "year": 1, **given, "what": self.benefit.code}
        super().__init__(typed)
        self.fields["what"].widget.attrs.update(
            _SWAPS_ALL, **{"hx-get": reverse("plans:calculator", args=[terms.code])}
        )
        self._choose(terms, language)
        for name in set(self.fields) - _asked(self.benefit, len(codes)):
            del self.fields[name]

    def _choose(self, terms: Terms, language: str) -> None:
        """The choices that the terms give."""
        rate = self.benefit.rate
        instead = [(str(n), in_language(one.says, language)) for n, one in enumerate(rate.instead if rate else ())]
        choices: dict[str, list[tuple[Any, Any]]] = {
            "what": [(one.code, in_language(one.name, language)) for one in terms.benefits],
            "year": [(year, year) for year in range(1, years_that_differ(self.benefit) + 1)],
            "instead": [("", _("Nothing of this")), *instead],
            "raised": [(str(n), in_language(one.says, language)) for n, one in enumerate(rate.raised if rate else ())],
        }
        for name, options in choices.items():
            self.fields[name].choices = options  # type: ignore[attr-defined]

    @property
    def attempt(self) -> Attempt:
        """What was made up."""
        data = self.cleaned_data
        return Attempt(
            benefit=self.benefit,
            bill_fen=data.get("bill") or 0,
            others_fen=data.get("others") or 0,
            nights=data.get("nights", 1),
            grade=data.get("grade", 1),
            renewed_years=data.get("year", 1) - 1,
            instead=int(data["instead"]) if data.get("instead") else None,
            raised=frozenset(map(int, data.get("raised", ()))),
        )


def _asked(benefit: Benefit, benefits: int) -> set[str]:
    """The fields that make a difference for a benefit."""
    is_bill, rate = benefit.pays == REIMBURSEMENT, benefit.rate
    wanted = {
        "what": benefits > 1,
        "bill": is_bill,
        "others": is_bill,
        "nights": benefit.pays == ALLOWANCE,
        "grade": bool(benefit.lump.by_grade),
        "year": years_that_differ(benefit) > 1,
        "instead": bool(rate and rate.instead),
        "raised": bool(rate and rate.raised),
    }
    return {name for name, is_wanted in wanted.items() if is_wanted}


class StackBillForm(forms.Form):
    """A bill of which several payers pay: one amount a line, and what is decided case by case."""

    stack = forms.ChoiceField(label=_("Which payers?"))

    def __init__(self, given: Mapping[str, Any], *, stacks: Mapping[str, Stack], language: str) -> None:
        self.chosen = stacks.get(given.get("stack", ""), next(iter(stacks.values())))
        lines = {f"line_{n}": yuan(line.billed_fen) for n, line in enumerate(self.chosen.claim.lines)}
        super().__init__({**lines, **given, "stack": self.chosen.code})
        field: Any = self.fields["stack"]
        field.choices = [(code, in_language(stack.name, language)) for code, stack in stacks.items()]
        field.widget.attrs |= {**_SWAPS_ALL, "hx-get": reverse("plans:who_pays")}
        for number, words in enumerate(self.chosen.line_names):
            self.fields[f"line_{number}"] = YuanField(label=in_language(words, language), allow_zero=True)
        for layer in self.chosen.by_hand:
            self.fields[layer.code] = YuanField(
                label=in_language(layer.name, language),
                required=False,
                allow_zero=True,
                help_text=_("Decided case by case: put in what it gave."),
            )

    @property
    def billed(self) -> list[int]:
        """Fen of each line."""
        return [self.cleaned_data[f"line_{number}"] for number in range(len(self.chosen.line_names))]

    @property
    def by_hand(self) -> dict[str, int]:
        """Fen decided case by case, by payer."""
        return {layer.code: self.cleaned_data[layer.code] or 0 for layer in self.chosen.by_hand}
