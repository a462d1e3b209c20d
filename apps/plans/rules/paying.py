"""From the form of how a plan is paid to figures ready for use."""

from __future__ import annotations

from collections.abc import Iterator

from apps.core.errors import N_

from .document import PayingForm
from .faults import Fault
from .terms import Payer, Paying
from .values import Figures

DAYS = {
    "cooling_off": "cooling_off_days",
    "grace": "grace_days",
    "reinstate": "reinstate_days",
    "waiting_again": "waiting_again_days",
}


def built_paying(form: PayingForm, figures: Figures) -> Paying:
    """Figures of the form.  Raises Fault where a name or a list does not hold."""
    for field, listed in (("schedules", form.schedules), ("payers", [payer.payer for payer in form.payers])):
        for number, item in enumerate(listed):
            if item in listed[:number]:
                raise Fault(("paying", field, number), N_("= %(value)s stands twice"), value=item)
    days = {
        made: figures.get(name, ("paying", field), "days").value
        for field, made in DAYS.items()
        if (name := getattr(form, field)) is not None
    }
    return Paying(
        schedules=form.schedules,
        payers=tuple(_payers(form, figures)),
        is_refunded_pro_rata=form.refund == "pro-rata",
        **days,
    )


def _payers(form: PayingForm, figures: Figures) -> Iterator[Payer]:
    for number, payer in enumerate(form.payers):
        where = ("paying", "payers", number, "amount")
        amount = figures.get(payer.amount, where, "amount").value if payer.amount else None
        yield Payer(payer.payer, amount, payer.trusted, payer.chosen)


def names_of(form: PayingForm) -> list[str]:
    """The parameters it mentions."""
    named = [*(getattr(form, field) for field in DAYS), *(payer.amount for payer in form.payers)]
    return [name for name in named if name]
