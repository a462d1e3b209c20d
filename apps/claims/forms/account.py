"""The account to be paid: the one named before, or a new one."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from apps.core.forms import KeyedForm
from apps.core.http import add_error
from apps.payments.errors import WrongAccountNumber
from apps.payments.models import PayeeAccount
from apps.payments.services.payees import clean_number

CURRENT, NEW = "current", "new"


class AccountForm(KeyedForm):
    account = forms.ChoiceField(label=_("Which account shall be paid?"), widget=forms.RadioSelect)
    holder_name = forms.CharField(label=_("Name of the account holder"), max_length=60, required=False)
    bank = forms.CharField(label=_("Bank"), max_length=60, required=False)
    number = forms.CharField(
        label=_("Account number"),
        max_length=40,
        required=False,
        help_text=_("It is stored encrypted; pages show the last four digits only."),
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
    )

    def __init__(self, *args: Any, current: PayeeAccount | None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.current = current
        if current is None:
            del self.fields["account"]
            return
        kept = _("%(bank)s, account ending in %(tail)s, %(holder)s") % {
            "bank": current.bank,
            "tail": current.number_tail,
            "holder": current.holder_name,
        }
        choices = [(CURRENT, kept), (NEW, _("Another account; it is checked and held for 48 hours first"))]
        self.fields["account"].choices = choices  # type: ignore[attr-defined]
        self.fields["account"].initial = CURRENT

    @property
    def is_new(self) -> bool:
        return self.current is None or self.cleaned_data.get("account") == NEW

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        if not self.is_new:
            return data
        for name, missing in (
            ("holder_name", _("Enter the name of the account holder, as the bank writes it.")),
            ("bank", _("Enter the name of the bank.")),
            ("number", _("Enter the account number.")),
        ):
            if not data.get(name) and name not in self.errors:
                self.add_error(name, missing)
        if data.get("number"):
            try:
                clean_number(data["number"])
            except WrongAccountNumber as error:
                add_error(self, error)
        return data
