"""Forms of the treasurer: propose something about a payment or a line, bring a statement."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, fields
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from apps.core.forms import KeyedForm, YuanField
from apps.payments.rules.holding import LimitsInForce


class ReasonForm(KeyedForm):
    """Why, for the second person and for the auditor; kept with the proposal."""

    reason = forms.CharField(
        label=_("Why"),
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("For the second person and the auditor: what you compared, who told you, when."),
        error_messages={"required": _("Write in a few words why.")},
    )


class OrderForm(ReasonForm):
    """``account`` is the payee's account that stood on the page."""

    kind = forms.ChoiceField(label=_("What should happen?"), widget=forms.RadioSelect)
    account = forms.IntegerField(widget=forms.HiddenInput, required=False)
    field_order = ("kind", "reason")

    def __init__(self, *args: Any, kinds: Sequence[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["kind"].choices = kinds  # type: ignore[attr-defined]


class LineForm(ReasonForm):
    """What a line of the statement is: one of the candidates, or another payment by its number."""

    what = forms.ChoiceField(label=_("What is it?"), widget=forms.RadioSelect, required=False)
    number = forms.IntegerField(
        label=_("Number of another payment"),
        required=False,
        min_value=1,
        help_text=_("Only when it is none of the above."),
        widget=forms.TextInput(attrs={"inputmode": "numeric"}),
    )
    field_order = ("what", "number", "reason")

    def __init__(self, *args: Any, choices: Sequence[tuple[str, Any]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["what"].choices = choices  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if not self.errors and not cleaned.get("what") and not cleaned.get("number"):
            self.add_error("what", _("Choose what it is, or type the number of a payment."))
        return cleaned


class LimitsForm(ReasonForm):
    """The limits in fen, as they should be."""

    release_from_fen = YuanField(
        label=_("Released by two people from"), help_text=_("A single payment of this size or more, in yuan.")
    )
    payee_day_fen = YuanField(label=_("Most to one account on one day"), help_text=_("In yuan."))
    day_fen = YuanField(label=_("Most in all on one day"), help_text=_("In yuan."))
    field_order = ("release_from_fen", "payee_day_fen", "day_fen", "reason")

    def __init__(self, *args: Any, in_force: LimitsInForce, **kwargs: Any) -> None:
        super().__init__(*args, **{**kwargs, "initial": asdict(in_force)})
        self.in_force = in_force

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if not self.errors and self.limits() == self.in_force:
            self.add_error("release_from_fen", _("These limits are in force already: change what should be other."))
        return cleaned

    def limits(self) -> LimitsInForce:
        """What was typed, all of it being amounts."""
        return LimitsInForce(**{field.name: self.cleaned_data[field.name] for field in fields(LimitsInForce)})


class StatementForm(forms.Form):
    """A statement as the bank gives it; what is inside is checked by the service."""

    statement = forms.FileField(
        label=_("Statement of the bank"),
        help_text=_("CSV or ISO 20022 camt.053, at most 20 MB."),
        widget=forms.FileInput(attrs={"accept": ".csv,.xml,text/csv,application/xml,text/xml"}),
        error_messages={
            "required": _("Choose the file."),
            "empty": _("The file is empty (0 bytes). Download it again from the bank."),
        },
    )
