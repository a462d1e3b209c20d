"""The receipt: issuer and number, its lines, what others paid, its photos."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.utils.translation import gettext_lazy as _

from apps.claims.errors import PayersAboveBill, ReceiptAlreadyFiled, ReceiptUnreadable
from apps.claims.forms.choices import OTHER, UNKNOWN, empty_first, grouped, options
from apps.claims.rules import texts
from apps.claims.rules.choices import medicines
from apps.claims.rules.filing import EARLIER_PAYERS, FiledLine
from apps.claims.rules.receipts import is_readable
from apps.claims.selectors import is_receipt_filed
from apps.core.errors import N_
from apps.core.forms import FilesField, LaidOutForm, YuanField
from apps.core.http import add_error
from apps.core.money import Money

UNNAMED = ((OTHER, N_("Another medicine, I know its ATC code")), (UNKNOWN, N_("Another medicine")))
MAX_LINES = 40


class HeldFilesField(FilesField):
    """Files that were held, one by one, before the form is judged: there is nothing left to clean."""

    def clean(self, data: Any, initial: Any = None) -> list[Any]:
        return []


class ReceiptForm(LaidOutForm):
    """Cleans to issuer, receipt number and ``earlier`` (payer -> fen).  Files are held by the view, one by one."""

    issuer = forms.CharField(label=_("Issued by"), max_length=120, help_text=_("As printed on it."))
    receipt_number = forms.CharField(
        label=_("Receipt number"),
        max_length=60,
        help_text=_("The number printed on the receipt. Each receipt is paid once only."),
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "characters"}),
    )
    papers = HeldFilesField(
        label=_("Photos or PDF of the receipt and the papers"),
        help_text=_("JPEG, PNG or PDF, at most 10 MB each, ten files at most."),
    )

    def __init__(self, *args: Any, kind: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.kind = kind
        if kind == "event":
            self.fields["issuer"].label = _("Certificate issued by")
            self.fields["receipt_number"].label = _("Number of the certificate")
            return
        for payer, words in options(texts.PAYERS, only=EARLIER_PAYERS):
            self.fields[f"paid_{payer}"] = YuanField(label=words, required=False, allow_zero=True)

    @property
    def payers(self) -> list[forms.BoundField]:
        return [self[name] for name in self.fields if name.startswith("paid_")]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        number, issuer = data.get("receipt_number"), data.get("issuer")
        if number and not is_readable(number):
            add_error(self, ReceiptUnreadable())
        elif number and issuer and is_receipt_filed(issuer=issuer, receipt_number=number):
            add_error(self, ReceiptAlreadyFiled())
        paid = {payer: data.get(f"paid_{payer}") for payer in EARLIER_PAYERS}
        data["earlier"] = {payer: fen for payer, fen in paid.items() if fen}
        return data

    def check_against(self, billed_fen: int) -> None:
        """Add an error when the other payers are above the bill."""
        paid = sum(self.cleaned_data.get("earlier", {}).values())
        if paid > billed_fen:
            add_error(self, PayersAboveBill(paid=str(Money(paid)), billed=str(Money(billed_fen))))


if TYPE_CHECKING:
    FormSet = forms.BaseFormSet["LineForm"]
else:
    FormSet = forms.BaseFormSet


class LineForm(forms.Form):
    """One line of a receipt; an empty line counts for nothing."""

    category = forms.ChoiceField(label=_("What was it for"), error_messages={"required": _("Choose what it was for.")})
    medicine = forms.ChoiceField(
        label=_("Medicine"),
        required=False,
        help_text=_("Only for a medicine. Some plans pay for named ones only."),
    )
    code = forms.CharField(
        label=_("ATC code"),
        required=False,
        max_length=7,
        help_text=_("Only if the receipt prints one for another medicine."),
        widget=forms.TextInput(attrs={"autocapitalize": "characters", "autocomplete": "off"}),
    )
    description = forms.CharField(label=_("As printed on the receipt"), max_length=120)
    amount = YuanField(label=_("Amount"), help_text=_("In yuan, as printed."))
    catalogue = forms.ChoiceField(
        label=_("Basic insurance list"),
        required=False,
        initial="in",
        help_text=_("Receipts mark what is outside with 丙, 自费 or “self-paid”."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._choose("category", empty_first(options(texts.CATEGORIES)))
        self._choose("medicine", grouped(medicines, UNNAMED))
        self._choose("catalogue", [("in", str(_("On the list"))), ("out", str(_("Not on the list")))])

    def _choose(self, name: str, choices: list[Any]) -> None:
        self.fields[name].choices = choices  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        if data.get("category") == "drug":
            chosen = data.get("medicine", "")
            if not chosen:
                self.add_error("medicine", _("Choose the medicine, or “Another medicine”."))
            elif chosen == OTHER and len(data.get("code", "").strip()) < 3:
                self.add_error("code", _("Enter the ATC code, such as R03BA02, or choose “Another medicine”."))
        return data

    def filed(self) -> FiledLine:
        """The line as it is filed; call it on valid lines only."""
        data = self.cleaned_data
        chosen = data["medicine"] if data["category"] == "drug" else ""
        code = {OTHER: data["code"].strip().upper(), UNKNOWN: ""}.get(chosen, chosen)
        return FiledLine(
            category=data["category"],
            description=data["description"],
            billed_fen=data["amount"],
            code=code,
            catalogue=data["catalogue"] or "in",
            is_unnamed=chosen == UNKNOWN,
        )


class BaseLineFormSet(FormSet):
    """The lines: empty ones beyond the first are passed over."""

    def get_form_kwargs(self, index: int | None) -> dict[str, Any]:
        return {**super().get_form_kwargs(index), "use_required_attribute": False}

    def add_fields(self, form: LineForm, index: int | None) -> None:
        super().add_fields(form, index)
        form.empty_permitted = bool(index)

    def filed(self) -> tuple[FiledLine, ...]:
        """The lines as filed; call it on a valid set only."""
        return tuple(form.filed() for form in self.forms if form.has_changed() or not form.empty_permitted)


LineFormSet = forms.formset_factory(
    LineForm, formset=BaseLineFormSet, extra=0, max_num=MAX_LINES, absolute_max=MAX_LINES
)
