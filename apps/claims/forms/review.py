"""What an officer answers to a held claim."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from apps.claims.forms.facts import ICD
from apps.claims.models import Claim
from apps.claims.rules.states import Outcome
from apps.core.forms import YuanField


class ReviewForm(forms.Form):
    outcome = forms.ChoiceField(
        label=_("Your decision"),
        widget=forms.RadioSelect,
        choices=[
            (Outcome.APPROVE.value, _("Approve: pay what the terms give")),
            (Outcome.REDUCE.value, _("Approve reduced: take something off first")),
            (Outcome.DECLINE.value, _("Decline: pay nothing")),
        ],
    )
    diagnosis = forms.CharField(
        label=_("Code of the diagnosis"),
        required=False,
        max_length=10,
        help_text=_("ICD-10, from the papers; needed to approve."),
    )
    reason = forms.CharField(
        label=_("Reason, for the family"),
        required=False,
        max_length=1000,
        help_text=_("Needed unless you approve in full. Simple words; the family reads exactly this."),
        widget=forms.Textarea(attrs={"rows": 4}),
    )

    def __init__(self, *args: Any, claim: Claim, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if claim.bill.diagnosis:
            del self.fields["diagnosis"]
        self.lines = sorted(claim.bill.lines.all(), key=lambda line: line.number)
        if not self.lines:
            self.fields["outcome"].choices = [  # type: ignore[attr-defined]
                choice
                for choice in self.fields["outcome"].choices  # type: ignore[attr-defined]
                if choice[0] != Outcome.REDUCE
            ]
        for line in self.lines:
            self.fields[f"reduce_{line.number}"] = YuanField(
                label=_("Take off line %(number)s, %(what)s") % {"number": line.number, "what": line.description},
                required=False,
                allow_zero=True,
                max_fen=line.billed_fen,
            )

    def clean_diagnosis(self) -> str:
        code = str(self.cleaned_data["diagnosis"]).strip().upper()
        if code and not ICD.fullmatch(code):
            raise forms.ValidationError(_("An ICD-10 code is a letter and digits, such as J45.9."))
        return code

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        taken = {line.number: data.get(f"reduce_{line.number}") for line in self.lines}
        data["reductions"] = {number: fen for number, fen in taken.items() if fen}
        return data
