"""Forms of the ledger: which part of the books to show, why an entry is to be taken back."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from apps.core.forms import DateField, KeyedForm
from apps.fund.selectors import Scope


class ScopeForm(forms.Form):
    """A plan, a first and a last day, each of them left open if one likes."""

    plan = forms.ChoiceField(label=_("Plan"), required=False)
    since = DateField(label=_("From"), required=False)
    until = DateField(label=_("To, that day included"), required=False)

    def __init__(self, *args: Any, plans: Sequence[tuple[str, str]] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if plans:
            self.fields["plan"].choices = [("", _("The whole fund")), *plans]  # type: ignore[attr-defined]
        else:
            del self.fields["plan"]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        since, until = cleaned.get("since"), cleaned.get("until")
        if since and until and until < since:
            self.add_error("until", _("The last day lies before the first one."))
        return cleaned

    @property
    def scope(self) -> Scope:
        """What is asked for; where it makes no sense, all of the books."""
        if not self.is_valid():
            return Scope()
        given = self.cleaned_data
        return Scope(given.get("plan", ""), given["since"], given["until"])


class CorrectionForm(KeyedForm):
    reason = forms.CharField(
        label=_("Why is this entry wrong?"),
        max_length=200,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("What happened, and what should have been booked. It stands on the reversing entry for good."),
    )
