"""A plan's yearly surplus back to its members: one liability, shared out to the fen, paid in batches."""

from __future__ import annotations

import logging
from datetime import datetime

from django.db import transaction

from apps.actuary.models import Allowance, PeriodClose
from apps.actuary.parameters import terms_on
from apps.actuary.posting import Booker
from apps.actuary.rules.result import Result
from apps.actuary.selectors import accounts_of, allowances_due, days_covered, unpaid_allowances
from apps.core.money import Money
from apps.core.periods import Period, add_years
from apps.fund.rules.postings import Posting
from apps.payments.models import Purpose
from apps.payments.services import request_payment

logger = logging.getLogger(__name__)
BATCH = 2000
SOURCE = "actuary.allowance"


def share_out(booker: Booker, result: Result) -> None:
    """At the end of a year, owe what each returning plan has set aside to its members, by days covered in the year.

    Largest remainder (``Money.split``); a plan nobody may share in keeps it set aside for the next year.
    """
    close = booker.close
    if not close.ends_a_year:
        return
    year = Period(add_years(close.end, -1), close.end)
    set_aside = {plan.plan: plan.set_aside for plan in result.plans}
    for returned in terms_on(close.counted.start).returned:
        fen = set_aside.get(returned.plan, 0)
        days = days_covered(returned.plan, year, returned.least_days)
        if fen <= 0 or not days:
            continue
        booker.book(Posting.ALLOWANCE_GRANTED, fen, plan=returned.plan)
        shares = zip(days.items(), Money(fen).split(list(days.values())), strict=True)
        Allowance.objects.bulk_create(
            (
                Allowance(close=close, plan_code=returned.plan, person_id=person, days=count, amount_fen=share.fen)
                for (person, count), share in shares
                if share.fen
            ),
            batch_size=BATCH,
        )


def pay_allowances(*, limit: int, now: datetime) -> int:
    """Ask for the payment of shares that are unpaid; answers how many.  One that fails does not stop the rest.

    Who has no bank account on file is paid as soon as one is named, and whom the bank could not pay once another is.
    """
    due = list(allowances_due(limit, now))
    accounts = accounts_of({allowance.person_id for allowance in due}, now)
    asked = 0
    for allowance in due:
        if allowance.person_id not in accounts:
            continue
        try:
            asked += _pay(allowance.pk, accounts[allowance.person_id], now)
        except Exception:
            logger.exception("Allowance %s could not be asked for; the sweeper comes back to it", allowance.pk)
    return asked


@transaction.atomic
def _pay(allowance_id: int, account_id: int, now: datetime) -> bool:
    """The close is locked first: one that is being opened again pays nothing any more."""
    rows = unpaid_allowances().select_for_update(skip_locked=True, of=("self", "close")).select_related("close")
    allowance = rows.filter(pk=allowance_id).first()
    if allowance is None or not PeriodClose.objects.locked().filter(pk=allowance.close_id).exists():
        return False
    key = f"allowance:{allowance.close_id}:{allowance.plan_code}:{allowance.person_id}"
    allowance.order = request_payment(
        key=key if allowance.order_id is None else f"{key}:after:{allowance.order_id}",
        purpose=Purpose.ALLOWANCE,
        source=(SOURCE, allowance.pk),
        payee_account_id=account_id,
        amount_fen=allowance.amount_fen,
        owed_account=f"allowance-payable:{allowance.plan_code}",
        now=now,
    )
    allowance.save(update_fields=["order"])
    return True
