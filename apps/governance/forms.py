"""The council's forms: propose with several lines, open, vote, cancel, name a payee's account."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from apps.actuary.models import PeriodClose, WhatIf
from apps.core.display import yuan_text
from apps.core.forms import DateField, KeyedForm, YuanField
from apps.directory.models import Organisation
from apps.governance.models import Choice, Line, Purpose, Seat
from apps.governance.rules.words import Choice as ChoiceWord
from apps.governance.rules.words import Purpose as PurposeWord
from apps.governance.services import LineDraft

MOST_LINES = 20
TERMS = [(3, _("3 days")), (7, _("7 days")), (14, _("14 days"))]


class ProposalForm(KeyedForm):
    close = forms.TypedChoiceField(label=_("From which surplus"), coerce=int)
    title_zh = forms.CharField(label=_("Title in Chinese"), max_length=120, required=False)
    title_en = forms.CharField(label=_("Title in English"), max_length=160, required=False)
    text = forms.CharField(
        label=_("What is proposed, and why"), max_length=4000, widget=forms.Textarea(attrs={"rows": 5})
    )
    what_if = forms.TypedChoiceField(label=_("A what-if it rests on"), coerce=int, required=False, empty_value=None)
    first_call = forms.IntegerField(widget=forms.HiddenInput, required=False)

    def __init__(
        self,
        *args: Any,
        surpluses: Sequence[tuple[PeriodClose, int]],
        what_ifs: Iterable[WhatIf],
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        cited = [("", _("None")), *((asked.pk, asked.title) for asked in what_ifs)]
        self.fields["what_if"].choices = cited  # type: ignore[attr-defined]
        choices = [
            (close.pk, _("%(quarter)s: %(fen)s left") % {"quarter": close.name, "fen": yuan_text(left)})
            for close, left in surpluses
        ]
        self.fields["close"].choices = choices  # type: ignore[attr-defined]
        self.has_surplus = bool(choices)


class LineForm(forms.Form):
    purpose = forms.ChoiceField(label=_("Purpose in the covenant"), choices=Purpose.choices)
    payee = forms.TypedChoiceField(
        label=_("Who is paid"), coerce=int, help_text=_("Organisations with a bank account on file.")
    )
    amount = YuanField(label=_("Amount"), help_text=_("In yuan."))
    owner = forms.TypedChoiceField(label=_("Council member who answers for it"), coerce=int)
    milestones = forms.CharField(
        label=_("Milestones"),
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("What will be there, by when."),
    )
    report_due = DateField(label=_("Report due on"))

    def __init__(
        self,
        *args: Any,
        payees: Mapping[int, Organisation],
        seats: Mapping[int, Seat],
        today: date,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.payees, self.seats, self.today = payees, seats, today
        blank = [("", _("Choose"))]
        self.fields["payee"].choices = [*blank, *payees.items()]  # type: ignore[attr-defined]
        self.fields["owner"].choices = [*blank, *seats.items()]  # type: ignore[attr-defined]

    def clean_report_due(self) -> date:
        due: date = self.cleaned_data["report_due"]
        if due <= self.today:
            raise forms.ValidationError(_("The report is due on a day to come."))
        return due

    def draft(self) -> LineDraft:
        data = self.cleaned_data
        return LineDraft(
            purpose=PurposeWord(data["purpose"]),
            payee=self.payees[data["payee"]],
            amount_fen=data["amount"],
            owner=self.seats[data["owner"]],
            milestones=data["milestones"],
            report_due=data["report_due"],
        )


LineForms = forms.formset_factory(
    LineForm, extra=0, min_num=1, validate_min=True, max_num=MOST_LINES, validate_max=True
)
LINE_FIELDS = tuple(LineForm.base_fields)


def typed_lines(data: QueryDict) -> list[dict[str, str]]:
    """The lines as typed, unchecked, for a form with one line more or fewer."""
    count = data.get("form-TOTAL_FORMS", "")
    total = min(int(count), MOST_LINES) if count.isascii() and count.isdigit() else 1
    return [{name: data.get(f"form-{place}-{name}", "") for name in LINE_FIELDS} for place in range(total)]


class OpenForm(forms.Form):
    days = forms.TypedChoiceField(label=_("How long the ballot is open"), choices=TERMS, coerce=int, initial=7)


class VoteForm(KeyedForm):
    """One choice for each line the seat may vote on."""

    def __init__(self, *args: Any, lines: Iterable[Line], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.lines = {f"line-{line.pk}": line for line in lines}
        for name, line in self.lines.items():
            label = f"{line.position}. {line.get_purpose_display()} · {line.payee} · {yuan_text(line.amount_fen)}"
            self.fields[name] = forms.ChoiceField(
                label=label,
                choices=Choice.choices,
                widget=forms.RadioSelect,
                error_messages=dict.fromkeys(["required", "invalid_choice"], _("Choose for, against or abstain.")),
            )

    @property
    def choices(self) -> dict[int, ChoiceWord]:
        return {line.pk: ChoiceWord(self.cleaned_data[name]) for name, line in self.lines.items()}

    @property
    def chosen(self) -> list[tuple[Line, str, str]]:
        """Line, choice and its words, for the confirmation."""
        picked = [(line, self.cleaned_data[name]) for name, line in self.lines.items()]
        return [(line, choice, str(Choice(choice).label)) for line, choice in picked]


class ReasonForm(forms.Form):
    reason = forms.CharField(
        label=_("Why"), max_length=400, widget=forms.Textarea(attrs={"rows": 3}), help_text=_("Everyone can read it.")
    )


class RatifyForm(forms.Form):
    is_ratified = forms.TypedChoiceField(
        label=_("The assembly's decision"),
        choices=[("yes", _("Ratified")), ("no", _("Refused"))],
        coerce=lambda value: value == "yes",
        widget=forms.RadioSelect,
    )
    reason = forms.CharField(
        label=_("Minutes"),
        max_length=400,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Day, number of delegates and votes, and where the signed paper is kept."),
    )


class AccountForm(KeyedForm):
    holder_name = forms.CharField(label=_("Account holder"), max_length=60)
    bank = forms.CharField(label=_("Bank"), max_length=60)
    number = forms.CharField(
        label=_("Account number"),
        max_length=40,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
    )
