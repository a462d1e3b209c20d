"""Money paid in: ask for it, learn from the bank that it was paid, and that it arrived."""

from __future__ import annotations

import time
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from itertools import islice
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import F, Q

from apps.core.errors import N_
from apps.core.jobs import alone
from apps.core.writing import run_together, updates
from apps.fund.rules.postings import Posting
from apps.fund.services import Draft, draft_of, post_entries
from apps.payments.errors import BankSilent, PaymentKeyReused
from apps.payments.gateway import BankUnsure, CheckoutAnswer, bank
from apps.payments.models import Checkout, CheckoutState
from apps.payments.rules.keys import payment_key
from apps.payments.services.asking import MOST_SECONDS, run

LABEL = "payments.checkout"
LIFE = timedelta(hours=24)
FIRST_WAIT = timedelta(seconds=4)
PART_OF_AGE = 10  # asked about again when another tenth of its age has passed: an abandoned page ever more rarely
WRONG_AMOUNT = N_("The bank received another amount than we asked for.")
DECLINED = N_("The bank declined the payment.")


@transaction.atomic
def open_checkout(
    *,
    key: str | UUID,
    source: tuple[str, int],
    amount_fen: int,
    return_url: str,
    now: datetime,
    purpose: str = "contribution",
) -> Checkout:
    """Ask for money; the payer is sent to ``checkout.pay_url``.  The same key answers the first checkout.

    ``return_url`` is where "go on" leads after the payment.  Raises PaymentKeyReused.
    """
    wanted = Checkout(
        key=payment_key(f"checkout:{key}"),
        purpose=purpose,
        source_label=source[0],
        source_id=source[1],
        amount_fen=amount_fen,
        return_url=return_url,
        created_at=now,
    )
    try:
        with transaction.atomic():
            wanted.save(force_insert=True)
    except IntegrityError:
        known = Checkout.objects.filter(key=wanted.key).first()
        if known is None:
            raise
        if (known.source_label, known.source_id, known.amount_fen) != (*source, amount_fen):
            raise PaymentKeyReused from None
        return known
    return wanted


def payment_page(*, checkout: Checkout, return_url: str, language: str) -> str:
    """Open the bank's page for a checkout and answer its address.  Calls the bank; raises BankSilent."""
    try:
        return bank().open_checkout(checkout.key, checkout.amount_fen, return_url, language).pay_url
    except BankUnsure as error:
        raise BankSilent from error


def confirm_checkout(*, checkout_id: int, now: datetime) -> Checkout:
    """Ask the bank whether it was paid and record a clear answer.  Calls the bank: not inside a transaction."""
    return _confirm(checkout_id, now)[0]


def _confirm(checkout_id: int, now: datetime) -> tuple[Checkout, bool]:
    """The checkout, and whether the bank gave a clear answer."""
    checkout = Checkout.objects.get(pk=checkout_id)
    if checkout.state != CheckoutState.OPEN:
        return checkout, True
    try:
        answer, is_clear = bank().checkout(checkout.key), True
    except BankUnsure:
        answer, is_clear = None, False
    return _record(checkout_id, answer, now), is_clear


@transaction.atomic
def _record(checkout_id: int, answer: CheckoutAnswer | None, now: datetime) -> Checkout:
    checkout = Checkout.objects.select_for_update().get(pk=checkout_id)
    if checkout.state != CheckoutState.OPEN:
        return checkout
    checkout.asked_at = now
    if answer is not None and answer.state == "paid":
        checkout.gateway_reference = answer.reference
        if answer.amount_fen == checkout.amount_fen:
            checkout.state, checkout.paid_at = CheckoutState.PAID, now
        else:
            checkout.state, checkout.reason = CheckoutState.FAILED, WRONG_AMOUNT
    elif answer is not None and answer.state == "declined":
        checkout.state, checkout.reason = CheckoutState.FAILED, DECLINED
    elif now - checkout.created_at > LIFE:
        checkout.state = CheckoutState.EXPIRED
    checkout.save(update_fields=["asked_at", "gateway_reference", "state", "paid_at", "reason"])
    return checkout


def confirm_checkouts(*, limit: int, now: datetime) -> int:
    """Ask about the open checkouts not asked about for a while: the payer may never come back to us.

    Those never asked about come first.  One run at a time; a bank that stays silent ends it.
    """
    is_new = Q(asked_at=None, created_at__lte=now - FIRST_WAIT)
    tenth = (F("asked_at") - F("created_at")) / PART_OF_AGE
    is_quiet = Q(asked_at__lte=now - FIRST_WAIT) & (Q(asked_at__lte=now - tenth) | Q(created_at__lt=now - LIFE))
    due = Checkout.objects.filter(is_new | is_quiet, state=CheckoutState.OPEN)
    with alone("payments.confirm_checkouts") as is_ours:  # a silent bank holds one process, not the worker
        first = due.order_by(F("asked_at").asc(nulls_first=True), "id")
        ids = iter(list(first.values_list("id", flat=True)[:limit]) if is_ours else [])
        until = time.monotonic() + MOST_SECONDS
        return run(limit, until, lambda _: [_confirm(one, now)[1] for one in islice(ids, 1)])[0]


def arrive(checkout: Checkout, *, bank_date: date, now: datetime) -> Draft:
    """The statement shows the money: a locked checkout is paid whatever we believed; answers the entry for it."""
    checkout.bank_date = bank_date
    if checkout.state != CheckoutState.PAID:
        checkout.state, checkout.paid_at, checkout.reason = CheckoutState.PAID, now, ""
    return draft_of(
        Posting.MONEY_ARRIVED,
        amount_fen=checkout.amount_fen,
        key=f"checkout:{checkout.key}:arrived",
        effective_date=bank_date,
        moves_on=True,
        source=(LABEL, checkout.pk),
    )


def record_arrivals(arrived: Sequence[tuple[Checkout, Draft]], *, now: datetime) -> None:
    """Store checkouts turned by ``arrive`` and book their entries, in two statements."""
    run_together(*updates(("bank_date", "state", "paid_at", "reason"), *(checkout for checkout, _ in arrived)))
    post_entries(*(draft for _, draft in arrived), now=now)
